import { QuoinError } from '../../protocol/errors/index.ts';
import type { MshContext } from '../context.ts';
import { findBytes } from '../keep-bytes.ts';
import type { InboundMessage, InboxLease, LeaseRequest } from '../ports/index.ts';

/** What a consumer asks for: messages that nobody else works on, for so many ms. */
export interface LeaseWish {
  readonly consumer: string;
  readonly limit: number;
  readonly ms: number;
  readonly filter: LeaseRequest['filter'];
}

/** Messages that are the consumer's alone until the lease ends. */
export interface Leased {
  readonly lease: InboxLease;
  readonly messages: readonly InboundMessage[];
}

/** Leases messages that wait; none is no error, and its lease holds nothing. */
export async function lease(context: MshContext, wish: LeaseWish): Promise<Leased> {
  const { now, uuid } = context.nature;
  const at = now();
  const granted: InboxLease = { id: uuid(), consumer: wish.consumer, until: at + wish.ms };
  const messages = await context.store.leaseInbound({
    leaseId: granted.id,
    consumer: granted.consumer,
    now: at,
    until: granted.until,
    limit: wish.limit,
    filter: wish.filter,
  });
  if (messages.length > 0)
    context.observer.emit({
      event: 'deliver/leased',
      level: 'debug',
      lease: granted.id,
      consumer: granted.consumer,
      messages: messages.length,
      until: new Date(granted.until).toISOString(),
    });
  return { lease: granted, messages };
}

/** The backend has it: RECEIVED -> DOWNLOADED. False when it already had. Throws `deliver/leased`. */
export async function acknowledge(context: MshContext, rowId: string, leaseId?: string): Promise<boolean> {
  const outcome = await context.store.acknowledgeInbound(rowId, leaseId, context.nature.now());
  if (outcome === 'leased') throw await leasedElsewhere(context, rowId, leaseId);
  if (outcome === 'acknowledged')
    context.observer.emit({ event: 'deliver/acknowledged', level: 'info', rowId, lease: leaseId });
  return outcome === 'acknowledged';
}

/** Gives a message back before its lease ends. False when it was free. Throws `deliver/leased`. */
export async function release(context: MshContext, rowId: string, leaseId: string): Promise<boolean> {
  const outcome = await context.store.releaseInbound(rowId, leaseId, context.nature.now());
  if (outcome === 'leased') throw await leasedElsewhere(context, rowId, leaseId);
  if (outcome === 'released')
    context.observer.emit({ event: 'deliver/released', level: 'info', rowId, lease: leaseId });
  return outcome === 'released';
}

/**
 * An operator's act: a message the backend has taken is delivered as if it had just come. Throws `deliver/not-taken`,
 * and `payloads/not-found` when a payload of it is no longer kept.
 */
export async function redeliver(context: MshContext, message: InboundMessage, by: string): Promise<void> {
  if (message.state !== 'DOWNLOADED') throw notTaken(message);
  for (const { payload } of message.parts) await findBytes(context, payload);
  const { rowId } = message;
  const moved = await context.store.moveInbound(rowId, 'DOWNLOADED', 'RECEIVED', context.nature.now());
  if (!moved) throw notTaken((await context.store.getInbound(rowId)) ?? message);
  context.observer.emit({
    event: 'deliver/redelivered',
    level: 'info',
    messageId: message.messageId,
    conversationId: message.userMessage.collaborationInfo.conversationId,
    rowId,
    by,
  });
}

async function leasedElsewhere(
  context: MshContext,
  rowId: string,
  leaseId: string | undefined,
): Promise<QuoinError> {
  const held = (await context.store.getInbound(rowId))?.lease;
  const lives = held !== undefined && held.until > context.nature.now();
  return new QuoinError('deliver/leased', 'The message is not yours to take or give back.', {
    finding: {
      check: 'lease-held',
      field: 'lease',
      expected: leaseId === undefined ? 'a message that nobody works on' : 'the lease the message has now',
      found: lives
        ? `a lease of ${held.consumer} until ${new Date(held.until).toISOString()}`
        : 'a lease that was given back, or ended and was taken over',
      advice: 'Lease the message again, and acknowledge it before the lease ends.',
    },
  });
}

function notTaken(message: InboundMessage): QuoinError {
  return new QuoinError(
    'deliver/not-taken',
    'Only a message that the backend has taken can be delivered again.',
    {
      finding: {
        check: 'message-taken',
        field: 'state',
        expected: 'DOWNLOADED',
        found: message.state,
        advice:
          message.state === 'RECEIVED'
            ? 'It waits in the inbox already.'
            : 'Its payload is gone: ask the partner to send it again under a new MessageId.',
      },
    },
  );
}
