import { checkDeclaredEncoding } from './decode.ts';
import type { DecodedXml } from './decode.ts';
import { xmlError } from './errors.ts';
import { ENGINE_MAX_DEPTH } from './limits.ts';
import type { XmlLimits } from './limits.ts';
import { find, MARK, readStartTag } from './start-tag.ts';
import type { StartTag } from './start-tag.ts';

/**
 * Counts a document against its limits and refuses what may not stand in it (a DOCTYPE, processing instructions where
 * they are forbidden, XML 1.1, a false encoding declaration) before the engine sees it. One pass, no recursion, no
 * allocation by content but a number for each element. Throws QuoinError `xml/...` with the line.
 */
export function scanXml({ utf8, encoding }: DecodedXml, limits: XmlLimits): ScanResult {
  const bytes = Buffer.from(utf8.buffer, utf8.byteOffset, utf8.byteLength);
  const scan = startOf(bytes, encoding, limits);
  let at = find(bytes, MARK.lt, 0);
  while (at >= 0) {
    at = scanMarkup(scan, at);
    if (at >= 0) at = find(bytes, MARK.lt, at);
    else scan.isBroken = true;
  }
  const { instructions, escapedNamespaces, startTags } = scan;
  return { isComplete: !scan.isBroken && scan.open.length === 0, instructions, escapedNamespaces, startTags };
}

/** What a scan saw. */
export interface ScanResult {
  /** False where it met something malformed and stopped: the engine must then refuse the document too. */
  readonly isComplete: boolean;
  /** Processing instructions; the XML declaration is none. */
  readonly instructions: number;
  /** Namespace names written with references, as `&amp;`: the engine would write them wrongly into canonical form. */
  readonly escapedNamespaces: number;
  /** Where each start tag begins, in document order. */
  readonly startTags: readonly number[];
}

interface Scan {
  readonly bytes: Buffer;
  readonly limits: XmlLimits;
  readonly encoding: DecodedXml['encoding'];
  isBroken: boolean;
  readonly startTags: number[];
  /** Namespace declarations in scope. */
  namespaces: number;
  instructions: number;
  escapedNamespaces: number;
  /** For every open element, the number of its own namespace declarations. */
  readonly open: number[];
  readonly tag: StartTag;
}

const DECLARATION =
  /^<\?xml\s+version\s*=\s*(["'])([^"']*)\1(?:\s+encoding\s*=\s*(["'])([^"']*)\3)?(?:\s+standalone\s*=\s*(["'])(?:yes|no)\5)?\s*\?>$/;

function startOf(bytes: Buffer, encoding: DecodedXml['encoding'], limits: XmlLimits): Scan {
  const tag = { end: -1, attributes: 0, namespaces: 0, escapedNamespaces: 0, empty: false };
  const counts = { namespaces: 0, instructions: 0, escapedNamespaces: 0 };
  return { bytes, limits, encoding, isBroken: false, ...counts, startTags: [], open: [], tag };
}

/** The index behind the markup that begins at `at`, or -1 where the document is not well-formed. */
function scanMarkup(scan: Scan, at: number): number {
  const byte = scan.bytes[at + 1];
  if (byte === MARK.slash) return scanEndTag(scan, at);
  if (byte === MARK.bang) return scanDeclaration(scan, at);
  if (byte === MARK.question) return scanInstruction(scan, at);
  return scanStartTag(scan, at);
}

function scanEndTag(scan: Scan, at: number): number {
  const own = scan.open.pop();
  if (own === undefined) return -1;
  scan.namespaces -= own;
  return find(scan.bytes, MARK.gt, at) + 1 || -1;
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
  const { limits, open, tag } = scan;
  readStartTag(scan.bytes, at, tag);
  if (tag.end < 0) return -1;
  const inScope = scan.namespaces + tag.namespaces;
  scan.startTags.push(at);
  scan.escapedNamespaces += tag.escapedNamespaces;
  within(scan, at, 'elements', scan.startTags.length, limits.maxElements);
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

/** The line of a place in a document, from 1. */
export function lineAt(bytes: Buffer, at: number): number {
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
