/** HTTP: the AS4 door, the way out to partners, and the listener that the other doors stand on. */
export { startAs4Listener } from './as4-listener.ts';
export type { PlainAnswer } from './as4-gate.ts';
export type { As4Limits, As4ListenerOptions } from './as4-listener.ts';
export { startHttpListener, LISTENER_LIMITS } from './http-listener.ts';
export type { HttpHandler, HttpListener, HttpListenerOptions, ListenerLimits } from './http-listener.ts';
export { MIN_BYTES_PER_SECOND } from './patience.ts';
export { readRequestBody } from './request-body.ts';
export { lineTo } from './line.ts';
export type { Greeting, Handshake, Line, Reached } from './line.ts';
export { tryListening } from './try-listening.ts';
export { checkListenerTls } from './listener-tls.ts';
export type { ListenerTls } from './listener-tls.ts';
export { createTransport } from './transport.ts';
export type { TransportOptions } from './transport.ts';
export { createWebhookSender } from './webhook-sender.ts';
export type { WebhookSenderOptions } from './webhook-sender.ts';
export type { TransportTls } from './transport-tls.ts';
