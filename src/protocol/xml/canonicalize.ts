import { XmlC14NMode, XmlError } from 'libxml2-wasm';
import type { XmlNode } from 'libxml2-wasm';
import { lifeOf } from './document.ts';
import type { XmlDoc } from './document.ts';
import { engineNode, requireAlive } from './element.ts';
import type { Life, XmlElement } from './element.ts';
import { excerpt, xmlError } from './errors.ts';

/** The longest list of inclusive prefixes that is honoured; the longest seen in the field has 8. */
export const MAX_INCLUSIVE_PREFIXES = 64;

const MAX_PREFIX_LENGTH = 256;

/** An NCName, or the token for the default namespace (Exclusive XML Canonicalization 1.0, 3). */
const PREFIX = /^(?:#default|[\p{L}_][\p{L}\p{M}\p{N}_.\u00b7-]*)$/u;

/** Canonical form is bounded by the source: repeated declarations of one long namespace could multiply it. */
const MAX_GROWTH = 8;
const ROOM = 64 * 1024;

/**
 * Exclusive XML Canonicalization 1.0 without comments of an element and all inside it, in the namespace context it
 * stands in. `prefixes` are those of InclusiveNamespaces, `#default` among them; an empty list is as none. Throws
 * QuoinError `xml/prefix-list` and `xml/canonicalization`; an empty result is a failure, never a value.
 */
export function canonicalize(element: XmlElement, prefixes: readonly string[] = []): Buffer {
  const { node, life } = engineNode(element);
  return run(life, prefixes, new Set([node]));
}

/** The same of a whole document, processing instructions beside the root element included. */
export function canonicalizeDocument(doc: XmlDoc): Buffer {
  const life = lifeOf(doc);
  requireAlive({ life });
  return run(life, [], undefined);
}

function run(life: Life, prefixes: readonly string[], nodeSet: Set<XmlNode> | undefined): Buffer {
  checkPrefixes(prefixes);
  // libxml2 writes namespace names into canonical form without escaping them: better no digest than a wrong one.
  if (life.escapedNamespaces > 0) throw failure('a namespace name is written with a reference (&...;)');
  const output = collector(life.size * MAX_GROWTH + ROOM);
  try {
    life.document.canonicalize(output.handler, {
      mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
      withComments: false,
      ...(prefixes.length > 0 ? { inclusiveNamespacePrefixes: [...prefixes] } : {}),
      ...(nodeSet === undefined ? {} : { nodeSet }),
    });
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw failure(output.overflowed() ? 'its canonical form is too large' : 'the engine refused it', error);
  }
  if (output.overflowed()) throw failure('its canonical form is too large');
  const bytes = output.bytes();
  if (bytes.byteLength === 0) throw failure('its canonical form is empty');
  return bytes;
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

function checkPrefixes(prefixes: readonly string[]): void {
  if (prefixes.length > MAX_INCLUSIVE_PREFIXES) {
    throw xmlError('xml/prefix-list', 'The list of inclusive prefixes is too long.', {
      field: 'InclusiveNamespaces/@PrefixList',
      expected: `at most ${MAX_INCLUSIVE_PREFIXES} prefixes`,
      found: String(prefixes.length),
    });
  }
  const wrong = prefixes.find((prefix) => prefix.length > MAX_PREFIX_LENGTH || !PREFIX.test(prefix));
  if (wrong === undefined) return;
  throw xmlError('xml/prefix-list', 'The list of inclusive prefixes holds something that is no prefix.', {
    field: 'InclusiveNamespaces/@PrefixList',
    expected: 'a prefix or #default',
    found: excerpt(wrong),
  });
}

function failure(reason: string, cause?: unknown): Error {
  return xmlError(
    'xml/canonicalization',
    `The XML cannot be canonicalized: ${reason}.`,
    { found: reason },
    cause,
  );
}
