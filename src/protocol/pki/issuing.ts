import { createPublicKey, generateKeyPair, randomBytes, webcrypto } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type * as Library from '@peculiar/x509';
import { QuoinError } from '../errors/index.ts';
import { parseCertificate } from './certificate.ts';
import { escapeValue } from './distinguished-name.ts';
import { attributeTypeOf } from './name-tables.ts';
import { readNameText } from './name-text.ts';
import type { NameTextAttribute } from './name-text.ts';
import { toPem } from './pem.ts';
import type { Certificate, CertificateUse, KeyEntry } from './types.ts';

/** A certificate to be issued by an authority of ours: development and demonstration only. */
export interface IssueRequest {
  readonly issuer: KeyEntry;
  /** RFC 2253. */
  readonly subject: string;
  /** The key to certify; of a private key, its public half. */
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Both unless given. */
  readonly uses?: readonly CertificateUse[] | undefined;
  /** Names and addresses of a web server that is to show the certificate (RFC 9110 4.3.4). */
  readonly hosts?: readonly string[] | undefined;
}

/** An authority to be made: development and demonstration only. */
export interface CaRequest {
  readonly alias: string;
  /** RFC 2253. */
  readonly subject: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly bits?: number | undefined;
}

/** What goes into the subject form of the OOTS registration of access points. */
export interface OotsSubject {
  /** `OOTS_AP_ACC_FR_001`: the environment, the Member State and a number. */
  readonly name: string;
  /** ISO 3166-1 alpha-2; the procedure asks for `BE`, the seat of the Commission. */
  readonly country: string;
  readonly organisation: string;
  readonly unit: string;
}

/** RSA modulus of new keys in bits. */
const DEFAULT_BITS = 3072;
const SIGNING = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
const generate = promisify(generateKeyPair);

/** A fresh RSA private key; 3072 bits unless given. Throws `pki/key-size` outside 2048 to 8192. */
export async function generateKey({
  bits = DEFAULT_BITS,
}: { readonly bits?: number | undefined } = {}): Promise<KeyObject> {
  if (!Number.isInteger(bits) || bits < 2048 || bits > 8192)
    throw new QuoinError('pki/key-size', `A key may have 2048 to 8192 bits, not ${bits}.`);
  return (await generate('rsa', { modulusLength: bits })).privateKey;
}

/** The subject of an OOTS access point in RFC 2253 form: `CN=OOTS_AP_ACC_FR_001,C=BE,O=Organisation,OU=OOTS`. */
export function subjectForOots({ name, country, organisation, unit }: OotsSubject): string {
  if (!/^[A-Z]{2}$/.test(country))
    throw new QuoinError('pki/subject-malformed', `A country has two capital letters; "${country}" has not.`);
  const parts = Object.entries({ CN: name, C: country, O: organisation, OU: unit });
  const empty = parts.find(([, value]) => value.trim() === '');
  if (empty !== undefined)
    throw new QuoinError('pki/subject-malformed', `The subject needs a value for ${empty[0]}.`);
  return parts.map(([type, value]) => `${type}=${escapeValue(value)}`).join(',');
}

/** Makes an authority with a certificate of its own making that may issue for parties, not for further authorities. */
export async function createCa(request: CaRequest): Promise<KeyEntry> {
  const { alias, subject, notBefore, notAfter } = request;
  const privateKey = await generateKey({ bits: request.bits });
  const library = await x509();
  const certificate = await sign(library, {
    subject,
    issuer: subject,
    notBefore,
    notAfter,
    publicKey: privateKey,
    signingKey: privateKey,
    extensions: [
      new library.BasicConstraintsExtension(true, 0, true),
      new library.KeyUsagesExtension(library.KeyUsageFlags.keyCertSign | library.KeyUsageFlags.cRLSign, true),
      await library.SubjectKeyIdentifierExtension.create(spkiOf(privateKey)),
    ],
  });
  return { alias, privateKey, certificate, chain: [] };
}

/** Issues a certificate for an access point: no authority, key usage by `uses`, identifiers of both keys. */
export async function issueCertificate(request: IssueRequest): Promise<Certificate> {
  const { issuer, publicKey, uses = ['sign', 'encrypt'], hosts = [] } = request;
  const library = await x509();
  return sign(library, {
    ...request,
    issuer: issuer.certificate.subject,
    signingKey: issuer.privateKey,
    extensions: [
      ...(await partyExtensions(library, publicKey, issuer.certificate.publicKey, uses)),
      ...(hosts.length === 0 ? [] : serverExtensions(library, hosts)),
    ],
  });
}

/** A certificate for an access point that no authority stands for: partners pin it, or have no reason to trust it. */
export async function createSelfSigned(request: {
  /** RFC 2253. */
  readonly subject: string;
  readonly key: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
}): Promise<Certificate> {
  const { subject, key } = request;
  const library = await x509();
  return sign(library, {
    ...request,
    issuer: subject,
    publicKey: key,
    signingKey: key,
    extensions: await partyExtensions(library, key, key, ['sign', 'encrypt']),
  });
}

/** What browsers ask of a server: its names, and that it is one. */
function serverExtensions(library: typeof Library, hosts: readonly string[]): Library.Extension[] {
  return [
    new library.SubjectAlternativeNameExtension(
      hosts.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value })),
    ),
    new library.ExtendedKeyUsageExtension([library.ExtendedKeyUsage.serverAuth]),
  ];
}

async function partyExtensions(
  library: typeof Library,
  publicKey: KeyObject,
  issuerKey: KeyObject,
  uses: readonly CertificateUse[],
): Promise<Library.Extension[]> {
  const flags = {
    sign: library.KeyUsageFlags.digitalSignature | library.KeyUsageFlags.nonRepudiation,
    encrypt: library.KeyUsageFlags.keyEncipherment,
  };
  const usage = uses.reduce((all, use) => all | flags[use], 0);
  return [
    new library.BasicConstraintsExtension(false, undefined, true),
    new library.KeyUsagesExtension(usage, true),
    await library.SubjectKeyIdentifierExtension.create(spkiOf(publicKey)),
    await library.AuthorityKeyIdentifierExtension.create(spkiOf(issuerKey)),
  ];
}

/** A certificate signing request (PKCS#10, RFC 2986) for an RSA key as PEM; the subject in RFC 2253 form. */
export async function createCsr(request: {
  readonly subject: string;
  readonly key: KeyObject;
}): Promise<string> {
  const library = await x509();
  const publicKey = await webcrypto.subtle.importKey('spki', spkiOf(request.key), SIGNING, true, ['verify']);
  const csr = await library.Pkcs10CertificateRequestGenerator.create({
    name: encodable(library, request.subject),
    keys: { privateKey: await signingKey(request.key), publicKey },
    signingAlgorithm: SIGNING,
  });
  return toPem('CERTIFICATE REQUEST', Buffer.from(csr.rawData));
}

/** A private key as PEM: PKCS#8, encrypted with AES-256 when a password is given. */
export function privateKeyPem(key: KeyObject, password?: string): string {
  const protection = password === undefined ? {} : { cipher: 'aes-256-cbc', passphrase: password };
  return key.export({ type: 'pkcs8', format: 'pem', ...protection }) as string;
}

/** The library costs a tenth of a second to load: only whoever issues pays for it. */
async function x509(): Promise<typeof Library> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

interface SignRequest {
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  readonly extensions: Library.Extension[];
}

async function sign(library: typeof Library, request: SignRequest): Promise<Certificate> {
  const certificate = await library.X509CertificateGenerator.create({
    // RFC 5280 4.1.2.2: positive, at most 20 octets.
    serialNumber: `4${randomBytes(16).toString('hex').slice(1)}`,
    subject: encodable(library, request.subject),
    issuer: encodable(library, request.issuer),
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    publicKey: spkiOf(request.publicKey),
    signingKey: await signingKey(request.signingKey),
    signingAlgorithm: SIGNING,
    extensions: request.extensions,
  });
  return parseCertificate(Buffer.from(certificate.rawData));
}

const printable = (value: string): Library.JsonAttributeObject => ({ printableString: value });
const ia5 = (value: string): Library.JsonAttributeObject => ({ ia5String: value });

/** ASN.1 string types by attribute (RFC 5280 appendix A.1); UTF-8 for any other. */
const STRING_TYPES: Readonly<Record<string, (value: string) => Library.JsonAttributeObject>> = {
  '2.5.4.5': printable,
  '2.5.4.6': printable,
  '0.9.2342.19200300.100.1.25': ia5,
  '1.2.840.113549.1.9.1': ia5,
};

/** A name as the library takes it: from the root down, the reverse of RFC 2253. */
function encodable(library: typeof Library, subject: string): Library.Name {
  const read = readNameText(subject);
  if (read === undefined || read.length === 0)
    throw new QuoinError('pki/subject-malformed', 'The subject is not a distinguished name (RFC 2253).');
  return new library.Name(
    [...read].reverse().map((relative) => Object.fromEntries(relative.map(encodableAttribute))),
  );
}

function encodableAttribute({ type, value }: NameTextAttribute): [string, Library.JsonAttributeObject[]] {
  const oid = attributeTypeOf(type);
  if (oid === undefined)
    throw new QuoinError('pki/subject-malformed', `The subject has an attribute nobody knows: ${type}.`);
  return [oid, [STRING_TYPES[oid]?.(value) ?? { utf8String: value }]];
}

function spkiOf(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' });
}

function signingKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), SIGNING, false, [
    'sign',
  ]);
}
