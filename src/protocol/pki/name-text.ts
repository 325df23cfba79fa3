import { readDer, textOf } from './der.ts';

/** One `type=value` of a name in text form; the value is unescaped, `#hex` of a string decoded, other `#hex` as it stands. */
export interface NameTextAttribute {
  readonly type: string;
  readonly value: string;
}

/** A name in text form is a claim of the partner, so reading it is bounded: characters. */
const MAX_LENGTH = 8192;

/**
 * Reads a distinguished name in text form (RFC 2253, RFC 4514, RFC 1779, Java, .NET, OpenSSL with commas or slashes).
 * Relative names come in the order written. undefined for text that is no name.
 */
export function readNameText(text: string): readonly (readonly NameTextAttribute[])[] | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  // White space at the end may be escaped, and so part of the last value.
  const name = text.trimStart();
  if (name === '') return [];
  const relatives = name.startsWith('/') ? slashed(name) : split(name, ',;');
  const read = relatives?.map((relative) => split(relative, '+')?.map(readAttribute));
  return read?.every(isComplete) ? (read as NameTextAttribute[][]) : undefined;
}

function isComplete(relative: readonly (NameTextAttribute | undefined)[] | undefined): boolean {
  return relative !== undefined && relative.every((attribute) => attribute !== undefined);
}

/** `/C=BE/O=Name/CN=x` as old OpenSSL prints it; a slash begins an attribute only where `type=` follows. */
function slashed(text: string): readonly string[] {
  return text.slice(1).split(/\/(?=[A-Za-z0-9.]{1,64}=)/);
}

/** Splits at separators that are neither escaped nor quoted; undefined for a quote that is not closed. */
function split(text: string, separators: string): readonly string[] | undefined {
  const pieces: string[] = [];
  let start = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]!;
    if (character === '\\') index += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && separators.includes(character)) {
      pieces.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return quoted ? undefined : [...pieces, text.slice(start)];
}

function readAttribute(text: string): NameTextAttribute | undefined {
  const at = text.indexOf('=');
  const type = text.slice(0, at).trim();
  return at < 1 || type === '' ? undefined : { type, value: readValue(text.slice(at + 1)) };
}

function readValue(text: string): string {
  const value = trimUnescaped(text);
  if (value.startsWith('#')) return decodedHex(value);
  // .NET doubles a quote inside quotes; RFC 1779 escapes it.
  if (value.length >= 2 && value.startsWith('"') && value.endsWith('"'))
    return unescape(value.slice(1, -1).replaceAll('""', '"'));
  return unescape(value);
}

/** `#hex` stands for the DER of a value (RFC 2253 2.4); anything but an ASN.1 string keeps its hex form. */
function decodedHex(value: string): string {
  if (!/^#(?:[0-9a-f]{2})+$/i.test(value)) return value;
  try {
    return textOf(readDer(Buffer.from(value.slice(1), 'hex'))) ?? value.toLowerCase();
  } catch {
    // A name is a claim of the partner: what cannot be decoded is compared as it stands.
    return value.toLowerCase();
  }
}

/** Removes white space around a value, save a last blank that is escaped. */
function trimUnescaped(text: string): string {
  const trimmed = text.trim();
  const backslashes = trimmed.length - trimmed.replace(/\\+$/, '').length;
  return backslashes % 2 === 1 && text.trimStart().length > trimmed.length ? `${trimmed} ` : trimmed;
}

/** RFC 2253 3: `\,` is the character, `\C3\A9` are bytes of UTF-8. */
function unescape(value: string): string {
  return value.replace(/(?:\\[0-9A-Fa-f]{2})+|\\(.)/gsu, (match, character: string | undefined) =>
    character === undefined ? Buffer.from(match.replaceAll('\\', ''), 'hex').toString('utf8') : character,
  );
}
