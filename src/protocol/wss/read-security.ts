import { isQuoinError, Refusal } from '../errors/index.ts';
import type { QuoinError } from '../errors/index.ts';
import { blocksFor } from '../soap/index.ts';
import type { SoapEnvelope } from '../soap/index.ts';
import { children, indexIds, isElement, NS, placeOf } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import { DEFAULT_SECURITY_LIMITS } from './limits.ts';
import type { SecurityLimits } from './limits.ts';
import { readEncryption } from './read-encryption.ts';
import type { EncryptionBlocks } from './read-encryption.ts';
import { readSignature } from './read-signature.ts';
import { atMost, failedAuthentication, failedDecryption, policyNoncompliance } from './refusals.ts';
import type { ClaimedSecurity } from './types.ts';

/** What each child of a Security header is to us; a child not listed is refused, for we are told to understand it. */
const CHILDREN = [
  [NS.DS, 'Signature', 'signatures'],
  [NS.WSSE, 'BinarySecurityToken', 'tokens'],
  [NS.XENC, 'EncryptedKey', 'encryptedKeys'],
  [NS.XENC, 'EncryptedData', 'encryptedData'],
  [NS.XENC, 'ReferenceList', 'referenceLists'],
  [NS.WSU, 'Timestamp', 'ignored'],
  [NS.WSSE, 'UsernameToken', 'ignored'],
  [NS.WSSE11, 'SignatureConfirmation', 'ignored'],
] as const;

type Role = (typeof CHILDREN)[number][2];
type Sorted = Readonly<Record<Role, readonly XmlElement[]>>;

const NOTHING: ClaimedSecurity = {
  signed: false,
  signature: undefined,
  encryptedKey: undefined,
  encryptedParts: [],
};

/**
 * Reads the one Security header addressed to us (WSS 1.1.1 5). Nothing in the result is proven; an envelope without
 * such a header yields one that is neither signed nor encrypted. Throws EBMS:0101 for signatures and ids that cannot
 * be what they claim, EBMS:0102 for key structures, EBMS:0103 for what the profile does not allow and for limits.
 */
export function readSecurity(envelope: SoapEnvelope, limits: Partial<SecurityLimits> = {}): ClaimedSecurity {
  const bounds = { ...DEFAULT_SECURITY_LIMITS, ...limits };
  const header = securityHeader(envelope);
  refuseStrayEncryption(envelope);
  if (header === undefined) return NOTHING;
  const sorted = sortChildren(header, bounds);
  const blocks: EncryptionBlocks = { ...sorted, ids: uniqueIds(envelope), limits: bounds };
  const [signature] = sorted.signatures;
  return {
    signed: signature !== undefined,
    signature:
      signature === undefined
        ? undefined
        : refusing(unreadableSignature, () => readSignature(signature, blocks)),
    ...refusing(unreadableEncryption, () => readEncryption(blocks)),
  };
}

function securityHeader(envelope: SoapEnvelope): XmlElement | undefined {
  const [header, ...more] = blocksFor(envelope, NS.WSSE, 'Security');
  if (more.length === 0) return header;
  throw policyNoncompliance('wss/several-security-headers', 'Several Security headers are addressed to us', {
    check: 'one-security-header',
    field: 'wsse:Security',
    expected: 'one',
    found: String(more.length + 1),
  });
}

function sortChildren(header: XmlElement, limits: SecurityLimits): Sorted {
  const sorted: Record<Role, XmlElement[]> = {
    signatures: [],
    tokens: [],
    encryptedKeys: [],
    encryptedData: [],
    referenceLists: [],
    ignored: [],
  };
  for (const child of children(header)) {
    const row = CHILDREN.find(([namespace, name]) => isElement(child, namespace, name));
    if (row === undefined) throw notUnderstood(child);
    sorted[row[2]].push(child);
  }
  atMost(sorted.tokens.length, limits.tokens, 'wsse:Security', 'security tokens');
  atMost(sorted.referenceLists.length, limits.encryptedKeys, 'wsse:Security', 'reference lists');
  if (sorted.signatures.length <= 1) return sorted;
  throw failedAuthentication('wss/several-signatures', 'A Security header holds several signatures', {
    check: 'one-signature',
    field: 'ds:Signature',
    expected: 'one signature over Messaging, Body and every part (AS4 5.1.4)',
    found: String(sorted.signatures.length),
  });
}

/** Encryption anywhere but in our header would hide what the signature is about (eDelivery AS4 1.15 1.4.2.6). */
function refuseStrayEncryption({ blocks, body }: SoapEnvelope): void {
  const others = blocks.filter((block) => !isElement(block, NS.WSSE, 'Security'));
  const stray = firstEncrypted([...others, body]);
  if (stray === undefined) return;
  throw policyNoncompliance('wss/stray-encryption', 'Something other than the payload parts is encrypted', {
    check: 'only-parts-encrypted',
    field: placeOf(stray),
    expected: 'encryption in the Security header only',
    found: stray.name,
    advice: 'eDelivery AS4 1.15 1.4.2.6 encrypts all payload parts and nothing else.',
  });
}

const ENCRYPTED = [
  [NS.XENC, 'EncryptedData'],
  [NS.XENC, 'EncryptedKey'],
  [NS.WSSE11, 'EncryptedHeader'],
] as const;

/** The depth of a document is bounded, so the walk may recurse. */
function firstEncrypted(elements: readonly XmlElement[]): XmlElement | undefined {
  for (const element of elements) {
    if (ENCRYPTED.some(([namespace, name]) => isElement(element, namespace, name))) return element;
    const inside = firstEncrypted(children(element));
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function uniqueIds(envelope: SoapEnvelope): ReadonlyMap<string, XmlElement> {
  return refusing(
    (error) =>
      failedAuthentication('wss/ambiguous-id', `An id stands twice in the envelope: ${error.message}`, {
        check: 'ids-unique',
        ...error.finding,
      }),
    () => indexIds(envelope.doc),
  );
}

/** Runs a reader and turns what it says about malformed XML into what the partner may know about it. */
function refusing<T>(refusal: (error: QuoinError) => Refusal, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw isQuoinError(error) && !(error instanceof Refusal) ? refusal(error) : error;
  }
}

function unreadableSignature(error: QuoinError): Refusal {
  return failedAuthentication('wss/malformed-signature', `The signature cannot be read: ${error.message}`, {
    check: 'signature-well-formed',
    ...error.finding,
  });
}

function unreadableEncryption(error: QuoinError): Refusal {
  return failedDecryption({ check: 'encryption-well-formed', found: error.message, ...error.finding });
}

function notUnderstood(child: XmlElement): Refusal {
  return policyNoncompliance('wss/unknown-security-element', `The Security header holds ${child.name}`, {
    check: 'security-understood',
    field: placeOf(child),
    expected: CHILDREN.map(([, name]) => name).join(', '),
    found: child.name,
    advice: 'Ask the partner to switch this WS-Security feature off for us.',
  });
}
