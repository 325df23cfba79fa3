import type { Note, Verdict } from './types.ts';

/** Days before its end from which a certificate is warned of. */
export const SOON_DAYS = 30;

const DAY = 24 * 60 * 60 * 1000;

/** Whole days until an instant, negative when it has passed. */
export function daysUntil(end: Date, now: number = Date.now()): number {
  return Math.floor((end.getTime() - now) / DAY);
}

/** A verdict that is as bad as the worst of its notes. */
export function byNotes(found: string, notes: readonly Note[], more: Partial<Verdict> = {}): Verdict {
  const worst = (severity: Note['severity']): boolean => notes.some((note) => note.severity === severity);
  const outcome = worst('error') ? 'failed' : worst('warning') ? 'warning' : 'ok';
  return { outcome, found, notes, ...more };
}

/** `1 key`, `2 keys`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
