import type { Finding } from '../errors/index.ts';

/** What a value of the header may look like. Lengths are in UTF-16 code units after white space is treated. */
export interface ValueRule {
  readonly maxLength: number;
  /** As the schema types say: `xs:token` and `xs:dateTime` collapse, `xs:string` preserves. */
  readonly whiteSpace: 'preserve' | 'collapse';
  readonly mayBeEmpty?: boolean;
  /** The length is in bytes of UTF-8. */
  readonly inBytes?: boolean;
  /** Line breaks and tabs may stand in prose and property values; no other control character anywhere. */
  readonly prose?: boolean;
  readonly pattern?: { readonly expression: RegExp; readonly means: string };
}

/**
 * Longest identifier read or written. Twice the reason: an RFC 5322 line (so any Message-ID) ends at 998 characters,
 * and the databases of the field stop at 255, so nothing real is near; a receipt must be able to repeat what we accept.
 * In bytes, because an index of PostgreSQL takes 2704 of them: 255 characters of any script fit, and two ids beside each other.
 */
const identifier = { maxLength: 1024, inBytes: true } as const;
const propertyLength = 8192;
const proseLength = 65_536;

const noSpace = { expression: /^\S+$/, means: 'an identifier without white space' };
const dateTime = {
  expression:
    /^\d{4,9}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,18})?|24:00:00(?:\.0+)?)(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?$/,
  means: 'an xs:dateTime such as 2026-01-31T09:30:00.000Z',
};

/** The kinds of value in an ebMS header and what each may look like (types of the ebMS 3.0 header schema). */
export const VALUE_RULES = {
  /** MessageId and RefToMessageId: any shape (bare UUIDs exist), no white space (ebMS3 5.2.2.1, RFC 2822 3.6.4). */
  messageId: { ...identifier, whiteSpace: 'preserve', pattern: noSpace },
  timestamp: { maxLength: 64, whiteSpace: 'collapse', pattern: dateTime },
  /** non-empty-string: PartyId, Role, Service, AgreementRef, types, names. */
  identifier: { ...identifier, whiteSpace: 'preserve' },
  /** xs:token: Action, href, the attributes of Error. */
  token: { ...identifier, whiteSpace: 'collapse' },
  /** xs:token that may be empty: ENTSOG leaves ConversationId empty. */
  conversationId: { ...identifier, whiteSpace: 'collapse', mayBeEmpty: true },
  /** xs:anyURI: mpc, schema location. */
  uri: { ...identifier, whiteSpace: 'collapse' },
  /** What we write as wsu:Id: a plain xs:ID. */
  elementId: {
    ...identifier,
    whiteSpace: 'collapse',
    pattern: { expression: /^[A-Za-z_][A-Za-z0-9._-]*$/, means: 'an xs:ID of ASCII letters, digits, . _ -' },
  },
  propertyValue: { maxLength: propertyLength, whiteSpace: 'preserve', prose: true },
  prose: { maxLength: proseLength, whiteSpace: 'preserve', prose: true },
  /** ErrorDetail is a token by the schema. */
  detail: { maxLength: proseLength, whiteSpace: 'collapse', mayBeEmpty: true },
  /** xml:lang; empty in the field. */
  language: { maxLength: 64, whiteSpace: 'collapse', mayBeEmpty: true },
} as const satisfies Record<string, ValueRule>;

/** A row of the value rules. */
export type ValueKind = keyof typeof VALUE_RULES;

/**
 * The longest identifier that every known partner stores (columns of 255 characters; OOTS asks for less than 256).
 * Reading is more generous; whoever composes a message should stay within it.
 */
export const interoperableLength = 255;

/** How many of each a header may hold; far above any real message, far below what would cost us anything. */
export const COUNT_LIMITS = {
  /** Read so that more than one can be refused by name. */
  userMessages: 16,
  signalMessages: 16,
  partyIds: 16,
  properties: 128,
  parts: 64,
  errors: 32,
  /** Messaging, Body and every part, twice over. */
  references: 132,
} as const;

/** The value as its type means it: `xs:token` with runs of white space made one blank and the ends trimmed. */
export function treatWhiteSpace(kind: ValueKind, text: string): string {
  if (VALUE_RULES[kind].whiteSpace === 'preserve') return text;
  return text.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '');
}

interface Trouble {
  readonly check: string;
  readonly expected: string;
  readonly hit: (rule: ValueRule, text: string) => boolean;
}

/** What nearly every value is made of; told faster than the classes of Unicode. */
const PRINTABLE = /^[ -~]*$/;

const troubles: readonly Trouble[] = [
  { check: 'value-not-empty', expected: 'a value', hit: (rule, text) => text === '' && !rule.mayBeEmpty },
  {
    check: 'value-length',
    expected: 'a value within the length limit',
    hit: (rule, text) => (rule.inBytes ? Buffer.byteLength(text) : text.length) > rule.maxLength,
  },
  {
    check: 'value-characters',
    // A byte order mark in front is an accident, and text decoders drop it without a word.
    expected: 'text without control characters or byte order mark',
    hit: (rule, text) =>
      !PRINTABLE.test(text) &&
      (text.startsWith('\ufeff') || (rule.prose ? /[^\P{Cc}\t\n\r]|\p{Cs}/u : /\p{Cc}|\p{Cs}/u).test(text)),
  },
  {
    check: 'value-form',
    expected: 'the form of its type',
    hit: (rule, text) => rule.pattern !== undefined && !rule.pattern.expression.test(text),
  },
];

/** What is wrong with a value, white space already treated; undefined when nothing is. */
export function checkValue(kind: ValueKind, text: string, place: () => string): Finding | undefined {
  const rule: ValueRule = VALUE_RULES[kind];
  const trouble = troubles.find(({ hit }) => hit(rule, text));
  if (trouble === undefined) return undefined;
  const expected =
    trouble.check === 'value-form' ? (rule.pattern?.means ?? trouble.expected) : trouble.expected;
  // Properties and prose may hold personal data; their text stays out of findings.
  const found = rule.prose ? `${text.length} characters` : excerpt(text);
  return { check: trouble.check, field: place(), expected, found };
}

/** A value shortened and made printable, for a finding. */
export function excerpt(text: string): string {
  const printable = text.replace(/[\p{Cc}\p{Cs}]/gu, '\u00b7');
  return printable.length > 80 ? `${printable.slice(0, 77)}... (${text.length} characters)` : printable;
}
