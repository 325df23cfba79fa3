import {
  booleanOf,
  isContextTag,
  members,
  notAsn1,
  objectIdentifier,
  octets,
  readDer,
  setBits,
  smallInteger,
} from './der.ts';
import type { DerNode } from './der.ts';
import type { Certificate, KeyUsage } from './types.ts';

/** What the extensions of a certificate say (RFC 5280 4.2). */
export type ExtensionFacts = Pick<
  Certificate,
  | 'subjectKeyIdentifier'
  | 'keyUsage'
  | 'extendedKeyUsage'
  | 'isCa'
  | 'pathLength'
  | 'unknownCriticalExtensions'
>;

interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

const OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
} as const;

/**
 * Critical extensions that do not make a certificate unusable: those read here, the alternative names, the authority's
 * key identifier, the policies (none is required) and the places of revocation lists. Name constraints are not
 * processed, so refused.
 */
const PROCESSED: ReadonlySet<string> = new Set([
  ...Object.values(OID),
  '2.5.29.17',
  '2.5.29.18',
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.35',
]);

/** Bits of RFC 5280 4.2.1.3 by number; encipherOnly and decipherOnly mean nothing to a gateway. */
const KEY_USAGES: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
];

const MAX_EXTENSIONS = 64;

/** Reads the `[3] Extensions` of a TBSCertificate; undefined stands for a certificate without any. */
export function readExtensions(node: DerNode | undefined): ExtensionFacts {
  const list = node === undefined ? [] : members(members(node)[0]).map(readExtension);
  const byOid = new Map(list.map((extension) => [extension.oid, extension]));
  if (byOid.size !== list.length) throw notAsn1('has the same extension twice (RFC 5280 4.2)');
  if (list.length > MAX_EXTENSIONS) throw notAsn1(`has more than ${MAX_EXTENSIONS} extensions`);
  const value = (oid: string): DerNode | undefined => {
    const extension = byOid.get(oid);
    return extension === undefined ? undefined : readDer(extension.value);
  };
  return {
    subjectKeyIdentifier: optionally(value(OID.subjectKeyIdentifier), octets),
    keyUsage: optionally(value(OID.keyUsage), keyUsages),
    extendedKeyUsage: optionally(value(OID.extendedKeyUsage), purposes),
    ...basicConstraints(value(OID.basicConstraints)),
    unknownCriticalExtensions: list
      .filter(({ critical, oid }) => critical && !PROCESSED.has(oid))
      .map(({ oid }) => oid),
  };
}

function optionally<T>(node: DerNode | undefined, read: (node: DerNode) => T): T | undefined {
  return node === undefined ? undefined : read(node);
}

function readExtension(node: DerNode): Extension {
  const parts = members(node);
  const critical = booleanOf(parts[1]);
  return {
    oid: objectIdentifier(parts[0]),
    critical: critical ?? false,
    value: octets(parts[critical === undefined ? 1 : 2]),
  };
}

function keyUsages(node: DerNode): ReadonlySet<KeyUsage> {
  return new Set(setBits(node).flatMap((bit) => KEY_USAGES[bit] ?? []));
}

function purposes(node: DerNode): ReadonlySet<string> {
  return new Set(members(node).map(objectIdentifier));
}

function basicConstraints(node: DerNode | undefined): Pick<Certificate, 'isCa' | 'pathLength'> {
  if (node === undefined) return { isCa: false, pathLength: undefined };
  const [first, second] = members(node);
  const isCa = booleanOf(first) ?? false;
  return { isCa, pathLength: isCa ? smallInteger(second) : undefined };
}

/** The `[3]` member of a TBSCertificate, when there is one. */
export function extensionsOf(tbs: readonly DerNode[]): DerNode | undefined {
  return tbs.find((node) => isContextTag(node, 3));
}
