import { QuoinError } from '../../protocol/errors/index.ts';
import { failureFrom } from '../messages.ts';
import type { EventCursor, EventFilter, EventPage, EventRequest, Replay } from '../ports/index.ts';
import { cloudEventOf } from './cloud-event.ts';
import { createSleeper } from './dispatcher.ts';
import { seeWebhooks, startHousekeeping } from './housekeeping.ts';
import { createRoster } from './roster.ts';
import type { Notifier, NotifyContext, Webhook, WebhookStatus } from './types.ts';
import { wants } from './wants.ts';

/** Tells backends what happens to messages, over the given world. */
export function createNotifier(given: NotifyContext): Notifier {
  const { store, source } = given;
  let current = given.webhooks;
  const context: NotifyContext = {
    ...given,
    get webhooks() {
      return current;
    },
  };
  const watchers = new Set<() => void>();
  const { start, stop, wake, follow } = life(context, watchers);
  return {
    events: (filter, request) => events(context, filter, request),
    lastEvent: () => store.lastEvent(),
    watch: (listener) => {
      // A wrapper of its own, so that one function given twice is called twice and taken away once.
      const own = (): void => listener();
      watchers.add(own);
      return () => void watchers.delete(own);
    },
    cloudEvent: (event) => cloudEventOf(event, source),
    webhooks: () => webhooks(context),
    deliveries: async (name, filter, page) => {
      webhookNamed(context, name);
      return await store.listDeliveries(name, filter, page);
    },
    replay: async (name, which) => {
      const deliveries = await replay(context, name, which);
      wake();
      return deliveries;
    },
    renew: async (webhooks) => {
      current = webhooks;
      await follow();
    },
    start,
    stop,
  };
}

/**
 * A page whose cursor is as far on as it can be, so that a reader who wants few events does not stay behind until those
 * after its cursor are gone. The last event is asked for first: all up to it have then been looked at.
 */
async function events(
  { store }: NotifyContext,
  filter: EventFilter,
  request: EventRequest,
): Promise<EventPage> {
  const last = await store.lastEvent();
  const page = await store.listEvents(filter, request);
  if (page.cursor > last && page.items.length === 0) throw cursorAhead(page.cursor, last);
  return page.more || page.cursor >= last ? page : { ...page, cursor: last };
}

/** Cursors are given out for events that are there: one beyond them comes from another database. */
function cursorAhead(found: EventCursor, last: EventCursor): QuoinError {
  return new QuoinError('notify/cursor-ahead', 'No event has come as far as this cursor.', {
    finding: {
      check: 'cursor-known',
      field: 'after',
      expected: `${last} or earlier`,
      found,
      advice:
        'If the database was restored from a backup, begin again without a cursor; events may be told twice then.',
    },
  });
}

interface Life extends Pick<Notifier, 'start' | 'stop'> {
  readonly wake: () => void;
  /** Makes the dispatchers those of the webhooks of the context. */
  readonly follow: () => Promise<void>;
}

/** Dispatchers, housekeeping and the look for events of other nodes: started once, stopped in reverse. */
function life(context: NotifyContext, watchers: ReadonlySet<() => void>): Life {
  const roster = createRoster(context);
  let endings: readonly (() => Promise<void>)[] = [];
  const wake = (): void => {
    roster.wake();
    for (const watcher of [...watchers]) watcher();
  };
  return {
    wake,
    follow: async () => {
      if (endings.length === 0) return;
      await seen(context);
      await roster.follow();
    },
    start: async () => {
      await seeWebhooks(context, context.nature.now());
      void roster.follow();
      const housekeeping = startHousekeeping(context);
      const tail = followTail(context, () => watchers.size > 0, wake);
      const deaf = context.store.onEvent(wake);
      endings = [() => Promise.resolve(deaf()), tail.stop, housekeeping.stop, roster.stop];
    },
    stop: async () => {
      await Promise.all(endings.map((end) => end()));
    },
  };
}

/** A webhook the store does not know yet is told nothing; the housekeeping notes it within a minute at the latest. */
async function seen(context: NotifyContext): Promise<void> {
  await seeWebhooks(context, context.nature.now()).catch((error: unknown) => {
    const step = 'notify/renew';
    const failure = failureFrom(step, error);
    context.observer.emit({ event: 'notify/defect', level: 'error', step, failure });
  });
}

/** Tells of events that other processes have written: looks for them while somebody watches. */
function followTail(
  { store, observer, times }: NotifyContext,
  isWatched: () => boolean,
  changed: () => void,
): { readonly stop: () => Promise<void> } {
  const sleeper = createSleeper(times.pollMs);
  let last: EventCursor | undefined;
  let stopped = false;
  const look = async (): Promise<void> => {
    const now = isWatched() ? await store.lastEvent() : undefined;
    if (now !== undefined && now !== last) changed();
    last = now;
  };
  const run = async (): Promise<void> => {
    while (!stopped) {
      await look().catch((error: unknown) => {
        const step = 'notify/follow';
        observer.emit({ event: 'notify/defect', level: 'error', step, failure: failureFrom(step, error) });
      });
      await sleeper.sleep();
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopped = true;
      sleeper.wake();
      await running;
    },
  };
}

async function webhooks(context: NotifyContext): Promise<readonly WebhookStatus[]> {
  const states = new Map((await context.store.listWebhooks()).map((state) => [state.name, state]));
  const last = await context.store.lastEvent();
  return context.webhooks.flatMap(({ name, url, events }) => {
    const state = states.get(name);
    return state === undefined ? [] : [{ ...state, url, events, behind: state.cursor < last }];
  });
}

function webhookNamed({ webhooks: known }: NotifyContext, name: string): Webhook {
  const found = known.find((webhook) => webhook.name === name);
  if (found !== undefined) return found;
  throw new QuoinError('notify/unknown-webhook', 'There is no webhook of this name.', {
    finding: {
      check: 'webhook-configured',
      field: 'name',
      expected: known.map((webhook) => webhook.name).join(', ') || 'none is configured',
      found: name,
      advice: 'Webhooks are configured under webhooks in quoin.yaml.',
    },
  });
}

/** Step by step, so that no transaction takes long; a process that dies on the way has replayed the first steps. */
async function replay(context: NotifyContext, name: string, which: Replay): Promise<number> {
  const webhook = webhookNamed(context, name);
  const how = {
    wants: (event: Parameters<typeof wants>[1]) => wants(webhook, event),
    now: context.nature.now(),
    windowMs: webhook.retry.windowMs,
  };
  let deliveries = 0;
  let next: EventCursor | undefined = which.after;
  do {
    const step = await context.store.replayEvents(name, { ...which, after: next }, how);
    deliveries += step.created;
    next = step.next;
  } while (next !== undefined);
  context.observer.emit({ event: 'notify/replayed', level: 'info', webhook: name, deliveries });
  return deliveries;
}
