import { failureFrom } from '../messages.ts';
import type { Delivery } from '../ports/index.ts';
import { attemptDelivery } from './attempt.ts';
import type { EndpointSign } from './attempt.ts';
import type { NotifyContext, Webhook } from './types.ts';
import { wants } from './wants.ts';

/** The worker of one webhook. */
export interface Dispatcher {
  /** Looks for work now. */
  readonly wake: () => void;
  /** Begins no attempt any more; resolves when those under way have ended. */
  readonly stop: () => Promise<void>;
}

/** Failures of the whole endpoint in a row after which one attempt at a time is made, to see whether it works again. */
const HOLD_AFTER = 3;

/** ms beyond the longest attempt for which a delivery is leased. */
const LEASE_MARGIN_MS = 30_000;

/**
 * Makes deliveries of events and attempts of deliveries, for one webhook and apart from all others, so that a slow endpoint
 * holds up nobody else. Looks when it is woken, when an attempt has ended, and every `pollMs`.
 */
export function startDispatcher(context: NotifyContext, webhook: Webhook): Dispatcher {
  const underWay = new Set<Promise<void>>();
  const pace = createPace(context, webhook);
  const sleeper = createSleeper(context.times.pollMs);
  let stopped = false;

  const begin = (delivery: Delivery): void => {
    const attempt = reporting(context, webhook, 'notify/send', async () =>
      pace.note(await attemptDelivery(context, webhook, delivery)),
    ).finally(() => {
      underWay.delete(attempt);
      sleeper.wake();
    });
    underWay.add(attempt);
  };

  const turn = async (): Promise<void> => {
    while (!stopped && (await fanOut(context, webhook)) > 0);
    const room = pace.limit() - underWay.size;
    if (stopped || room <= 0) return;
    const leaseMs = webhook.timeoutMs + LEASE_MARGIN_MS;
    const now = context.nature.now();
    for (const delivery of await context.store.claimDeliveries(webhook.name, now, leaseMs, room))
      begin(delivery);
  };

  const run = async (): Promise<void> => {
    while (!stopped) {
      await reporting(context, webhook, 'notify/dispatch', turn);
      await sleeper.sleep();
    }
  };
  const running = run();
  return {
    wake: sleeper.wake,
    stop: async () => {
      stopped = true;
      sleeper.wake();
      await running;
      await Promise.all(underWay);
    },
  };
}

function fanOut({ store, nature }: NotifyContext, webhook: Webhook): Promise<number> {
  return store.fanOut(webhook.name, {
    wants: (event) => wants(webhook, event),
    now: nature.now(),
    windowMs: webhook.retry.windowMs,
  });
}

/** How many attempts may be under way: all that are granted, or one while the endpoint fails as a whole. */
function createPace(
  { store, nature, observer }: NotifyContext,
  { name, concurrency }: Webhook,
): { readonly limit: () => number; readonly note: (sign: EndpointSign) => Promise<void> } {
  let failures = 0;
  return {
    limit: () => (failures >= HOLD_AFTER ? 1 : concurrency),
    note: async (sign) => {
      if (sign === 'fails') failures += 1;
      if (sign !== 'works') return;
      const held = failures >= HOLD_AFTER;
      failures = 0;
      if (!held) return;
      observer.emit({ event: 'notify/endpoint-works-again', level: 'info', webhook: name });
      await store.hastenDeliveries(name, nature.now());
    },
  };
}

/** Sleeps a while, or until it is woken; a call while awake counts for the next sleep. */
export function createSleeper(ms: number): {
  readonly sleep: () => Promise<void>;
  readonly wake: () => void;
} {
  let isWoken = false;
  let end: (() => void) | undefined;
  return {
    sleep: async () => {
      if (!isWoken)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          timer.unref();
          end = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      isWoken = false;
      end = undefined;
    },
    wake: () => {
      isWoken = true;
      end?.();
    },
  };
}

/** A failure is told, and what it was about is taken up again at the next look. */
async function reporting(
  { observer }: NotifyContext,
  webhook: Webhook,
  step: string,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    const failure = failureFrom(step, error);
    observer.emit({ event: 'notify/defect', level: 'error', webhook: webhook.name, step, failure });
  }
}
