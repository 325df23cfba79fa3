import { QuoinError } from '../errors/index.ts';
import type { RetryPolicy } from './reception-awareness.ts';

const minute = 60_000;
/** More retries than minutes in a month help nobody. */
const maxRetries = 1000;
const maxMinutes = 31 * 24 * 60;

const once: RetryPolicy = { retries: 0, window: 0, strategy: 'once' };

/**
 * Reads the retry grammar that operators know from Domibus P-Modes: `minutes;count;CONSTANT`, `0;0;SEND_ONCE`,
 * `minutes;firstInterval;factor;PROGRESSIVE`; absent or empty means one attempt. A progressive plan keeps its window
 * and its number of retries; ours doubles its intervals and ends with the window, so single times may differ.
 * Throws QuoinError `as4/retry-string`.
 */
export function parseRetryString(text: string | undefined): RetryPolicy {
  const fields = (text ?? '').trim().split(/\s*;\s*/);
  if (fields.length === 1 && fields[0] === '') return once;
  const strategy = fields.at(-1)?.toUpperCase();
  const numbers = fields.slice(0, -1).map(Number);
  const read = strategy === undefined ? undefined : grammar[strategy];
  const wellFormed = fields.slice(0, -1).every((field) => /^\d+(?:\.\d+)?$/.test(field));
  const policy = wellFormed ? read?.(numbers) : undefined;
  if (policy === undefined) {
    throw new QuoinError('as4/retry-string', `"${text ?? ''}" is not a retry strategy`, {
      finding: {
        check: 'retry-string',
        expected: 'minutes;count;CONSTANT, 0;0;SEND_ONCE or minutes;firstInterval;factor;PROGRESSIVE',
        found: text,
      },
    });
  }
  return policy;
}

const grammar: Readonly<Record<string, (numbers: readonly number[]) => RetryPolicy | undefined>> = {
  CONSTANT: ([minutes, count, ...rest]) => {
    if (minutes === undefined || count === undefined || rest.length > 0) return undefined;
    if (minutes > maxMinutes || !Number.isInteger(count) || count > maxRetries) return undefined;
    if (count === 0) return once;
    return minutes === 0 ? undefined : { retries: count, window: minutes * minute, strategy: 'constant' };
  },
  SEND_ONCE: () => once,
  PROGRESSIVE: ([minutes, interval, factor, ...rest]) => {
    if (minutes === undefined || interval === undefined || factor === undefined || rest.length > 0) {
      return undefined;
    }
    if (minutes > maxMinutes || interval <= 0 || interval > minutes || factor <= 1) return undefined;
    let retries = 0;
    for (let at = interval, step = interval; at <= minutes && retries < maxRetries; at += step) {
      retries += 1;
      step *= factor;
    }
    return { retries, window: minutes * minute, strategy: 'progressive' };
  },
};
