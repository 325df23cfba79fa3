import { QuoinError } from '../errors/index.ts';
import { element, escapeText } from '../xml/index.ts';
import { checkValue, treatWhiteSpace } from './values.ts';
import type { ValueKind } from './values.ts';

/**
 * A value about to be written. Throws QuoinError `ebms/unwritable-value` for one the reader of the other side would
 * refuse or, because white space collapses in its type, change.
 */
export function written(kind: ValueKind, text: string, field: string): string {
  const finding = checkValue(kind, text, () => field) ?? changedBySpace(kind, text, field);
  if (finding === undefined) return text;
  throw new QuoinError('ebms/unwritable-value', `${field} cannot be written: ${finding.expected ?? ''}`, {
    finding,
  });
}

function changedBySpace(kind: ValueKind, text: string, field: string) {
  if (treatWhiteSpace(kind, text) === text) return undefined;
  const expected = 'no white space at the ends and single blanks inside';
  return { check: 'value-white-space', field, expected, found: 'more white space' };
}

/** An attribute that may be absent. An empty one is left out: readers cannot tell it from an absent one. */
export function optionalAttribute(
  kind: ValueKind,
  text: string | undefined,
  field: string,
): string | undefined {
  return text === undefined || text === '' ? undefined : written(kind, text, field);
}

/** `<eb:name attributes>text</eb:name>` with the text checked and escaped. */
export function leaf(
  name: string,
  kind: ValueKind,
  text: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
): string {
  return element(`eb:${name}`, attributes, escapeText(written(kind, text, `eb:${name}`)));
}
