import { CanonicalElement, namespaceIn, unescape } from './element.ts';
import type { Declaration, Source, XmlAttribute } from './element.ts';
import { NS } from './namespaces.ts';

/**
 * The elements of a document, read from its inclusive canonical form with comments (Canonical XML 1.0), which the engine
 * has written: quotes are double, there is no CDATA, no empty tag, no entity but those of canonical form, and attributes
 * stand in canonical order. One crossing into the engine instead of one for each node; what is well-formed, the engine
 * has decided.
 */
export function treeOf(canonical: string, source: Source): CanonicalElement {
  const state: Reading = { text: canonical, source, at: 0, startTags: 0 };
  let current: CanonicalElement | undefined;
  for (;;) {
    const lt = canonical.indexOf('<', state.at);
    if (lt < 0) throw new Error('The canonical form of the document has no end.');
    if (current !== undefined && lt > state.at) current.inside.push(canonical.slice(state.at, lt));
    const mark = canonical.charCodeAt(lt + 1);
    if (mark === SLASH) {
      state.at = behind(canonical, '>', lt);
      const parent: CanonicalElement | undefined = current?.parent;
      if (parent === undefined) return current!;
      current = parent;
    } else if (mark === BANG) {
      state.at = behind(canonical, '-->', lt + 4);
      if (current !== undefined) current.comments += 1;
    } else if (mark === QUESTION) {
      state.at = behind(canonical, '?>', lt);
      current?.inside.push(canonical.slice(lt, state.at));
    } else {
      const element = readStartTag(state, lt + 1, current);
      current?.inside.push(element);
      current = element;
    }
  }
}

interface Reading {
  readonly text: string;
  readonly source: Source;
  at: number;
  startTags: number;
}

const [SLASH, BANG, QUESTION, SPACE, GT] = [0x2f, 0x21, 0x3f, 0x20, 0x3e] as const;

const NOTHING: readonly never[] = [];

function readStartTag(
  state: Reading,
  nameAt: number,
  parent: CanonicalElement | undefined,
): CanonicalElement {
  const { text } = state;
  let at = nameAt;
  while (text.charCodeAt(at) !== SPACE && text.charCodeAt(at) !== GT) at += 1;
  const qualified = split(text.slice(nameAt, at));
  const declarations: Declaration[] = [];
  const written: Written[] = [];
  while (text.charCodeAt(at) === SPACE) {
    const equals = text.indexOf('="', at);
    const end = text.indexOf('"', equals + 2);
    const name = text.slice(at + 1, equals);
    const value = text.slice(equals + 2, end);
    const declared = declaredPrefix(name);
    if (declared === undefined) written.push({ name, value, text: text.slice(at + 1, end + 1) });
    else declarations.push({ prefix: declared, uri: value });
    at = end + 1;
  }
  state.at = at + 1;
  const own = declarations.length === 0 ? NOTHING : declarations;
  return new CanonicalElement({
    prefix: qualified[0],
    name: qualified[1],
    declarations: own,
    attrs: written.length === 0 ? NOTHING : written.map((one) => attributeOf(one, own, parent)),
    attributeTexts: written.length === 0 ? NOTHING : written.map((one) => one.text),
    parent,
    source: state.source,
    startTag: state.startTags++,
  });
}

/** An attribute as it stands in canonical form, `text` being all of it. */
export interface Written {
  readonly name: string;
  readonly value: string;
  readonly text: string;
}

function attributeOf(
  { name: qualified, value }: Written,
  declarations: readonly Declaration[],
  parent: CanonicalElement | undefined,
): XmlAttribute {
  const [prefix, name] = split(qualified);
  return { name, prefix, namespaceUri: namespaceFor(prefix, declarations, parent), value: unescape(value) };
}

/** An attribute without prefix is in no namespace, whatever the default is (Namespaces in XML 1.0, 6.2). */
function namespaceFor(
  prefix: string,
  declarations: readonly Declaration[],
  parent: CanonicalElement | undefined,
): string {
  if (prefix === '') return '';
  return prefix === 'xml' ? NS.XML : unescape(namespaceIn(declarations, parent, prefix) ?? '');
}

/** The prefix an attribute declares; undefined for an attribute that declares none. */
export function declaredPrefix(name: string): string | undefined {
  if (name === 'xmlns') return '';
  return name.startsWith('xmlns:') ? name.slice('xmlns:'.length) : undefined;
}

export function split(qualified: string): readonly [prefix: string, name: string] {
  const colon = qualified.indexOf(':');
  return colon < 0 ? ['', qualified] : [qualified.slice(0, colon), qualified.slice(colon + 1)];
}

function behind(text: string, end: string, from: number): number {
  const found = text.indexOf(end, from);
  if (found < 0) throw new Error('The canonical form of the document is cut off.');
  return found + end.length;
}
