import { QuoinError } from '../../protocol/errors/index.ts';
import { failureFrom } from '../messages.ts';
import type { Delivery, DeliverySettlement, Failure, WebhookAnswer } from '../ports/index.ts';
import { answerClass } from './answer-classes.ts';
import { CLOUD_EVENT_TYPE, cloudEventOf } from './cloud-event.ts';
import { nextAttemptAt } from './retry.ts';
import { signatureHeaders } from './sign.ts';
import type { NotifyContext, Webhook } from './types.ts';
import { wants } from './wants.ts';

/** What an attempt says of its endpoint: it works, it fails as a whole, or nothing. */
export type EndpointSign = 'works' | 'fails' | 'none';

/** How an attempt ended. */
interface Outcome {
  readonly settlement: DeliverySettlement;
  readonly endpoint: EndpointSign;
}

/** Makes the attempt that a claimed delivery was claimed for, and keeps its outcome. */
export async function attemptDelivery(
  context: NotifyContext,
  webhook: Webhook,
  delivery: Delivery,
): Promise<EndpointSign> {
  const { settlement, endpoint } = await outcomeOf(context, webhook, delivery);
  const settled = await context.store.settleDelivery(delivery.id, delivery.attempts, settlement);
  if (!settled) return 'none';
  announce(context, delivery, settlement);
  if (endpoint === 'fails' && settlement.state === 'FAILED')
    await giveUpOverdue(context, webhook, settlement);
  return endpoint;
}

async function outcomeOf(context: NotifyContext, webhook: Webhook, delivery: Delivery): Promise<Outcome> {
  // The subscription may have changed since the delivery was made; what it no longer covers is not told.
  if (!wants(webhook, delivery.event))
    return { settlement: { state: 'DROPPED', at: context.nature.now() }, endpoint: 'none' };
  try {
    const answer = await post(context, webhook, delivery);
    return judged(context, webhook, delivery, answer);
  } catch (error) {
    const at = context.nature.now();
    // Our own shutdown is no failure of the endpoint.
    if (error instanceof QuoinError && error.code === 'http/aborted')
      return { settlement: { state: 'PENDING', nextAttemptAt: at, at }, endpoint: 'none' };
    const failure = failureFrom('notify/send', error);
    return { settlement: failed(context, webhook, delivery, failure), endpoint: 'fails' };
  }
}

function post(context: NotifyContext, webhook: Webhook, delivery: Delivery): Promise<WebhookAnswer> {
  const { event, id, attempts } = delivery;
  const body = Buffer.from(JSON.stringify(cloudEventOf(event, context.source)));
  return webhook.sender.send({
    url: webhook.url,
    headers: {
      ...webhook.headers,
      'content-type': CLOUD_EVENT_TYPE,
      ...signatureHeaders(webhook.secrets, { id: event.id, at: context.nature.now(), body }),
      'quoin-delivery': id,
      'quoin-attempt': String(attempts),
    },
    body,
    timeoutMs: webhook.timeoutMs,
  });
}

function judged(
  context: NotifyContext,
  webhook: Webhook,
  delivery: Delivery,
  { status, retryAfterMs }: WebhookAnswer,
): Outcome {
  const { outcome, endpoint, code, says, advice } = answerClass(status);
  const at = context.nature.now();
  if (code === undefined)
    return { settlement: { state: 'DELIVERED', httpStatus: status, at }, endpoint: 'works' };
  const { host } = new URL(webhook.url);
  const failure: Failure = {
    step: 'notify/send',
    code,
    message: `The endpoint at ${host} ${says} (HTTP ${status}).`,
    finding: {
      check: 'endpoint-answers-2xx',
      field: 'url',
      expected: '2xx',
      found: `HTTP ${status}`,
      advice,
    },
  };
  const settlement: DeliverySettlement =
    outcome === 'given-up'
      ? { state: 'FAILED', failure, at }
      : failed(context, webhook, delivery, failure, retryAfterMs);
  return { settlement: { ...settlement, httpStatus: status }, endpoint: endpoint ? 'fails' : 'none' };
}

/** Another attempt, or the end of the window. */
function failed(
  context: NotifyContext,
  webhook: Webhook,
  { id, attempts, giveUpAt }: Delivery,
  failure: Failure,
  retryAfterMs?: number,
): DeliverySettlement {
  const at = context.nature.now();
  const next = nextAttemptAt(webhook.retry, { attempts, now: at, giveUpAt, retryAfterMs, key: id });
  return next === undefined
    ? { state: 'FAILED', failure, at }
    : { state: 'PENDING', nextAttemptAt: next, failure, at };
}

/** An endpoint that fails as a whole at the end of a window would fail all others that wait as long. */
async function giveUpOverdue(
  { store, observer }: NotifyContext,
  { name }: Webhook,
  { at, failure }: DeliverySettlement,
): Promise<void> {
  const deliveries = await store.giveUpOverdue(name, at, failure!);
  if (deliveries > 0)
    observer.emit({ event: 'notify/given-up-together', level: 'error', webhook: name, deliveries, failure });
}

function announce(context: NotifyContext, delivery: Delivery, settlement: DeliverySettlement): void {
  const { event, webhook, attempts, id } = delivery;
  const { state, nextAttemptAt: next, httpStatus, failure } = settlement;
  // Stopped by ourselves: nothing to tell.
  if (state === 'PENDING' && failure === undefined) return;
  context.observer.emit({
    ...EVENTS[state],
    webhook,
    delivery: id,
    eventId: event.id,
    type: event.type,
    messageId: event.messageId,
    conversationId: event.conversationId,
    attempt: attempts,
    httpStatus,
    nextAttemptAt: next === undefined ? undefined : new Date(next).toISOString(),
    failure,
  });
}

/** The log event of each state an attempt can leave a delivery in. */
const EVENTS: Readonly<
  Record<DeliverySettlement['state'], { readonly event: string; readonly level: 'info' | 'warn' | 'error' }>
> = {
  DELIVERED: { event: 'notify/delivered', level: 'info' },
  PENDING: { event: 'notify/waiting-for-retry', level: 'warn' },
  FAILED: { event: 'notify/failed', level: 'error' },
  DROPPED: { event: 'notify/dropped', level: 'info' },
};
