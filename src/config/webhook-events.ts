/** What a webhook may ask to be told, as its setting names it. */
export const WEBHOOK_EVENTS = [
  'received',
  'acknowledged',
  'failed',
  'delivered',
  'exchange.requested',
  'exchange.preview-required',
  'exchange.answered',
  'exchange.expired',
  'exchange.failed',
] as const;

/** One of them. */
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];
