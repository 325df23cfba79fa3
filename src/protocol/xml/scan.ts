import { checkDeclaredEncoding } from './decode.ts';
import type { DecodedXml } from './decode.ts';
import { xmlError } from './errors.ts';
import { ENGINE_MAX_DEPTH } from './limits.ts';
import type { XmlLimits } from './limits.ts';

/**
 * Counts a document against its limits and refuses what may not stand in it (a DOCTYPE, processing instructions where
 * they are forbidden, XML 1.1, a false encoding declaration) before the engine sees it. One pass, no recursion, no
 * allocation by content. Throws QuoinError `xml/...` with the line.
 */
export function scanXml({ utf8, encoding }: DecodedXml, limits: XmlLimits): ScanResult {
  const bytes = Buffer.from(utf8.buffer, utf8.byteOffset, utf8.byteLength);
  const scan: Scan = { bytes, limits, encoding, elements: 0, namespaces: 0, instructions: 0, open: [] };
  for (let at = bytes.indexOf(LT); at >= 0; at = bytes.indexOf(LT, at)) {
    at = scanMarkup(scan, at);
    if (at < 0) return { isComplete: false, instructions: scan.instructions };
  }
  return { isComplete: scan.open.length === 0, instructions: scan.instructions };
}

/** What a scan saw. */
export interface ScanResult {
  /** False where it met something malformed and stopped: the engine must then refuse the document too. */
  readonly isComplete: boolean;
  /** Processing instructions; the XML declaration is none. */
  readonly instructions: number;
}

interface Scan {
  readonly bytes: Buffer;
  readonly limits: XmlLimits;
  readonly encoding: DecodedXml['encoding'];
  elements: number;
  /** Namespace declarations in scope. */
  namespaces: number;
  instructions: number;
  /** For every open element, the number of its own namespace declarations. */
  readonly open: number[];
}

/** What stands between `<` and `>` of a start tag; `end` is the index behind it, -1 when it does not end. */
interface StartTag {
  readonly end: number;
  readonly attributes: number;
  readonly namespaces: number;
  readonly empty: boolean;
}

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const SPACE = 0x20;
const VALUE_STARTS = [0x3d, DOUBLE_QUOTE, SINGLE_QUOTE];
const XMLNS = Buffer.from('xmlns');
const DECLARATION =
  /^<\?xml\s+version\s*=\s*(["'])([^"']*)\1(?:\s+encoding\s*=\s*(["'])([^"']*)\3)?[^>]*\?>$/;

/** The index behind the markup that begins at `at`, or -1 where the document is not well-formed. */
function scanMarkup(scan: Scan, at: number): number {
  const byte = scan.bytes[at + 1];
  if (byte === SLASH) return scanEndTag(scan, at);
  if (byte === BANG) return scanDeclaration(scan, at);
  if (byte === QUESTION) return scanInstruction(scan, at);
  return scanStartTag(scan, at);
}

function scanEndTag(scan: Scan, at: number): number {
  const own = scan.open.pop();
  if (own === undefined) return -1;
  scan.namespaces -= own;
  return behind(scan, '>', at);
}

/** Comments and CDATA sections hide `<`; a DOCTYPE ends it here (SOAP 1.2 part 1, 5: no document type declaration). */
function scanDeclaration(scan: Scan, at: number): number {
  if (startsWith(scan, '<!--', at)) return behind(scan, '-->', at + 4);
  if (startsWith(scan, '<![CDATA[', at)) return behind(scan, ']]>', at + 9);
  if (!startsWith(scan, '<!DOCTYPE', at)) return -1;
  throw refusal(scan, at, 'doctype', 'A document type declaration (DOCTYPE) is not allowed.', {
    expected: 'no DOCTYPE, no entities',
    found: '<!DOCTYPE',
  });
}

function scanInstruction(scan: Scan, at: number): number {
  const end = behind(scan, '?>', at + 2);
  if (end < 0) return -1;
  if (at === 0 && /^<\?xml[\s?]/.test(scan.bytes.toString('latin1', 0, 6)))
    return checkDeclaration(scan, end);
  scan.instructions += 1;
  if (scan.limits.allowProcessingInstructions) return end;
  throw refusal(scan, at, 'processing-instruction', 'A processing instruction is not allowed here.', {
    expected: 'no processing instructions',
    found: '<?',
  });
}

function checkDeclaration(scan: Scan, end: number): number {
  const found = DECLARATION.exec(scan.bytes.toString('latin1', 0, Math.min(end, 512)));
  if (found === null) {
    throw refusal(scan, 0, 'not-well-formed', 'The XML declaration is malformed.', {
      expected: 'version, encoding, standalone',
    });
  }
  if (found[2] !== '1.0') {
    throw refusal(scan, 0, 'version', 'Only XML 1.0 is read.', {
      expected: '1.0',
      found: found[2]?.slice(0, 20),
    });
  }
  checkDeclaredEncoding(found[4], scan.encoding);
  return end;
}

function scanStartTag(scan: Scan, at: number): number {
  const { limits, open } = scan;
  const tag = readStartTag(scan.bytes, at);
  if (tag.end < 0) return -1;
  const inScope = scan.namespaces + tag.namespaces;
  scan.elements += 1;
  within(scan, at, 'elements', scan.elements, limits.maxElements);
  within(scan, at, 'attributes on an element', tag.attributes, limits.maxAttributesPerElement);
  within(
    scan,
    at,
    'elements inside one another',
    open.length + 1,
    Math.min(limits.maxDepth, ENGINE_MAX_DEPTH),
  );
  within(scan, at, 'namespace declarations in scope', inScope, limits.maxNamespacesInScope);
  if (!tag.empty) {
    open.push(tag.namespaces);
    scan.namespaces = inScope;
  }
  return tag.end;
}

function readStartTag(bytes: Buffer, at: number): StartTag {
  let attributes = 0;
  let namespaces = 0;
  let nameAt = -1;
  for (let index = at + 1; index < bytes.length; index += 1) {
    const byte = bytes[index]!;
    if (byte === GT) return { end: index + 1, attributes, namespaces, empty: bytes[index - 1] === SLASH };
    if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) {
      attributes += 1;
      if (isNamespaceDeclaration(bytes, nameAt)) namespaces += 1;
      index = bytes.indexOf(byte, index + 1);
      if (index < 0) break;
      nameAt = index + 1;
    } else if (byte <= SPACE) {
      const next = behindSpace(bytes, index);
      // White space before `=` or a quote does not begin a new name: `xmlns:a = "..."`.
      if (!VALUE_STARTS.includes(bytes[next] ?? 0)) nameAt = next;
      index = next - 1;
    }
  }
  return { end: -1, attributes, namespaces, empty: false };
}

function behindSpace(bytes: Buffer, from: number): number {
  let next = from;
  while (next < bytes.length && bytes[next]! <= SPACE) next += 1;
  return next;
}

function isNamespaceDeclaration(bytes: Buffer, nameAt: number): boolean {
  return nameAt >= 0 && XMLNS.compare(bytes, nameAt, nameAt + XMLNS.length) === 0;
}

function within(scan: Scan, at: number, what: string, count: number, limit: number): void {
  if (count <= limit) return;
  throw refusal(scan, at, 'too-complex', `The document has more than ${limit} ${what}.`, {
    expected: `at most ${limit} ${what}`,
    found: `${count} or more`,
  });
}

function refusal(
  scan: Scan,
  at: number,
  check: string,
  message: string,
  values: { expected: string; found?: string | undefined },
): Error {
  const line = lineAt(scan.bytes, at);
  return xmlError(`xml/${check}`, `${message} (line ${line})`, { field: `line ${line}`, ...values });
}

function lineAt(bytes: Buffer, at: number): number {
  let line = 1;
  for (let next = bytes.indexOf(0x0a); next >= 0 && next < at; next = bytes.indexOf(0x0a, next + 1))
    line += 1;
  return line;
}

function startsWith(scan: Scan, text: string, at: number): boolean {
  return scan.bytes.toString('latin1', at, at + text.length) === text;
}

function behind(scan: Scan, text: string, from: number): number {
  const found = scan.bytes.indexOf(text, from, 'latin1');
  return found < 0 ? -1 : found + text.length;
}
