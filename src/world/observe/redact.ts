import { KeyObject } from 'node:crypto';

/** What stands in the log in place of a value that could be a secret. */
export const REDACTED = '[redacted]';

const MAX_DEPTH = 6;
const MAX_ENTRIES = 100;
const MAX_STRING = 2_000;

/** Names whose values are never logged, whatever they hold. */
const SECRET_NAME =
  /pass(word|phrase)|secret|credential|authori[sz]ation|cookie|token$|^(cek|kek|key|keys|pem|pfx|p12|pkcs12|jwk)$|(private|session|signing|encryption|decryption|content|wrapping|api)[-_]?keys?$/i;

/** Shapes of secrets inside text; what they match is replaced, the rest of the text stays. */
const SECRET_TEXT: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*-----|$)/g,
  /\b(?:Bearer|Basic)\s+[\w.~+/-]{16,}=*/g,
  /(?<=:\/\/)[^/@\s]+@/g,
  /[\w+/-]{60,}={0,2}(?:\s+[\w+/-]{60,}={0,2})+/g,
  /[\w+/-]{120,}={0,2}/g,
];

/** Text without one of these has none of the shapes above: most text is looked at once. */
const SUSPICIOUS = /-----BEGIN|(?:Bearer|Basic)\s|:\/\/|[\w+/-]{60}/;

/**
 * A text without anything that looks like key material: PEM private keys, bearer and basic credentials, user
 * information in URLs and long runs of base64 or hex. Longer text than 2 000 characters is cut.
 */
export function redactText(text: string): string {
  const cut = text.length > MAX_STRING ? `${text.slice(0, MAX_STRING)}… (${text.length} characters)` : text;
  if (!SUSPICIOUS.test(cut)) return cut;
  return SECRET_TEXT.reduce((rest, shape) => rest.replace(shape, REDACTED), cut);
}

/** What was found out about names; they come from the code, the bound is for data that brings names of its own. */
const secretNames = new Map<string, boolean>();
const MAX_NAMES = 1_000;

function isSecretName(name: string): boolean {
  const known = secretNames.get(name);
  if (known !== undefined) return known;
  const isSecret = SECRET_NAME.test(name);
  if (secretNames.size < MAX_NAMES) secretNames.set(name, isSecret);
  return isSecret;
}

function isJwk(value: object): boolean {
  return 'kty' in value && ('d' in value || 'k' in value);
}

function errorFacts(error: Error, depth: number, seen: readonly object[]): Record<string, unknown> {
  const { code, finding } = error as { code?: unknown; finding?: unknown };
  const facts = { name: error.name, code, message: error.message, finding };
  return redactEntries(facts, depth, seen);
}

function redactEntries(value: object, depth: number, seen: readonly object[]): Record<string, unknown> {
  const within = [...seen, value];
  const entries: [string, unknown][] = [];
  for (const [name, v] of Object.entries(value).slice(0, MAX_ENTRIES)) {
    if (v === undefined || typeof v === 'function' || typeof v === 'symbol') continue;
    entries.push([name, isSecretName(name) ? REDACTED : redactWithin(v, depth + 1, within)]);
  }
  return Object.fromEntries(entries);
}

function redactObject(value: object, depth: number, seen: readonly object[]): unknown {
  if (value instanceof KeyObject || isJwk(value)) return REDACTED;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (seen.includes(value)) return '[circular]';
  if (depth >= MAX_DEPTH) return '[nested too deep]';
  if (value instanceof Error) return errorFacts(value, depth, seen);
  if (Array.isArray(value)) {
    const within = [...seen, value];
    return value.slice(0, MAX_ENTRIES).map((item) => redactWithin(item, depth + 1, within));
  }
  return redactEntries(value, depth, seen);
}

function redactWithin(value: unknown, depth: number, seen: readonly object[]): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'object' && value !== null) return redactObject(value, depth, seen);
  return value;
}

/**
 * The fields of an event as they may be logged: secrets replaced by `[redacted]`, bytes by their count, errors by
 * their facts; cycles, depth and length are bounded. The result is plain JSON.
 */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactEntries(fields, 0, []);
}
