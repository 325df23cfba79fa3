import { createHash, sign } from 'node:crypto';
import { QuoinError } from '../errors/index.ts';
import type { KeyEntry } from '../pki/index.ts';
import { readEnvelope, writeEnvelope } from '../soap/index.ts';
import { attribute, canonicalize, element, NS, withXml } from '../xml/index.ts';
import type { XmlElement } from '../xml/index.ts';
import type { SignatureAlgorithm } from './algorithms.ts';
import { decodeBase64 } from './base64.ts';
import { canonicalReference, canonicalTransform } from './reference.ts';
import { sentAlgorithm } from './suites.ts';
import type { SignedEnvelope, SignedReference, SignRequest, SuiteName } from './types.ts';
import { writeKeyReference } from './write-key-reference.ts';

/** Prefixes of SignedInfo that peers expect to see treated inclusively (phase4, Domibus). */
const SIGNED_INFO_PREFIXES = ['S12'];
const NCNAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/**
 * Signs an envelope: Messaging, Body and every attachment in one detached signature (AS4 5.1.4, 5.1.5; eDelivery AS4
 * 1.15 1.4.2.6). The Security header follows Messaging and holds the signer's token, if the key reference needs one,
 * and the signature. Deterministic: the same request yields the same bytes. Also signs receipts and errors, which have
 * no attachments. Throws QuoinError `wss/unsuitable-key`, `wss/malformed-request`, `wss/no-subject-key-identifier`.
 */
export function signEnvelope(request: SignRequest): SignedEnvelope {
  checkRequest(request);
  const bodyId = `${request.messagingId}-Body`;
  const references = referencesOf(request, bodyId);
  const { token, reference } = writeKeyReference(request.keyReference, {
    certificate: request.key.certificate,
    chain: request.key.chain,
    tokenId: `${request.messagingId}-Signer`,
  });
  const content = token + signatureText(request, references, reference);
  const attributes = { 'xmlns:wsse': NS.WSSE, 'xmlns:wsu': NS.WSU, 'S12:mustUnderstand': 'true' };
  const security = element('wsse:Security', attributes, content);
  const { xml } = writeEnvelope({
    blocks: [request.messaging, security],
    bodyId,
    bodyContent: request.fault,
  });
  const insertion = xml.lastIndexOf(security) + security.indexOf(content);
  return {
    bytes: Buffer.from(xml),
    encryptionOffset: Buffer.byteLength(xml.slice(0, insertion)),
    references,
    signer: request.key.certificate.thumbprintSha256,
  };
}

function referencesOf(request: SignRequest, bodyId: string): SignedReference[] {
  const { suite } = request;
  const { xml } = writeEnvelope({ blocks: [request.messaging], bodyId, bodyContent: request.fault });
  const digest = sentAlgorithm(suite, 'digest');
  const elementTransform = [{ algorithm: sentAlgorithm(suite, 'canonicalization').uri }];
  const attachmentTransform = [{ algorithm: sentAlgorithm(suite, 'attachmentTransform').uri }];
  const covers = (covered: XmlElement, id: string): SignedReference => ({
    uri: `#${id}`,
    transforms: elementTransform,
    digestAlgorithm: digest.uri,
    digestValue: createHash(digest.node).update(canonicalize(covered)).digest('base64'),
  });
  const covered = withXml(Buffer.from(xml), {}, (doc) => {
    const { blocks, body } = readEnvelope(doc);
    return [covers(messagingBlock(blocks, request.messagingId), request.messagingId), covers(body, bodyId)];
  });
  const attached = request.attachments.map(({ href, digestValue }): SignedReference => ({
    uri: href,
    transforms: attachmentTransform,
    digestAlgorithm: digest.uri,
    digestValue,
  }));
  return [...covered, ...attached];
}

function messagingBlock(blocks: readonly XmlElement[], messagingId: string): XmlElement {
  const [block] = blocks;
  if (block !== undefined && blocks.length === 1 && attribute(block, 'Id', NS.WSU) === messagingId)
    return block;
  throw malformedRequest('messaging', `one element with wsu:Id="${messagingId}"`, `${blocks.length} blocks`);
}

function signatureText(
  request: SignRequest,
  references: readonly SignedReference[],
  keyReference: string,
): string {
  const info = signedInfoText(request.suite, references);
  const value = sign(signatureOf(request.suite).node, Buffer.from(info), request.key.privateKey);
  return element(
    'ds:Signature',
    { 'xmlns:ds': NS.DS },
    info,
    element('ds:SignatureValue', {}, value.toString('base64')),
    element('ds:KeyInfo', {}, keyReference),
  );
}

/**
 * `ds:SignedInfo` as it stands in the envelope AND as it is signed: the text is its own exclusive canonical form with
 * the prefix list it names (its one inclusive prefix is declared on it), so nothing has to be parsed to sign it.
 */
function signedInfoText(suite: SuiteName, references: readonly SignedReference[]): string {
  const method = canonicalTransform('ds:CanonicalizationMethod', {
    algorithm: sentAlgorithm(suite, 'canonicalization').uri,
    prefixes: SIGNED_INFO_PREFIXES,
  });
  return element(
    'ds:SignedInfo',
    { 'xmlns:S12': NS.S12, 'xmlns:ds': NS.DS },
    method,
    element('ds:SignatureMethod', { Algorithm: signatureOf(suite).uri }),
    ...references.map(canonicalReference),
  );
}

function signatureOf(suite: SuiteName): SignatureAlgorithm {
  return sentAlgorithm(suite, 'signature');
}

function checkRequest({ messagingId, attachments, key, suite }: SignRequest): void {
  if (!NCNAME.test(messagingId))
    throw malformedRequest('messagingId', 'an XML name without colon', messagingId);
  for (const { href, digestValue } of attachments) {
    if (!href.startsWith('cid:')) throw malformedRequest('attachments.href', 'a cid: URI', href);
    const octets = decodeBase64(digestValue, 64)?.length ?? 0;
    if (octets !== 32)
      throw malformedRequest('attachments.digestValue', '32 octets in base64', `${octets} octets`);
  }
  const hrefs = new Set(attachments.map(({ href }) => href));
  if (hrefs.size !== attachments.length) throw malformedRequest('attachments', 'each part once', 'one twice');
  checkSigningKey(key, signatureOf(suite));
}

function checkSigningKey({ privateKey, certificate }: KeyEntry, algorithm: SignatureAlgorithm): void {
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  const suits = privateKey.asymmetricKeyType === algorithm.keyType;
  if (suits && bits >= algorithm.minKeyBits && bits <= algorithm.maxKeyBits) return;
  throw new QuoinError(
    'wss/unsuitable-key',
    `The key of ${certificate.subject} cannot sign ${algorithm.name}`,
    {
      finding: {
        check: 'signing-key-strength',
        expected: `${algorithm.keyType}, ${algorithm.minKeyBits} to ${algorithm.maxKeyBits} bits`,
        found: `${privateKey.asymmetricKeyType ?? 'secret'}, ${bits} bits`,
        certificate: certificate.facts,
        advice: 'Load a key that follows the profile.',
      },
    },
  );
}

function malformedRequest(field: string, expected: string, found: string): QuoinError {
  return new QuoinError('wss/malformed-request', `Cannot sign: ${field} is not as it must be`, {
    finding: { check: 'sign-request', field, expected, found },
  });
}
