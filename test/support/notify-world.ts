import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createNotifier } from '../../src/msh/index.ts';
import type {
  Delivery,
  DeliveryStore,
  EventStore,
  MshEvent,
  Notifier,
  NotifyContext,
  Store,
  Webhook,
} from '../../src/msh/index.ts';
import { createWebhookSender } from '../../src/world/http/index.ts';
import { openSqliteStore } from '../../src/world/store/index.ts';
import { newInbound, userMessage } from './records.ts';
import { scratchFolder } from './scratch.ts';
import { createClock } from './test-gateway.ts';
import type { TestClock } from './test-gateway.ts';
import { createWatch } from './waiting.ts';
import type { Watch } from './waiting.ts';
import { reversed } from './test-pair.ts';
import type { Ending } from './test-pair.ts';

/** What a webhook of a test is made of; the rest is as usual. */
export type TestWebhook = Pick<Webhook, 'url'> & Partial<Webhook>;

/** A store whose events are told by a real notifier over real HTTP. */
export interface NotifyWorld {
  readonly store: Store;
  readonly clock: TestClock;
  readonly notifier: Notifier;
  readonly log: MshEvent[];
  /** Looked at whenever something is logged. */
  readonly watch: Watch;
  /** Keeps a received message, which is told. */
  readonly receive: (conversationId?: string, values?: Parameters<typeof newInbound>[0]) => Promise<string>;
  readonly deliveries: (webhook?: string) => Promise<readonly Delivery[]>;
  /** Resolves once an event of the log of this name has come so many times. */
  readonly logged: (event: string, count?: number) => Promise<readonly MshEvent[]>;
}

export const SECRET = 'a secret that is long enough for a webhook';

/** The subscription of a test, to a loopback endpoint. */
export function testWebhook(ending: Ending, webhook: TestWebhook): Webhook {
  const sender = webhook.sender ?? createWebhookSender({ allowPrivate: true, connections: 4 });
  reversed(ending).after(() => sender.close());
  return {
    name: 'hook',
    secrets: [SECRET],
    headers: {},
    events: [
      'eu.quoin.message.received',
      'eu.quoin.message.acknowledged',
      'eu.quoin.message.failed',
      'eu.quoin.message.delivered',
    ],
    timeoutMs: 60_000,
    concurrency: 4,
    retry: { firstMs: 5_000, longestMs: 3_600_000, windowMs: 24 * 3_600_000 },
    ...webhook,
    sender,
  };
}

/** A notifier for tests that are not about events: whoever asks it anything fails. */
export function noNotifier(): Notifier {
  const refuse = (): never => {
    throw new Error('events are no part of this test');
  };
  return {
    events: refuse,
    lastEvent: refuse,
    watch: refuse,
    cloudEvent: refuse,
    webhooks: refuse,
    deliveries: refuse,
    replay: refuse,
    renew: refuse,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}

/** What a notify world is made of besides its webhooks. */
export interface NotifyWorldOptions {
  /** Keeps its database. */
  readonly file?: string;
  readonly store?: Store;
  readonly clock?: TestClock;
  readonly times?: Partial<NotifyContext['times']>;
  readonly around?: (store: EventStore & DeliveryStore) => EventStore & DeliveryStore;
  readonly start?: boolean;
}

/** Opens a store and tells its events; everything ends with the test. */
export async function notifyWorld(
  ending: Ending,
  webhooks: readonly TestWebhook[],
  options: NotifyWorldOptions = {},
): Promise<NotifyWorld> {
  const store =
    options.store ?? (await openSqliteStore({ file: options.file ?? join(scratchFolder(), 'quoin.db') }));
  const clock = options.clock ?? createClock();
  const log: MshEvent[] = [];
  const watch = createWatch();
  const emit = (event: MshEvent): void => {
    log.push(event);
    watch.tell();
  };
  const notifier = createNotifier({
    store: (options.around ?? ((same) => same))(store),
    observer: { emit },
    nature: { now: () => clock.now, uuid: () => randomUUID() },
    webhooks: webhooks.map((webhook) => testWebhook(ending, webhook)),
    source: 'urn:quoin:party:AP_TEST',
    times: { pollMs: 20, keepMs: 30 * 86_400_000, keepEvents: 1_000_000, ...options.times },
  });
  reversed(ending).after(async () => {
    await notifier.stop();
    if (options.store === undefined) await store.close();
  });
  if (options.start !== false) await notifier.start();
  return {
    store,
    clock,
    notifier,
    log,
    watch,
    receive: async (conversationId = 'conversation-1', values = {}) => {
      const messageId = `${randomUUID()}@example.test`;
      const header = userMessage(messageId, { conversationId });
      await store.insertInbound(
        newInbound({ messageId, userMessage: header, receivedAt: clock.now, ...values }),
      );
      return messageId;
    },
    deliveries: async (webhook = 'hook') =>
      (await store.listDeliveries(webhook, {}, { limit: 1000 })).items.toReversed(),
    logged: async (event, count = 1) => {
      const found = (): readonly MshEvent[] => log.filter((one) => one.event === event);
      await watch.until(() => found().length >= count);
      return found();
    },
  };
}
