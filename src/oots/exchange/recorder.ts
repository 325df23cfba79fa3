import { describeError } from '../../protocol/errors/index.ts';
import type { EventStore, Msh, Nature, Observer } from '../../msh/index.ts';
import { documentPartOf, SERVICE } from '../exchange-header.ts';
import type { Exchange, ExchangeStore, RecordedDocument, Unrecorded } from '../ports/index.ts';
import { documentHead } from './document-head.ts';
import type { ExchangeTimes } from './move.ts';
import { recordingOf } from './recording.ts';

/** What the recorder works with; times in ms. */
export interface RecorderContext {
  readonly store: ExchangeStore & Pick<EventStore, 'onEvent'>;
  readonly msh: Pick<Msh, 'openPayload'>;
  readonly observer: Observer;
  readonly nature: Nature;
  readonly times: ExchangeTimes & { readonly pollMs: number; readonly keepMs: number };
  /** Tells whoever sent a request that it is refused; the same each time, so that once is enough. */
  readonly refuse: (document: RecordedDocument) => Promise<void>;
  /** Answers a request that nobody answered in time; without it such exchanges expire. */
  readonly answerOverdue?: ((exchange: Exchange) => Promise<void>) | undefined;
}

/** Follows the messages of the exchange and records their documents. */
export interface Recorder {
  /** Resolves when everything that was kept before the call is recorded. Never rejects. */
  readonly record: () => Promise<void>;
  readonly start: () => void;
  /** Resolves when what runs has finished. */
  readonly stop: () => Promise<void>;
}

/** Messages recorded at a time. */
const AT_ONCE = 100;

/** Conversations recorded side by side: their commits are synced together. */
const SIDE_BY_SIDE = 8;

/** ms after an event until its message is recorded, with all that came meanwhile. */
const GATHER_MS = 200;

/** How far behind the last message it is looked for others at the start: a transaction that is not committed yet may keep one. */
const BEHIND_MS = 10 * 60 * 1000;

/**
 * Looks, the rarest first: how often, and how far each goes behind the one before. A look costs as much as there are messages
 * in its time, recorded or not, so those that come with every few messages are short.
 */
const LOOKS = [
  { name: 'far', everyMs: 30_000, behindMs: BEHIND_MS },
  { name: 'near', everyMs: 3000, behindMs: 30_000 },
  { name: 'close', everyMs: 0, behindMs: 3000 },
] as const;

/** ms between two times old documents are forgotten. */
const FORGET_EVERY_MS = 60 * 60 * 1000;

/** How much is recorded of messages that are older than the first record, ms. */
const BEFORE_FIRST_MS = 24 * 60 * 60 * 1000;

/**
 * The recorder of one gateway. Several on one store do the same work side by side: what one has recorded the others skip,
 * and what a process left undone that died the next one finds.
 */
export function createRecorder(context: RecorderContext): Recorder {
  const { store, nature, times } = context;
  const due = createDue(nature.now);
  const answering = answeringFor(context);
  let since: number | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let unlisten: (() => void) | undefined;

  const pass = async (): Promise<void> => {
    const now = nature.now();
    since ??= ((await store.lastRecorded()) ?? now - BEFORE_FIRST_MS) - BEHIND_MS;
    await recordAll(context, since, () => stopped);
    const { behindMs } = LOOKS.find(({ name, everyMs }) => due(name, everyMs))!;
    since = now - behindMs;
    if (due('waiting', times.pollMs)) await lookAfterWaiting(context, answering, now);
    if (due('old', FORGET_EVERY_MS)) await forget(context);
  };

  const once = async (): Promise<void> => {
    try {
      await pass();
    } catch (error) {
      context.observer.emit({ event: 'exchanges/failed', level: 'error', reason: describeError(error) });
    }
  };

  const record = oneAtATime(once);

  // Events come close together: one pass for many is cheaper than one for each.
  const soon = (): void => {
    if (stopped || gathering !== undefined) return;
    gathering = setTimeout(() => {
      gathering = undefined;
      void record.run();
    }, GATHER_MS);
  };

  const tick = (): void => {
    if (stopped) return;
    timer = setTimeout(() => void record.run().then(tick), times.pollMs);
  };

  return {
    record: record.run,
    start: () => {
      unlisten = store.onEvent(soon);
      void record.run().then(tick);
    },
    stop: async () => {
      stopped = true;
      unlisten?.();
      clearTimeout(timer);
      clearTimeout(gathering);
      await answering.settled();
      await record.settled();
    },
  };
}

/** Runs one at a time: whoever asks while one runs gets the next, which has everything that was there when they asked. */
function oneAtATime(once: () => Promise<void>): {
  readonly run: () => Promise<void>;
  readonly settled: () => Promise<void>;
} {
  let running: Promise<void> | undefined;
  let queued: Promise<void> | undefined;
  const run = (): Promise<void> => {
    if (running === undefined) {
      running = once().finally(() => (running = undefined));
      return running;
    }
    queued ??= running.then(() => {
      queued = undefined;
      return run();
    });
    return queued;
  };
  return { run, settled: async () => await (queued ?? running) };
}

/** Whether something is due that is done every so often; the first time it is. */
function createDue(now: () => number): (what: string, everyMs: number) => boolean {
  const last = new Map<string, number>();
  return (what, everyMs) => {
    const at = last.get(what);
    if (at !== undefined && now() - at < everyMs) return false;
    last.set(what, now());
    return true;
  };
}

async function recordAll(context: RecorderContext, since: number, isOver: () => boolean): Promise<void> {
  for (;;) {
    const messages = await context.store.unrecorded(SERVICE.value, since, AT_ONCE);
    let done = 0;
    const conversations = conversationsIn(messages);
    const work = async (): Promise<void> => {
      for (let next = conversations.shift(); next !== undefined; next = conversations.shift())
        for (const message of next) if (!isOver() && (await recordOne(context, message))) done += 1;
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
    if (messages.length < AT_ONCE || done === 0) return;
  }
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
async function recordOne(context: RecorderContext, unrecorded: Unrecorded): Promise<boolean> {
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

async function documentOf({ msh }: RecorderContext, { message }: Unrecorded): Promise<Buffer> {
  const part = message.parts[documentPartOf(message.userMessage)];
  return part === undefined ? Buffer.alloc(0) : await documentHead(msh, part);
}

async function lookAfterWaiting(context: RecorderContext, answering: Answering, now: number): Promise<void> {
  const { store, refuse } = context;
  await store.failUndelivered(now);
  for (const document of await store.dueRefusals(AT_ONCE))
    await refuse(document).then(
      () => store.settleRefusal(document.rowId),
      // Told already; it stays due.
      () => undefined,
    );
  for (const exchange of await store.overdue(now, AT_ONCE)) {
    if (exchange.role === 'provider' && context.answerOverdue !== undefined) answering.begin(exchange);
    else await expire(context, exchange, now);
  }
}

/** Answers to requests that are overdue, while they are given. */
interface Answering {
  readonly begin: (exchange: Exchange) => void;
  /** Resolves when none is under way. */
  readonly settled: () => Promise<void>;
}

/** Beside the passes: giving an answer waits for its own record, which a later pass makes. */
function answeringFor(context: RecorderContext): Answering {
  const underWay = new Map<string, Promise<void>>();
  return {
    begin: (exchange) => {
      const { id } = exchange;
      if (!underWay.has(id))
        underWay.set(
          id,
          endWaiting(context, exchange).finally(() => underWay.delete(id)),
        );
    },
    settled: async () => void (await Promise.all(underWay.values())),
  };
}

/** Whoever asked is told; the exchange moves by the answer, and expires when none can be given. Never rejects. */
async function endWaiting(context: RecorderContext, exchange: Exchange): Promise<void> {
  const { answerOverdue, observer, nature } = context;
  try {
    await answerOverdue?.(exchange);
  } catch (error) {
    const reason = describeError(error);
    observer.emit({ event: 'exchanges/not-answered', level: 'warn', exchange: exchange.id, reason });
    // One that was answered in between has moved, and does not expire.
    await expire(context, exchange, nature.now()).catch(() => undefined);
  }
}

async function expire({ store, observer }: RecorderContext, exchange: Exchange, now: number): Promise<void> {
  if (!(await store.expire(exchange, now))) return;
  const { id, role, conversationId, state } = exchange;
  observer.emit({ event: 'exchanges/expired', level: 'warn', exchange: id, role, conversationId, state });
}

async function forget({ store, observer, nature, times }: RecorderContext): Promise<void> {
  let documents = 0;
  for (let some = 1; some > 0; documents += some)
    some = await store.forgetDocuments(nature.now() - times.keepMs);
  if (documents > 0) observer.emit({ event: 'exchanges/forgotten', level: 'info', documents });
}
