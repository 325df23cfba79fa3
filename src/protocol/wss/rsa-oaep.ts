import { constants, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { QuoinError } from '../errors/index.ts';
import { element, NS } from '../xml/index.ts';
import { URI } from './algorithms.ts';
import type { KeyEncryptionAlgorithm } from './algorithms.ts';
import type {
  KeyEncryption,
  UnwrappedKey,
  UnwrapRequest,
  WrappedKey,
  WrapRequest,
} from './key-encryption.ts';
import { decodeOaep } from './oaep.ts';
import type { OaepHashes } from './oaep.ts';
import { acceptedAlgorithm, sentAlgorithm } from './suites.ts';

/** RSA-OAEP key transport (XML Encryption 1.1 5.5.2, eDelivery AS4 1.15 1.4.2.6). */
export const rsaOaep: KeyEncryption = { wrapKey, unwrapKey };

function wrapKey({ sessionKey, recipient, recipientReference, suite }: WrapRequest): WrappedKey {
  const method = sentAlgorithm(suite, 'keyEncryption');
  const digest = sentAlgorithm(suite, 'keyEncryptionDigest');
  const mask = sentAlgorithm(suite, 'maskGeneration');
  checkStrength(recipient.publicKey, method, recipient.subject);
  if (digest.node !== mask.node)
    throw new TypeError('node:crypto pads with one hash for digest and mask only');
  const key = { key: recipient.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: digest.node };
  return {
    encryptionMethod: element(
      'xenc:EncryptionMethod',
      { Algorithm: method.uri },
      element('ds:DigestMethod', { Algorithm: digest.uri }),
      element('xenc11:MGF', { 'xmlns:xenc11': NS.XENC11, Algorithm: mask.uri }),
    ),
    keyInfo: recipientReference,
    cipherValue: publicEncrypt(key, sessionKey),
  };
}

function unwrapKey(request: UnwrapRequest): UnwrappedKey {
  const hashes = acceptedHashes(request);
  // Made in any case, so that a key that does not open costs what one that opens costs.
  const random = randomBytes(request.sessionKeyBytes);
  const open = hashes.digest === hashes.maskGeneration ? openWithOneHash : openWithTwoHashes;
  return open(request, hashes, random) ?? { sessionKey: random, problem: 'the session key did not unwrap' };
}

/** The hashes a claim names or implies, if the suite allows them (XML Encryption 1.1 5.5.2: absent means SHA-1). */
function acceptedHashes({ claimed, suite, acceptLegacyKeyTransport }: UnwrapRequest): OaepHashes {
  const at = (child: string) => ({ field: `xenc:EncryptedKey/${child}`, acceptLegacyKeyTransport });
  const method = acceptedAlgorithm(suite, 'keyEncryption', claimed.algorithm, at('xenc:EncryptionMethod'));
  const digest = claimed.digestAlgorithm ?? URI.sha1;
  const mask = method.fixedMaskGeneration ?? claimed.maskGeneration ?? URI.mgf1Sha1;
  return {
    digest: acceptedAlgorithm(suite, 'keyEncryptionDigest', digest, at('ds:DigestMethod')).node,
    maskGeneration: acceptedAlgorithm(suite, 'maskGeneration', mask, at('xenc11:MGF')).node,
  };
}

function openWithOneHash(
  { claimed, key, sessionKeyBytes }: UnwrapRequest,
  hashes: OaepHashes,
): UnwrappedKey | undefined {
  const sessionKey = decryptRsa(claimed.value, {
    key: key.privateKey,
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash: hashes.digest,
  });
  return sessionKey?.length === sessionKeyBytes ? { sessionKey } : undefined;
}

function openWithTwoHashes(
  { claimed, key, sessionKeyBytes }: UnwrapRequest,
  hashes: OaepHashes,
  random: Buffer,
): UnwrappedKey | undefined {
  const block = decryptRsa(claimed.value, { key: key.privateKey, padding: constants.RSA_NO_PADDING });
  if (block === undefined) return undefined;
  const { message, bad } = decodeOaep(block, sessionKeyBytes, hashes);
  const sessionKey = Buffer.alloc(sessionKeyBytes);
  for (let i = 0; i < sessionKeyBytes; i++) sessionKey[i] = (message[i]! & ~bad) | (random[i]! & bad);
  return { sessionKey, problem: bad === 0 ? undefined : 'the session key did not unwrap' };
}

function decryptRsa(value: Buffer, key: Parameters<typeof privateDecrypt>[0]): Buffer | undefined {
  try {
    return privateDecrypt(key, value);
  } catch {
    // Which rule of the padding was broken must not be known, here or anywhere.
    return undefined;
  }
}

function checkStrength(key: KeyObject, method: KeyEncryptionAlgorithm, subject: string): void {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType === 'rsa' && bits >= method.minKeyBits && bits <= method.maxKeyBits) return;
  throw new QuoinError('wss/unsuitable-key', `The key of ${subject} cannot be used with ${method.name}`, {
    finding: {
      check: 'encryption-key-strength',
      expected: `an RSA key of ${method.minKeyBits} to ${method.maxKeyBits} bits`,
      found: `${key.asymmetricKeyType ?? 'secret'} ${bits || ''}`.trim(),
      advice: 'Ask the partner for an encryption certificate that follows the profile.',
    },
  });
}
