import { excerpt, mimeRefusal } from './errors.ts';

type Decoder = (content: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** The transfer encodings of RFC 2045 6; digests are over the decoded content (WSS SwA 1.1.1 5.4.2). */
const DECODERS: Readonly<Record<string, Decoder>> = {
  '': (content) => content,
  '7bit': (content) => content,
  '8bit': (content) => content,
  binary: (content) => content,
  base64: decodeBase64,
  'quoted-printable': decodeQuotedPrintable,
};

/** Longest line of quoted-printable that is held, in characters; the standard has 76 (RFC 2045 6.7). */
const MAX_QUOTED_LINE = 1000;

/**
 * The decoder for a Content-Transfer-Encoding; without the header the content is taken as it is. Throws Refusal EBMS:0007
 * `mime/unknown-encoding`; the decoders throw `mime/malformed-base64` and `mime/malformed-quoted-printable`.
 */
export function decoderFor(encoding: string | undefined): Decoder {
  const name = (encoding ?? '').trim().toLowerCase();
  const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (decoder !== undefined) return decoder;
  throw mimeRefusal('mime/unknown-encoding', 'A part has a transfer encoding that does not exist.', {
    field: 'Content-Transfer-Encoding',
    expected: Object.keys(DECODERS).filter(Boolean).join(', '),
    found: excerpt(name, 40),
  });
}

/** Strict: the alphabet and line ends, whole groups of four, padding at the very end and nowhere else (RFC 2045 6.8). */
async function* decodeBase64(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = '';
  for await (const chunk of content) {
    const text = held + withoutSpace(chunk);
    // The last group is held until it is known to be the last: only there may padding stand.
    const whole = Math.max(0, text.length - 1) & ~3;
    const groups = text.slice(0, whole);
    held = text.slice(whole);
    if (groups.includes('=')) throw badBase64('padding before the end');
    if (groups !== '') yield Buffer.from(groups, 'base64');
  }
  if (held === '') return;
  const last = Buffer.from(held, 'base64');
  if (last.toString('base64') !== held) throw badBase64('a last group that is incomplete or wrongly padded');
  yield last;
}

function withoutSpace(chunk: Uint8Array): string {
  const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    .toString('latin1')
    .replace(/[\r\n\t ]+/g, '');
  if (/[^A-Za-z0-9+/=]/.test(text)) throw badBase64('a character outside its alphabet');
  return text;
}

async function* decodeQuotedPrintable(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = '';
  for await (const chunk of content) {
    const lines = (held + Buffer.from(chunk).toString('latin1')).split('\n');
    held = lines.pop() ?? '';
    if (held.length > MAX_QUOTED_LINE) throw badQuotedPrintable('a line that does not end');
    if (lines.length > 0) yield Buffer.from(lines.map(decodedLine).join(''), 'latin1');
  }
  // Behind the last line end there is none to be decoded: a soft line break there means nothing.
  if (held !== '') yield Buffer.from(decodedText(held.replace(/=?[ \t\r]*$/, '')), 'latin1');
}

/** One line, its LF already taken off: `=` at the end joins it with the next one, white space at the end was added. */
function decodedLine(line: string): string {
  if (line.length > MAX_QUOTED_LINE) throw badQuotedPrintable('a line that is too long');
  const lineEnd = line.endsWith('\r') ? '\r\n' : '\n';
  const text = line.trimEnd();
  return text.endsWith('=') ? decodedText(text.slice(0, -1)) : decodedText(text) + lineEnd;
}

function decodedText(text: string): string {
  return text.replace(/=(.{0,2})/g, (_, digits: string) => {
    if (!/^[0-9A-Fa-f]{2}$/.test(digits)) throw badQuotedPrintable('= without two hexadecimal digits');
    return String.fromCharCode(Number.parseInt(digits, 16));
  });
}

function badBase64(found: string): Error {
  return mimeRefusal('mime/malformed-base64', 'The content of a part is not base64 as its header says.', {
    field: 'Content-Transfer-Encoding: base64',
    found,
  });
}

function badQuotedPrintable(found: string): Error {
  return mimeRefusal(
    'mime/malformed-quoted-printable',
    'The content of a part is not quoted-printable as its header says.',
    { field: 'Content-Transfer-Encoding: quoted-printable', found },
  );
}
