import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { DecipherGCM } from 'node:crypto';
import type { Refusal } from '../errors/index.ts';
import type { DataEncryptionAlgorithm } from './algorithms.ts';
import { failedDecryption } from './refusals.ts';

/** Octets in front of the ciphertext (XML Encryption 1.1 5.2.4). */
export const IV_BYTES = 12;
/** Octets after the ciphertext (XML Encryption 1.1 5.2.4). */
export const TAG_BYTES = 16;
/** What encryption adds to a part. */
export const GCM_OVERHEAD = IV_BYTES + TAG_BYTES;

/** A cipher and its session key. */
export interface SessionKey {
  readonly algorithm: DataEncryptionAlgorithm;
  readonly key: Buffer;
}

/** What the journal learns when a part does not decrypt; nothing of it goes to the partner. */
export interface DecryptionJournal {
  /** Which part. */
  readonly field: string;
  /** Set when the session key itself could not be had and a random one stands in its place. */
  readonly keyProblem?: string | undefined;
}

/** Encrypts a part as it streams: IV, ciphertext, tag; no additional data (XML Encryption 1.1 5.2.4). */
export async function* encryptGcm(
  session: SessionKey,
  iv: Buffer,
  plaintext: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const cipher = createCipheriv(nodeName(session.algorithm), session.key, iv, { authTagLength: TAG_BYTES });
  yield iv;
  for await (const chunk of plaintext) {
    if (chunk.byteLength > 0) yield cipher.update(chunk);
  }
  cipher.final();
  yield cipher.getAuthTag();
}

/**
 * Decrypts a part as it streams. What it yields is UNPROVEN until the stream has ended without an error: it must not
 * be shown to anyone before. Throws EBMS:0102 with the fixed sentence at the end, for a wrong tag, a wrong key and a
 * part too short to hold IV and tag alike.
 */
export async function* decryptGcm(
  session: SessionKey,
  ciphertext: AsyncIterable<Uint8Array>,
  journal: DecryptionJournal,
): AsyncGenerator<Uint8Array> {
  let decipher: DecipherGCM | undefined;
  let held = Buffer.alloc(0);
  for await (const chunk of ciphertext) {
    held = Buffer.concat([held, chunk]);
    if (decipher === undefined) {
      if (held.length < IV_BYTES) continue;
      const iv = held.subarray(0, IV_BYTES);
      decipher = createDecipheriv(nodeName(session.algorithm), session.key, iv, { authTagLength: TAG_BYTES });
      held = held.subarray(IV_BYTES);
    }
    // The last 16 bytes seen so far are held back: they are the tag if nothing follows.
    const ready = held.length - TAG_BYTES;
    if (ready <= 0) continue;
    yield decipher.update(held.subarray(0, ready));
    held = held.subarray(ready);
  }
  if (decipher === undefined || held.length < TAG_BYTES) {
    throw broken(journal, 'fewer bytes than initialisation vector and tag take');
  }
  decipher.setAuthTag(held);
  try {
    decipher.final();
  } catch {
    throw broken(journal, 'a tag that does not match key and ciphertext');
  }
}

function broken(journal: DecryptionJournal, found: string): Refusal {
  return failedDecryption({
    check: 'part-decrypts',
    field: journal.field,
    expected: 'ciphertext of the session key, with its tag',
    found: journal.keyProblem ?? found,
    advice: 'Check which of our certificates the partner encrypts for, and whether a proxy rewrites bodies.',
  });
}

function nodeName(algorithm: DataEncryptionAlgorithm): NonNullable<DataEncryptionAlgorithm['node']> {
  if (algorithm.node === undefined) throw new TypeError(`${algorithm.name} is not implemented`);
  return algorithm.node;
}
