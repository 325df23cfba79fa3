import { describeError } from '../../../protocol/errors/index.ts';
import type { Nature, RowId } from '../../../msh/index.ts';
import { SERVICE } from '../../exchange-header.ts';
import type { Exchange, ExchangeStore, RecordedDocument, Unrecorded } from '../../ports/index.ts';
import { Held, waitingOf } from './held.ts';
import type { ExchangeTimes } from './move.ts';
import { recordAll, recordMessages } from './record-messages.ts';
import type { RecordingContext } from './record-messages.ts';

/** What the recorder works with; times in ms. */
export interface RecorderContext extends RecordingContext {
  readonly store: ExchangeStore;
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

/** Refusals given, and exchanges that are over ended, at a time. */
const AT_ONCE = 100;

/** Refusals that are kept in mind as those that could not be given. */
const MOST_FAILED = 5_000;

/** ms after a message was kept until it is recorded, with all that came meanwhile. */
const GATHER_MS = 200;

/** How far behind it is looked for messages from time to time: a transaction that is not committed yet may keep one. */
const BEHIND_MS = 10 * 60 * 1000;

/**
 * Looks, the rarest first: how often, and how far each goes behind the one before. They find what is not at hand: it was kept
 * by another process, before the start, or beyond the bounds. A look costs as much as there are messages in its time, recorded
 * or not, so those that come often are short.
 */
const LOOKS = [
  { name: 'far', everyMs: 30_000, behindMs: BEHIND_MS },
  { name: 'near', everyMs: 3000, behindMs: 30_000 },
  { name: 'close', everyMs: 0, behindMs: 3000 },
] as const;

/** ms between two times old documents are forgotten. */
const FORGET_EVERY_MS = 60 * 60 * 1000;

/** How long it is tried to record a message, ms; so far behind the last record a recorder begins. */
const TRIED_MS = 24 * 60 * 60 * 1000;

/**
 * The recorder of one gateway. Several on one store do the same work side by side: what one has recorded the others skip,
 * and what a process left undone that died the next one finds.
 */
export function createRecorder(context: RecorderContext): Recorder {
  const { store, times } = context;
  const answering = answeringFor(context);
  const held = new Held();
  let isAsked = false;
  let stopped = false;
  /** When the first of those was kept that were at hand and could not be recorded: the next look goes back to it. */
  let left = Infinity;
  let timer: NodeJS.Timeout | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let unlisten: (() => void) | undefined;
  const isOver = (): boolean => stopped;
  const look = lookFor(context, { held, answering, isOver });

  const passes = oneAtATime(async () => {
    try {
      // Those that fail are found by the looks, until they can be recorded.
      const failed = await recordMessages(context, held.take(), isOver);
      left = Math.min(left, ...failed.map(({ at }) => at));
      if (!isAsked) return;
      isAsked = false;
      await look(left);
      left = Infinity;
    } catch (error) {
      context.observer.emit({ event: 'exchanges/failed', level: 'error', reason: describeError(error) });
    }
  });

  const record = (): Promise<void> => {
    isAsked = true;
    return passes.run();
  };

  // Messages come close together: one pass for many is cheaper than one for each.
  const kept = (message: Unrecorded): void => {
    if (stopped || message.userMessage.collaborationInfo.service.value !== SERVICE.value) return;
    held.hold(waitingOf(message));
    gathering ??= setTimeout(() => {
      gathering = undefined;
      void passes.run();
    }, GATHER_MS);
  };

  const tick = (): void => {
    if (stopped) return;
    timer = setTimeout(() => void record().then(tick), times.pollMs);
  };

  return {
    record,
    start: () => {
      unlisten = store.onKept(kept);
      void record().then(tick);
    },
    stop: async () => {
      stopped = true;
      unlisten?.();
      clearTimeout(timer);
      clearTimeout(gathering);
      await answering.settled();
      await passes.settled();
    },
  };
}

/** What a look has beside its context. */
interface LookMeans {
  readonly held: Held;
  readonly answering: Answering;
  readonly isOver: () => boolean;
}

/** Records what is found and was not at hand, at or after `left` in any case, and looks after what waits. */
function lookFor(
  context: RecorderContext,
  { held, answering, isOver }: LookMeans,
): (left: number) => Promise<void> {
  const { store, nature, times } = context;
  const due = createDue(nature.now);
  const refusing = refusingFor(context);
  let isFar = true;
  /** When the first message was kept that could not be recorded. */
  let failing: number | undefined;
  let since: number | undefined;
  return async (left) => {
    const now = nature.now();
    // The clock may have been set back since the last record.
    since ??= Math.min((await store.lastRecorded()) ?? now, now) - TRIED_MS;
    const failed = await recordAll(context, Math.min(since, left), isOver, (rowId) => held.forget(rowId));
    failing = isFar || failing === undefined ? failed : Math.min(failing, failed ?? failing);
    const { name, behindMs } = LOOKS.find(({ name: one, everyMs }) => due(one, everyMs))!;
    isFar = name === 'far';
    since = Math.max(Math.min(now - behindMs, isFar ? (failing ?? now) : now), now - TRIED_MS);
    if (due('waiting', times.pollMs)) await lookAfterWaiting(context, { answering, refusing }, now);
    if (due('old', FORGET_EVERY_MS)) await forget(context);
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

/** Whether something is due that is done every so often; the first time it is, and when the clock was set back. */
function createDue(now: () => number): (what: string, everyMs: number) => boolean {
  const last = new Map<string, number>();
  return (what, everyMs) => {
    const at = last.get(what);
    const passed = at === undefined ? Infinity : now() - at;
    if (passed >= 0 && passed < everyMs) return false;
    last.set(what, now());
    return true;
  };
}

async function lookAfterWaiting(
  context: RecorderContext,
  { answering, refusing }: { readonly answering: Answering; readonly refusing: () => Promise<void> },
  now: number,
): Promise<void> {
  const { store } = context;
  await store.failUndelivered(now);
  await refusing();
  for (const exchange of await store.overdue(now, AT_ONCE)) {
    if (exchange.role === 'provider' && context.answerOverdue !== undefined) answering.begin(exchange);
    else await expire(context, exchange, now);
  }
}

/** Gives refusals that are due. Those that could not be given wait until all others had their turn. */
function refusingFor({ store, refuse }: RecorderContext): () => Promise<void> {
  const failed = new Set<RowId>();
  return async () => {
    const documents = await store.dueRefusals(AT_ONCE, [...failed]);
    for (const document of documents)
      await refuse(document).then(
        () => store.settleRefusal(document.rowId),
        // Told already; it stays due.
        () => failed.add(document.rowId),
      );
    if (documents.length < AT_ONCE || failed.size > MOST_FAILED) failed.clear();
  };
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
