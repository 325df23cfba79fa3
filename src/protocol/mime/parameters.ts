import { excerpt } from './errors.ts';

/** A header value with parameters, taken apart; the value and the names in lower case. */
export interface Parameterized {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Longest header value that is taken apart, in characters. */
const MAX_LENGTH = 4096;

/** `; name="value"` or `; name=value`; bare values may hold what should be quoted, as type=application/soap+xml does. */
const PARAMETER = /;[ \t]*(?:([^=;"\s]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))[ \t]*)?/y;

/** A fold is a line end followed by white space (RFC 5322 2.2.3). */
const FOLD = /\r?\n[ \t]+/g;
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * Takes a header value apart: quoted strings, folding, any letter case (RFC 2045 5.1). A parameter that stands twice could be
 * read in two ways. Throws what `refusal` makes of what was expected.
 */
export function takeApart(header: string, refusal: (expected: string) => Error): Parameterized {
  if (header.length > MAX_LENGTH) throw refusal(`at most ${MAX_LENGTH} characters`);
  const text = header.replace(FOLD, ' ').trim();
  if (CONTROL.test(text)) throw refusal('no control characters');
  const end = text.indexOf(';');
  const value = (end < 0 ? text : text.slice(0, end)).trim().toLowerCase();
  return { value, parameters: end < 0 ? new Map() : parametersOf(text, end, refusal) };
}

function parametersOf(
  text: string,
  start: number,
  refusal: (expected: string) => Error,
): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = start;
  for (let at = start; at < text.length; at = PARAMETER.lastIndex) {
    const match = PARAMETER.exec(text);
    if (match === null) throw refusal('; name=value');
    const [, name, quoted, bare] = match;
    if (name === undefined) continue;
    const key = name.toLowerCase();
    if (parameters.has(key)) throw refusal(`${excerpt(key, 40)} once`);
    parameters.set(key, quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/g, '$1'));
  }
  return parameters;
}
