import { createHash } from 'node:crypto';
import { QuoinError } from '../../protocol/errors/index.ts';
import { PART_PROPERTIES, writtenProperties } from '../../protocol/as4/index.ts';
import { collisionKey, contentIdToCid } from '../../protocol/mime/index.ts';
import type { PartyInfo, Property, UserMessage } from '../../protocol/ebms/index.ts';
import type { GoverningLeg } from '../../protocol/pmode/index.ts';
import type { InboundMessage } from '../ports/index.ts';
import type { Submission, SubmittedPart } from '../types.ts';

/** What the header takes from elsewhere: fresh ids, the clock, and the message a reply answers. */
export interface HeaderSources {
  readonly now: number;
  readonly uuid: () => string;
  readonly idDomain: string;
  /** The received message that `refToMessageId` names, when it is one of ours. */
  readonly answered?: InboundMessage | undefined;
}

/** What `keyedId` makes of an Idempotency-Key, before the domain. */
const RESERVED = /^[0-9a-f]{64}@/;

/** RFC 2822 msg-id characters and what the field uses beyond them: printable, no white space, no angle brackets. */
const MESSAGE_ID = /^[^\s<>\p{Cc}\p{Surrogate}]{1,255}$/u;

/**
 * The complete header of a submission: ids, parties and roles of the P-Mode, timestamp, properties and parts
 * (eDelivery AS4 1.15 1.4.2). Throws `submit/...` naming the field that is wrong.
 */
export function completeHeader(
  submission: Submission,
  governing: GoverningLeg,
  sources: HeaderSources,
): UserMessage {
  const messageId = settledId(submission, sources.idDomain) ?? `${sources.uuid()}@${sources.idDomain}`;
  checkId('messageId', messageId);
  const { pmode, leg, self, partner } = governing;
  const service = submission.service ?? leg.service;
  return {
    mpc: leg.mpc,
    messageInfo: {
      timestamp: new Date(sources.now).toISOString(),
      messageId,
      refToMessageId: replyReference(submission, governing),
    },
    from: partyInfo(submission.from?.partyIds ?? self.partyIds, governing.selfRole),
    to: partyInfo(submission.to?.partyIds ?? partner.partyIds, governing.partnerRole),
    collaborationInfo: {
      agreementRef: submission.agreementRef ?? pmode.agreement,
      service,
      action: submission.action ?? leg.action,
      conversationId: conversationId(submission, sources),
    },
    messageProperties: onceEach(submission.messageProperties ?? []),
    payloadInfo: partInfos(submission.parts, sources),
  };
}

/**
 * The MessageId that a submission has before anything is generated: named by itself, or made from its Idempotency-Key.
 * Throws `submit/invalid-id`, `submit/reserved-id`.
 */
export function settledId(submission: Submission, idDomain: string): string | undefined {
  const messageId = submission.messageId ?? keyedId(submission, idDomain);
  if (messageId === undefined) return undefined;
  checkId('messageId', messageId);
  refuseReserved(submission, idDomain);
  return messageId;
}

/** The MessageId that an idempotency key makes, so that the MessageId decides who was first, in one commit. */
export function keyedId(
  { idempotency }: Pick<Submission, 'idempotency'>,
  idDomain: string,
): string | undefined {
  if (idempotency === undefined) return undefined;
  // As a list: no caller and key run together into the text of another pair.
  const pair = JSON.stringify([idempotency.caller, idempotency.key]);
  return `${createHash('sha256').update(pair).digest('hex')}@${idDomain}`;
}

/** Who could choose the id that the key of another caller makes would stand in the way of its message. */
function refuseReserved(submission: Submission, idDomain: string): void {
  const { messageId } = submission;
  if (messageId === undefined || !RESERVED.test(messageId)) return;
  if (messageId.slice(messageId.indexOf('@') + 1) !== idDomain) return;
  if (messageId === keyedId(submission, idDomain)) return;
  throw new QuoinError(
    'submit/reserved-id',
    'A MessageId of this form is made from an Idempotency-Key and from nothing else.',
    {
      finding: {
        check: 'message-id-free',
        field: 'messageId',
        expected: `anything but 64 hex digits at ${idDomain}`,
        found: messageId,
        advice:
          'Leave messageId out, or use a UUID before the @; to repeat a message send its Idempotency-Key.',
      },
    },
  );
}

/** The profile allows one PartyId on each side (eDelivery AS4 1.15 1.4.2.2): the first one is written. */
function partyInfo(partyIds: PartyInfo['partyIds'], role: string): PartyInfo {
  return { partyIds: partyIds.slice(0, 1), role };
}

/** Throws `submit/invalid-id` for what no MessageId can be. */
export function checkId(field: string, value: string): void {
  if (MESSAGE_ID.test(value)) return;
  throw new QuoinError(
    'submit/invalid-id',
    `${field} must be 1 to 255 printable characters without spaces or angle brackets.`,
    {
      finding: {
        check: 'message-id-form',
        field,
        expected: 'RFC 2822 msg-id without brackets',
        found: value.slice(0, 255),
      },
    },
  );
}

/** In Two-Way the reply names the request it answers and stays in its conversation (ebMS3 2.2.4, eDelivery AS4 1.15 1.4.2.2). */
function replyReference(submission: Submission, governing: GoverningLeg): string | undefined {
  const isReply = governing.pmode.legs.some((leg) => leg.replyLeg === governing.leg.name);
  if (isReply && submission.refToMessageId === undefined) {
    throw new QuoinError(
      'submit/reply-without-reference',
      'A Two-Way reply must name the message it answers.',
      {
        finding: {
          check: 'two-way-reply-reference',
          field: 'refToMessageId',
          expected: 'the MessageId of the request',
          found: 'nothing',
          advice: 'Set refToMessageId to the MessageId of the received request.',
        },
      },
    );
  }
  return submission.refToMessageId;
}

function conversationId(submission: Submission, sources: HeaderSources): string {
  const asked = submission.conversationId;
  const known = sources.answered?.userMessage.collaborationInfo.conversationId;
  if (asked !== undefined && known !== undefined && asked !== known) {
    throw new QuoinError(
      'submit/conversation-mismatch',
      'A reply stays in the conversation of the message it answers.',
      {
        finding: { check: 'reply-conversation', field: 'conversationId', expected: known, found: asked },
      },
    );
  }
  const value = asked ?? known ?? sources.uuid();
  if (/^[^\p{Cc}\p{Surrogate}]{0,255}$/u.test(value)) return value;
  throw new QuoinError(
    'submit/invalid-id',
    'conversationId must be at most 255 characters without control characters.',
    {
      finding: { check: 'conversation-id-form', field: 'conversationId' },
    },
  );
}

function onceEach(given: readonly Property[]): readonly Property[] {
  const seen = new Set<string>();
  const repeated = given.findIndex(({ name }) => {
    const known = seen.has(name);
    seen.add(name);
    return known;
  });
  if (repeated < 0) return given;
  throw new QuoinError('submit/duplicate-property', 'A message property may be given once.', {
    finding: {
      check: 'message-property-once',
      field: `messageProperties[${repeated}]`,
      found: given[repeated]?.name,
    },
  });
}

/** Names the producer may not use: they belong to the MSH (eDelivery AS4 1.15 1.4.3.1). */
const OURS = new Set<string>(Object.values(PART_PROPERTIES));

function partInfos(parts: readonly SubmittedPart[], sources: HeaderSources): UserMessage['payloadInfo'] {
  const seen = new Set<string>();
  return parts.map((part, index) => {
    const contentId = part.contentId ?? `${sources.uuid()}@${sources.idDomain}`;
    const key = collisionKey(contentId);
    if (seen.has(key))
      throw partProblem(
        index,
        'contentId',
        'content-id-unique',
        'Two parts have the same Content-ID, letter case and escapes apart.',
        contentId,
      );
    seen.add(key);
    const taken = part.properties?.find((property) => OURS.has(property.name));
    if (taken)
      throw partProblem(
        index,
        'properties',
        'part-property-free',
        `${taken.name} is set by the gateway.`,
        taken.name,
      );
    return { href: contentIdToCid(contentId), properties: partProperties(part) };
  });
}

/** Without CompressionType: only the wire knows it, neither producer nor consumer sees it. */
function partProperties(part: SubmittedPart): readonly Property[] {
  return writtenProperties(
    { compressed: false, mimeType: part.mimeType, characterSet: part.charset },
    part.properties,
  );
}

function partProblem(
  index: number,
  field: string,
  check: string,
  message: string,
  found: string,
): QuoinError {
  return new QuoinError('submit/invalid-part', message, {
    finding: { check, field: `parts[${index}].${field}`, found },
  });
}
