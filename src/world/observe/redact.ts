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

/** Every shape above has one of these words in it, or a run as long as `LONG_RUN`: most text has neither and is let through. */
const SUSPICIOUS: readonly string[] = ['://', '-----BEGIN', 'Bearer', 'Basic'];

const LONG_RUN = /[\w+/-]{60}/;

function isSuspicious(text: string): boolean {
  return SUSPICIOUS.some((word) => text.includes(word)) || (text.length >= 60 && LONG_RUN.test(text));
}

/**
 * A text without anything that looks like key material: PEM private keys, bearer and basic credentials, user
 * information in URLs and long runs of base64 or hex. Longer text than 2 000 characters is cut.
 */
export function redactText(text: string): string {
  const cut = text.length > MAX_STRING ? `${text.slice(0, MAX_STRING)}… (${text.length} characters)` : text;
  if (!isSuspicious(cut)) return cut;
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

function errorFacts(error: Error, within: object[]): Record<string, unknown> {
  const { code, finding } = error as { code?: unknown; finding?: unknown };
  return redactEntries({ name: error.name, code, message: error.message, finding }, within);
}

/** `within` are the objects that hold the value, the outermost first. */
function redactEntries(value: object, within: object[]): Record<string, unknown> {
  const redacted: Record<string, unknown> = {};
  within.push(value);
  let count = 0;
  for (const name of Object.keys(value)) {
    if ((count += 1) > MAX_ENTRIES) break;
    const one = (value as Record<string, unknown>)[name];
    if (one === undefined || typeof one === 'function' || typeof one === 'symbol') continue;
    put(redacted, name, isSecretName(name) ? REDACTED : redactWithin(one, within));
  }
  within.pop();
  return redacted;
}

/** Names are data: one of them must not become the prototype of what is logged. */
function put(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

function redactList(list: readonly unknown[], within: object[]): unknown[] {
  within.push(list);
  const redacted = list.slice(0, MAX_ENTRIES).map((item) => redactWithin(item, within));
  within.pop();
  return redacted;
}

function redactObject(value: object, within: object[]): unknown {
  if (value instanceof KeyObject || isJwk(value)) return REDACTED;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (within.includes(value)) return '[circular]';
  if (within.length >= MAX_DEPTH) return '[nested too deep]';
  if (value instanceof Error) return errorFacts(value, within);
  return Array.isArray(value) ? redactList(value, within) : redactEntries(value, within);
}

function redactWithin(value: unknown, within: object[]): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'object' && value !== null) return redactObject(value, within);
  return value;
}

/**
 * The fields of an event as they may be logged: secrets replaced by `[redacted]`, bytes by their count, errors by
 * their facts; cycles, depth and length are bounded. The result is plain JSON.
 */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactEntries(fields, []);
}
