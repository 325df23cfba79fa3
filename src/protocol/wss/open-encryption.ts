import { QuoinError } from '../errors/index.ts';
import type { KeyEntry } from '../pki/index.ts';
import { readCompletePart } from './complete-part.ts';
import { decryptGcm } from './gcm-streams.ts';
import type { SessionKey } from './gcm-streams.ts';
import { KEY_MECHANISMS } from './key-mechanisms.ts';
import type { UnwrappedKey } from './key-encryption.ts';
import { describeKeyReference, namesCertificate } from './match-key-reference.ts';
import { failedDecryption, policyNoncompliance } from './refusals.ts';
import { acceptedAlgorithm } from './suites.ts';
import { TOKEN } from './token-types.ts';
import type {
  ClaimedEncryptedKey,
  ClaimedEncryptedPart,
  ClaimedSecurity,
  Decryption,
  SuiteName,
} from './types.ts';

/** How encrypted parts are to be opened. */
export interface Opening {
  readonly suite: SuiteName;
  /** All keys a partner may have encrypted for; a rollover keeps the old one. */
  readonly keys: readonly KeyEntry[];
  /** Accept `rsa-oaep-mgf1p` and OAEP with SHA-1 (pre-1.13 peers). */
  readonly acceptLegacyKeyTransport: boolean;
  /** Accept parts whose plaintext begins with MIME headers (`#Attachment-Complete`, peers of 2015); off by default. */
  readonly acceptAttachmentComplete?: boolean | undefined;
}

/**
 * Opens the session key and says how to decrypt each part that the Security header names (XML Encryption 1.1 4.5,
 * WSS SwA 1.1.1 5.5.2). Every algorithm is settled before a private key is used: EBMS:0103. A message that names none
 * of our certificates fails at once with EBMS:0102; a session key that does not open is replaced by a random one, so
 * that the failure comes at the tag, with the same sentence as for a changed part.
 */
export function openEncryption(claimed: ClaimedSecurity, opening: Opening): Decryption {
  const { encryptedKey, encryptedParts } = claimed;
  if (encryptedKey === undefined)
    throw new QuoinError('wss/not-encrypted', 'Nothing is encrypted in this message');
  const algorithms = encryptedParts.map((part) => partAlgorithm(part, opening));
  const [algorithm] = algorithms;
  if (algorithm === undefined || algorithms.some((other) => other !== algorithm)) throw mixedAlgorithms();
  const key = recipientOf(encryptedKey, opening);
  const unwrapped = unwrap(encryptedKey, key, opening, algorithm.keyBytes);
  return decryptionOf(encryptedParts, { algorithm, key: unwrapped.sessionKey }, unwrapped.problem, key);
}

function decryptionOf(
  parts: readonly ClaimedEncryptedPart[],
  session: SessionKey,
  keyProblem: string | undefined,
  key: KeyEntry,
): Decryption {
  const byId = new Map(parts.map((part) => [part.contentId, part]));
  const waiting = new Set(byId.keys());
  const types = new Map(parts.map(({ contentId, mimeType }) => [contentId, mimeType]));
  return {
    contentIds: new Set(byId.keys()),
    recipient: key.certificate.thumbprintSha256,
    mimeTypeOf: (contentId) => types.get(contentId) ?? notEncrypted(contentId),
    decrypt(contentId, ciphertext) {
      const part = byId.get(contentId);
      if (part === undefined || !waiting.delete(contentId)) return notEncrypted(contentId);
      const journal = { field: `cid:${contentId}`, keyProblem };
      const plaintext = decryptGcm(session, ciphertext, journal);
      if (!part.complete) return plaintext;
      return readCompletePart(plaintext, journal, (mimeType) => types.set(contentId, mimeType));
    },
  };
}

function partAlgorithm(part: ClaimedEncryptedPart, { suite, acceptAttachmentComplete }: Opening) {
  const field = `xenc:EncryptedData of cid:${part.contentId}`;
  if (part.complete && acceptAttachmentComplete !== true) throw completeNotAccepted(field);
  return acceptedAlgorithm(suite, 'dataEncryption', part.algorithm, { field });
}

function recipientOf({ keyReference }: ClaimedEncryptedKey, { keys }: Opening): KeyEntry {
  const key = keys.find(({ certificate }) => namesCertificate(keyReference, certificate));
  if (key !== undefined) return key;
  throw failedDecryption({
    check: 'encrypted-for-us',
    field: 'xenc:EncryptedKey/ds:KeyInfo',
    expected: keys
      .map(({ certificate }) => `${certificate.subject} (${certificate.serialNumber})`)
      .join(' or '),
    found: describeKeyReference(keyReference),
    advice: 'Give the partner the certificate of our decryption key, or load the key it still encrypts for.',
  });
}

function unwrap(
  claimed: ClaimedEncryptedKey,
  key: KeyEntry,
  opening: Opening,
  sessionKeyBytes: number,
): UnwrappedKey {
  const { suite, acceptLegacyKeyTransport } = opening;
  const field = 'xenc:EncryptedKey/xenc:EncryptionMethod';
  const row = acceptedAlgorithm(suite, 'keyEncryption', claimed.algorithm, {
    field,
    acceptLegacyKeyTransport,
  });
  if (row.mechanism === undefined) throw new TypeError(`${row.name} is not implemented`);
  return KEY_MECHANISMS[row.mechanism].unwrapKey({
    claimed,
    key,
    sessionKeyBytes,
    suite,
    acceptLegacyKeyTransport,
  });
}

function mixedAlgorithms() {
  return policyNoncompliance(
    'wss/mixed-ciphers',
    'The parts are encrypted with different ciphers under one key',
    {
      check: 'one-cipher',
      field: 'xenc:EncryptedData/xenc:EncryptionMethod',
      expected: 'the same algorithm for every part',
      found: 'several',
    },
  );
}

function completeNotAccepted(field: string) {
  return policyNoncompliance(
    'wss/attachment-complete',
    'A part is encrypted together with its MIME headers',
    {
      check: 'encryption-type',
      field,
      expected: TOKEN.attachmentContentOnly,
      found: TOKEN.attachmentComplete,
      advice: 'Ask the partner for Attachment-Content-Only (eDelivery AS4 1.15 1.4.2.6).',
    },
  );
}

function notEncrypted(contentId: string): never {
  throw new QuoinError(
    'wss/part-taken',
    `cid:${contentId} is not an encrypted part, or was decrypted before`,
  );
}
