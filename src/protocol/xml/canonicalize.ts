import { engineDocument } from './document.ts';
import type { XmlDoc } from './document.ts';
import { canonicalElement } from './element.ts';
import type { XmlElement } from './element.ts';
import { engineForm, longestForm, noCanonicalForm, TOO_LARGE } from './engine-form.ts';
import { excerpt, xmlError } from './errors.ts';
import { exclusiveForm } from './exclusive.ts';

/** The longest list of inclusive prefixes that is honoured; the longest seen in the field has 8. */
export const MAX_INCLUSIVE_PREFIXES = 64;

const MAX_PREFIX_LENGTH = 256;

/** An NCName, or the token for the default namespace (Exclusive XML Canonicalization 1.0, 3). */
const PREFIX = /^(?:#default|[\p{L}_][\p{L}\p{M}\p{N}_.\u00b7-]*)$/u;

/**
 * Exclusive XML Canonicalization 1.0 without comments of an element and all inside it, in the namespace context it
 * stands in. `prefixes` are those of InclusiveNamespaces, `#default` among them; an empty list is as none. Throws
 * QuoinError `xml/prefix-list` and `xml/canonicalization`.
 */
export function canonicalize(element: XmlElement, prefixes: readonly string[] = []): Buffer {
  checkPrefixes(prefixes);
  const apex = canonicalElement(element);
  const form = exclusiveForm(apex, prefixes, longestForm(apex.source.size));
  if (form === undefined) throw noCanonicalForm(TOO_LARGE);
  return Buffer.from(form);
}

/** The same of a whole document, processing instructions beside the root element included. Throws `xml/disposed` too. */
export function canonicalizeDocument(doc: XmlDoc): Buffer {
  return engineForm(engineDocument(doc), 'exclusive');
}

function checkPrefixes(prefixes: readonly string[]): void {
  if (prefixes.length > MAX_INCLUSIVE_PREFIXES) {
    throw xmlError('xml/prefix-list', 'The list of inclusive prefixes is too long.', {
      field: 'InclusiveNamespaces/@PrefixList',
      expected: `at most ${MAX_INCLUSIVE_PREFIXES} prefixes`,
      found: String(prefixes.length),
    });
  }
  const wrong = prefixes.find((prefix) => prefix.length > MAX_PREFIX_LENGTH || !PREFIX.test(prefix));
  if (wrong === undefined) return;
  throw xmlError('xml/prefix-list', 'The list of inclusive prefixes holds something that is no prefix.', {
    field: 'InclusiveNamespaces/@PrefixList',
    expected: 'a prefix or #default',
    found: excerpt(wrong),
  });
}
