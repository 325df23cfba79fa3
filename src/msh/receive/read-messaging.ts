import { Refusal } from '../../protocol/errors/index.ts';
import { checkCommonProfile, payloadContentIds } from '../../protocol/as4/index.ts';
import { readMessaging as readUnits } from '../../protocol/ebms/index.ts';
import type { Messaging, UserMessage } from '../../protocol/ebms/index.ts';
import { blocksFor, checkMustUnderstand } from '../../protocol/soap/index.ts';
import { children, isElement, NS, placeOf } from '../../protocol/xml/index.ts';
import type { XmlElement } from '../../protocol/xml/index.ts';
import type { Claimed, Enveloped } from './stages.ts';

/** Header blocks this MSH processes; any other with mustUnderstand is a SOAP fault (SOAP 1.2 part 1, 5.2.3). */
export const UNDERSTOOD = [
  { ns: NS.EB, name: 'Messaging' },
  { ns: NS.WSSE, name: 'Security' },
];

/** The one eb:Messaging header of an envelope and the units in it, all unproven (ebMS3 5.2.1). */
export interface ClaimedUnits {
  readonly messaging: XmlElement;
  readonly units: Messaging;
}

/** Reads eb:Messaging. Throws `soap/must-understand`, Refusal EBMS:0103, EBMS:0009 or EBMS:0003. */
export function readClaimedUnits(enveloped: Enveloped): ClaimedUnits {
  refuseEncryptedHeader(enveloped);
  checkMustUnderstand(enveloped.envelope, UNDERSTOOD);
  const found = blocksFor(enveloped.envelope, NS.EB, 'Messaging');
  const messaging = found[0];
  if (messaging === undefined || found.length > 1) {
    throw new Refusal(
      'EBMS:0009',
      'receive/one-messaging',
      'The SOAP Header must hold exactly one eb:Messaging.',
      {
        finding: {
          check: 'one-messaging',
          field: '/Envelope/Header',
          expected: '1',
          found: String(found.length),
        },
      },
    );
  }
  return { messaging, units: readUnits(messaging) };
}

/**
 * An encrypted header cannot be read, so nothing later could say what is wrong with it: eb:Messaging and what is in it
 * must not be encrypted (eDelivery AS4 1.15 1.4.2.6).
 */
function refuseEncryptedHeader({ envelope }: Enveloped): void {
  const readable = envelope.blocks.filter((block) => !isElement(block, NS.WSSE, 'Security'));
  const encrypted = firstEncrypted(readable);
  if (encrypted === undefined) return;
  throw new Refusal('EBMS:0103', 'receive/encrypted-header', 'A header block is encrypted.', {
    finding: {
      check: 'only-parts-encrypted',
      field: placeOf(encrypted),
      expected: 'encryption of payload parts only',
      found: encrypted.name,
      advice: 'Ask the partner to encrypt the payload parts and nothing else.',
    },
  });
}

/** The depth of a document is bounded, so the walk may recurse. */
function firstEncrypted(elements: readonly XmlElement[]): XmlElement | undefined {
  for (const element of elements) {
    if (isElement(element, NS.XENC, 'EncryptedData') || isElement(element, NS.WSSE11, 'EncryptedHeader'))
      return element;
    const inside = firstEncrypted(children(element));
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** A user message and what it claims about its payloads. Throws Refusal EBMS:0003 or EBMS:0011 (eDelivery AS4 1.15 1.4). */
export function claim(enveloped: Enveloped, messaging: XmlElement, userMessage: UserMessage): Claimed {
  checkCommonProfile(userMessage);
  return { ...enveloped, messaging, userMessage, contentIds: payloadContentIds(userMessage) };
}
