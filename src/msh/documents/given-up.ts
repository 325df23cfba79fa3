import { isQuoinError } from '../../protocol/errors/index.ts';

/** ms for which an answer is tried that this program knows it cannot give: whoever asked has given up before (TDD 4.4.3). */
const REFUSED_MS = 60 * 60 * 1000;

/** ms for which it is tried whatever stands in the way: a disk that is full, a database that is away, a defect of ours. */
const ANYTHING_MS = 24 * REFUSED_MS;

/** Whether an answer that failed with this error, `waitedMs` after the question came, is not tried again. */
export function isGivenUp(waitedMs: number, error: unknown): boolean {
  return waitedMs > (isQuoinError(error) ? REFUSED_MS : ANYTHING_MS);
}
