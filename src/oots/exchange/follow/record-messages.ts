import { describeError } from '../../../protocol/errors/index.ts';
import type { Msh, Observer, RowId } from '../../../msh/index.ts';
import { documentPartOf, SERVICE } from '../../exchange-header.ts';
import type { ExchangeStore, Unrecorded } from '../../ports/index.ts';
import { documentHead } from '../document-head.ts';
import type { ExchangeTimes } from './move.ts';
import { recordingOf } from './recording.ts';

/** What recording a message takes. */
export interface RecordingContext {
  readonly store: Pick<ExchangeStore, 'unrecorded' | 'record'>;
  readonly msh: Pick<Msh, 'openPayload'>;
  readonly observer: Observer;
  readonly times: ExchangeTimes;
}

/** Messages recorded at a time. */
const AT_ONCE = 100;

/** Conversations recorded side by side: their commits are synced together. */
const SIDE_BY_SIDE = 8;

/** Messages that cannot be recorded before the others are left for the next time. */
const MOST_FAILING = 5_000;

/**
 * Records every message of the service that was kept at or after `since`; those that cannot be stand in nobody's way.
 * Resolves to when the first of these was kept.
 */
export async function recordAll(
  context: RecordingContext,
  since: number,
  isOver: () => boolean,
): Promise<number | undefined> {
  const failing = new Map<RowId, number>();
  for (let from = since; ;) {
    const messages = await context.store.unrecorded(SERVICE.value, from, AT_ONCE, [...failing.keys()]);
    const conversations = conversationsIn(messages);
    const work = async (): Promise<void> => {
      for (let next = conversations.shift(); next !== undefined; next = conversations.shift())
        for (const message of next)
          if (!isOver() && !(await recordOne(context, message)))
            failing.set(message.message.rowId, keptAt(message));
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
    const [first] = messages;
    if (first === undefined || messages.length < AT_ONCE || failing.size > MOST_FAILING || isOver()) break;
    from = keptAt(first);
  }
  return failing.size === 0 ? undefined : Math.min(...failing.values());
}

function keptAt(unrecorded: Unrecorded): number {
  return unrecorded.direction === 'out' ? unrecorded.message.submittedAt : unrecorded.message.receivedAt;
}

/** Messages of one conversation stay in their order. */
function conversationsIn(messages: readonly Unrecorded[]): Unrecorded[][] {
  const found = new Map<string, Unrecorded[]>();
  for (const one of messages) {
    const { conversationId } = one.message.userMessage.collaborationInfo;
    const before = found.get(conversationId);
    if (before === undefined) found.set(conversationId, [one]);
    else before.push(one);
  }
  return [...found.values()];
}

/** Whether it is recorded now; what cannot be is told, and tried again. */
async function recordOne(context: RecordingContext, unrecorded: Unrecorded): Promise<boolean> {
  const { store, observer, times } = context;
  const { messageId, userMessage, pmodeId: pmode } = unrecorded.message;
  const { conversationId } = userMessage.collaborationInfo;
  try {
    const bytes = await documentOf(context, unrecorded);
    const recording = recordingOf(unrecorded, bytes, times);
    if ((await store.record(recording)) === 'recorded')
      observer.emit({
        event: 'exchanges/recorded',
        level: 'debug',
        messageId,
        conversationId,
        pmode,
        kind: recording.document.facts.kind,
        role: recording.place.role,
      });
    return true;
  } catch (error) {
    const reason = describeError(error);
    observer.emit({
      event: 'exchanges/not-recorded',
      level: 'error',
      messageId,
      conversationId,
      pmode,
      reason,
    });
    return false;
  }
}

async function documentOf({ msh }: RecordingContext, { message }: Unrecorded): Promise<Buffer> {
  const part = message.parts[documentPartOf(message.userMessage)];
  return part === undefined ? Buffer.alloc(0) : await documentHead(msh, part);
}
