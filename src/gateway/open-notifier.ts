import { webhookHeaders, webhookSecrets } from '../config/index.ts';
import type { LoadedWebhook } from '../load-webhooks.ts';
import { createNotifier, eventTypeOf } from '../msh/index.ts';
import type { Notifier, Store, Webhook } from '../msh/index.ts';
import { createWebhookSender } from '../world/http/index.ts';
import type { Making, World } from './making.ts';

/** ms between two looks for what other nodes have written. */
const POLL_MS = 500;

/** What tells backends what happens to messages; it begins when it is started, and follows what is in force. */
export function openNotifier(
  { config, reloader, patience, closings }: Making,
  { store, observer, nature }: Pick<World, 'observer' | 'nature'> & { readonly store: Store },
): Notifier {
  const endpoints = createEndpoints(patience);
  closings.push(() => endpoints.keepOnly([]));
  const notifier = createNotifier({
    store,
    observer,
    nature,
    webhooks: endpoints.open(reloader.current.webhooks),
    source: `urn:quoin:party:${encodeURIComponent(config.accessPoint.party)}`,
    times: { pollMs: POLL_MS, keepMs: config.events.keepMs, keepEvents: config.events.most },
  });
  let inForce = reloader.current.webhooks;
  reloader.onAttempt(() => {
    if (inForce === reloader.current.webhooks) return;
    inForce = reloader.current.webhooks;
    void notifier.renew(endpoints.open(inForce)).then(() => endpoints.keepOnly(inForce));
  });
  return notifier;
}

/** Endpoints that are open: one about which nothing has changed stays the same object. */
interface Endpoints {
  readonly open: (webhooks: readonly LoadedWebhook[]) => readonly Webhook[];
  /** Closes the others; what they still send is cut. */
  readonly keepOnly: (webhooks: readonly LoadedWebhook[]) => Promise<void>;
}

function createEndpoints(patience: AbortSignal): Endpoints {
  const opened = new Map<string, Webhook>();
  return {
    open: (webhooks) =>
      webhooks.map((loaded) => {
        const key = keyOf(loaded);
        const webhook = opened.get(key) ?? openWebhook(patience, loaded);
        opened.set(key, webhook);
        return webhook;
      }),
    keepOnly: async (webhooks) => {
      const kept = new Set(webhooks.map(keyOf));
      const gone = [...opened].filter(([key]) => !kept.has(key));
      for (const [key] of gone) opened.delete(key);
      await Promise.all(gone.map(([, { sender }]) => sender.close()));
    },
  };
}

const keyOf = ({ name, facts }: LoadedWebhook): string => JSON.stringify([name, facts]);

/** Each endpoint has a way out of its own; what still runs when patience ends is aborted. */
function openWebhook(patience: AbortSignal, { configured, ca }: LoadedWebhook): Webhook {
  const { allowPrivate, authorities: _, secretFiles: __, ...webhook } = configured;
  const sender = createWebhookSender({
    allowPrivate,
    connections: webhook.concurrency,
    ...(ca.length === 0 ? {} : { ca: [...ca] }),
  });
  return {
    ...webhook,
    secrets: webhookSecrets(webhook),
    headers: webhookHeaders(webhook).headers,
    events: webhook.events.map((name) => eventTypeOf(name)!),
    sender: { ...sender, send: (request) => sender.send({ signal: patience, ...request }) },
  };
}
