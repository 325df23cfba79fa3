import { excerpt, mimeError, mimeRefusal } from './errors.ts';

/** A Content-Type, taken apart; the type and the names of parameters in lower case. */
export interface ContentType {
  /** For example `multipart/related`. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Longest header value that is taken apart, in characters. */
const MAX_LENGTH = 4096;

const TYPE = /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/;
const PARAMETER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

/** `; name="value"` or `; name=value`; bare values may hold what should be quoted, as type=application/soap+xml does. */
const PARAMETER = /;[ \t]*(?:([^=;"\s]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))[ \t]*)?/y;

/** A fold is a line end followed by white space (RFC 5322 2.2.3). */
const FOLD = /\r?\n[ \t]+/g;
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * Takes a Content-Type apart: quoted strings, folding, any letter case (RFC 2045 5.1). A parameter that stands twice
 * could be read in two ways and is refused. Throws Refusal EBMS:0007 `mime/malformed-content-type`.
 */
export function parseContentType(header: string): ContentType {
  if (header.length > MAX_LENGTH) throw malformed(header, `at most ${MAX_LENGTH} characters`);
  const text = header.replace(FOLD, ' ').trim();
  if (CONTROL.test(text)) throw malformed(header, 'no control characters');
  const end = text.indexOf(';');
  const type = (end < 0 ? text : text.slice(0, end)).trim().toLowerCase();
  if (!TYPE.test(type)) throw malformed(header, 'type/subtype');
  return { type, parameters: end < 0 ? new Map() : parametersOf(text, end, header) };
}

/** Writes a Content-Type; every parameter is quoted. Throws QuoinError `mime/bad-content-type`. */
export function formatContentType(type: string, parameters: Readonly<Record<string, string>>): string {
  const written = Object.entries(parameters).map(([name, value]) => {
    if (!PARAMETER_NAME.test(name.toLowerCase()) || /[^\t\x20-\x7e]/.test(value))
      throw unwritable(`${name}=${value}`);
    return `; ${name}="${value.replace(/["\\]/g, '\\$&')}"`;
  });
  if (!TYPE.test(type.toLowerCase())) throw unwritable(type);
  return type + written.join('');
}

/** A Content-Type as it may be written into a header. Throws QuoinError `mime/bad-content-type`. */
export function checkContentType(value: string): string {
  if (/[^\t\x20-\x7e]/.test(value) || !TYPE.test((value.split(';', 1)[0] ?? '').trim().toLowerCase())) {
    throw unwritable(value);
  }
  return value;
}

function parametersOf(text: string, start: number, header: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = start;
  for (let at = start; at < text.length; at = PARAMETER.lastIndex) {
    const match = PARAMETER.exec(text);
    if (match === null) throw malformed(header, '; name=value');
    const [, name, quoted, bare] = match;
    if (name === undefined) continue;
    const key = name.toLowerCase();
    if (parameters.has(key)) throw malformed(header, `${excerpt(key, 40)} once`);
    parameters.set(key, quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/g, '$1'));
  }
  return parameters;
}

function malformed(header: string, expected: string): Error {
  return mimeRefusal('mime/malformed-content-type', 'A Content-Type cannot be read.', {
    field: 'Content-Type',
    expected,
    found: excerpt(header),
  });
}

function unwritable(value: string): Error {
  return mimeError('mime/bad-content-type', 'This is no Content-Type that a header can carry.', {
    field: 'Content-Type',
    expected: 'type/subtype and parameters of printable ASCII',
    found: excerpt(value),
  });
}
