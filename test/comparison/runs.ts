import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import fc from 'fast-check';

/** The same messages every time, so that a failure can be repeated; QUOIN_SEED=<number> makes others. */
export const SEED = Number(process.env['QUOIN_SEED'] ?? 20_261_123);

/** Generates values and says with which seed. */
export function generate<T>(t: TestContext, arbitrary: fc.Arbitrary<T>, count: number): readonly T[] {
  t.diagnostic(`${count} generated, QUOIN_SEED=${SEED}`);
  return fc.sample(arbitrary, { numRuns: count, seed: SEED });
}

/** Fails when a message has a reason to, and keeps the first such message in a file to look at. */
export function assertNone(reasons: readonly (string | undefined)[], messages: readonly Buffer[]): void {
  const failed = reasons.flatMap((reason, index) => (reason === undefined ? [] : [{ index, reason }]));
  const [first] = failed;
  if (first === undefined) return;
  const file = join(tmpdir(), `quoin-comparison-${SEED}-${first.index}`);
  writeFileSync(file, messages[first.index]!);
  assert.fail(`${failed.length} of ${messages.length}; number ${first.index}, in ${file}: ${first.reason}`);
}
