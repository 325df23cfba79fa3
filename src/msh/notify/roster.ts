import { startDispatcher } from './dispatcher.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { NotifyContext, Webhook } from './types.ts';

/** The dispatchers that run. */
export interface Roster {
  /** Has one for each webhook of the context; the others begin nothing any more. Resolves when they have ended. */
  readonly follow: () => Promise<void>;
  readonly wake: () => void;
  /** Resolves when all that ever ran have ended; nothing is followed after it. */
  readonly stop: () => Promise<void>;
}

/**
 * Dispatchers by the webhook they tell. The one of a changed webhook begins while attempts of the one before still run,
 * as on two nodes: the store keeps them apart, and the order within a conversation.
 */
export function createRoster(context: NotifyContext): Roster {
  const running = new Map<Webhook, Dispatcher>();
  const ending = new Set<Promise<void>>();
  let stopped = false;
  const dismiss = (webhook: Webhook, dispatcher: Dispatcher): void => {
    running.delete(webhook);
    const end = dispatcher.stop().finally(() => ending.delete(end));
    ending.add(end);
  };
  const keepOnly = (wanted: readonly Webhook[]): void => {
    for (const [webhook, dispatcher] of [...running])
      if (!wanted.includes(webhook)) dismiss(webhook, dispatcher);
  };
  return {
    follow: async () => {
      if (stopped) return;
      keepOnly(context.webhooks);
      for (const webhook of context.webhooks)
        if (!running.has(webhook)) running.set(webhook, startDispatcher(context, webhook));
      await Promise.all(ending);
    },
    wake: () => {
      for (const { wake } of running.values()) wake();
    },
    stop: async () => {
      stopped = true;
      keepOnly([]);
      await Promise.all(ending);
    },
  };
}
