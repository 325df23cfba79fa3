import type { Request } from './request.ts';
import type { Submission } from '../../msh/index.ts';
import type { Principal } from './principal.ts';
import { RestError } from './problems.ts';

const KEY = /^[\x20-\x7e]{1,255}$/;

/** What the `Idempotency-Key` of a request stands for. Throws RestError `rest/invalid-field` for one that cannot be. */
export function idempotencyOf(request: Request, { name }: Principal): Submission['idempotency'] {
  const given = request.headersDistinct['idempotency-key'];
  if (given === undefined) return undefined;
  const [key = '', ...more] = given;
  if (more.length === 0 && KEY.test(key)) return { caller: name, key };
  throw new RestError('rest/invalid-field', 'The Idempotency-Key cannot be used.', {
    finding: {
      check: 'idempotency-key',
      field: 'Idempotency-Key',
      expected: 'one key of 1 to 255 printable ASCII characters',
      found: more.length > 0 ? `${given.length} keys` : `${key.length} characters`,
      advice: 'Use a fresh UUID for each message, and the same one when you repeat it.',
    },
  });
}
