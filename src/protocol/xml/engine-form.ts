import { XmlC14NMode, XmlError } from 'libxml2-wasm';
import type { XmlDocument } from 'libxml2-wasm';
import { xmlError } from './errors.ts';

/** Canonical form is bounded by the source: repeated declarations of one long namespace could multiply it. */
const MAX_GROWTH = 8;
const ROOM = 64 * 1024;

/** The longest canonical form a document of this size, or a part of it, may have. */
export function longestForm(size: number): number {
  return size * MAX_GROWTH + ROOM;
}

/** A document of the engine, and what of it the engine cannot canonicalize. */
export interface EngineDocument {
  readonly document: XmlDocument;
  readonly size: number;
  readonly escapedNamespaces: number;
}

const FORMS = {
  /** Exclusive XML Canonicalization 1.0 without comments. */
  exclusive: { mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0, withComments: false },
  /** Canonical XML 1.0 with comments: nothing is lost that an element can be asked for. */
  whole: { mode: XmlC14NMode.XML_C14N_1_0, withComments: true },
} as const;

/** A whole document in one of its canonical forms, written by the engine. Throws QuoinError `xml/canonicalization`. */
export function engineForm(of: EngineDocument, form: keyof typeof FORMS): Buffer {
  // libxml2 writes namespace names into canonical form without escaping them: better no digest than a wrong one.
  if (of.escapedNamespaces > 0) throw noCanonicalForm('a namespace name is written with a reference (&...;)');
  const output = collector(longestForm(of.size));
  try {
    of.document.canonicalize(output.handler, FORMS[form]);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw noCanonicalForm(output.overflowed() ? TOO_LARGE : 'the engine refused it', error);
  }
  if (output.overflowed()) throw noCanonicalForm(TOO_LARGE);
  const bytes = output.bytes();
  if (bytes.byteLength === 0) throw noCanonicalForm('its canonical form is empty');
  return bytes;
}

/** Why there is no canonical form that is too long. */
export const TOO_LARGE = 'its canonical form is too large';

/** QuoinError `xml/canonicalization`. */
export function noCanonicalForm(reason: string, cause?: unknown): Error {
  return xmlError(
    'xml/canonicalization',
    `The XML cannot be canonicalized: ${reason}.`,
    { found: reason },
    cause,
  );
}

/** Copies what the engine writes: its memory is used again after each call, and chunks end inside characters. */
function collector(limit: number) {
  const chunks: Buffer[] = [];
  let size = 0;
  let overflow = false;
  return {
    handler: {
      write: (chunk: Uint8Array): number => {
        size += chunk.byteLength;
        overflow ||= size > limit;
        if (overflow) return -1;
        chunks.push(Buffer.from(chunk));
        return chunk.byteLength;
      },
      close: () => true,
    },
    overflowed: () => overflow,
    bytes: () => Buffer.concat(chunks, size),
  };
}
