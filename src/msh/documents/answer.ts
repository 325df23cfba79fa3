import { isQuoinError, QuoinError } from '../../protocol/errors/index.ts';
import { isMismatch, matchLeg, ourselvesIn } from '../../protocol/pmode/index.ts';
import type { MatchFacts } from '../../protocol/pmode/index.ts';
import type { MshContext } from '../context.ts';
import { failureFrom } from '../messages.ts';
import type { DocumentAnswer, DocumentCheck, InboundMessage, RowId } from '../ports/index.ts';
import { once } from '../streams.ts';
import { submit } from '../submit/submit.ts';
import type { PartStreams, SubmitResult } from '../types.ts';
import { headOf } from './check.ts';
import { isGivenUp } from './given-up.ts';

/** Answers looked for in one pass. */
const ROWS_AT_ONCE = 1000;

/** No API key has this name: a space is not allowed there. */
const CALLER = 'quoin documents';

/** Gives every answer that is due: what a process left undone that died. Never rejects. */
export async function answerDue(context: MshContext): Promise<void> {
  try {
    for (const rowId of await context.store.dueAnswers(ROWS_AT_ONCE)) await answerRefused(context, rowId);
  } catch (error) {
    const failure = failureFrom('documents/answer', error);
    context.observer.emit({ event: 'sweeper/failed', level: 'error', step: 'documents/answer', failure });
  }
}

/**
 * Tells the sender of a refused message. Its MessageId follows from the message that is answered, and its content is the
 * same each time, so that it is submitted once however often this runs and wherever it was cut off. Never rejects: what
 * fails stays due.
 */
export async function answerRefused(context: MshContext, rowId: RowId): Promise<void> {
  const { documents, store, observer, nature } = context;
  let message: InboundMessage | undefined;
  try {
    message = await store.getInbound(rowId);
    if (message?.answer !== 'due' || documents === undefined) return;
    const answerId = await giveAnswer(context, documents, message);
    await store.settleAnswer(rowId, 'given');
    const { messageId, pmodeId: pmode, partner } = message;
    observer.emit({ event: 'documents/answered', level: 'info', messageId, pmode, partner, answerId });
  } catch (error) {
    const isOver = message !== undefined && isGivenUp(nature.now() - message.receivedAt, error);
    const failure = failureFrom('documents/answer', error);
    observer.emit({
      event: 'documents/answer-failed',
      level: 'warn',
      rowId,
      messageId: message?.messageId,
      failure,
      givenUp: isOver,
    });
    if (message !== undefined && isOver) await giveUp(context, message, failure);
  }
}

async function giveUp(
  { store, observer, nature }: MshContext,
  message: InboundMessage,
  failure: ReturnType<typeof failureFrom>,
): Promise<void> {
  const { rowId, messageId, pmodeId, userMessage } = message;
  const { conversationId } = userMessage.collaborationInfo;
  try {
    await store.appendJournal({
      at: nature.now(),
      direction: 'in',
      messageId,
      conversationId,
      pmodeId,
      failure,
    });
    await store.settleAnswer(rowId, 'given-up');
  } catch (error) {
    // It stays due, and is given up the next time.
    const reason = String(error);
    observer.emit({ event: 'journal/unavailable', level: 'error', messageId, reason });
  }
}

/** MessageId of the answer, where it is known. */
async function giveAnswer(
  context: MshContext,
  documents: DocumentCheck,
  message: InboundMessage,
): Promise<string | undefined> {
  try {
    return (await submitAnswer(context, message, await composeAnswer(context, documents, message))).messageId;
  } catch (error) {
    // Another version of this program has given it in other words.
    if (isQuoinError(error) && error.code === 'submit/duplicate-message-id') return undefined;
    throw error;
  }
}

async function composeAnswer(
  context: MshContext,
  documents: DocumentCheck,
  { pmodeId, parts, userMessage, document: report, receivedAt }: InboundMessage,
): Promise<DocumentAnswer> {
  const self = ourselvesIn(context.agreements().pmodes, pmodeId);
  if (self === undefined || report === undefined)
    throw new QuoinError(
      'send/pmode-gone',
      'The P-Mode of the message is no longer there, or no longer names the country of this access point.',
    );
  const part = parts[documents.partOf(userMessage) ?? 0];
  const document = await headOf(context, part, documents.maxBytes);
  return documents.answer({
    message: userMessage,
    document,
    report,
    receivedAt,
    self,
  });
}

async function submitAnswer(
  context: MshContext,
  { pmodeId, sender, messageId, userMessage }: InboundMessage,
  { service, action, messageProperties, mimeType, document }: DocumentAnswer,
): Promise<SubmitResult> {
  const facts: MatchFacts = {
    direction: 'send',
    from: { partyIds: userMessage.to.partyIds },
    to: { partyIds: userMessage.from.partyIds },
    service,
    action,
  };
  // The agreement the request came on, unless its answers travel on another.
  const isOfSame = !isMismatch(matchLeg(context.agreements().pmodes, { ...facts, pmodeId }));
  return submit(
    context,
    {
      ...facts,
      ...(isOfSame ? { pmode: pmodeId } : {}),
      idempotency: { caller: CALLER, key: `${sender} ${messageId}` },
      conversationId: userMessage.collaborationInfo.conversationId,
      refToMessageId: messageId,
      messageProperties,
      parts: [{ mimeType }],
    },
    onePart(document),
  );
}

async function* onePart(document: Uint8Array): PartStreams {
  yield await Promise.resolve({ index: 0, content: once(document) });
}
