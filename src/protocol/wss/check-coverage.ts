import type { Refusal } from '../errors/index.ts';
import { children, isElement, NS, placeOf, sameNode, textOf } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { failedAuthentication, policyNoncompliance } from './refusals.ts';
import type { VerifiedSignature } from './types.ts';

/** What a signature has to cover: the very elements that will be read, and all payload parts. */
export interface RequiredCoverage {
  readonly messaging: XmlElement;
  readonly body: XmlElement;
  /** Canonical Content-IDs of all PartInfos, which are those of all MIME parts. */
  readonly contentIds: readonly string[];
  /** Laurentius signs Messaging and attachments only (AS4 5.1.5(b) read literally). */
  readonly acceptUnsignedBody?: boolean | undefined;
  /** A signal may carry a SOAP Fault in its Body; user messages carry nothing there (eDelivery AS4 1.15 1.4.2.3). */
  readonly acceptFault?: boolean | undefined;
}

/**
 * Checks that a verified signature covers the Messaging element and the Body by node identity, and exactly the payload
 * parts: none missing, none extra (AS4 5.1.4, 5.1.5; eDelivery AS4 1.15 1.4.2.6). A correct signature over something
 * else proves nothing about what is read, which is the whole of signature wrapping. Throws EBMS:0103, and EBMS:0101
 * when another Messaging or Body is covered in place of the one in use.
 */
export function checkCoverage(verified: VerifiedSignature, required: RequiredCoverage): void {
  const { messaging, body, contentIds } = required;
  checkElement(verified, messaging, 'eb:Messaging', [NS.EB, 'Messaging']);
  if (required.acceptUnsignedBody !== true) checkElement(verified, body, 'S12:Body', [NS.S12, 'Body']);
  checkBodyContent(body, required.acceptFault === true);
  const signed = verified.attachmentDigests;
  const unsigned = contentIds.filter((contentId) => !signed.has(contentId));
  if (unsigned.length > 0) throw notCovered(`cid:${unsigned.join(', cid:')}`, 'no reference');
  const known = new Set(contentIds);
  const extra = [...signed.keys()].filter((contentId) => !known.has(contentId));
  if (extra.length > 0) throw signsUnknownPart(extra);
}

function checkElement(
  { coveredElements }: VerifiedSignature,
  element: XmlElement,
  field: string,
  [namespace, name]: readonly [string, string],
): void {
  if (coveredElements.some((covered) => sameNode(covered, element))) return;
  const lookalike = coveredElements.find((covered) => isElement(covered, namespace, name));
  if (lookalike === undefined) throw notCovered(field, 'no reference');
  throw failedAuthentication(
    'wss/signature-wrapping',
    `The signature covers another ${field} than the one in use`,
    {
      check: 'signature-covers',
      field: placeOf(element),
      expected: 'a reference to this very element',
      found: `a reference to ${placeOf(lookalike)}`,
      advice: 'Someone moved the signed element aside and put another in its place: treat this as an attack.',
    },
  );
}

function checkBodyContent(body: XmlElement, acceptFault: boolean): void {
  const content = children(body);
  const isFault = content.length === 1 && isElement(content[0]!, NS.S12, 'Fault');
  if (content.length === 0 ? textOf(body).trim() === '' : isFault && acceptFault) return;
  throw policyNoncompliance('wss/body-not-empty', 'The SOAP Body carries something', {
    check: 'body-empty',
    field: placeOf(body),
    expected: acceptFault ? 'nothing, or a SOAP Fault' : 'nothing',
    found: content.map((child) => child.name).join(', ') || 'text',
    advice: 'Payloads travel in MIME parts, never in the Body (eDelivery AS4 1.15 1.4.2.3).',
  });
}

function notCovered(field: string, found: string): Refusal {
  return policyNoncompliance('wss/not-covered', `The signature does not cover ${field}`, {
    check: 'signature-covers',
    field,
    expected: 'a reference in ds:SignedInfo',
    found,
    advice: 'Ask the partner to sign Messaging, Body and every part (AS4 5.1.4, 5.1.5).',
  });
}

function signsUnknownPart(contentIds: readonly string[]): Refusal {
  return policyNoncompliance(
    'wss/signs-unknown-part',
    'The signature names a part that the message does not have',
    {
      check: 'signature-names-parts',
      field: 'ds:SignedInfo',
      expected: 'references to the parts of PayloadInfo only',
      found: `cid:${contentIds.join(', cid:')}`,
    },
  );
}
