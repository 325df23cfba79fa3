import { getConfiguration, reload } from './configuration.ts';
import type { Operation } from './context.ts';
import { listEvents, streamEvents } from './events.ts';
import { acknowledge, getInbound, getPart, listInbox } from './inbox.ts';
import { bounded } from './intake.ts';
import { getEnvelope, getMessage, getReceipt, listMessages } from './messages.ts';
import { explain, health, listJournal, ping } from './operations.ts';
import { getPartner, listPartners, pausePartner, resetPartner, resumePartner } from './partners.ts';
import { submitMessage } from './submit.ts';
import { listDeliveries, listWebhooks, replayWebhook } from './webhooks.ts';

/** One operation of the API, named as in the OpenAPI document. */
export interface Route {
  readonly method: 'get' | 'post';
  /** Express path; `:name` is one percent-encoded segment. */
  readonly path: string;
  readonly operationId: string;
  readonly operation: Operation;
}

const route = (method: Route['method'], path: string, operationId: string, operation: Operation): Route => ({
  method,
  path,
  operationId,
  operation,
});

/** Served to anybody who can connect. */
export const OPEN_ROUTES: readonly Route[] = [route('get', '/health', 'getHealth', health)];

/** Served to callers that may use the API. */
export const ROUTES: readonly Route[] = [
  route('post', '/v1/messages', 'submitMessage', bounded(submitMessage)),
  route('get', '/v1/messages', 'listMessages', listMessages),
  route('get', '/v1/messages/:messageId', 'getMessage', getMessage),
  route('get', '/v1/messages/:messageId/receipt', 'getReceipt', getReceipt),
  route('get', '/v1/messages/:messageId/envelope', 'getEnvelope', getEnvelope),
  route('get', '/v1/inbox', 'listInbox', listInbox),
  route('get', '/v1/inbox/:id', 'getInbound', getInbound),
  route('get', '/v1/inbox/:id/parts/:n', 'getPart', getPart),
  route('post', '/v1/inbox/:id/acknowledge', 'acknowledge', acknowledge),
  route('post', '/v1/ping', 'ping', ping),
  route('post', '/v1/pmodes/explain', 'explainPModes', explain),
  route('get', '/v1/partners', 'listPartners', listPartners),
  route('get', '/v1/partners/:name', 'getPartner', getPartner),
  route('post', '/v1/partners/:name/pause', 'pausePartner', pausePartner),
  route('post', '/v1/partners/:name/resume', 'resumePartner', resumePartner),
  route('post', '/v1/partners/:name/reset', 'resetPartner', resetPartner),
  route('get', '/v1/journal', 'listJournal', listJournal),
  route('get', '/v1/configuration', 'getConfiguration', getConfiguration),
  route('post', '/v1/reload', 'reload', reload),
  route('get', '/v1/events', 'listEvents', listEvents),
  route('get', '/v1/events/stream', 'streamEvents', streamEvents),
  route('get', '/v1/webhooks', 'listWebhooks', listWebhooks),
  route('get', '/v1/webhooks/:name/deliveries', 'listDeliveries', listDeliveries),
  route('post', '/v1/webhooks/:name/replay', 'replayWebhook', replayWebhook),
];
