import { createHash } from 'node:crypto';
import type { Submission } from '../types.ts';

/** What the producer asked for, apart from anything generated: tells a repetition from a conflict. */
export function fingerprint(submission: Submission, parts: readonly { readonly sha256: string }[]): string {
  const asked = { ...submission, messageId: undefined, idempotency: undefined };
  const hash = createHash('sha256').update(JSON.stringify(sorted(asked)));
  for (const part of parts) hash.update(`\n${part.sha256}`);
  return hash.digest('hex');
}

/** The same value with object keys in one order, so that equal submissions have equal text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}
