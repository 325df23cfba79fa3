import { Refusal } from '../errors/index.ts';
import type { EbmsErrorCode } from '../errors/index.ts';
import { cidToContentId } from '../mime/index.ts';
import { partyIdViolations, refuseViolations } from '../ebms/index.ts';
import type { PartInfo, UserMessage, Violation } from '../ebms/index.ts';
import { partPropertyViolations } from './part-properties.ts';

function violation(
  ebms: EbmsErrorCode,
  check: string,
  message: string,
  facts: { field: string; expected: string; found: string },
): Violation {
  return { ebms, code: `as4/${check}`, message, finding: { check, ...facts } };
}

/** The content id a part refers to, or why it refers to none we accept. */
function contentIdOf(part: PartInfo, field: string): { id: string } | { problem: Violation } {
  const { href } = part;
  if (href === undefined || href.startsWith('#')) {
    const facts = { field, expected: 'cid: of a MIME part', found: href ?? 'the SOAP Body' };
    return { problem: violation('EBMS:0003', 'payload-in-mime-part', 'a payload is not a MIME part', facts) };
  }
  if (!/^cid:/i.test(href)) {
    const facts = { field, expected: 'cid: of a MIME part', found: 'an external reference' };
    return {
      problem: violation('EBMS:0011', 'payload-not-external', 'a payload is outside the message', facts),
    };
  }
  try {
    return { id: cidToContentId(href) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { ebms, code, message, finding } = error;
    return { problem: { ebms, code, message, finding: { check: 'content-id', ...finding, field } } };
  }
}

interface Payloads {
  readonly ids: readonly string[];
  readonly violations: readonly Violation[];
}

function payloadsOf(parts: readonly PartInfo[]): Payloads {
  const ids = new Set<string>();
  const violations = parts.flatMap((part, index) => {
    const field = `eb:PartInfo[${index + 1}]/@href`;
    const reference = contentIdOf(part, field);
    if ('problem' in reference) return [reference.problem];
    if (!ids.has(reference.id)) {
      ids.add(reference.id);
      return [];
    }
    const facts = { field, expected: 'each MIME part once', found: reference.id };
    return [violation('EBMS:0003', 'payload-named-once', 'two PartInfo elements name one MIME part', facts)];
  });
  return { ids: [...ids], violations };
}

/**
 * The content ids of the parts in their order, decoded: every part is a MIME part of this message and named once
 * (eDelivery AS4 1.15 1.4.2.3). Throws Refusal EBMS:0003, EBMS:0007 for a malformed URI, EBMS:0011 for a reference out
 * of the message.
 */
export function payloadContentIds(message: UserMessage): readonly string[] {
  const { ids, violations } = payloadsOf(message.payloadInfo);
  refuseViolations(violations);
  return ids;
}

/** All rules of the Common Profile that the header alone can break, broken ones first to last. */
export function commonProfileViolations(message: UserMessage): readonly Violation[] {
  return [
    ...partyIdViolations(message),
    ...payloadsOf(message.payloadInfo).violations,
    ...message.payloadInfo.flatMap(partPropertyViolations),
  ];
}

/** Throws the first violation of the Common Profile (eDelivery AS4 1.15 1.4) as Refusal EBMS:0003, 0007 or 0011. */
export function checkCommonProfile(message: UserMessage): void {
  refuseViolations(commonProfileViolations(message));
}

/** Message properties of the Four Corner enhancement (eDelivery AS4 1.15 1.5.1). */
export const FOUR_CORNER_PROPERTIES = {
  originalSender: { required: true },
  finalRecipient: { required: true },
  trackingIdentifier: { required: false },
} as const;

/** `originalSender` and `finalRecipient` exactly once, `trackingIdentifier` at most once; each may have a type. */
export function fourCornerViolations(message: UserMessage): readonly Violation[] {
  return Object.entries(FOUR_CORNER_PROPERTIES).flatMap(([name, { required }]) => {
    const count = message.messageProperties.filter((property) => property.name === name).length;
    if (count === 1 || (count === 0 && !required)) return [];
    return [
      violation('EBMS:0010', 'four-corner-properties', `message property ${name} stands ${count} times`, {
        field: `eb:MessageProperties/eb:Property[@name="${name}"]`,
        expected: required ? '1' : 'at most 1',
        found: String(count),
      }),
    ];
  });
}

/** Throws Refusal EBMS:0010 for a message without its outer corners. */
export function checkFourCorner(message: UserMessage): void {
  refuseViolations(fourCornerViolations(message));
}
