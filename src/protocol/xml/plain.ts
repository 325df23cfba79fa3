import type { DecodedXml } from './decode.ts';
import type { CanonicalElement } from './element.ts';
import { ENGINE_MAX_DEPTH } from './limits.ts';
import type { XmlLimits } from './limits.ts';
import { readPlainTag } from './plain-tag.ts';
import type { PlainReading } from './plain-tag.ts';

/** Documents beyond this size are left to the engine: an ordinary envelope has a fortieth of it. */
const MAX_BYTES = 256 * 1024;

/** A declaration that says nothing but UTF-8, and white space. */
const PROLOG =
  /(?:<\?xml version=(?:"1\.0"|'1\.0')(?: encoding=(?:"UTF-8"|'UTF-8'|"utf-8"|'utf-8'))?(?: standalone=(?:"yes"|"no"))? ?\?>)?[ \t\n]*(?=<)/y;
const EPILOG = /[ \t\n]*$/y;

/** What in a text is more than plain ASCII, and what of that does not stand like this in canonical form. */
const UNUSUAL = /[^\t\n -%'-;=?-~]/;
const REFERENCES = /&(?:amp|lt|gt);/g;
const STRANGE = /[^\t\n -%'-;=?-~\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

const SLASH = 0x2f;
const GT = 0x3e;

/**
 * The elements of a document that is written plainly, read without the engine; undefined for every other document and for
 * one over a limit: the scanner and the engine judge those. Plain is a narrow part of well-formed XML in which texts and
 * attributes stand as in canonical form: no DOCTYPE, CDATA, comment, instruction, carriage return, nor reference canonical
 * form does not have. The elements are those the engine would find; tests hold it to that.
 */
export function plainTree({ utf8, encoding }: DecodedXml, limits: XmlLimits): CanonicalElement | undefined {
  if (encoding !== 'UTF-8' || utf8.byteLength > MAX_BYTES) return undefined;
  const text = Buffer.from(utf8.buffer, utf8.byteOffset, utf8.byteLength).toString();
  PROLOG.lastIndex = 0;
  if (!PROLOG.test(text)) return undefined;
  const reading: PlainReading = {
    text,
    source: { size: utf8.byteLength, lineOf: (startTag) => lineOf(text, startTag) },
    limits: { ...limits, maxDepth: Math.min(limits.maxDepth, ENGINE_MAX_DEPTH) },
    at: PROLOG.lastIndex,
    elements: 0,
    open: [],
    namespaces: 0,
  };
  const root = readElements(reading);
  EPILOG.lastIndex = reading.at;
  return root !== undefined && EPILOG.test(text) ? root : undefined;
}

/** The root element with all inside it; `at` stands behind its end then. */
function readElements(reading: PlainReading): CanonicalElement | undefined {
  const { text } = reading;
  let current: CanonicalElement | undefined;
  for (;;) {
    const lt = text.indexOf('<', reading.at);
    if (lt < 0) return undefined;
    if (current !== undefined && lt > reading.at) {
      const piece = text.slice(reading.at, lt);
      if (!isPlainText(piece)) return undefined;
      current.inside.push(piece);
    }
    let closed = current;
    if (text.charCodeAt(lt + 1) !== SLASH) {
      const element = readPlainTag(reading, lt, current);
      if (element === undefined) return undefined;
      current?.inside.push(element);
      const isEmpty = text.charCodeAt(reading.at - 2) === SLASH;
      if (!isEmpty) current = element;
      closed = isEmpty ? element : undefined;
    } else if (!readEndTag(reading, lt + 2)) return undefined;
    if (closed === undefined) continue;
    if (closed.parent === undefined) return closed;
    current = closed.parent;
  }
}

function readEndTag(reading: PlainReading, nameAt: number): boolean {
  const { text, open } = reading;
  const innermost = open.pop();
  if (innermost === undefined || !text.startsWith(innermost.name, nameAt)) return false;
  const end = nameAt + innermost.name.length;
  reading.namespaces -= innermost.namespaces;
  reading.at = end + 1;
  return text.charCodeAt(end) === GT;
}

function isPlainText(piece: string): boolean {
  if (!UNUSUAL.test(piece)) return true;
  return !STRANGE.test(piece.replace(REFERENCES, ''));
}

/** The line of a place in a text, from 1. */
function lineOf(text: string, at: number): number {
  let line = 1;
  for (let next = text.indexOf('\n'); next >= 0 && next < at; next = text.indexOf('\n', next + 1)) line += 1;
  return line;
}
