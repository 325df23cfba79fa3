import {
  XmlBufferInputProvider,
  xmlCleanupInputProvider,
  xmlRegisterInputProvider,
  XmlValidateError,
  XsdValidator,
} from 'libxml2-wasm';
import { engineDocument, parseXml } from './document.ts';
import type { XmlDoc } from './document.ts';
import { xmlError } from './errors.ts';

/** One thing a schema finds wrong with a document. */
export interface SchemaFinding {
  readonly message: string;
  /** Line in the document, from 1. */
  readonly line: number;
  /** XPath of the node, where the engine names it. */
  readonly place?: string | undefined;
}

/** A compiled XML Schema 1.0; holds memory of the engine until it is disposed. */
export interface XmlSchema {
  /** All findings, none for a valid document. */
  validate(doc: XmlDoc): readonly SchemaFinding[];
  dispose(): void;
  [Symbol.dispose](): void;
}

/** Schemas are ours, and larger than envelopes. */
const SCHEMA_LIMITS = { maxBytes: 16 * 1024 * 1024, maxElements: 200_000 };

/**
 * Compiles a schema. What it includes or imports by a location is taken from `parts`, by exactly that location, and from
 * nowhere else: no file and no network. Throws QuoinError `xml/schema`.
 */
export function compileSchema(xsd: string, parts: Readonly<Record<string, string>> = {}): XmlSchema {
  const source = parseXml(Buffer.from(xsd), SCHEMA_LIMITS);
  let validator: XsdValidator | undefined;
  try {
    validator = withParts(parts, () => XsdValidator.fromDoc(engineDocument(source).document));
  } catch (error) {
    source.dispose();
    if (!(error instanceof XmlValidateError)) throw error;
    throw xmlError('xml/schema', `The schema cannot be compiled: ${error.message.trim()}`, {}, error);
  }
  const dispose = (): void => {
    validator?.dispose();
    validator = undefined;
    source.dispose();
  };
  return { validate: (doc) => validate(validator, doc), dispose, [Symbol.dispose]: dispose };
}

/** The engine asks registered providers for what a schema names; ours are there only while one is compiled. */
function withParts<T>(parts: Readonly<Record<string, string>>, compile: () => T): T {
  const buffers = new Map(Object.entries(parts).map(([location, text]) => [location, Buffer.from(text)]));
  xmlRegisterInputProvider(new XmlBufferInputProvider(Object.fromEntries(buffers)));
  try {
    return compile();
  } finally {
    xmlCleanupInputProvider();
  }
}

function validate(validator: XsdValidator | undefined, doc: XmlDoc): readonly SchemaFinding[] {
  const { document } = engineDocument(doc);
  if (validator === undefined) throw xmlError('xml/disposed', 'The schema has been disposed.');
  try {
    validator.validate(document);
    return [];
  } catch (error) {
    if (!(error instanceof XmlValidateError)) throw error;
    return error.details.map(({ message, line, xpath }) => ({ message: message.trim(), line, place: xpath }));
  }
}
