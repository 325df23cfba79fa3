import { derivedUuid } from '../derived-uuid.ts';
import type { Exchange } from '../ports/index.ts';
import { composeRequest } from './compose/compose-request.ts';
import type { RequestIds } from './compose/compose-request.ts';
import type { Caller, ExchangesContext, Granted } from './types.ts';
import { readGiven } from './compose/given-document.ts';
import { questionOf } from './follow/question.ts';
import { wishError } from './refuse-wish.ts';
import { send, sentBefore } from './send.ts';
import type { RequestContent, RequestWish } from './wishes.ts';

/** Asks a provider for evidence, once for each key of a caller. */
export async function requestEvidence(
  context: ExchangesContext,
  wish: RequestWish,
  { name, idempotencyKey, permit }: Caller,
): Promise<Granted> {
  const idempotency = idempotencyKey === undefined ? undefined : { caller: name, key: idempotencyKey };
  const ids = idsOf(context, idempotency);
  const compose = (issuedAt: string) => composeRequest(wish, { ...ids, issuedAt });
  // Before anything is looked up: whoever may not ask learns nothing of what is on record.
  const { submission } = compose(new Date(context.nature.now()).toISOString());
  permit?.(submission);
  if ((await sentBefore(context, idempotency)) === undefined)
    await requireNew(context, wish, submission.conversationId);
  return send(context, { role: 'requester', idempotency, compose });
}

function idsOf(
  { nature }: ExchangesContext,
  idempotency: { readonly caller: string; readonly key: string } | undefined,
): Omit<RequestIds, 'issuedAt'> {
  const uuidFor = (what: string): string =>
    idempotency === undefined
      ? nature.uuid()
      : derivedUuid(JSON.stringify(['exchange', what, idempotency.caller, idempotency.key]));
  return {
    requestId: uuidFor('request'),
    conversationId: uuidFor('conversation'),
    exchangeId: uuidFor('exchange'),
  };
}

/** What a backend wrote itself must fit what is on record: once it is sent nobody can take it back. */
async function requireNew(
  context: ExchangesContext,
  wish: RequestWish,
  conversationId: string | undefined,
): Promise<void> {
  const asked = writtenIn(wish);
  if (asked?.id === undefined) return;
  await context.recordNow();
  const { items } = await context.store.listExchanges(
    { role: 'requester', requestId: asked.id.trim() },
    { limit: 1 },
  );
  if (items.length > 0)
    throw wishError('oots/repeated-request', 'A request with this id was sent before.', {
      field: wish.document === undefined ? 'request.id' : 'document',
      found: asked.id,
    });
  if (asked.previewLocation !== undefined)
    await requirePreview(context, { ...asked, previewLocation: asked.previewLocation }, conversationId);
}

function writtenIn({ document, request }: RequestWish): RequestContent | undefined {
  return document === undefined ? request : readGiven(document, ['request']).document;
}

/** A second request is about a preview that was asked of us, in its conversation. */
async function requirePreview(
  { store }: ExchangesContext,
  { previewLocation, ...asked }: RequestContent & { readonly previewLocation: string },
  conversationId: string | undefined,
): Promise<void> {
  const { items } = await store.listExchanges(
    { role: 'requester', conversationId, states: ['preview-required'] },
    { limit: 100 },
  );
  const exchange = items.find((one) => one.previewLocation === previewLocation.trim());
  if (exchange !== undefined) return requireSame(store, exchange, asked);
  throw wishError('oots/no-preview', 'No provider waits with this preview in this conversation.', {
    field: 'previewLocation',
    expected: 'the link of an exchange whose state is preview-required, and its conversationId',
    found: previewLocation,
  });
}

/** The provider would refuse it: what the citizen looks at is what the first request asked for. */
async function requireSame(
  store: ExchangesContext['store'],
  { id, requestRowId }: Exchange,
  asked: RequestContent,
): Promise<void> {
  const first = (await store.documentsOf(id)).find(({ rowId }) => rowId === requestRowId);
  const before = first?.facts.question;
  if (before === undefined || before === questionOf(asked)) return;
  throw wishError('oots/changed-request', 'The second request asks something else than the first.', {
    field: 'document',
    expected: `the evidence type, subject and requester of ${first?.facts.requestId ?? 'the first request'}`,
  });
}
