import { failureFrom } from '../messages.ts';
import { createSleeper } from './dispatcher.ts';
import type { NotifyContext } from './types.ts';

/** ms between two notes that our webhooks are configured. */
const SEEN_EVERY_MS = 60_000;

/** ms after which a webhook that no gateway has configured counts as gone; a rolling restart takes less. */
const ABANDONED_AFTER_MS = 3_600_000;

/** Events the store takes away at once. */
const TRIM_AT_ONCE = 1000;

/** Notes that our webhooks are in use. */
export async function seeWebhooks({ store, webhooks }: NotifyContext, now: number): Promise<void> {
  if (webhooks.length === 0) return;
  await store.openWebhooks(
    webhooks.map(({ name }) => name),
    now,
  );
}

/** Notes what is in use, drops what nobody uses any more, and takes old events away. */
export async function keepHouse(context: NotifyContext): Promise<void> {
  const { store, observer, nature, times } = context;
  // One time for both: a machine that sleeps in between must not count its own webhooks as abandoned.
  const now = nature.now();
  await seeWebhooks(context, now);
  for (const webhook of await store.dropAbandoned(now - ABANDONED_AFTER_MS, now))
    observer.emit({ event: 'notify/webhook-dropped', level: 'warn', webhook });
  const bounds = {
    before: now - times.keepMs,
    keep: times.keepEvents,
    webhooksSeenSince: now - ABANDONED_AFTER_MS,
  };
  let events = 0;
  for (let removed = TRIM_AT_ONCE; removed >= TRIM_AT_ONCE; events += removed)
    removed = await store.trimEvents(bounds);
  if (events > 0) observer.emit({ event: 'notify/events-removed', level: 'debug', events });
}

/** Keeps house every minute; a failure is told and tried again. */
export function startHousekeeping(context: NotifyContext): { readonly stop: () => Promise<void> } {
  const sleeper = createSleeper(SEEN_EVERY_MS);
  let stopped = false;
  const run = async (): Promise<void> => {
    while (!stopped) {
      await keepHouse(context).catch((error: unknown) => {
        const step = 'notify/housekeeping';
        const failure = failureFrom(step, error);
        context.observer.emit({ event: 'notify/defect', level: 'error', step, failure });
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
