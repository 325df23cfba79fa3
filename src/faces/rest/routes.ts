import type { ApiScope } from '../../config/index.ts';
import { getConfiguration, listCertificates, reload } from './configuration.ts';
import type { Operation } from './context.ts';
import { acknowledge, leaseInbox, redeliverInbound, releaseInbound } from './consume.ts';
import { answerRequest, requestEvidence, requestPreview, takeExchange } from './exchange-acts.ts';
import { listEvidenceTypes } from './evidence-types.ts';
import { getEvidence, getExchange, getExchangeDocument, listExchanges } from './exchanges.ts';
import { listEvents, streamEvents } from './events.ts';
import {
  getInbound,
  getInboundEnvelope,
  getInboundReceipt,
  getPart,
  listInbox,
  putInboundBusiness,
} from './inbox.ts';
import { bounded } from './intake.ts';
import {
  getEnvelope,
  getMessage,
  getReceipt,
  listMessages,
  putMessageBusiness,
  resendMessage,
} from './messages.ts';
import { explain, health, listJournal, ping } from './operations.ts';
import { getPartner, listPartners, pausePartner, resetPartner, resumePartner } from './partners.ts';
import { decidePreview, mintPreviewLink, openPreview, visitPreview } from './previews.ts';
import { submitMessage } from './submit.ts';
import { listDeliveries, listWebhooks, replayWebhook } from './webhooks.ts';

/** One operation of the API, named as in the OpenAPI document. */
export interface Route {
  readonly method: 'get' | 'post' | 'put';
  /** `:name` is one percent-encoded segment. */
  readonly path: string;
  readonly operationId: string;
  /** What a key must be allowed to. */
  readonly scope: ApiScope;
  readonly operation: Operation;
  /** It keeps to the parties of a key that has some; without this such keys are refused. */
  readonly keepsToParties?: boolean | undefined;
}

/** One that asks for no credential. */
export type OpenRoute = Omit<Route, 'scope' | 'keepsToParties'>;

const route = (
  method: Route['method'],
  path: string,
  operationId: string,
  scope: ApiScope,
  operation: Operation,
  more: Pick<Route, 'keepsToParties'> = {},
): Route => ({ method, path, operationId, scope, operation, ...more });

/** Keys that are held to parties may use it: it sends, lists and shows messages of theirs only. */
const KEEPS = { keepsToParties: true } as const;

/** Served to anybody who can connect. */
export const OPEN_ROUTES: readonly OpenRoute[] = [
  { method: 'get', path: '/health', operationId: 'getHealth', operation: health },
];

/** Served to callers that may use the API. */
export const ROUTES: readonly Route[] = [
  route('post', '/v1/messages', 'submitMessage', 'submit', bounded(submitMessage), KEEPS),
  route('get', '/v1/messages', 'listMessages', 'read', listMessages, KEEPS),
  route('get', '/v1/messages/:messageId', 'getMessage', 'read', getMessage, KEEPS),
  route('get', '/v1/messages/:messageId/receipt', 'getReceipt', 'read', getReceipt, KEEPS),
  route('get', '/v1/messages/:messageId/envelope', 'getEnvelope', 'read', getEnvelope, KEEPS),
  route('post', '/v1/messages/:messageId/resend', 'resendMessage', 'operate', resendMessage, KEEPS),
  route('put', '/v1/messages/:messageId/business', 'putMessageBusiness', 'submit', putMessageBusiness, KEEPS),
  route('post', '/v1/inbox/lease', 'leaseInbox', 'inbox', leaseInbox, KEEPS),
  route('get', '/v1/inbox', 'listInbox', 'inbox', listInbox, KEEPS),
  route('get', '/v1/inbox/:id', 'getInbound', 'inbox', getInbound, KEEPS),
  route('get', '/v1/inbox/:id/parts/:n', 'getPart', 'inbox', getPart, KEEPS),
  route('post', '/v1/inbox/:id/acknowledge', 'acknowledge', 'inbox', acknowledge, KEEPS),
  route('get', '/v1/inbox/:id/receipt', 'getInboundReceipt', 'inbox', getInboundReceipt, KEEPS),
  route('get', '/v1/inbox/:id/envelope', 'getInboundEnvelope', 'inbox', getInboundEnvelope, KEEPS),
  route('post', '/v1/inbox/:id/release', 'releaseInbound', 'inbox', releaseInbound, KEEPS),
  route('post', '/v1/inbox/:id/redeliver', 'redeliverInbound', 'operate', redeliverInbound, KEEPS),
  route('put', '/v1/inbox/:id/business', 'putInboundBusiness', 'inbox', putInboundBusiness, KEEPS),
  route('post', '/v1/exchanges', 'requestEvidence', 'submit', bounded(requestEvidence), KEEPS),
  route('get', '/v1/exchanges', 'listExchanges', 'read', listExchanges, KEEPS),
  route('get', '/v1/exchanges/:id', 'getExchange', 'read', getExchange, KEEPS),
  route('get', '/v1/exchanges/:id/evidence/:n', 'getEvidence', 'read', getEvidence, KEEPS),
  route('get', '/v1/exchanges/:id/documents/:n', 'getExchangeDocument', 'read', getExchangeDocument, KEEPS),
  route('post', '/v1/exchanges/:id/preview', 'requestPreview', 'submit', requestPreview, KEEPS),
  route('post', '/v1/exchanges/:id/answer', 'answerRequest', 'submit', bounded(answerRequest), KEEPS),
  route('post', '/v1/exchanges/:id/acknowledge', 'takeExchange', 'inbox', takeExchange, KEEPS),
  route('post', '/v1/exchanges/:id/preview-links', 'mintPreviewLink', 'submit', mintPreviewLink, KEEPS),
  route('post', '/v1/preview/open', 'openPreview', 'submit', openPreview, KEEPS),
  route('post', '/v1/preview/session', 'visitPreview', 'submit', visitPreview, KEEPS),
  route('post', '/v1/preview/decide', 'decidePreview', 'submit', decidePreview, KEEPS),
  route('get', '/v1/evidence-types', 'listEvidenceTypes', 'read', listEvidenceTypes, KEEPS),
  route('post', '/v1/ping', 'ping', 'operate', ping),
  route('post', '/v1/pmodes/explain', 'explainPModes', 'read', explain),
  route('get', '/v1/partners', 'listPartners', 'read', listPartners),
  route('get', '/v1/partners/:name', 'getPartner', 'read', getPartner),
  route('post', '/v1/partners/:name/pause', 'pausePartner', 'operate', pausePartner),
  route('post', '/v1/partners/:name/resume', 'resumePartner', 'operate', resumePartner),
  route('post', '/v1/partners/:name/reset', 'resetPartner', 'operate', resetPartner),
  route('get', '/v1/journal', 'listJournal', 'read', listJournal),
  route('get', '/v1/configuration', 'getConfiguration', 'read', getConfiguration),
  route('get', '/v1/certificates', 'listCertificates', 'read', listCertificates),
  route('post', '/v1/reload', 'reload', 'operate', reload),
  route('get', '/v1/events', 'listEvents', 'events', listEvents, KEEPS),
  route('get', '/v1/events/stream', 'streamEvents', 'events', streamEvents, KEEPS),
  route('get', '/v1/webhooks', 'listWebhooks', 'operate', listWebhooks),
  route('get', '/v1/webhooks/:name/deliveries', 'listDeliveries', 'operate', listDeliveries),
  route('post', '/v1/webhooks/:name/replay', 'replayWebhook', 'operate', replayWebhook),
];
