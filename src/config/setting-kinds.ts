import * as z from 'zod';
import { DURATION_PATTERN, SIZE_PATTERN } from '../protocol/pmode/index.ts';

/** A text of one line. */
export const text = (max = 1024) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .regex(/^[^\p{Cc}]*$/u, 'must have no control characters');

/** A path; relative ones begin at the folder of the file. */
export const path = (what: string) => text(4096).optional().describe(what);

/** A time with its unit. */
export const duration = (what: string) =>
  z
    .string()
    .regex(DURATION_PATTERN, 'must be a whole number with a unit: 500ms, 90s, 12m, 2h')
    .optional()
    .describe(what);

/** A number of bytes, with a unit or without. */
export const size = (what: string) =>
  z
    .union([
      z.int().positive('must be more than 0'),
      z.string().regex(SIZE_PATTERN, 'must be a whole number with a unit: 512kB, 40MB, 1GiB'),
    ])
    .optional()
    .describe(what);

/** A whole number between bounds. */
export const count = (min: number, max: number, what: string) =>
  z.int().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`).optional().describe(what);

/** A value that is never shown. */
export const secret = (what: string) =>
  z.string().max(1024).optional().describe(what).meta({ writeOnly: true });

/** Where to listen or connect. */
export const host = (what: string) =>
  text(255)
    .regex(/^[A-Za-z0-9.:_-]+$/, 'must be a host name or an IP address')
    .optional()
    .describe(what);

/** A port to listen on. */
export const port = (what: string) => count(0, 65_535, `${what} 0 takes any free one.`);

/** One file or several. */
export const files = (what: string) =>
  z
    .union([text(4096), z.array(text(4096)).max(50, 'must have at most 50 entries')])
    .optional()
    .describe(what);
