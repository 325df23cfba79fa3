import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { QuoinError } from '../errors/index.ts';
import { pemBlocks } from './pem.ts';
import type { PemBlock } from './pem.ts';

/** Labels of private keys (RFC 7468 10 and 11, and the older forms). */
const KEY_LABELS: ReadonlySet<string> = new Set([
  'PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
]);

/**
 * Reads the one private key of a PEM text, other blocks skipped. Throws `pki/no-private-key`, `pki/several-private-keys`,
 * `pki/password-needed`, `pki/wrong-password`, `pki/unsupported-encryption` and `pki/private-key-unreadable`. A password for a
 * key that is not encrypted is not used.
 */
export function parsePrivateKey(pem: string | Uint8Array, password?: string): KeyObject {
  const text = typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1');
  const keys = pemBlocks(text).filter(({ label }) => KEY_LABELS.has(label));
  const [block] = keys;
  if (block === undefined)
    throw new QuoinError('pki/no-private-key', 'There is no private key in the PEM text.', {
      finding: { check: 'private-key-present', expected: '-----BEGIN PRIVATE KEY-----' },
    });
  if (keys.length > 1)
    throw new QuoinError(
      'pki/several-private-keys',
      `The PEM text holds ${keys.length} private keys; one is wanted.`,
    );
  return isEncrypted(block) ? decrypt(block, password) : readPlain(block);
}

function isEncrypted({ label, text }: PemBlock): boolean {
  return label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type:\s*4,ENCRYPTED/m.test(text);
}

function readPlain({ text }: PemBlock): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new QuoinError('pki/private-key-unreadable', 'The private key cannot be read.', { cause });
  }
}

function decrypt({ text }: PemBlock, password: string | undefined): KeyObject {
  if (password === undefined || password === '')
    throw new QuoinError('pki/password-needed', 'The private key is encrypted and no password is given.', {
      finding: { check: 'private-key-password', expected: 'a password', found: 'none' },
    });
  try {
    return createPrivateKey({ key: text, passphrase: password });
  } catch (cause) {
    throw isUnsupported(cause) ? unsupported(cause) : wrongPassword('private key', cause);
  }
}

/** OpenSSL 3 has no RC2 and no single DES; a wrong password shows as a failed padding, or as ASN.1 that is none. */
function isUnsupported(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_OSSL_EVP_UNSUPPORTED';
}

function unsupported(cause: unknown): QuoinError {
  return new QuoinError(
    'pki/unsupported-encryption',
    'The private key is encrypted in a way that is no longer supported.',
    {
      cause,
      finding: {
        check: 'private-key-encryption',
        expected: 'PBES2 with AES',
        advice: 'Encrypt it again: openssl pkcs8 -topk8 -v2 aes-256-cbc.',
      },
    },
  );
}

/** The error for a password that does not open a key or a store. */
export function wrongPassword(what: string, cause?: unknown): QuoinError {
  return new QuoinError('pki/wrong-password', `The password does not open the ${what}.`, {
    cause,
    finding: {
      check: 'password-opens',
      advice: 'Check the password, and that no line end follows it in its file.',
    },
  });
}
