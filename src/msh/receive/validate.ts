import { checkPayloadProfile, checkReference, checkRequiredProperties } from '../../protocol/as4/index.ts';
import type { RequestFacts } from '../../protocol/as4/index.ts';
import { partyKey } from '../../protocol/ebms/index.ts';
import type { MshContext } from '../context.ts';
import type { Governed } from './stages.ts';

/**
 * What the P-Mode says of a message beyond its security, all of it decidable from the signed header: property set,
 * payload profile, the request a Two-Way reply answers. Runs before payload bytes are read: a message that would be
 * refused costs nothing. Throws Refusal EBMS:0010 or EBMS:0003.
 */
export async function validate(context: MshContext, governed: Governed): Promise<void> {
  const { userMessage, governing } = governed;
  checkRequiredProperties(userMessage, governing.leg);
  checkPayloadProfile(userMessage, governing.leg.payload);
  const isReply = governing.pmode.legs.some((leg) => leg.replyLeg === governing.leg.name);
  const request = isReply ? await requestOf(context, governed) : undefined;
  checkReference(userMessage, { mep: governing.pmode.mep, isReply }, request);
}

/** The request a reply names, when it was put to the very partner that now answers: nobody answers for another. */
async function requestOf(
  context: MshContext,
  { userMessage, governing }: Governed,
): Promise<RequestFacts | undefined> {
  const { refToMessageId } = userMessage.messageInfo;
  const sent = refToMessageId === undefined ? undefined : await context.store.findOutbound(refToMessageId);
  if (sent === undefined) return undefined;
  const partner = new Set(governing.partner.partyIds.map((id) => partyKey([id])));
  const { to, collaborationInfo } = sent.userMessage;
  if (!to.partyIds.some((id) => partner.has(partyKey([id])))) return undefined;
  return { messageId: sent.messageId, conversationId: collaborationInfo.conversationId };
}
