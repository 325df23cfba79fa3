import { isUtf8 } from 'node:buffer';
import type { ByteReader } from './byte-reader.ts';
import { excerpt, mimeRefusal } from './errors.ts';
import type { MimeLimits } from './limits.ts';
import { truncated } from './delimiter.ts';

const LF = 0x0a;
const CR = 0x0d;
const NAME = /^[!-9;-~]+$/;
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * Reads the header block of a part: names in lower case, folded lines joined by one space (RFC 5322 2.2.3). A header that
 * describes the content and stands twice could be read in two ways and is refused; of others the first counts. Throws
 * Refusal EBMS:0007 `mime/header-too-large`, `mime/malformed-header`, `mime/duplicate-header`, `mime/truncated`.
 */
export async function readPartHeaders(
  reader: ByteReader,
  limits: MimeLimits,
): Promise<ReadonlyMap<string, string>> {
  const budget = { bytes: limits.maxHeaderBytes, lines: limits.maxHeaderLines };
  const fields: string[] = [];
  for (;;) {
    const line = await readLine(reader, budget);
    if (line === '') return headersOf(fields);
    if (!/^[ \t]/.test(line)) fields.push(line);
    else if (fields.length > 0) fields.push(`${fields.pop()} ${line.trim()}`);
    else throw malformed(line);
  }
}

async function readLine(reader: ByteReader, budget: { bytes: number; lines: number }): Promise<string> {
  let end = reader.buffer.indexOf(LF);
  for (let seen = 0; end < 0; end = reader.buffer.indexOf(LF, seen)) {
    seen = reader.buffer.length;
    if (seen > budget.bytes) throw tooLarge();
    if (!(await reader.more())) throw truncated();
  }
  const line = reader.take(end + 1);
  budget.bytes -= line.length;
  budget.lines -= 1;
  // The empty line that ends the block is not counted as one of its lines.
  if (budget.bytes < 0 || (budget.lines < 0 && line.length > 2)) throw tooLarge();
  const text = line.subarray(0, line[end - 1] === CR ? end - 1 : end);
  return text.toString(isUtf8(text) ? 'utf8' : 'latin1');
}

function headersOf(fields: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const field of fields) {
    const colon = field.indexOf(':');
    const name = field.slice(0, Math.max(0, colon));
    if (!NAME.test(name) || CONTROL.test(field)) throw malformed(field);
    const key = name.toLowerCase();
    if (!headers.has(key)) headers.set(key, field.slice(colon + 1).trim());
    else if (key.startsWith('content-')) throw duplicate(key);
  }
  return headers;
}

function tooLarge(): Error {
  return mimeRefusal('mime/header-too-large', 'The headers of a part are too long or too many.');
}

function malformed(line: string): Error {
  return mimeRefusal('mime/malformed-header', 'A header of a part cannot be read.', {
    field: 'part headers',
    expected: 'Name: value, without control characters',
    found: excerpt(line),
  });
}

function duplicate(name: string): Error {
  return mimeRefusal('mime/duplicate-header', 'A header of a part stands twice.', {
    field: excerpt(name, 40),
    expected: 'once',
    found: 'twice',
  });
}
