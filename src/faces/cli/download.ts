import { createHash } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { copyFile, link, open, rm } from 'node:fs/promises';
import { QuoinError } from '../../protocol/errors/index.ts';
import { callApi } from './api-client.ts';
import type { ApiAddress } from './api-client.ts';
import { fileError } from './faults.ts';
import type { Progress } from './progress.ts';

/** What a download must turn out to be. Size in bytes, SHA-256 in lower-case hex. */
export interface Expected {
  readonly size: number;
  readonly sha256: string;
}

/**
 * Downloads into a file that appears only when it is whole and what was promised; a file that is there is left alone.
 * Throws `cli/file-unusable`, `cli/download-incomplete`, and what `callApi` throws.
 */
export async function downloadTo(
  file: string,
  api: ApiAddress,
  path: string,
  expected: Expected,
  progress: Progress,
): Promise<void> {
  if (existsSync(file)) throw fileError(file, { code: 'EEXIST' });
  const partial = `${file}.partial-${process.pid}`;
  try {
    await receive(partial, api, path, expected, progress);
    await appear(partial, file);
  } finally {
    progress.end();
    await rm(partial, { force: true });
  }
}

async function receive(
  partial: string,
  api: ApiAddress,
  path: string,
  expected: Expected,
  progress: Progress,
): Promise<void> {
  const handle = await open(partial, 'wx', 0o600).catch((error: unknown) => {
    throw fileError(partial, error);
  });
  try {
    const { body } = await callApi(api, { path });
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of chunksOf(body, expected)) {
      hash.update(chunk);
      size += chunk.byteLength;
      await handle.writeFile(chunk);
      progress.advance(chunk.byteLength);
    }
    if (size !== expected.size || hash.digest('hex') !== expected.sha256) throw incomplete(expected, size);
  } catch (error) {
    if (error instanceof QuoinError) throw error;
    throw fileError(partial, error);
  } finally {
    await handle.close();
  }
}

async function* chunksOf(body: AsyncIterable<Uint8Array>, expected: Expected): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.byteLength;
      yield chunk;
    }
  } catch (cause) {
    throw incomplete(expected, size, cause);
  }
}

/** Gives the finished file its name; a link fails where a rename would overwrite, and some file systems know no links. */
async function appear(partial: string, file: string): Promise<void> {
  try {
    await link(partial, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw fileError(file, error);
    await copyFile(partial, file, constants.COPYFILE_EXCL).catch((second: unknown) => {
      throw fileError(file, second);
    });
  }
}

function incomplete(expected: Expected, size: number, cause?: unknown): QuoinError {
  return new QuoinError('cli/download-incomplete', 'What arrived is not the whole document.', {
    cause,
    finding: {
      check: 'download-whole',
      expected: `${expected.size} bytes, SHA-256 ${expected.sha256}`,
      found: size === expected.size ? 'other content' : `${size} bytes`,
      advice: 'Nothing was saved. Try again.',
    },
  });
}
