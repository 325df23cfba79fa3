import { keyedId } from '../../msh/index.ts';
import type { OutboundMessage, PartStreams, Submission } from '../../msh/index.ts';
import { isQuoinError } from '../../protocol/errors/index.ts';
import type { Exchange, ExchangeRole } from '../ports/index.ts';
import { partsOf } from './compose/composed.ts';
import type { Composed } from './compose/composed.ts';
import { documentHead } from './document-head.ts';
import type { ExchangesContext, Granted } from './types.ts';
import { documentIn, issuedAtIn } from './recorded-document.ts';
import { wishError } from './refuse-wish.ts';

/** No API key has this name: a space is not allowed there. */
export const CALLER = 'quoin exchanges';

/** Looks after which a message that is kept should be on record. */
const LOOKS = 3;

/** A message to be sent once, however often it is asked for. */
export interface Sending {
  readonly role: ExchangeRole;
  /** Whoever asks for the same again says the same here; without it every message is a new one. */
  readonly idempotency: Submission['idempotency'];
  /** The message as of a time; the same for the same time. */
  readonly compose: (issuedAt: string) => Composed;
  /** Parts behind the document. */
  readonly others?: PartStreams | undefined;
}

/** The message that was sent under a key before. */
export async function sentBefore(
  { msh, idDomain }: Pick<ExchangesContext, 'msh' | 'idDomain'>,
  idempotency: Submission['idempotency'],
): Promise<OutboundMessage | undefined> {
  const messageId = keyedId({ idempotency }, idDomain);
  return messageId === undefined ? undefined : (await msh.status(messageId))?.message;
}

/**
 * Submits a message and has it recorded. A repetition is composed as of the time of the first, so that the MSH can tell
 * whether it is the same; throws `submit/duplicate-message-id` when it is not. Dying after the submission loses nothing:
 * whoever records next finds it.
 */
export async function send(context: ExchangesContext, sending: Sending): Promise<Granted> {
  const { msh, nature } = context;
  const before = await sentBefore(context, sending.idempotency);
  const issuedAt = before === undefined ? undefined : await issueTime(context, before);
  const composed = sending.compose(issuedAt ?? new Date(nature.now()).toISOString());
  try {
    const { messageId, outcome } = await msh.submit(
      { ...composed.submission, idempotency: sending.idempotency },
      partsOf(composed, sending.others),
    );
    return { exchange: await recorded(context, messageId, sending.role), isNew: outcome === 'accepted' };
  } catch (error) {
    // Somebody was faster with the same: theirs is looked at, where nothing of ours has been read yet.
    const isRace = before === undefined && sending.others === undefined && isDuplicate(error);
    if (isRace && (await sentBefore(context, sending.idempotency)) !== undefined)
      return send(context, sending);
    throw error;
  }
}

/** Whether something else was sent under the same key. */
export function isDuplicate(error: unknown): boolean {
  return isQuoinError(error) && error.code === 'submit/duplicate-message-id';
}

/** When the document of a sent message was made: from the record, else from the message itself. */
async function issueTime(
  { msh, store }: ExchangesContext,
  { rowId, parts }: OutboundMessage,
): Promise<string | undefined> {
  const kept = await store.documentBytes(rowId);
  const [part] = parts;
  if (kept === undefined && part === undefined) return undefined;
  const bytes = kept ?? (await documentHead(msh, part!));
  const document = documentIn(bytes);
  return document && issuedAtIn(document);
}

async function recorded(
  { store, recordNow }: ExchangesContext,
  messageId: string,
  role: ExchangeRole,
): Promise<Exchange> {
  for (let look = 0; look < LOOKS; look += 1) {
    await recordNow();
    const { items } = await store.listExchanges({ sentMessageId: messageId, role }, { limit: 1 });
    const [exchange] = items;
    if (exchange !== undefined) return exchange;
  }
  throw wishError('oots/not-recorded', 'The message is kept, but its exchange is not on record yet.', {
    field: 'messageId',
    found: messageId,
  });
}
