import { excerpt, xmlError } from './errors.ts';

/** Characters XML 1.0 cannot carry, lone surrogates included (XML 1.0 2.2). */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

const TEXT_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#xD;',
};
const ATTRIBUTE_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

const ASCII_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?$/;
const NAME = /^[\p{L}_][\p{L}\p{M}\p{N}_.\u00b7-]*(?::[\p{L}_][\p{L}\p{M}\p{N}_.\u00b7-]*)?$/u;

/** Text of which nothing is escaped or refused, as nearly all is; told faster than by looking for what is. */
const PLAIN = /^[ !#-%'-;=?-~]*$/;

/** Text as it stands in canonical XML. Throws QuoinError `xml/forbidden-character`. */
export function escapeText(text: string): string {
  if (PLAIN.test(text)) return text;
  return checkCharacters(text).replace(/[&<>\r]/g, (character) => TEXT_ESCAPES[character]!);
}

/** An attribute value as it stands between double quotes in canonical XML. Throws QuoinError `xml/forbidden-character`. */
export function escapeAttribute(value: string): string {
  if (PLAIN.test(value)) return value;
  return checkCharacters(value).replace(/[&<"\t\n\r]/g, (character) => ATTRIBUTE_ESCAPES[character]!);
}

/**
 * An element as XML text. Attributes are escaped and written in the order given, undefined ones left out; `content` is
 * finished XML: other elements, or text from escapeText. Empty elements get an end tag, as canonical XML has it. Throws
 * QuoinError `xml/name` and `xml/forbidden-character`.
 */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  ...content: readonly string[]
): string {
  let written = `<${checkName(name)}`;
  for (const key of Object.keys(attributes)) {
    const value = attributes[key];
    if (value !== undefined) written += ` ${checkName(key)}="${escapeAttribute(value)}"`;
  }
  written += '>';
  for (const piece of content) written += piece;
  return `${written}</${name}>`;
}

function checkName(name: string): string {
  if (ASCII_NAME.test(name) || NAME.test(name)) return name;
  throw xmlError('xml/name', 'This is not an XML name.', { expected: 'an XML name', found: excerpt(name) });
}

function checkCharacters(text: string): string {
  const found = FORBIDDEN.exec(text);
  if (found === null) return text;
  const code = text.codePointAt(found.index)!.toString(16).toUpperCase().padStart(4, '0');
  throw xmlError('xml/forbidden-character', `The text holds U+${code}, which XML cannot carry.`, {
    expected: 'characters of XML 1.0',
    found: `U+${code} at ${found.index}`,
  });
}
