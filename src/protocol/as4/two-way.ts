import { refuseViolations } from '../ebms/index.ts';
import type { UserMessage, Violation } from '../ebms/index.ts';
import type { Mep } from '../pmode/index.ts';

/** The request a reply answers, as we know it. */
export interface RequestFacts {
  readonly messageId: string;
  readonly conversationId: string;
}

/** The place of a message in its exchange. */
export interface ExchangePlace {
  readonly mep: Mep;
  /** True on the second leg of a two-way exchange. */
  readonly isReply: boolean;
}

function inconsistent(
  check: string,
  message: string,
  facts: { field: string; expected: string; found: string },
): Violation {
  return { ebms: 'EBMS:0003', code: `as4/${check}`, message, finding: { check, ...facts } };
}

/**
 * RefToMessageId and ConversationId of a user message. On a two-way reply RefToMessageId is required and must name a
 * request we know, and the ConversationId is that of the request (ebMS3 5.2.2.1, eDelivery AS4 1.15 1.4.2.2).
 * Elsewhere RefToMessageId is optional and carried untouched: what it means is between the corners.
 */
export function referenceViolations(
  message: UserMessage,
  place: ExchangePlace,
  request: RequestFacts | undefined,
): readonly Violation[] {
  if (place.mep !== 'twoWay' || !place.isReply) return [];
  const named = message.messageInfo.refToMessageId;
  const field = 'eb:MessageInfo/eb:RefToMessageId';
  if (named === undefined) {
    const facts = { field, expected: 'the MessageId of the request', found: 'none' };
    return [inconsistent('reply-names-its-request', 'the reply does not say what it answers', facts)];
  }
  if (request?.messageId !== named) {
    const facts = {
      field,
      expected: request?.messageId ?? 'the MessageId of a request we know',
      found: named,
    };
    return [inconsistent('reply-names-a-known-request', 'the reply answers no request of ours', facts)];
  }
  const { conversationId } = message.collaborationInfo;
  if (conversationId === request.conversationId) return [];
  const facts = {
    field: 'eb:CollaborationInfo/eb:ConversationId',
    expected: request.conversationId,
    found: conversationId,
  };
  return [inconsistent('reply-keeps-its-conversation', 'the reply has left the conversation', facts)];
}

/** Throws Refusal EBMS:0003 for a reply that does not fit its request. */
export function checkReference(
  message: UserMessage,
  place: ExchangePlace,
  request: RequestFacts | undefined,
): void {
  refuseViolations(referenceViolations(message, place, request));
}
