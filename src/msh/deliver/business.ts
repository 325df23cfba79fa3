import type { MshContext } from '../context.ts';
import type { BusinessAcceptance, InboundMessage, OutboundMessage } from '../ports/index.ts';

/** What a backend says of the business content of a message. */
export type BusinessWord = Pick<BusinessAcceptance, 'status' | 'by' | 'reason'>;

/**
 * Keeps what a backend says of a message, beside what the receipt proves: transport and business acceptance are two
 * facts, and neither moves the other. The last word holds.
 */
export async function sayBusiness(
  context: MshContext,
  direction: 'in' | 'out',
  message: InboundMessage | OutboundMessage,
  word: BusinessWord,
): Promise<BusinessAcceptance> {
  const business: BusinessAcceptance = { ...word, at: context.nature.now() };
  const { store } = context;
  if (direction === 'in') await store.acceptInbound(message.rowId, business);
  else await store.acceptOutbound(message.rowId, business);
  context.observer.emit({
    event: 'deliver/business-acceptance',
    level: 'info',
    messageId: message.messageId,
    conversationId: message.userMessage.collaborationInfo.conversationId,
    pmode: message.pmodeId,
    direction,
    status: business.status,
    by: business.by,
  });
  return business;
}
