import { QuoinError } from '../errors/index.ts';
import type { Finding } from '../errors/index.ts';
import {
  bitOctets,
  booleanOf,
  decimalOf,
  encodingOf,
  isContextTag,
  members,
  notAsn1,
  objectIdentifier,
  readDer,
  timeOf,
} from './der.ts';
import type { DerNode } from './der.ts';
import { readName, sameDistinguishedName, spellName } from './distinguished-name.ts';
import { pemBlocks } from './pem.ts';
import { readSignatureAlgorithm, verifyWith } from './signature-algorithms.ts';
import type { Certificate } from './types.ts';

/** A certificate revocation list (RFC 5280 5) whose signature was verified with the key of its issuer. */
export interface RevocationList {
  /** RFC 2253. */
  readonly issuer: string;
  readonly thisUpdate: Date;
  /** When the next list is due; an older list still revokes. */
  readonly nextUpdate: Date | undefined;
  /** Serial numbers in decimal, with the instant of revocation. */
  readonly revoked: ReadonlyMap<string, Date>;
}

/** Lists grow long, and come from files of the operator. */
const LIMITS = { maxNodes: 1_000_000, maxContentLength: 8 * 1024 * 1024 };

/** Critical extensions of a list that do not change what its entries mean: the part of the certificates it is for. */
const HARMLESS: ReadonlySet<string> = new Set(['2.5.29.28']);

/**
 * Reads a certificate revocation list, DER or PEM, and verifies its signature with one of the issuers. Delta and indirect
 * lists are refused. Throws `pki/revocation-list-unreadable`, `pki/not-asn1`, `pki/revocation-list-unproven` and
 * `pki/revocation-list-unsupported`.
 */
export function parseRevocationList(
  pemOrDer: string | Uint8Array,
  issuers: readonly Certificate[],
): RevocationList {
  const outer = members(readDer(derOf(pemOrDer), LIMITS));
  const [tbs, algorithm, signature] = outer;
  const parts = members(tbs);
  const list = readList(parts[0] !== undefined && decimalOf(parts[0]) !== undefined ? parts.slice(1) : parts);
  const proof = {
    data: encodingOf(tbs!),
    signature: bitOctets(signature),
    algorithm: readSignatureAlgorithm(algorithm),
  };
  const isProven = issuers.some(
    (issuer) =>
      sameDistinguishedName(issuer.subject, list.issuer) &&
      (issuer.keyUsage?.has('cRLSign') ?? true) &&
      verifyWith(proof.algorithm, { ...proof, key: issuer.publicKey }),
  );
  if (isProven) return list;
  throw new QuoinError('pki/revocation-list-unproven', 'No known authority signed this revocation list.', {
    finding: {
      check: 'revocation-list-signature',
      expected: `the signature of ${list.issuer}`,
      found: issuers.map(({ facts }) => facts.subject).join('; ') || 'no authority',
      advice: 'Add the certificate of the issuer to the anchors.',
    },
  });
}

/** What speaks against a certificate because its issuer took it back; undefined when no list names it. */
export function checkRevocation(
  certificate: Certificate,
  lists: readonly RevocationList[],
): Finding | undefined {
  const list = lists.find(
    ({ issuer, revoked }) =>
      revoked.has(certificate.serialNumber) && sameDistinguishedName(issuer, certificate.issuer),
  );
  return (
    list && {
      check: 'certificate-not-revoked',
      field: 'serialNumber',
      expected: 'a certificate its issuer stands by',
      found: `revoked on ${list.revoked.get(certificate.serialNumber)!.toISOString()}`,
      certificate: certificate.facts,
      advice: 'Ask the partner for its new certificate and remove this one from the P-Mode.',
    }
  );
}

function derOf(pemOrDer: string | Uint8Array): Uint8Array {
  if (typeof pemOrDer !== 'string' && pemOrDer[0] === 0x30) return pemOrDer;
  const text = typeof pemOrDer === 'string' ? pemOrDer : Buffer.from(pemOrDer).toString('latin1');
  const block = pemBlocks(text).find(({ label }) => label === 'X509 CRL');
  if (block !== undefined) return block.der;
  throw new QuoinError('pki/revocation-list-unreadable', 'There is no revocation list: neither PEM nor DER.');
}

/** The members of a TBSCertList behind its version: signature, issuer, times, entries, extensions. */
function readList([, issuer, ...rest]: readonly DerNode[]): RevocationList {
  const thisUpdate = timeOf(rest[0]);
  if (thisUpdate === undefined) throw notAsn1('has no thisUpdate');
  const nextUpdate = timeOf(rest[1]);
  const behind = rest.slice(nextUpdate === undefined ? 1 : 2);
  const extensions = behind.find((node) => isContextTag(node, 0));
  const entries = behind.find((node) => !isContextTag(node, 0));
  if (extensions !== undefined) refuseCritical(members(members(extensions)[0]));
  return {
    issuer: spellName(readName(issuer), 'wire'),
    thisUpdate,
    nextUpdate,
    revoked: new Map(entries === undefined ? [] : members(entries).map(readEntry)),
  };
}

function readEntry(node: DerNode): [serialNumber: string, at: Date] {
  const [serial, date, extensions] = members(node);
  const serialNumber = decimalOf(serial);
  const at = timeOf(date);
  if (serialNumber === undefined || at === undefined) throw notAsn1('has an entry without number or date');
  if (extensions !== undefined) refuseCritical(members(extensions));
  return [serialNumber, at];
}

function refuseCritical(extensions: readonly DerNode[]): void {
  for (const extension of extensions) {
    const [oid, critical] = members(extension);
    const dotted = objectIdentifier(oid);
    if (booleanOf(critical) === true && !HARMLESS.has(dotted))
      throw new QuoinError(
        'pki/revocation-list-unsupported',
        `The revocation list has a critical extension that is not supported: ${dotted}.`,
      );
  }
}
