/** An attribute; namespace declarations are none. */
export interface XmlAttribute {
  /** Local name. */
  readonly name: string;
  /** Empty for an attribute without prefix. */
  readonly prefix: string;
  /** Empty for an attribute without prefix. */
  readonly namespaceUri: string;
  readonly value: string;
}

/**
 * An element of a parsed document. There is one object for each element, so elements can be compared with `===` and be
 * keys of a Map.
 */
export interface XmlElement {
  /** Local name. */
  readonly name: string;
  /** Empty for an element without prefix. */
  readonly prefix: string;
  /** Empty for an element in no namespace. */
  readonly namespaceUri: string;
  /** Line in the document on which its start tag begins, from 1. */
  readonly line: number;
  readonly attrs: readonly XmlAttribute[];
  /** All text inside, that of elements inside included; comments and processing instructions are left out. */
  readonly content: string;
}

/** A namespace declaration; its name as it stands in canonical form. */
export interface Declaration {
  /** Empty for the default namespace. */
  readonly prefix: string;
  readonly uri: string;
}

/** What the elements of one document share. */
export interface Source {
  /** Bytes of the document. */
  readonly size: number;
  /** The line of the start tag with this number, from 0 in document order. */
  readonly lineOf: (startTag: number) => number;
}

/** An element as it stands in the canonical form of its document: names resolved, text still escaped. */
export class CanonicalElement implements XmlElement {
  readonly name: string;
  readonly prefix: string;
  readonly namespaceUri: string;
  readonly attrs: readonly XmlAttribute[];
  readonly parent: CanonicalElement | undefined;
  readonly source: Source;
  readonly declarations: readonly Declaration[];
  /** `name="value"` of each attribute, in canonical order. */
  readonly attributeTexts: readonly string[];
  /** What its own prefix stands for, as `namespaceOf` has it. */
  readonly ownNamespace: string | undefined;
  /** Elements, texts and processing instructions (`<?...?>`) in order. */
  readonly inside: (CanonicalElement | string)[] = [];
  comments = 0;
  readonly #startTag: number;
  #elements: readonly CanonicalElement[] | undefined;

  constructor(values: {
    readonly name: string;
    readonly prefix: string;
    readonly attrs: readonly XmlAttribute[];
    readonly attributeTexts: readonly string[];
    readonly declarations: readonly Declaration[];
    readonly parent: CanonicalElement | undefined;
    readonly source: Source;
    readonly startTag: number;
  }) {
    this.name = values.name;
    this.prefix = values.prefix;
    this.attrs = values.attrs;
    this.attributeTexts = values.attributeTexts;
    this.declarations = values.declarations;
    this.parent = values.parent;
    this.source = values.source;
    this.#startTag = values.startTag;
    this.ownNamespace = this.namespaceOf(values.prefix);
    this.namespaceUri = unescape(this.ownNamespace ?? '');
  }

  get line(): number {
    return this.source.lineOf(this.#startTag);
  }

  get content(): string {
    return this.inside.map((one) => (typeof one === 'string' ? textIn(one) : one.content)).join('');
  }

  /** Text directly inside, whatever stands in between. */
  get ownText(): string {
    return this.inside.map((one) => (typeof one === 'string' ? textIn(one) : '')).join('');
  }

  /** The elements directly inside; asked for when all of them are there. */
  get elements(): readonly CanonicalElement[] {
    return (this.#elements ??= this.inside.filter((one) => typeof one !== 'string'));
  }

  /** The namespace a prefix stands for here, as it is in canonical form; undefined for none. */
  namespaceOf(prefix: string): string | undefined {
    return namespaceIn(this.declarations, this.parent, prefix);
  }
}

/** The namespace a prefix stands for, looked up from the innermost declarations outwards. */
export function namespaceIn(
  declarations: readonly Declaration[],
  parent: CanonicalElement | undefined,
  prefix: string,
): string | undefined {
  for (const declaration of declarations) if (declaration.prefix === prefix) return declaration.uri;
  return parent?.namespaceOf(prefix);
}

/** The object behind an element; there is no other kind. */
export function canonicalElement(element: XmlElement): CanonicalElement {
  return element as CanonicalElement;
}

/** True for what stands in canonical form as a processing instruction: text never begins like this. */
export function isInstruction(piece: string): boolean {
  return piece.startsWith('<');
}

function textIn(piece: string): string {
  return isInstruction(piece) ? '' : unescape(piece);
}

const REFERENCE = /&(?:amp|lt|gt|quot|#x9|#xA|#xD);/g;

const CHARACTERS: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x9;': '\t',
  '&#xA;': '\n',
  '&#xD;': '\r',
};

/** Text of canonical form without its references (Canonical XML 1.0, 2.3 names all of them). */
export function unescape(text: string): string {
  return text.includes('&') ? text.replace(REFERENCE, (reference) => CHARACTERS[reference]!) : text;
}
