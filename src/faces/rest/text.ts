import { z } from 'zod';

/** Neither control characters, which no id, name or header value can have, nor half characters, which no column keeps. */
const PRINTABLE = /^[^\p{Cc}\p{Surrogate}]*$/u;

/** The same for what may go over several lines: tabs and line ends are text in XML too. */
const WRITABLE = /^(?:[^\p{Cc}\p{Surrogate}]|[\t\n\r])*$/u;

const printed = { message: 'must have no control characters and no half characters' };

/** Any text a request may carry. */
export const text = z.string().min(1).regex(PRINTABLE, printed);

/** A value of a property, which may be empty and go over several lines. */
export const value = z.string().regex(WRITABLE, printed);

/** Whether an id of a path can be one at all: nobody need look for one that cannot. */
export function canBeId(id: string): boolean {
  return PRINTABLE.test(id);
}
