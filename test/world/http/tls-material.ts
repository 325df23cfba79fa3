import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { X509Certificate } from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 86_400_000;

/** A key and certificate as PEM. */
export interface TlsMaterial {
  readonly key: string;
  readonly certificate: string;
}

interface Authority extends TlsMaterial {
  /** Issues a server and client certificate; `host` is its only name. */
  issue(options?: {
    readonly host?: string;
    readonly notBefore?: Date;
    readonly notAfter?: Date;
  }): Promise<TlsMaterial>;
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const body = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${body.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

const subjectAlternative = (host: string): SubjectAlternativeNameExtension =>
  new SubjectAlternativeNameExtension([{ type: /^[\d.:]+$/.test(host) ? 'ip' : 'dns', value: host }]);

let serial = 1;
const nextSerial = (): string => (serial++).toString(16).padStart(4, '0');

/** A small certificate authority for one test. */
export async function makeAuthority(name = 'CN=Test CA'): Promise<Authority> {
  const keys = await newKeys();
  const ca: X509Certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name,
    notBefore: new Date(Date.now() - 10 * DAY),
    notAfter: new Date(Date.now() + 10 * DAY),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    key: await keyPem(keys.privateKey),
    certificate: ca.toString('pem'),
    async issue({ host = '127.0.0.1', notBefore, notAfter } = {}) {
      const own = await newKeys();
      const leaf = await X509CertificateGenerator.create({
        serialNumber: nextSerial(),
        subject: `CN=${host}, O=Test`,
        issuer: ca.subject,
        notBefore: notBefore ?? new Date(Date.now() - DAY),
        notAfter: notAfter ?? new Date(Date.now() + DAY),
        signingAlgorithm: ALGORITHM,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          subjectAlternative(host),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          await AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      return { key: await keyPem(own.privateKey), certificate: leaf.toString('pem') };
    },
  };
}

/** A certificate nobody else vouches for. */
export async function makeSelfSigned(host = '127.0.0.1'): Promise<TlsMaterial> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name: `CN=${host}`,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + DAY),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [subjectAlternative(host)],
  });
  return { key: await keyPem(keys.privateKey), certificate: certificate.toString('pem') };
}
