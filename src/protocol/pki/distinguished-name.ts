import { encodingOf, members, objectIdentifier, textOf } from './der.ts';
import type { DerNode } from './der.ts';
import { attributeTypeOf, keywordOf } from './name-tables.ts';
import type { NameSpelling } from './name-tables.ts';
import { readNameText } from './name-text.ts';

/** One attribute of a name: its type as dotted OID, its text, and its DER where it came from a certificate. */
export interface NameAttribute {
  readonly type: string;
  /** undefined for a value that is no ASN.1 string. */
  readonly text: string | undefined;
  readonly der: Buffer | undefined;
}

/** A name as it is encoded: relative names from the root down, each a set of attributes. */
export type Name = readonly (readonly NameAttribute[])[];

/** Reads an X.501 Name (RFC 5280 4.1.2.4) out of a certificate. */
export function readName(node: DerNode | undefined): Name {
  return members(node).map((relative) =>
    members(relative).map((attribute) => {
      const [type, value] = members(attribute);
      if (value === undefined) return { type: objectIdentifier(type), text: undefined, der: undefined };
      return { type: objectIdentifier(type), text: textOf(value), der: encodingOf(value) };
    }),
  );
}

/** Spells a name in RFC 2253 order, the most specific relative name first. */
export function spellName(name: Name, spelling: NameSpelling): string {
  return [...name]
    .reverse()
    .map((relative) => relative.map((attribute) => spellAttribute(attribute, spelling)).join('+'))
    .join(',');
}

function spellAttribute({ type, text, der }: NameAttribute, spelling: NameSpelling): string {
  const keyword = keywordOf(type, spelling);
  if (keyword !== undefined && text !== undefined) return `${keyword}=${escapeValue(text)}`;
  return `${keyword ?? type}=#${der?.toString('hex') ?? ''}`;
}

/** Escapes a value for a name in text form (RFC 2253 2.4). */
export function escapeValue(text: string): string {
  const last = [...text].length - 1;
  return [...text]
    .map((character, index) => {
      if (/\p{Cc}/u.test(character)) return [...Buffer.from(character)].map(hexPair).join('');
      const isOuter = (index === 0 && /[# ]/.test(character)) || (index === last && character === ' ');
      return isOuter || /[\\",+;<>]/.test(character) ? `\\${character}` : character;
    })
    .join('');
}

function hexPair(byte: number): string {
  return `\\${byte.toString(16).padStart(2, '0').toUpperCase()}`;
}

/**
 * True when two distinguished names mean the same: Java, .NET, OpenSSL and RFC 2253 spellings, either order of the
 * relative names, any order inside one, case and spaces as RFC 5280 7.1 compares them. Names that cannot be read are
 * the same only when their texts are.
 */
export function sameDistinguishedName(a: string, b: string): boolean {
  if (a === b) return true;
  const first = comparable(a);
  const second = comparable(b);
  if (first === undefined || second === undefined || first.length !== second.length) return false;
  const equal = (other: readonly string[]): boolean => first.every((value, index) => value === other[index]);
  return equal(second) || equal([...second].reverse());
}

/** One string a relative name, in which equal names are equal. */
function comparable(text: string): readonly string[] | undefined {
  return readNameText(text)?.map((relative) =>
    relative
      .map(({ type, value }) => JSON.stringify([attributeTypeOf(type) ?? type.toLowerCase(), folded(value)]))
      .sort()
      .join('+'),
  );
}

/** RFC 5280 7.1: case ignored, inner white space compressed, outer removed. */
function folded(value: string): string {
  return value.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/** Attributes of a name by the keyword people know (`CN`, `O`, `emailAddress`) or dotted OID, values in order. */
export function nameAttributes(text: string): Record<string, string[]> {
  const attributes: Record<string, string[]> = {};
  for (const { type, value } of (readNameText(text) ?? []).flat().reverse()) {
    const oid = attributeTypeOf(type) ?? type;
    (attributes[keywordOf(oid, 'display') ?? oid] ??= []).push(value);
  }
  return attributes;
}
