import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../api.ts';
import { exchangePath } from '../exchange-view.ts';
import type { ExchangeView } from '../exchange-view.ts';
import type { Narrator } from '../story/narrator.ts';
import { documentFor } from './document.ts';

/** Everything the provider works with. */
export interface ProviderWorld {
  readonly api: Api;
  readonly narrator: Narrator;
  /** Where its preview pages open links. */
  readonly previewBase: string;
}

/** s that a question for new requests waits. */
const LOOK = 30;

/** ms of rest after a call that failed. */
const REST = 1_000;

/** Tells what the provider does. */
export function tellProvider(
  { narrator }: Pick<ProviderWorld, 'narrator'>,
  text: string,
  details: readonly string[] = [],
): void {
  narrator.step({ at: Date.now(), who: 'provider', text, details });
}

/** Answers requests as they come, until its API is told to stop. One that it cannot answer is told and left alone. */
export async function runProvider(world: ProviderWorld): Promise<void> {
  const { api, narrator } = world;
  const givenUp = new Set<string>();
  const isStopped = (): boolean => api.signal?.aborted === true;
  while (!isStopped())
    try {
      await takeAll(world, givenUp);
    } catch (error) {
      if (isStopped()) return;
      const details = [error instanceof Error ? error.message : String(error)];
      narrator.step({ at: Date.now(), who: 'provider', text: 'could not answer', details, bad: true });
      await sleep(REST);
    }
}

async function takeAll(world: ProviderWorld, givenUp: Set<string>): Promise<void> {
  const query = `role=provider&state=requested&wait=${LOOK}`;
  const { items } = await world.api.get<{ readonly items: readonly ExchangeView[] }>(
    `/v1/exchanges?${query}`,
  );
  const open = items.filter(({ requestId }) => !givenUp.has(requestId));
  for (const one of open) {
    givenUp.add(one.requestId);
    await take(world, one.id);
  }
  // What was given up is found again at once.
  if (open.length === 0 && items.length > 0) await sleep(REST);
}

async function take(world: ProviderWorld, id: string): Promise<void> {
  const view = await world.api.get<ExchangeView>(exchangePath(id));
  const { title, office, outcome } = documentFor(view.request);
  const { givenName = '', familyName = '' } = view.request?.query.naturalPerson ?? {};
  const requester = view.request?.evidenceRequester?.[0]?.names[0]?.text ?? 'somebody';
  tellProvider(world, `reads the request: ${title} of ${givenName} ${familyName}`, [
    `to ${office}, from ${requester}, EDM ${view.version}`,
  ]);
  if (outcome === 'preview') return await offerPreview(world, view);
  const { narrator } = world;
  narrator.begin(4, 'not needed, this document may be sent straight');
  narrator.begin(5, 'not needed');
  narrator.begin(6);
  await sendDocument(world, view);
}

async function offerPreview(world: ProviderWorld, { id, requestId }: ExchangeView): Promise<void> {
  world.narrator.begin(4);
  await world.api.post(`${exchangePath(id)}/answer`, {
    requestId,
    outcome: 'preview-required',
    link: { base: world.previewBase },
    description: 'See the document before it is sent.',
  });
  tellProvider(world, 'answers "preview required" (EDM:ERR:0002): POST /v1/exchanges/{id}/answer', [
    'with a link that opens once, and expires',
  ]);
}

/** Answers a request after its preview, as the citizen decided. */
export async function answerDecided(
  world: Omit<ProviderWorld, 'previewBase'>,
  view: ExchangeView,
  isApproved: boolean,
): Promise<void> {
  world.narrator.begin(6);
  if (isApproved) return await sendDocument(world, view);
  const { id, requestId } = view;
  await world.api.post(`${exchangePath(id)}/answer`, { requestId, outcome: 'no-match' });
  tellProvider(world, 'answers without a document: POST /v1/exchanges/{id}/answer');
}

async function sendDocument(
  world: Omit<ProviderWorld, 'previewBase'>,
  { id, requestId, request }: ExchangeView,
): Promise<void> {
  const { title, pdf } = documentFor(request);
  await world.api.post(`${exchangePath(id)}/answer`, {
    requestId,
    outcome: 'evidence',
    documents: [{ title, mimeType: 'application/pdf', content: pdf.toString('base64') }],
  });
  tellProvider(world, 'answers with the document: POST /v1/exchanges/{id}/answer', [
    `${title}, application/pdf, ${pdf.length} bytes`,
  ]);
}
