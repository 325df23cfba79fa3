import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];

/**
 * A folder of its own for a test. It goes when the test process ends, after every `after`: what lives in it can still
 * be closed properly there.
 */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quoin-test-'));
  if (folders.push(folder) === 1) process.once('exit', removeAll);
  return folder;
}

function removeAll(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
