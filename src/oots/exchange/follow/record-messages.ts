import { describeError } from '../../../protocol/errors/index.ts';
import type { Msh, Observer, RowId } from '../../../msh/index.ts';
import { SERVICE } from '../../exchange-header.ts';
import type { ExchangeStore, Recording } from '../../ports/index.ts';
import { documentHead } from '../document-head.ts';
import { waitingOf } from './held.ts';
import type { Waiting } from './held.ts';
import type { ExchangeTimes } from './move.ts';
import { recordingOf } from './recording.ts';

/** What recording a message takes. */
export interface RecordingContext {
  readonly store: Pick<ExchangeStore, 'unrecorded' | 'record'>;
  readonly msh: Pick<Msh, 'openPayload'>;
  readonly observer: Observer;
  readonly times: ExchangeTimes;
}

/** Messages looked up at a time. */
const AT_ONCE = 100;

/** Documents recorded in one transaction, so many and so many bytes: others wait for the database meanwhile. */
const MOST_TOGETHER = 32;
const BYTES_TOGETHER = 1024 * 1024;

/** Messages that cannot be recorded before the others are left for the next time. */
const MOST_FAILING = 5_000;

/**
 * Records every message of the service that was kept at or after `since`; those that cannot be stand in nobody's way.
 * Resolves to when the first of these was kept. `found` is called with each before it is recorded.
 */
export async function recordAll(
  context: RecordingContext,
  since: number,
  isOver: () => boolean,
  found: (rowId: RowId) => void,
): Promise<number | undefined> {
  const failing = new Map<RowId, number>();
  for (let from = since; ;) {
    const messages = await context.store.unrecorded(SERVICE.value, from, AT_ONCE, [...failing.keys()]);
    for (const { rowId } of messages) found(rowId);
    for (const { rowId, at } of await recordMessages(context, messages.map(waitingOf), isOver))
      failing.set(rowId, at);
    const [first] = messages;
    // Also when there were few: answers that were recorded before their request are to be recorded once more.
    if (first === undefined || failing.size > MOST_FAILING || isOver()) break;
    from = first.at;
  }
  return failing.size === 0 ? undefined : Math.min(...failing.values());
}

/** A message whose document is read. */
interface Prepared {
  readonly message: Waiting;
  readonly recording: Recording;
}

/** Records messages, the first kept first; resolves to those that cannot be. */
export async function recordMessages(
  context: RecordingContext,
  messages: readonly Waiting[],
  isOver: () => boolean,
): Promise<readonly Waiting[]> {
  const failing: Waiting[] = [];
  let prepared: Prepared[] = [];
  let bytes = 0;
  const record = async (): Promise<void> => {
    failing.push(...(await recordTogether(context, prepared, isOver)));
    prepared = [];
    bytes = 0;
  };
  for (const message of [...messages].sort(inOrder)) {
    if (isOver()) return failing;
    const recording = await prepare(context, message);
    if (recording === undefined) failing.push(message);
    else prepared.push({ message, recording });
    bytes += recording?.bytes.byteLength ?? 0;
    if (prepared.length === MOST_TOGETHER || bytes >= BYTES_TOGETHER) await record();
  }
  if (prepared.length > 0) await record();
  return failing;
}

/** One order on all nodes: those that record the same messages in another one wait for each other, until the database undoes one. */
function inOrder(one: Waiting, other: Waiting): number {
  if (one.at !== other.at) return one.at - other.at;
  if (one.direction !== other.direction) return one.direction === 'out' ? -1 : 1;
  return one.rowId < other.rowId ? -1 : 1;
}

async function prepare(
  { msh, observer, times }: RecordingContext,
  message: Waiting,
): Promise<Recording | undefined> {
  try {
    const { document } = message;
    const bytes = document === undefined ? Buffer.alloc(0) : await documentHead(msh, document);
    return recordingOf(message, bytes, times);
  } catch (error) {
    tellFailure(observer, message, error);
    return undefined;
  }
}

/** In one transaction; each in one of its own where that fails, so that only those fail that cannot be recorded. */
async function recordTogether(
  context: RecordingContext,
  prepared: readonly Prepared[],
  isOver: () => boolean,
): Promise<readonly Waiting[]> {
  const { store, observer } = context;
  try {
    const outcomes = await store.record(prepared.map(({ recording }) => recording));
    for (const [index, one] of prepared.entries())
      if (outcomes[index] === 'recorded') tellRecorded(observer, one);
    return [];
  } catch (error) {
    if (prepared.length > 1) return await recordEach(context, prepared, isOver);
    for (const { message } of prepared) tellFailure(observer, message, error);
    return prepared.map(({ message }) => message);
  }
}

async function recordEach(
  context: RecordingContext,
  prepared: readonly Prepared[],
  isOver: () => boolean,
): Promise<readonly Waiting[]> {
  const failing: Waiting[] = [];
  for (const one of prepared) if (!isOver()) failing.push(...(await recordTogether(context, [one], isOver)));
  return failing;
}

function tellRecorded(observer: Observer, { message, recording }: Prepared): void {
  observer.emit({
    event: 'exchanges/recorded',
    level: 'debug',
    ...namesOf(message),
    kind: recording.document.facts.kind,
    role: recording.place.role,
  });
}

/** What cannot be recorded is tried again. */
function tellFailure(observer: Observer, message: Waiting, error: unknown): void {
  const reason = describeError(error);
  observer.emit({ event: 'exchanges/not-recorded', level: 'error', ...namesOf(message), reason });
}

function namesOf({ messageId, userMessage, pmodeId: pmode }: Waiting) {
  return { messageId, conversationId: userMessage.collaborationInfo.conversationId, pmode };
}
