import { readFile } from 'node:fs/promises';
import { webhookHeaders, webhookSecrets } from '../config/index.ts';
import type { Config } from '../config/index.ts';
import { createNotifier } from '../msh/index.ts';
import type { Notifier, Store, Webhook } from '../msh/index.ts';
import { createWebhookSender } from '../world/http/index.ts';
import type { Making, World } from './making.ts';

/** ms between two looks for what other nodes have written. */
const POLL_MS = 500;

/** What tells backends what happens to messages; it begins when it is started. */
export async function openNotifier(
  making: Pick<Making, 'config' | 'patience' | 'closings'>,
  { store, observer, nature }: Pick<World, 'observer' | 'nature'> & { readonly store: Store },
): Promise<Notifier> {
  const { config } = making;
  return createNotifier({
    store,
    observer,
    nature,
    webhooks: await Promise.all(config.webhooks.map((webhook) => openWebhook(making, webhook))),
    source: `urn:quoin:party:${encodeURIComponent(config.accessPoint.party)}`,
    times: { pollMs: POLL_MS, keepMs: config.events.keepMs, keepEvents: config.events.most },
  });
}

/** Each endpoint has a way out of its own; what still runs when patience ends is aborted. */
async function openWebhook(
  { patience, closings }: Pick<Making, 'patience' | 'closings'>,
  { allowPrivate, authorities, ...webhook }: Config['webhooks'][number],
): Promise<Webhook> {
  const ca = await Promise.all(authorities.map((file) => readFile(file)));
  const sender = createWebhookSender({
    allowPrivate,
    connections: webhook.concurrency,
    ...(ca.length === 0 ? {} : { ca }),
  });
  closings.push(() => sender.close());
  return {
    ...webhook,
    secrets: webhookSecrets(webhook),
    headers: webhookHeaders(webhook).headers,
    events: webhook.events.map((name) => `eu.quoin.message.${name}` as const),
    sender: { ...sender, send: (request) => sender.send({ signal: patience, ...request }) },
  };
}
