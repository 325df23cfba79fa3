import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type forge from 'node-forge';
import { isQuoinError, QuoinError } from '../errors/index.ts';
import { parseCertificate } from './certificate.ts';
import { keyEntry } from './key-entry.ts';
import { wrongPassword } from './private-key.ts';
import type { Certificate, KeyEntry } from './types.ts';

/** A certificate of a store without a private key, under its alias when it has one. */
export interface TrustedEntry {
  readonly alias: string | undefined;
  readonly certificate: Certificate;
}

/** What a PKCS#12 store holds. */
export interface Pkcs12Content {
  readonly entries: readonly KeyEntry[];
  /** Every certificate of the store, those of the keys included. */
  readonly certificates: readonly Certificate[];
  /** Certificates that belong to no key entry: those a trust store was made for. */
  readonly trusted: readonly TrustedEntry[];
}

type Forge = typeof forge;

/** Bytes of a store; real ones have a few thousand. */
const MAX_STORE = 4 * 1024 * 1024;
const JKS_MAGIC = 0xfeedfeed;
const JCEKS_MAGIC = 0xcececece;

/**
 * Opens a PKCS#12 store (RFC 7292) as OpenSSL, Java and Windows write them: PBES2 with AES, or the older 3DES and RC2.
 * Throws `pki/wrong-password`, `pki/jks-not-supported`, `pki/pkcs12-unreadable`, `pki/pkcs12-unsupported`, and
 * `pki/key-certificate-mismatch` for a key without its certificate.
 */
export async function loadPkcs12(bytes: Uint8Array, password: string): Promise<Pkcs12Content> {
  const store = Buffer.from(bytes);
  refuseOtherFormats(store);
  const { default: library } = await import('node-forge');
  const bags = open(library, store, password).safeContents.flatMap(({ safeBags }) => safeBags);
  const certified = bags.filter((bag) => bag.type === library.pki.oids['certBag']);
  const read = certified.map((bag) => ({ alias: aliasOf(bag), certificate: certificateOf(library, bag) }));
  const certificates = read.map(({ certificate }) => certificate);
  const entries = bags
    .filter((bag) => !certified.includes(bag))
    .map((bag, index) =>
      keyEntry(aliasOf(bag) ?? `key-${index + 1}`, privateKeyOf(library, bag), certificates),
    );
  const inChains = new Set(entries.flatMap(({ certificate, chain }) => [certificate, ...chain]));
  return { entries, certificates, trusted: read.filter(({ certificate }) => !inChains.has(certificate)) };
}

function refuseOtherFormats(store: Buffer): void {
  if (store.length > MAX_STORE)
    throw new QuoinError('pki/pkcs12-unreadable', `A key store may have ${MAX_STORE} bytes.`);
  const magic = store.length < 4 ? 0 : store.readUInt32BE(0);
  if (magic !== JKS_MAGIC && magic !== JCEKS_MAGIC) return;
  throw new QuoinError('pki/jks-not-supported', 'This is a Java key store (JKS), not PKCS#12.', {
    finding: {
      check: 'store-format',
      expected: 'PKCS#12',
      found: magic === JKS_MAGIC ? 'JKS' : 'JCEKS',
      advice: 'keytool -importkeystore -srckeystore old.jks -destkeystore new.p12 -deststoretype PKCS12',
    },
  });
}

function open(library: Forge, store: Buffer, password: string): forge.pkcs12.Pkcs12Pfx {
  const hasMac = partsOf(readStructure(library, store)).length > 2;
  const read = (reading: Reading): forge.pkcs12.Pkcs12Pfx => {
    const structure = readStructure(library, store);
    if (!reading.checkMac) structure.value = [...partsOf(structure).slice(0, 2)];
    return library.pkcs12.pkcs12FromAsn1(structure, true, reading.password);
  };
  try {
    return read({ password, checkMac: true });
  } catch (cause) {
    const other = otherReading(password, cause);
    if (other === undefined) throw explain(cause, hasMac);
    try {
      return read(other);
    } catch {
      throw explain(cause, hasMac);
    }
  }
}

/** How a password goes into the library. */
interface Reading {
  readonly password: string | undefined;
  readonly checkMac: boolean;
}

/** What else a password may mean, after it failed in the usual meaning. */
function otherReading(password: string, cause: unknown): Reading | undefined {
  // A store without a password is protected with none or with the empty one; makers differ.
  if (password === '') return { password: undefined, checkMac: true };
  // The MAC, which held, wants UTF-16; PBES2 wants UTF-8, where the library takes Latin-1.
  if (isAscii(password) || isMacFailure(cause)) return undefined;
  return { password: Buffer.from(password).toString('latin1'), checkMac: false };
}

function partsOf({ value }: forge.asn1.Asn1): readonly forge.asn1.Asn1[] {
  return Array.isArray(value) ? value : [];
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text);
}

function isMacFailure(cause: unknown): boolean {
  return cause instanceof Error && cause.message.includes('MAC could not be verified');
}

function readStructure(library: Forge, store: Buffer): forge.asn1.Asn1 {
  try {
    return library.asn1.fromDer(store.toString('latin1'), true);
  } catch (cause) {
    throw unreadable(cause);
  }
}

const UNSUPPORTED = /unsupported|not supported|unknown/i;

/** What the library says, by pattern: the password, something it does not know, or bytes that are no store. */
function explain(cause: unknown, hasMac: boolean): QuoinError {
  if (isQuoinError(cause)) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  if (isMacFailure(cause) || /decrypt|wrong password/i.test(text)) return wrongPassword('key store', cause);
  // Without a MAC, what a wrong password yields is noise, and fails anywhere.
  if (!hasMac && !/Cannot read PKCS#12 PFX/.test(text) && !UNSUPPORTED.test(text))
    return wrongPassword('key store', cause);
  if (!UNSUPPORTED.test(text)) return unreadable(cause);
  return new QuoinError('pki/pkcs12-unsupported', 'The key store uses something that is not supported.', {
    cause,
    finding: {
      check: 'store-protection',
      expected: 'AES (PBES2), 3DES or RC2, with a MAC of SHA-1 or SHA-2',
      found: text,
      advice:
        'Write it again: openssl pkcs12 -in old.p12 -nodes -out all.pem; openssl pkcs12 -export -in all.pem -out new.p12',
    },
  });
}

function unreadable(cause: unknown): QuoinError {
  return new QuoinError(
    'pki/pkcs12-unreadable',
    'The key store cannot be read: it is not PKCS#12, or is damaged.',
    {
      cause,
      finding: { check: 'store-format', expected: 'PKCS#12 (.p12, .pfx)' },
    },
  );
}

function aliasOf(bag: forge.pkcs12.Bag): string | undefined {
  const names = (bag.attributes as { friendlyName?: readonly string[] }).friendlyName;
  return names?.[0];
}

function certificateOf(library: Forge, bag: forge.pkcs12.Bag): Certificate {
  const structure = bag.cert ? library.pki.certificateToAsn1(bag.cert) : bag.asn1;
  return parseCertificate(toDer(library, structure));
}

/** The library reads RSA keys; any other key comes as the PrivateKeyInfo it is. */
function privateKeyOf(library: Forge, bag: forge.pkcs12.Bag): KeyObject {
  const [structure, type] = bag.key
    ? ([library.pki.privateKeyToAsn1(bag.key), 'pkcs1'] as const)
    : ([bag.asn1, 'pkcs8'] as const);
  try {
    return createPrivateKey({ key: toDer(library, structure), format: 'der', type });
  } catch (cause) {
    throw new QuoinError('pki/private-key-unreadable', 'A private key of the key store cannot be read.', {
      cause,
    });
  }
}

function toDer(library: Forge, structure: forge.asn1.Asn1): Buffer {
  return Buffer.from(library.asn1.toDer(structure).getBytes(), 'latin1');
}

/** Writes a key entry with its issuers as a PKCS#12 store: AES-256 (PBES2), alias as friendlyName; RSA keys only. */
export async function writePkcs12(entry: KeyEntry, password: string): Promise<Buffer> {
  const { default: library } = await import('node-forge');
  const structure = library.pkcs12.toPkcs12Asn1(
    library.pki.privateKeyFromPem(entry.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string),
    [entry.certificate, ...entry.chain].map(({ pem }) => library.pki.certificateFromPem(pem)),
    password,
    { algorithm: 'aes256', friendlyName: entry.alias, count: 10_000 },
  );
  return toDer(library, structure);
}
