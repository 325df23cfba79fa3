import { createHash, X509Certificate } from 'node:crypto';
import { isQuoinError, QuoinError } from '../errors/index.ts';
import { isContextTag, members, readDer } from './der.ts';
import type { DerNode } from './der.ts';
import { nameAttributes, readName, spellName } from './distinguished-name.ts';
import { extensionsOf, readExtensions } from './extensions.ts';
import { pemBlocks, toPem } from './pem.ts';
import { readSignatureAlgorithm } from './signature-algorithms.ts';
import type { Certificate } from './types.ts';

/** Bytes of one certificate; real ones have one to three thousand. */
const MAX_CERTIFICATE = 64 * 1024;
/** Parsed certificates kept by the hash of their DER: partners send the same ones with every message. */
const CACHE_SIZE = 256;
const CERTIFICATE_LABELS: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);

const cache = new Map<string, Certificate>();

/**
 * Reads one X.509 certificate (RFC 5280), DER or PEM. Throws `pki/certificate-unreadable`, `pki/certificate-too-large`,
 * `pki/no-certificate` and `pki/several-certificates`; whether it may be used is for `checkFitness` to say.
 */
export function parseCertificate(pemOrDer: string | Uint8Array): Certificate {
  if (typeof pemOrDer !== 'string' && pemOrDer[0] === 0x30) return fromDer(Buffer.from(pemOrDer));
  const found = parseCertificates(pemOrDer);
  if (found.length === 1) return found[0]!;
  throw new QuoinError(
    'pki/several-certificates',
    `One certificate is wanted; the text holds ${found.length}.`,
    { finding: { check: 'one-certificate', expected: '1', found: String(found.length) } },
  );
}

/** Reads every certificate of a PEM bundle in order, other blocks skipped; throws `pki/no-certificate` when there is none. */
export function parseCertificates(pem: string | Uint8Array): readonly Certificate[] {
  const text = typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1');
  const blocks = pemBlocks(text).filter(({ label }) => CERTIFICATE_LABELS.has(label));
  if (blocks.length > 0) return blocks.map(({ der }) => fromDer(der));
  throw new QuoinError('pki/no-certificate', 'There is no certificate: neither a PEM block nor DER.', {
    finding: {
      check: 'certificate-present',
      expected: '-----BEGIN CERTIFICATE-----',
      advice: 'Give a PEM file (or DER); convert a .p7b with openssl pkcs7 -print_certs.',
    },
  });
}

/** Attributes of the subject by keyword (`CN`, `O`, `OU`, `emailAddress`) or dotted OID, values from the root down. */
export function subjectAttributes(certificate: Certificate): Record<string, string[]> {
  return nameAttributes(certificate.subject);
}

function fromDer(der: Buffer): Certificate {
  if (der.length > MAX_CERTIFICATE)
    throw new QuoinError('pki/certificate-too-large', `A certificate may have ${MAX_CERTIFICATE} bytes.`);
  const thumbprint = createHash('sha256').update(der).digest('hex');
  const known = cache.get(thumbprint);
  if (known !== undefined) cache.delete(thumbprint);
  const certificate = known ?? read(der, thumbprint);
  cache.set(thumbprint, certificate);
  if (cache.size > CACHE_SIZE) cache.delete(cache.keys().next().value!);
  return certificate;
}

function read(der: Buffer, thumbprintSha256: string): Certificate {
  try {
    const x509 = new X509Certificate(der);
    if (!x509.raw.equals(der)) throw unreadable('the encoding is not DER or has bytes behind its end');
    return Object.freeze({ ...describe(x509, der), der, thumbprintSha256 });
  } catch (cause) {
    if (isQuoinError(cause) && cause.code === 'pki/certificate-unreadable') throw cause;
    throw unreadable(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function describe(x509: X509Certificate, der: Buffer): Omit<Certificate, 'der' | 'thumbprintSha256'> {
  const tbs = tbsMembers(readDer(der));
  // Version, when written, is [0]; behind it: serial, signature, issuer, validity, subject, key.
  const [, signature, issuerNode, , subjectNode] = tbs;
  const issuer = readName(issuerNode);
  const subject = readName(subjectNode);
  const notBefore = instant(x509.validFrom);
  const notAfter = instant(x509.validTo);
  const serialNumber = decimal(x509.serialNumber);
  return {
    pem: toPem('CERTIFICATE', der),
    subject: spellName(subject, 'wire'),
    issuer: spellName(issuer, 'wire'),
    serialNumber,
    notBefore,
    notAfter,
    thumbprintSha1: createHash('sha1').update(der).digest(),
    publicKey: x509.publicKey,
    ...readExtensions(extensionsOf(tbs)),
    ...readSignatureAlgorithm(signature),
    facts: Object.freeze({
      subject: spellName(subject, 'display'),
      issuer: spellName(issuer, 'display'),
      serialNumber,
      notBefore: notBefore.toISOString(),
      notAfter: notAfter.toISOString(),
    }),
  };
}

function tbsMembers(certificate: DerNode): readonly DerNode[] {
  const tbs = members(members(certificate)[0]);
  return tbs[0] !== undefined && isContextTag(tbs[0], 0) ? tbs.slice(1) : tbs;
}

function instant(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw unreadable('a date of its validity cannot be read');
  return date;
}

/** OpenSSL prints serial numbers in hex. */
function decimal(hex: string): string {
  return hex.startsWith('-') ? `-${BigInt(`0x${hex.slice(1)}`)}` : BigInt(`0x${hex}`).toString();
}

function unreadable(why: string, cause?: unknown): QuoinError {
  return new QuoinError('pki/certificate-unreadable', `The certificate cannot be read: ${why}.`, {
    cause,
    finding: { check: 'certificate-readable', expected: 'an X.509 certificate in DER', found: why },
  });
}
