import type { MessageEvent } from '../ports/index.ts';
import type { CloudEvent } from './types.ts';

/** The media type of one CloudEvent in structured mode (CloudEvents 1.0, JSON event format 3). */
export const CLOUD_EVENT_TYPE = 'application/cloudevents+json; charset=utf-8';

/** An event as a CloudEvent 1.0. The same event gives the same CloudEvent, byte for byte once written. */
export function cloudEventOf(event: MessageEvent, source: string): CloudEvent {
  const { attempts, receiptId, failure, document, redelivered, exchange } = event.data;
  return {
    specversion: '1.0',
    id: event.id,
    source,
    type: event.type,
    subject: event.messageId,
    time: new Date(event.at).toISOString(),
    datacontenttype: 'application/json',
    sequence: event.cursor,
    partitionkey: event.conversationId,
    data: {
      direction: event.direction,
      id: event.rowId,
      messageId: event.messageId,
      conversationId: event.conversationId,
      refToMessageId: event.refToMessageId,
      service: event.service,
      action: event.action,
      partner: event.partner,
      pmode: event.pmodeId,
      originalSender: event.originalSender,
      finalRecipient: event.finalRecipient,
      attempts,
      receiptId,
      failure,
      document,
      redelivered,
      exchange,
    },
  };
}
