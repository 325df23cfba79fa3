import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Api } from '../api.ts';
import { exchangePath } from '../exchange-view.ts';
import type { ExchangeView } from '../exchange-view.ts';
import type { Narrator } from '../story/narrator.ts';
import type { Offer } from './offers.ts';

/** Everything the portal works with. */
export interface PortalWorld {
  readonly api: Api;
  readonly narrator: Narrator;
  /** Where evidence is saved. */
  readonly folder: string;
}

/** A document of evidence that the portal has. */
export interface SavedEvidence {
  readonly title: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly file: string;
}

/** Tells what the portal does. */
export function tellPortal({ narrator }: PortalWorld, text: string, details: readonly string[] = []): void {
  narrator.step({ at: Date.now(), who: 'portal', text, details });
}

/** Saves what was answered and acknowledges it then: whoever dies in between gets it again. */
export async function collectEvidence(
  world: PortalWorld,
  offer: Offer,
  view: ExchangeView,
): Promise<readonly SavedEvidence[]> {
  const saved = await Promise.all(view.evidence.map((one, n) => save(world, offer, one, n)));
  await world.api.post(`${exchangePath(view.id)}/acknowledge`);
  const { outcome, exception } = view;
  if (saved.length === 0)
    tellPortal(world, `learns that no evidence comes: ${[outcome, exception ?? []].flat().join(', ')}`);
  else
    tellPortal(
      world,
      'saves the evidence, then acknowledges: GET evidence, POST acknowledge',
      saved.map(inWords),
    );
  return saved;
}

async function save(
  { api, folder }: PortalWorld,
  offer: Offer,
  { title = offer.title, format = '', links }: ExchangeView['evidence'][number],
  n: number,
): Promise<SavedEvidence> {
  const bytes = await api.download(links.content ?? '');
  const file = join(folder, `${offer.key}${n === 0 ? '' : `-${n}`}.pdf`);
  await writeFile(file, bytes);
  return { title, mediaType: format, bytes, file };
}

function inWords({ title, mediaType, bytes }: SavedEvidence): string {
  return `${title}, ${mediaType}, ${bytes.length} bytes`;
}
