import { excerpt, mimeRefusal } from './errors.ts';
import { takeApart } from './parameters.ts';
import type { Parameterized } from './parameters.ts';

/**
 * Takes a Content-Disposition apart (RFC 2183, RFC 7578 4.2): `form-data` and its `name`. Throws Refusal EBMS:0007
 * `mime/malformed-header`.
 */
export function parseContentDisposition(header: string): Parameterized {
  return takeApart(header, (expected) =>
    mimeRefusal('mime/malformed-header', 'A Content-Disposition cannot be read.', {
      field: 'Content-Disposition',
      expected,
      found: excerpt(header),
    }),
  );
}
