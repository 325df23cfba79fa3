import { excerpt, mimeError, mimeRefusal } from './errors.ts';
import { takeApart } from './parameters.ts';

/** A Content-Type, taken apart; the type and the names of parameters in lower case. */
export interface ContentType {
  /** For example `multipart/related`. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const TYPE = /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/;
const PARAMETER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

/**
 * Takes a Content-Type apart (RFC 2045 5.1). A parameter that stands twice could be read in two ways and is refused.
 * Throws Refusal EBMS:0007 `mime/malformed-content-type`.
 */
export function parseContentType(header: string): ContentType {
  const { value, parameters } = takeApart(header, (expected) => malformed(header, expected));
  if (!TYPE.test(value)) throw malformed(header, 'type/subtype');
  return { type: value, parameters };
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
