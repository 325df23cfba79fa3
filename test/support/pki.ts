import 'reflect-metadata';
import { createPrivateKey, createPublicKey, generateKeyPair, randomBytes, webcrypto } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as x509 from '@peculiar/x509';
import forge from 'node-forge';
import { parseCertificate } from '../../src/protocol/pki/index.ts';
import type { Certificate, KeyEntry } from '../../src/protocol/pki/index.ts';

/**
 * A public key infrastructure for tests, made without the issuing code of the product. Ordinary certificates are valid
 * from 2020 to 2049, so that a test may stop its clock where it likes.
 */
export interface TestPki {
  /** The authority above every party. */
  readonly ca: KeyEntry;
  /** An authority nobody trusts, of the same name as `ca`. */
  readonly impostorCa: KeyEntry;
  /** A party with a certificate of `ca` for signing and encryption; the same key for the same name. */
  party(name: string): Promise<KeyEntry>;
  /** A certificate to measure; a fresh RSA-2048 key unless one is given. */
  issue(request?: TestCertificate): Promise<KeyEntry>;
  /** A certificate with one thing wrong; everything else about it is right. */
  bad(
    kind: BadCertificate,
    options?: { readonly name?: string; readonly like?: KeyEntry },
  ): Promise<KeyEntry>;
}

/** What a test certificate is to be; everything has an ordinary default. */
export interface TestCertificate {
  readonly alias?: string;
  /** RFC 2253. */
  readonly subject?: string;
  /** Name written as issuer (RFC 2253), when it is not the issuer's own. */
  readonly issuerName?: string;
  /** undefined: `ca`. `self`: signed with its own key. */
  readonly issuer?: KeyEntry | 'self';
  readonly key?: KeyObject;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly hash?: 'SHA-256' | 'SHA-1' | 'SHA-512';
  /** undefined: digitalSignature and keyEncipherment; null: no extension. */
  readonly keyUsage?: number | null;
  readonly extendedKeyUsage?: readonly string[];
  readonly ca?: boolean;
  readonly pathLength?: number;
  /** undefined: made from the key; null: no extension. */
  readonly subjectKeyIdentifier?: Buffer | null;
  readonly serialNumber?: string;
  readonly extensions?: readonly x509.Extension[];
}

export const BAD_CERTIFICATES = [
  'expired',
  'not-yet-valid',
  'wrong-key-usage-for-signing',
  'wrong-key-usage-for-encryption',
  'wrong-extended-key-usage',
  'ca-as-leaf',
  'rsa-1024',
  'sha1-signed',
  'unknown-critical-extension',
  'ski-collision',
  'self-signed',
  'wrong-issuer',
  'elliptic-curve',
] as const;

export type BadCertificate = (typeof BAD_CERTIFICATES)[number];

/** Key usage bits for `TestCertificate.keyUsage`. */
export const USAGE = x509.KeyUsageFlags;
export const VALID_FROM = new Date('2020-01-01T00:00:00Z');
export const VALID_UNTIL = new Date('2049-01-01T00:00:00Z');

const generate = promisify(generateKeyPair);
const CA_NAME = 'CN=Test Authority,O=Quoin Tests,C=XX';

/** A fresh RSA private key. */
export async function rsaKey(bits = 2048): Promise<KeyObject> {
  return (await generate('rsa', { modulusLength: bits })).privateKey;
}

/** A fresh key on the curve P-256. */
export async function ellipticKey(): Promise<KeyObject> {
  return (await generate('ec', { namedCurve: 'P-256' })).privateKey;
}

let made: Promise<TestPki> | undefined;

/** The PKI of this process; made once, since RSA keys cost time. */
export function testPki(): Promise<TestPki> {
  return (made ??= make());
}

async function make(): Promise<TestPki> {
  const ca = await issue({ alias: 'ca', subject: CA_NAME, issuer: 'self', ca: true });
  const impostorCa = await issue({ alias: 'impostor', subject: CA_NAME, issuer: 'self', ca: true });
  const parties = new Map<string, Promise<KeyEntry>>();
  const shared = rsaKey();
  const party = (name: string): Promise<KeyEntry> => {
    const known = parties.get(name) ?? issue({ alias: name, subject: subjectOf(name), issuer: ca });
    parties.set(name, known);
    return known;
  };
  const own = async (request: TestCertificate = {}): Promise<KeyEntry> => issue({ issuer: ca, ...request });
  return {
    ca,
    impostorCa,
    party,
    issue: own,
    bad: async (kind, { name = `AP_BAD_${kind}`, like } = {}) => {
      const request = await badRequest(kind, { impostorCa, like: like ?? (await party('AP_XA_01')) });
      return own({ alias: name, subject: subjectOf(name), key: await shared, ...request });
    },
  };
}

function subjectOf(name: string): string {
  return `CN=${name},OU=OOTS,O=Quoin Tests,C=XX`;
}

async function badRequest(
  kind: BadCertificate,
  { impostorCa, like }: { readonly impostorCa: KeyEntry; readonly like: KeyEntry },
): Promise<TestCertificate> {
  switch (kind) {
    case 'expired':
      return { notAfter: new Date('2021-01-01T00:00:00Z') };
    case 'not-yet-valid':
      return { notBefore: new Date('2048-01-01T00:00:00Z') };
    case 'wrong-key-usage-for-signing':
      return { keyUsage: USAGE.keyEncipherment };
    case 'wrong-key-usage-for-encryption':
      return { keyUsage: USAGE.digitalSignature };
    case 'wrong-extended-key-usage':
      return { extendedKeyUsage: ['1.3.6.1.5.5.7.3.8'] };
    case 'ca-as-leaf':
      return { ca: true };
    case 'rsa-1024':
      return { key: await rsaKey(1024) };
    case 'sha1-signed':
      return { hash: 'SHA-1' };
    case 'unknown-critical-extension':
      return { extensions: [new x509.Extension('1.3.6.1.4.1.99999.7', true, Buffer.from('0500', 'hex'))] };
    case 'ski-collision':
      return { subjectKeyIdentifier: like.certificate.subjectKeyIdentifier!, key: await rsaKey() };
    case 'self-signed':
      return { issuer: 'self' };
    case 'wrong-issuer':
      return { issuer: impostorCa };
    case 'elliptic-curve':
      return { key: await ellipticKey() };
  }
}

async function issue(request: TestCertificate): Promise<KeyEntry> {
  const { alias = 'test', subject = subjectOf(alias), issuer = 'self' } = request;
  const privateKey = request.key ?? (await rsaKey());
  const signer = issuer === 'self' ? privateKey : issuer.privateKey;
  const issuerName = request.issuerName ?? (issuer === 'self' ? subject : issuer.certificate.subject);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: request.serialNumber ?? `4${randomBytes(15).toString('hex')}`,
    subject: encodable(subject),
    issuer: encodable(issuerName),
    notBefore: request.notBefore ?? VALID_FROM,
    notAfter: request.notAfter ?? VALID_UNTIL,
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    signingKey: await webKey(signer, request.hash ?? 'SHA-256'),
    signingAlgorithm: algorithmOf(signer, request.hash ?? 'SHA-256'),
    extensions: await extensionsOf(request, privateKey),
  });
  const chain = issuer === 'self' ? [] : [issuer.certificate, ...issuer.chain];
  return { alias, privateKey, certificate: parseCertificate(Buffer.from(certificate.rawData)), chain };
}

/** @peculiar/x509 encodes relative names in the order written; RFC 2253 text begins with the last. */
function encodable(name: string): x509.JsonName {
  return new x509.Name(name).toJSON().reverse();
}

async function extensionsOf(request: TestCertificate, key: KeyObject): Promise<x509.Extension[]> {
  const { ca = false, keyUsage, subjectKeyIdentifier, extendedKeyUsage, pathLength } = request;
  const usual = ca
    ? USAGE.keyCertSign | USAGE.cRLSign | USAGE.digitalSignature
    : USAGE.digitalSignature | USAGE.keyEncipherment;
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return [
    new x509.BasicConstraintsExtension(ca, pathLength, true),
    ...(keyUsage === null ? [] : [new x509.KeyUsagesExtension(keyUsage ?? usual, true)]),
    ...(extendedKeyUsage ? [new x509.ExtendedKeyUsageExtension([...extendedKeyUsage])] : []),
    ...(subjectKeyIdentifier === null
      ? []
      : [
          subjectKeyIdentifier
            ? new x509.SubjectKeyIdentifierExtension(subjectKeyIdentifier.toString('hex'))
            : await x509.SubjectKeyIdentifierExtension.create(new x509.PublicKey(spki)),
        ]),
    ...(request.extensions ?? []),
  ];
}

type Algorithm = { readonly name: string; readonly hash: string; readonly namedCurve?: string };

function algorithmOf(key: KeyObject, hash: string): Algorithm {
  return key.asymmetricKeyType === 'ec'
    ? { name: 'ECDSA', hash, namedCurve: 'P-256' }
    : { name: 'RSASSA-PKCS1-v1_5', hash };
}

function webKey(key: KeyObject, hash: string): Promise<webcrypto.CryptoKey> {
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', pkcs8, algorithmOf(key, hash), false, ['sign']);
}

/** A certificate revocation list of an authority, DER, due again in 2049. */
export async function revocationList(
  issuer: KeyEntry,
  revoked: readonly Certificate[],
  at: Date,
  nextUpdate = VALID_UNTIL,
): Promise<Buffer> {
  const crl = await x509.X509CrlGenerator.create({
    issuer: new x509.X509Certificate(issuer.certificate.der).subjectName,
    thisUpdate: at,
    nextUpdate,
    entries: revoked.map(({ serialNumber }) => ({
      serialNumber: BigInt(serialNumber).toString(16),
      revocationDate: at,
    })),
    signingKey: await webKey(issuer.privateKey, 'SHA-256'),
    signingAlgorithm: algorithmOf(issuer.privateKey, 'SHA-256'),
  });
  return Buffer.from(crl.rawData);
}

/** Files of a key entry. */
export interface EntryFiles {
  readonly key: string;
  readonly certificate: string;
  /** The certificate with its issuers, leaf first. */
  readonly bundle: string;
  readonly pkcs12: string;
  readonly password: string;
}

/** Writes a key entry as PEM files and as PKCS#12 into a folder. */
export function writeEntry(entry: KeyEntry, folder: string, password = 'secret'): EntryFiles {
  mkdirSync(folder, { recursive: true });
  const at = (suffix: string, content: string | Buffer): string => {
    const file = join(folder, `${entry.alias}${suffix}`);
    writeFileSync(file, content);
    return file;
  };
  return {
    key: at('.key.pem', pemOfKey(entry.privateKey)),
    certificate: at('.pem', entry.certificate.pem),
    bundle: at('-bundle.pem', [entry.certificate, ...entry.chain].map(({ pem }) => pem).join('')),
    pkcs12: at('.p12', pkcs12Of(entry, password)),
    password,
  };
}

/** A private key as PKCS#8 PEM. */
export function pemOfKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** A key entry as PKCS#12 bytes. */
export function pkcs12Of(entry: KeyEntry, password = 'secret'): Buffer {
  const certificates = [entry.certificate, ...entry.chain].map(({ pem }) =>
    forge.pki.certificateFromPem(pem),
  );
  const asn1 = forge.pkcs12.toPkcs12Asn1(
    forge.pki.privateKeyFromPem(
      createPrivateKey(pemOfKey(entry.privateKey)).export({ type: 'pkcs1', format: 'pem' }) as string,
    ),
    certificates,
    password,
    { algorithm: 'aes256', friendlyName: entry.alias },
  );
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'latin1');
}

/** The same certificate with one byte of its signature turned over. */
export function tampered(certificate: Certificate): Certificate {
  const der = Buffer.from(certificate.der);
  der[der.length - 1] = der[der.length - 1]! ^ 0x01;
  return parseCertificate(der);
}
