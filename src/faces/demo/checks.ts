import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api.ts';
import { openPlainBrowser } from './citizen/browser.ts';
import type { Walk } from './citizen/walk.ts';
import type { DemoOffice, DemoOutcome } from './directory/demo-content.ts';
import { exchangePath } from './exchange-view.ts';
import type { ExchangeView } from './exchange-view.ts';
import { documentFor } from './preview/document.ts';
import type { Stage } from './stage.ts';

/** A sent message as the API tells it. */
interface StatusView {
  readonly state: string;
  readonly receipt?: { readonly signer?: string };
  readonly failure?: { readonly message: string };
}

/** What the portal's side of an exchange consists of, by how the provider answered. */
const DOCUMENTS: Readonly<Record<DemoOutcome, readonly string[]>> = {
  straight: ['out request', 'in response'],
  preview: ['out request', 'in error', 'out request', 'in response'],
};

/** Everything that must be true after a journey, checked from outside: states, documents, receipts, bytes, the link. */
export async function problemsOf(
  { portal, provider, authority }: Stage,
  office: DemoOffice,
  { id, evidence, link }: Walk,
): Promise<readonly string[]> {
  const asked = await portal.api.get<ExchangeView>(exchangePath(id));
  const given = await counterpartOf(provider.api, asked);
  if (given === undefined) return ['The provider has no exchange with this request.'];
  const sent = documentFor(given.request).pdf;
  const [saved] = portal.cases.all().find((one) => one.id === id)?.saved ?? [];
  const kinds = asked.documents.map(({ direction, kind, flaw = '' }) => `${direction} ${kind}${flaw}`);
  const claims: readonly (readonly [claim: string, holds: boolean])[] = [
    ['The portal has an answer with evidence.', asked.outcome === 'evidence' && asked.takenAt !== undefined],
    ['The provider has answered with evidence.', given.outcome === 'evidence'],
    [`The version is EDM ${office.version} on both sides.`, isIn(office.version, asked, given)],
    [
      `The documents are ${DOCUMENTS[office.outcome].join(', ')}.`,
      sameList(kinds, DOCUMENTS[office.outcome]),
    ],
    ['The portal saved what the provider sent.', saved?.bytes.equals(sent) === true],
    ['The citizen has what the provider sent.', evidence.equals(sent)],
    ['There was a link where there was a preview.', (link !== undefined) === (office.outcome === 'preview')],
    ['The link leads nowhere any more.', link === undefined || (await isSpent(link, authority.pem))],
  ];
  return [
    ...claims.flatMap(([claim, holds]) => (holds ? [] : [`Not true: ${claim}`])),
    ...(await unacknowledged(portal.api, asked)),
    ...(await unacknowledged(provider.api, given)),
  ];
}

async function counterpartOf(api: Api, { requestId }: ExchangeView): Promise<ExchangeView | undefined> {
  const query = new URLSearchParams({ role: 'provider', requestId });
  const { items } = await api.get<{ readonly items: readonly ExchangeView[] }>(
    `/v1/exchanges?${query.toString()}`,
  );
  return items[0] === undefined ? undefined : await api.get<ExchangeView>(exchangePath(items[0].id));
}

function isIn(version: string, ...views: readonly ExchangeView[]): boolean {
  return views.every((view) => view.version === version);
}

function sameList(found: readonly string[], expected: readonly string[]): boolean {
  return found.join('\n') === expected.join('\n');
}

async function isSpent(link: string, authority: string): Promise<boolean> {
  return (await openPlainBrowser(authority).open(link)).status === 410;
}

/** Every document that this side sent must have its receipt. */
async function unacknowledged(api: Api, { documents }: ExchangeView): Promise<readonly string[]> {
  const sent = documents.filter(({ direction }) => direction === 'out');
  const lists = await Promise.all(sent.map((document) => unproven(api, document)));
  return lists.flat();
}

/** A receipt is on record a moment after the partner has the message; it is given twenty seconds. */
async function unproven(
  api: Api,
  { kind, messageId }: ExchangeView['documents'][number],
): Promise<readonly string[]> {
  for (let tries = 0; ; tries += 1) {
    const status = await api.get<StatusView>(`/v1/messages/${encodeURIComponent(messageId)}`);
    if (status.state === 'ACKNOWLEDGED' && status.receipt?.signer !== undefined) return [];
    if (tries === 200)
      return [`The ${kind} has no verified receipt: ${status.state} ${status.failure?.message ?? ''}`];
    await sleep(100);
  }
}
