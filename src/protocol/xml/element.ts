import { XmlCData, XmlComment, XmlElement as EngineElement, XmlText, XmlTreeNode } from 'libxml2-wasm';
import type { XmlDocument, XmlNode } from 'libxml2-wasm';
import { xmlError } from './errors.ts';

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
  /** Line in the document, from 1. */
  readonly line: number;
  readonly attrs: readonly XmlAttribute[];
  /** All text inside, that of elements inside included; comments and processing instructions are left out. */
  readonly content: string;
}

/** The life of a document: what was not read before its end cannot be read any more. */
export interface Life {
  readonly document: XmlDocument;
  readonly size: number;
  readonly escapedNamespaces: number;
  alive: boolean;
}

/** What stands directly inside an element. */
export interface Inside {
  readonly elements: readonly XmlElement[];
  readonly comments: number;
  /** Processing instructions and anything else. */
  readonly others: number;
}

interface Inner {
  texts: readonly (XmlText | XmlCData)[];
  text?: string;
  readonly node: EngineElement;
  readonly life: Life;
  readonly parent: XmlElement | undefined;
  inside?: Inside;
  attrs?: readonly XmlAttribute[];
}

const inners = new WeakMap<XmlElement, Inner>();

/** The root element of a document; called once for each document. */
export function rootElement(life: Life): XmlElement {
  return elementOf(life.document.root, life, undefined);
}

/** What stands directly inside an element; read once. Throws QuoinError `xml/disposed`. */
export function insideOf(element: XmlElement): Inside {
  const inner = innerOf(element);
  return (inner.inside ??= readInside(element, inner));
}

/** Text and CDATA sections directly inside an element, joined; read once. Throws QuoinError `xml/disposed`. */
export function directText(element: XmlElement): string {
  const inner = innerOf(element);
  if (inner.text === undefined) {
    requireAlive(inner);
    inner.inside ??= readInside(element, inner);
    inner.text = inner.texts.map((node) => node.content).join('');
    inner.texts = [];
  }
  return inner.text;
}

/** The element around this one; undefined for the root. */
export function parentOf(element: XmlElement): XmlElement | undefined {
  return innerOf(element).parent;
}

/** The engine's own node, of a document that is still there. Throws QuoinError `xml/disposed`. */
export function engineNode(element: XmlElement): { readonly node: EngineElement; readonly life: Life } {
  const inner = innerOf(element);
  requireAlive(inner);
  return inner;
}

/** Refuses a document that has been disposed. */
export function requireAlive({ life }: { readonly life: Life }): void {
  if (life.alive) return;
  throw xmlError('xml/disposed', 'The document of this element has been disposed.', {
    advice: 'Read what is needed before the document is disposed.',
  });
}

function elementOf(node: EngineElement, life: Life, parent: XmlElement | undefined): XmlElement {
  // What everybody asks for is read now; each property is a text copied out of the engine.
  const { name, namespaceUri } = node;
  const element: XmlElement = {
    name,
    namespaceUri,
    get prefix() {
      return engineNode(element).node.prefix;
    },
    get line() {
      return engineNode(element).node.line;
    },
    get attrs() {
      return attributesOf(innerOf(element));
    },
    get content() {
      return engineNode(element).node.content;
    },
  };
  inners.set(element, { node, life, parent, texts: [] });
  return element;
}

function innerOf(element: XmlElement): Inner {
  return inners.get(element)!;
}

function attributesOf(inner: Inner): readonly XmlAttribute[] {
  if (inner.attrs === undefined) {
    requireAlive(inner);
    inner.attrs = inner.node.attrs.map(({ name, prefix, namespaceUri, value }) => ({
      name,
      prefix,
      namespaceUri,
      value,
    }));
  }
  return inner.attrs;
}

function readInside(element: XmlElement, inner: Inner): Inside {
  requireAlive(inner);
  const elements: XmlElement[] = [];
  const texts: (XmlText | XmlCData)[] = [];
  let comments = 0;
  let others = 0;
  for (const node of childNodes(inner.node)) {
    if (node instanceof EngineElement) elements.push(elementOf(node, inner.life, element));
    else if (node instanceof XmlText || node instanceof XmlCData) texts.push(node);
    else if (node instanceof XmlComment) comments += 1;
    else others += 1;
  }
  inner.texts = texts;
  return { elements, comments, others };
}

function childNodes(parent: EngineElement): readonly XmlNode[] {
  const nodes: XmlNode[] = [];
  for (let node: XmlNode | null = parent.firstChild; node !== null; node = nextSibling(node))
    nodes.push(node);
  return nodes;
}

/** The wrapper of a processing instruction lacks the sibling its node has; the getter of the other wrappers finds it. */
function nextSibling(node: XmlNode): XmlNode | null {
  return Reflect.get(XmlTreeNode.prototype, 'next', node);
}
