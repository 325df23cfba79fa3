import * as asn1 from 'asn1js';
import { QuoinError } from '../errors/index.ts';

/** A DER value: its node as the ASN.1 reader gives it. */
export type DerNode = asn1.AsnType;

/** Bounds for a structure as a partner may send it: nesting, nodes, bytes. */
const LIMITS = { maxDepth: 24, maxNodes: 4000, maxContentLength: 256 * 1024 };

/** Reads exactly one DER value; throws `pki/not-asn1` for anything else, trailing bytes included. */
export function readDer(bytes: Uint8Array, limits: Partial<typeof LIMITS> = {}): DerNode {
  let read: asn1.FromBerResult;
  try {
    read = asn1.fromBER(bytes, { ...LIMITS, ...limits, parseEmbedded: false });
  } catch (cause) {
    throw notAsn1('cannot be read', cause);
  }
  if (read.offset === -1) throw notAsn1(read.result.error || 'cannot be read');
  if (read.offset !== bytes.length) throw notAsn1('has bytes behind its end');
  return read.result;
}

/** Members of a SEQUENCE, a SET or a constructed context tag. */
export function members(node: DerNode | undefined): readonly DerNode[] {
  if (node instanceof asn1.Constructed) return node.valueBlock.value;
  throw notAsn1('has no members where a structure is wanted');
}

/** True for a context-specific tag of that number. */
export function isContextTag(node: DerNode, tag: number): boolean {
  return node.idBlock.tagClass === 3 && node.idBlock.tagNumber === tag;
}

/** The dotted form of an OBJECT IDENTIFIER. */
export function objectIdentifier(node: DerNode | undefined): string {
  if (node instanceof asn1.ObjectIdentifier) return node.getValue();
  throw notAsn1('has no object identifier where one is wanted');
}

/** Content of an OCTET STRING in its primitive form. */
export function octets(node: DerNode | undefined): Buffer {
  if (node instanceof asn1.OctetString && !node.idBlock.isConstructed)
    return Buffer.from(node.valueBlock.valueHexView);
  throw notAsn1('has no octet string where one is wanted');
}

/** Set bits of a BIT STRING by number, the first bit is 0. */
export function setBits(node: DerNode | undefined): readonly number[] {
  if (!(node instanceof asn1.BitString)) throw notAsn1('has no bit string where one is wanted');
  const bytes = node.valueBlock.valueHexView;
  const count = bytes.length * 8 - node.valueBlock.unusedBits;
  return Array.from({ length: Math.max(count, 0) }, (_, bit) => bit).filter(
    (bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0,
  );
}

/** A BOOLEAN; undefined when the node is something else. */
export function booleanOf(node: DerNode | undefined): boolean | undefined {
  return node instanceof asn1.Boolean ? node.getValue() : undefined;
}

/** A small non-negative INTEGER; undefined when the node is something else. */
export function smallInteger(node: DerNode | undefined): number | undefined {
  if (!(node instanceof asn1.Integer)) return undefined;
  const value = node.toBigInt();
  return value >= 0n && value <= 0x7fffffffn ? Number(value) : undefined;
}

/** An INTEGER as decimal text; undefined when the node is something else. */
export function decimalOf(node: DerNode | undefined): string | undefined {
  return node instanceof asn1.Integer ? node.toBigInt().toString() : undefined;
}

/** A UTCTime or GeneralizedTime; undefined when the node is something else. */
export function timeOf(node: DerNode | undefined): Date | undefined {
  return node instanceof asn1.UTCTime || node instanceof asn1.GeneralizedTime ? node.toDate() : undefined;
}

/** Bytes of a BIT STRING of whole octets. */
export function bitOctets(node: DerNode | undefined): Buffer {
  if (node instanceof asn1.BitString && node.valueBlock.unusedBits === 0)
    return Buffer.from(node.valueBlock.valueHexView);
  throw notAsn1('has no bit string of octets where one is wanted');
}

/** Text of any of the ASN.1 string types; undefined when the node is something else. */
export function textOf(node: DerNode | undefined): string | undefined {
  return node instanceof asn1.BaseStringBlock ? node.getValue() : undefined;
}

/** The complete encoding of a node. */
export function encodingOf(node: DerNode): Buffer {
  return Buffer.from(node.valueBeforeDecodeView);
}

/** DER tag and length in front of a content (X.690 8.1). */
export function wrapDer(tag: number, content: Uint8Array): Buffer {
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const digits = content.length.toString(16);
  const length = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}

/** The error for bytes that are not the ASN.1 they should be. */
export function notAsn1(what: string, cause?: unknown): QuoinError {
  return new QuoinError('pki/not-asn1', `The ASN.1 structure ${what}.`, { cause });
}
