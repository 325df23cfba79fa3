import { CanonicalElement, namespaceIn, unescape } from './element.ts';
import type { Declaration, Source, XmlAttribute } from './element.ts';
import type { XmlLimits } from './limits.ts';
import { NS } from './namespaces.ts';
import { declaredPrefix, split } from './tree.ts';
import type { Written } from './tree.ts';

/** A plain document while it is read. */
export interface PlainReading {
  readonly text: string;
  readonly source: Source;
  readonly limits: XmlLimits;
  at: number;
  /** Elements so far. */
  elements: number;
  /** The elements that are open: their names as written, and how many declarations each has. */
  readonly open: { readonly name: string; readonly namespaces: number }[];
  /** Namespace declarations in scope. */
  namespaces: number;
}

/** A start tag as it was written. */
interface PlainTag {
  readonly name: string;
  readonly declared: readonly Declaration[];
  readonly attributes: readonly Written[];
  readonly isEmpty: boolean;
  readonly end: number;
}

type Resolved = readonly [attribute: XmlAttribute, text: string];

/** Names that begin with `xml`, in any case, mean something to XML itself. */
const NAME = /^(?![Xx][Mm][Ll])[A-Za-z_][A-Za-z0-9_.-]{0,99}(?::[A-Za-z_][A-Za-z0-9_.-]{0,99})?$/;
/** Namespace names that are absolute and need no escape beyond any doubt, as those of all standards of this profile. */
const NAMESPACE =
  /^(?:https?:\/\/[A-Za-z0-9][A-Za-z0-9.-]{0,99}(?:\/[A-Za-z0-9._/-]{0,299})?#?|urn:[A-Za-z0-9][A-Za-z0-9._:-]{0,299})$/;
const RESERVED_NAMESPACES: readonly string[] = [NS.XML, 'http://www.w3.org/2000/xmlns/'];

/** What in a value is more than plain ASCII, and what of that does not stand like this in canonical form. */
const UNUSUAL = /[^ !#-%'-;=?-~]/;
const REFERENCES = /&(?:amp|lt|quot);/g;
const STRANGE = /[^ !#-%'-;=?-~\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

const [TAB, LF, SPACE, QUOTE, APOSTROPHE, HYPHEN, DOT, SLASH, EQUALS, GT] = [
  0x09, 0x0a, 0x20, 0x22, 0x27, 0x2d, 0x2e, 0x2f, 0x3d, 0x3e,
] as const;

const NOTHING: readonly never[] = [];

/**
 * Reads the start tag at `lt`, to stand behind it then; undefined where it is not plain or over a limit. An element that
 * is not empty is the innermost open one then.
 */
export function readPlainTag(
  reading: PlainReading,
  lt: number,
  parent: CanonicalElement | undefined,
): CanonicalElement | undefined {
  const tag = readTag(reading.text, lt);
  if (tag === undefined || !enter(reading, tag)) return undefined;
  const declarations = newDeclarations(tag.declared, parent);
  if (declarations === undefined) return undefined;
  const attributes = resolve(tag.attributes, declarations, parent);
  if (attributes === undefined) return undefined;
  const [prefix, name] = split(tag.name);
  const element = new CanonicalElement({
    name,
    prefix,
    declarations,
    attrs: attributes.length === 0 ? NOTHING : attributes.map(([attribute]) => attribute),
    attributeTexts: attributes.length === 0 ? NOTHING : attributes.map(([, text]) => text),
    parent,
    source: reading.source,
    startTag: lt,
  });
  // No plain declaration binds a prefix to nothing, so this one is not declared.
  return prefix !== '' && element.namespaceUri === '' ? undefined : element;
}

function readTag(text: string, lt: number): PlainTag | undefined {
  let at = behindName(text, lt + 1);
  const name = text.slice(lt + 1, at);
  if (!isPlainName(name)) return undefined;
  const declared: Declaration[] = [];
  const attributes: Written[] = [];
  for (;;) {
    const nameAt = behindSpace(text, at);
    const mark = text.charCodeAt(nameAt);
    if (mark === GT) return { name, declared, attributes, isEmpty: false, end: nameAt + 1 };
    if (mark === SLASH)
      return text.charCodeAt(nameAt + 1) === GT
        ? { name, declared, attributes, isEmpty: true, end: nameAt + 2 }
        : undefined;
    const equals = behindName(text, nameAt);
    const quote = text.charCodeAt(equals + 1);
    if (nameAt === at || text.charCodeAt(equals) !== EQUALS) return undefined;
    if (quote !== QUOTE && quote !== APOSTROPHE) return undefined;
    const end = text.indexOf(quote === QUOTE ? '"' : "'", equals + 2);
    if (end < 0) return undefined;
    const attribute = text.slice(nameAt, equals);
    const value = text.slice(equals + 2, end);
    if (!isPlainValue(value)) return undefined;
    // What follows the colon is missing: no declaration of the default namespace, and no XML.
    if (attribute === 'xmlns:') return undefined;
    const prefix = declaredPrefix(attribute);
    if (prefix !== undefined) declared.push({ prefix, uri: value });
    else attributes.push({ name: attribute, value, text: `${attribute}="${value}"` });
    at = end + 1;
  }
}

/** Counts what has been read as the scanner does; false where it is over a limit. */
function enter(reading: PlainReading, { name, declared, attributes, isEmpty, end }: PlainTag): boolean {
  const { limits, open } = reading;
  const inScope = reading.namespaces + declared.length;
  reading.at = end;
  reading.elements += 1;
  const isWithin =
    reading.elements <= limits.maxElements &&
    declared.length + attributes.length <= limits.maxAttributesPerElement &&
    open.length + 1 <= limits.maxDepth &&
    inScope <= limits.maxNamespacesInScope;
  if (isEmpty) return isWithin;
  reading.namespaces = inScope;
  open.push({ name, namespaces: declared.length });
  return isWithin;
}

/** The declarations that say something new, by prefix; undefined where one is not plain or stands twice. */
function newDeclarations(
  declared: readonly Declaration[],
  parent: CanonicalElement | undefined,
): readonly Declaration[] | undefined {
  if (declared.length === 0) return NOTHING;
  const sorted = declared.toSorted((one, other) => (one.prefix < other.prefix ? -1 : 1));
  for (const [index, { prefix, uri }] of sorted.entries())
    if (!isPlainBinding(prefix, uri) || prefix === sorted[index + 1]?.prefix) return undefined;
  return sorted.filter(({ prefix, uri }) => uri !== (parent?.namespaceOf(prefix) ?? ''));
}

function isPlainBinding(prefix: string, uri: string): boolean {
  if (prefix !== '' && (!isPlainName(prefix) || prefix.includes(':'))) return false;
  if (uri === '') return prefix === '';
  return NAMESPACE.test(uri) && !RESERVED_NAMESPACES.includes(uri);
}

/** The attributes in canonical order; undefined where one is not plain, not declared or stands twice. */
function resolve(
  attributes: readonly Written[],
  declarations: readonly Declaration[],
  parent: CanonicalElement | undefined,
): readonly Resolved[] | undefined {
  if (attributes.length === 0) return NOTHING;
  const resolved: Resolved[] = [];
  for (const { name: qualified, value, text } of attributes) {
    if (!isPlainName(qualified)) return undefined;
    const [prefix, name] = split(qualified);
    const namespaceUri = prefix === '' ? '' : namespaceIn(declarations, parent, prefix);
    if (namespaceUri === undefined) return undefined;
    resolved.push([{ name, prefix, namespaceUri, value: unescape(value) }, text]);
  }
  if (resolved.length === 1) return resolved;
  resolved.sort(([one], [other]) => order(one, other));
  const isTwice = resolved.some(
    ([attribute], index) => index > 0 && order(resolved[index - 1]![0], attribute) === 0,
  );
  return isTwice ? undefined : resolved;
}

/** By namespace, then by name (Canonical XML 1.0, 2.3); all of it is ASCII. */
function order(one: XmlAttribute, other: XmlAttribute): number {
  if (one.namespaceUri !== other.namespaceUri) return one.namespaceUri < other.namespaceUri ? -1 : 1;
  if (one.name === other.name) return 0;
  return one.name < other.name ? -1 : 1;
}

function isPlainName(name: string): boolean {
  return NAME.test(name);
}

function isPlainValue(value: string): boolean {
  return !UNUSUAL.test(value) || !STRANGE.test(value.replace(REFERENCES, ''));
}

/** Where a name surely ends; whether it is one is for `isPlainName` to say. */
function behindName(text: string, from: number): number {
  for (let at = from; ; at += 1) {
    const code = text.charCodeAt(at);
    const isInside = code > SLASH ? code !== EQUALS && code !== GT : code === HYPHEN || code === DOT;
    if (!isInside) return at;
  }
}

function behindSpace(text: string, from: number): number {
  for (let at = from; ; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== SPACE && code !== LF && code !== TAB) return at;
  }
}
