import type { Delivery, WebhookStatus } from '../../msh/index.ts';
import { answerJson } from './answer.ts';
import type { Operation } from './context.ts';
import { EVENT_SCHEMAS } from './event-schemas.ts';
import { readJson } from './read-json.ts';
import { checked } from './schemas.ts';
import { pageView } from './views.ts';

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

/** The address without what may be a secret in it. */
const shownUrl = (url: string): string => `${new URL(url).origin}${new URL(url).pathname}`;

const webhookView = (webhook: WebhookStatus) => ({
  name: webhook.name,
  url: shownUrl(webhook.url),
  events: webhook.events,
  state: webhook.failingSince === undefined ? 'working' : 'failing',
  failingSince: iso(webhook.failingSince),
  waiting: webhook.waiting,
  oldestWaitingAt: iso(webhook.oldestWaitingAt),
  failed: webhook.failed,
  cursor: webhook.cursor,
  behind: webhook.behind,
  lastSuccessAt: iso(webhook.lastSuccessAt),
  lastFailureAt: iso(webhook.lastFailureAt),
  lastFailure: webhook.lastFailure,
  links: { deliveries: `/v1/webhooks/${encodeURIComponent(webhook.name)}/deliveries` },
});

const deliveryView = ({ event, ...delivery }: Delivery) => ({
  id: delivery.id,
  eventId: event.id,
  type: event.type,
  messageId: event.messageId,
  conversationId: event.conversationId,
  sequence: event.cursor,
  state: delivery.state,
  attempts: delivery.attempts,
  replay: delivery.replay,
  createdAt: iso(delivery.createdAt),
  nextAttemptAt: iso(delivery.nextAttemptAt),
  giveUpAt: iso(delivery.giveUpAt),
  finishedAt: iso(delivery.finishedAt),
  httpStatus: delivery.httpStatus,
  failure: delivery.failure,
});

/** `GET /v1/webhooks`: the configured ones and how they stand. */
export const listWebhooks: Operation = async (context, _request, response) => {
  answerJson(response, { items: (await context.notifier.webhooks()).map(webhookView) });
};

/** `GET /v1/webhooks/{name}/deliveries`: what a webhook was told, the last first. */
export const listDeliveries: Operation = async (context, request, response) => {
  const { state, cursor, limit } = checked(EVENT_SCHEMAS.deliveriesQuery, request.query, 'query');
  const page = await context.notifier.deliveries(
    String(request.params.name),
    { state },
    { limit: Math.min(limit, context.limits.pageSize), cursor },
  );
  answerJson(response, pageView(page, deliveryView, { path: request.path, query: request.query }));
};

/** `POST /v1/webhooks/{name}/replay`: tells events again that are still kept. */
export const replayWebhook: Operation = async (context, request, response) => {
  const body = await readJson(request, context.limits.messageFieldBytes);
  const { since, ...which } = checked(EVENT_SCHEMAS.replay, body, 'body');
  const webhook = String(request.params.name);
  const deliveries = await context.notifier.replay(webhook, {
    ...which,
    since: since === undefined ? undefined : Date.parse(since),
  });
  answerJson(response, { webhook, deliveries }, { status: 202 });
};
