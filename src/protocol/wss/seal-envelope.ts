import { randomBytes } from 'node:crypto';
import { QuoinError } from '../errors/index.ts';
import { element, NS } from '../xml/index.ts';
import { encryptGcm, GCM_OVERHEAD, IV_BYTES } from './gcm-streams.ts';
import type { SessionKey } from './gcm-streams.ts';
import { KEY_MECHANISMS } from './key-mechanisms.ts';
import type { KeyEncryption } from './key-encryption.ts';
import { sentAlgorithm } from './suites.ts';
import { TOKEN } from './token-types.ts';
import { URI } from './algorithms.ts';
import type { PartToSeal, SealedEnvelope, SealRequest, SignedEnvelope, SuiteName } from './types.ts';
import { writeKeyReference } from './write-key-reference.ts';

/** Where fresh keys, initialisation vectors and ids come from: as many random bytes as asked. */
export type RandomSource = (bytes: number) => Buffer;

/**
 * Encrypts all payload parts of one attempt under a fresh session key, each with its own fresh IV, and puts the
 * blocks that say so before the signature (eDelivery AS4 1.15 1.4.2.6, WSS SwA 1.1.1 5.5). The order, BST(recipient),
 * EncryptedKey, EncryptedData..., BST(signer), Signature, serves receivers that walk it from the top. An envelope
 * without parts is returned as it is. Throws QuoinError `wss/unsuitable-key`, `wss/no-subject-key-identifier`.
 */
export function sealEnvelope(
  signed: SignedEnvelope,
  request: SealRequest,
  random: RandomSource = randomBytes,
): SealedEnvelope {
  const algorithm = sentAlgorithm(request.suite, 'dataEncryption');
  const session = { algorithm, key: random(algorithm.keyBytes) };
  const ivs = new Map(request.parts.map(({ href }) => [href, random(IV_BYTES)]));
  if (ivs.size !== request.parts.length) throw onlyOnce('A part is named twice');
  const blocks = request.parts.length === 0 ? '' : encryptionBlocks(request, session, random);
  const at = signed.encryptionOffset;
  return {
    bytes: Buffer.concat([signed.bytes.subarray(0, at), Buffer.from(blocks), signed.bytes.subarray(at)]),
    overhead: GCM_OVERHEAD,
    encrypt(href, plaintext) {
      const iv = ivs.get(href);
      if (iv === undefined) throw onlyOnce(`${href} is not a part to encrypt, or was taken before`);
      ivs.delete(href);
      return encryptGcm(session, iv, plaintext);
    },
  };
}

function encryptionBlocks(request: SealRequest, session: SessionKey, random: RandomSource): string {
  const unique = random(16).toString('hex');
  const keyId = `EK-${unique}`;
  const dataIds = request.parts.map((_, index) => `ED-${unique}-${index + 1}`);
  const { token, reference } = writeKeyReference(request.keyReference, {
    certificate: request.recipient,
    chain: request.recipientChain ?? [],
    tokenId: `X509-${unique}`,
  });
  const wrapped = mechanismOf(request.suite).wrapKey({
    sessionKey: session.key,
    recipient: request.recipient,
    recipientReference: reference,
    suite: request.suite,
  });
  const list = dataIds.map((id) => element('xenc:DataReference', { URI: `#${id}` }));
  const encryptedKey = element(
    'xenc:EncryptedKey',
    { 'xmlns:ds': NS.DS, 'xmlns:xenc': NS.XENC, Id: keyId },
    wrapped.encryptionMethod,
    element('ds:KeyInfo', {}, wrapped.keyInfo),
    element('xenc:CipherData', {}, element('xenc:CipherValue', {}, wrapped.cipherValue.toString('base64'))),
    element('xenc:ReferenceList', {}, ...list),
  );
  const data = request.parts.map((part, index) => encryptedData(part, dataIds[index]!, keyId, session));
  return token + encryptedKey + data.join('');
}

function encryptedData(
  { href, mimeType }: PartToSeal,
  id: string,
  keyId: string,
  session: SessionKey,
): string {
  const keyReference = element(
    'wsse:SecurityTokenReference',
    { 'xmlns:wsse11': NS.WSSE11, 'wsse11:TokenType': TOKEN.encryptedKey },
    element('wsse:Reference', { URI: `#${keyId}` }),
  );
  const transform = element('ds:Transform', { Algorithm: URI.attachmentCiphertext });
  const cipherReference = element(
    'xenc:CipherReference',
    { URI: href },
    element('xenc:Transforms', {}, transform),
  );
  return element(
    'xenc:EncryptedData',
    {
      'xmlns:ds': NS.DS,
      'xmlns:xenc': NS.XENC,
      Id: id,
      MimeType: mimeType,
      Type: TOKEN.attachmentContentOnly,
    },
    element('xenc:EncryptionMethod', { Algorithm: session.algorithm.uri }),
    element('ds:KeyInfo', {}, keyReference),
    element('xenc:CipherData', {}, cipherReference),
  );
}

function mechanismOf(suite: SuiteName): KeyEncryption {
  const { mechanism, name } = sentAlgorithm(suite, 'keyEncryption');
  if (mechanism === undefined) throw new TypeError(`${name} is not implemented`);
  return KEY_MECHANISMS[mechanism];
}

function onlyOnce(message: string): QuoinError {
  return new QuoinError('wss/part-taken', message, {
    finding: { check: 'part-encrypted-once', advice: 'Seal the envelope again for every attempt.' },
  });
}
