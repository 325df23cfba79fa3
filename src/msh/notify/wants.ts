import type { MessageEvent } from '../ports/index.ts';
import type { Webhook } from './types.ts';

/** True for an event the webhook is to be told. */
export function wants(
  webhook: Pick<Webhook, 'events' | 'actions' | 'partners' | 'parties'>,
  event: MessageEvent,
): boolean {
  const party = event.direction === 'out' ? event.originalSender : event.finalRecipient;
  return (
    webhook.events.includes(event.type) &&
    allowed(webhook.actions, event.action) &&
    allowed(webhook.partners, event.partner) &&
    allowed(webhook.parties, party)
  );
}

function allowed(list: readonly string[] | undefined, value: string | undefined): boolean {
  return list === undefined || (value !== undefined && list.includes(value));
}
