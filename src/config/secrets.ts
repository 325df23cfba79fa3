import { readFileSync } from 'node:fs';
import type { Secret } from './types.ts';

/**
 * A secret that was written out, or that stands in a file (without the line break at its end); undefined when neither is
 * given or the file cannot be read, which a check reports.
 */
export function secretFrom(written: string | undefined, file: string | undefined): Secret | undefined {
  const value = written ?? readText(file)?.replace(/\r?\n$/, '');
  return value === undefined ? undefined : () => value;
}

function readText(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The check file-readable names the file and the reason.
    return undefined;
  }
}
