import { ParseOption, XmlDocument, XmlLibError } from 'libxml2-wasm';
import { decodeXml } from './decode.ts';
import type { XmlElement } from './element.ts';
import { engineForm } from './engine-form.ts';
import type { EngineDocument } from './engine-form.ts';
import { excerpt, xmlError } from './errors.ts';
import { DEFAULT_XML_LIMITS } from './limits.ts';
import type { XmlLimits } from './limits.ts';
import { plainTree } from './plain.ts';
import { lineAt, scanXml } from './scan.ts';
import type { ScanResult } from './scan.ts';
import { MARK } from './start-tag.ts';
import { treeOf } from './tree.ts';

/** A parsed document. It holds memory of the engine until it is disposed where it was made. */
export interface XmlDoc {
  /**
   * Read when it is first asked for; outlives the document then. Throws QuoinError `xml/canonicalization` where there is
   * no canonical form: a namespace name that is relative or written with references.
   */
  readonly root: XmlElement;
  /** Size in bytes of the document as UTF-8. */
  readonly size: number;
  /** Number of processing instructions, inside the root element and beside it. */
  readonly processingInstructions: number;
  /** Frees the document; its elements stay. Safe to call twice. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** No network, no DTD, no catalogue; UTF-8 whatever the declaration says, because decodeXml has settled it. */
const OPTIONS =
  ParseOption.XML_PARSE_NONET |
  ParseOption.XML_PARSE_NO_XXE |
  ParseOption.XML_PARSE_NO_SYS_CATALOG |
  ParseOption.XML_PARSE_IGNORE_ENC |
  ParseOption.XML_PARSE_SKIP_IDS |
  ParseOption.XML_PARSE_BIG_LINES;

/** Above this size the engine's own limits on text length are lifted; ours hold. */
const LARGE = 10_000_000;

let open = 0;

/** Documents that are parsed and not yet disposed, for leak tests. */
export function openDocuments(): number {
  return open;
}

/**
 * Parses a document: UTF-8 (a byte order mark is tolerated, eDelivery AS4 1.15 1.4.2.2) or UTF-16 with one; no DOCTYPE,
 * no entities but the five predefined ones and character references, no XInclude, no network. Throws QuoinError
 * `xml/too-large`, `xml/too-complex`, `xml/encoding`, `xml/version`, `xml/doctype`, `xml/processing-instruction`,
 * `xml/not-well-formed`. The caller disposes the document.
 */
export function parseXml(bytes: Uint8Array, limits: Partial<XmlLimits> = {}): XmlDoc {
  const all = { ...DEFAULT_XML_LIMITS, ...limits };
  if (bytes.byteLength > all.maxBytes) {
    throw xmlError('xml/too-large', `The document is larger than ${all.maxBytes} bytes.`, {
      expected: `at most ${all.maxBytes} bytes`,
      found: `${bytes.byteLength} bytes`,
    });
  }
  const decoded = decodeXml(bytes);
  const plain = plainTree(decoded, all);
  if (plain !== undefined) return new ParsedXml(decoded.utf8, NOTHING_SCANNED, undefined, plain);
  if (!beginsWithMarkup(decoded.utf8)) throw notXml();
  const scanned = scanXml(decoded, all);
  const doc = parse(decoded.utf8);
  if (scanned.isComplete && doc.dtd === null) return new ParsedXml(decoded.utf8, scanned, doc, undefined);
  doc.dispose();
  throw xmlError('xml/not-well-formed', 'The document is not well-formed.');
}

/** Parses, calls `read` and disposes, whatever happens. `read` is synchronous; nothing of the document survives it. */
export function withXml<T>(bytes: Uint8Array, limits: Partial<XmlLimits>, read: (doc: XmlDoc) => T): T {
  const doc = parseXml(bytes, limits);
  try {
    return read(doc);
  } finally {
    doc.dispose();
  }
}

/** The document of the engine behind a document; there is no other kind. Throws `xml/disposed` when it is gone. */
export function engineDocument(doc: XmlDoc): EngineDocument {
  const parsed = doc as ParsedXml;
  if (parsed.alive) return parsed;
  throw xmlError('xml/disposed', 'The document has been disposed.', {
    advice: 'Read what is needed before the document is disposed.',
  });
}

/** What is no XML at all need not be read to be refused: payloads are looked at whatever they are. */
function beginsWithMarkup(utf8: Uint8Array): boolean {
  return utf8.find((byte) => byte > MARK.space) === MARK.lt;
}

function notXml(): Error {
  return xmlError('xml/not-well-formed', "The document is not well-formed: it does not begin with '<'.", {
    expected: "'<'",
  });
}

function parse(utf8: Uint8Array): XmlDocument {
  try {
    const option = utf8.byteLength > LARGE ? OPTIONS | ParseOption.XML_PARSE_HUGE : OPTIONS;
    return XmlDocument.fromBuffer(utf8, { option });
  } catch (error) {
    throw notWellFormed(error);
  }
}

function notWellFormed(error: unknown): Error {
  const detail = error instanceof XmlLibError ? error.details[0] : undefined;
  const reason = excerpt((detail?.message ?? 'it cannot be parsed').trim(), 160);
  const place = detail === undefined ? undefined : `line ${detail.line}, column ${detail.col}`;
  const where = place === undefined ? '' : ` (${place})`;
  return xmlError('xml/not-well-formed', `The document is not well-formed: ${reason}${where}`, {
    field: place,
    found: reason,
  });
}

/** Of a document that is written plainly. */
const NOTHING_SCANNED: Pick<ScanResult, 'instructions' | 'escapedNamespaces' | 'startTags'> = {
  instructions: 0,
  escapedNamespaces: 0,
  startTags: [],
};

/** A class, because an object literal with a getter is of a shape of its own that lives long, and what it refers to with it. */
class ParsedXml implements XmlDoc, EngineDocument {
  readonly size: number;
  readonly processingInstructions: number;
  readonly escapedNamespaces: number;
  alive = true;
  readonly #utf8: Uint8Array;
  readonly #startTags: readonly number[];
  #document: XmlDocument | undefined;
  #root: XmlElement | undefined;

  /** With the document of the engine or, where it was not needed, with the root element. */
  constructor(
    utf8: Uint8Array,
    scanned: typeof NOTHING_SCANNED,
    document: XmlDocument | undefined,
    root: XmlElement | undefined,
  ) {
    this.size = utf8.byteLength;
    this.processingInstructions = scanned.instructions;
    this.escapedNamespaces = scanned.escapedNamespaces;
    this.#utf8 = utf8;
    this.#startTags = scanned.startTags;
    this.#document = document;
    this.#root = root;
    open += 1;
  }

  /** The engine reads a plain document only when it has to do something with it. */
  get document(): XmlDocument {
    return (this.#document ??= parse(this.#utf8));
  }

  get root(): XmlElement {
    return (this.#root ??= this.#read());
  }

  dispose(): void {
    if (!this.alive) return;
    this.alive = false;
    open -= 1;
    this.#document?.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #read(): XmlElement {
    const form = engineForm(engineDocument(this), 'whole');
    const [utf8, startTags] = [this.#utf8, this.#startTags];
    const bytes = Buffer.from(utf8.buffer, utf8.byteOffset, utf8.byteLength);
    return treeOf(form.toString(), {
      size: this.size,
      lineOf: (startTag) => lineAt(bytes, startTags[startTag]!),
    });
  }
}
