import fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import { QuoinError } from '../../protocol/errors/index.ts';
import type { PayloadHandle } from '../../msh/ports/index.ts';
import { isAbsent, payloadFault } from './faults.ts';
import type { Places } from './places.ts';

/** bytes a read asks for. */
const CHUNK = 128 * 1024;

/** Streams a committed payload; while the consumer works on a chunk the next is read, never more. */
export async function* readPayload(places: Places, handle: PayloadHandle): AsyncGenerator<Uint8Array> {
  const path = places.fileOf(handle);
  const file = await openKept(path, handle);
  let next = readChunk(file, path, 0);
  let position = 0;
  try {
    for (;;) {
      const { chunk, error } = await next;
      if (error) throw error;
      if (chunk.byteLength === 0) return;
      position += chunk.byteLength;
      next = readChunk(file, path, position);
      yield chunk;
    }
  } finally {
    // A consumer that stops early leaves a read under way; the file must not close under it.
    await next;
    await file.close();
  }
}

/** Size in bytes of a committed payload. */
export async function payloadSize(places: Places, handle: PayloadHandle): Promise<number> {
  const path = places.fileOf(handle);
  try {
    return (await fs.lstat(path)).size;
  } catch (error) {
    throw isAbsent(error) ? notFound(handle) : payloadFault(error, path);
  }
}

async function openKept(path: string, handle: PayloadHandle): Promise<FileHandle> {
  try {
    return await fs.open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    throw isAbsent(error) ? notFound(handle) : payloadFault(error, path);
  }
}

/** A read whose failure is a value: nobody may be waiting for it yet. */
interface Read {
  readonly chunk: Buffer;
  readonly error?: QuoinError;
}

async function readChunk(file: FileHandle, path: string, position: number): Promise<Read> {
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  try {
    const { bytesRead } = await file.read(chunk, 0, CHUNK, position);
    return { chunk: chunk.subarray(0, bytesRead) };
  } catch (error) {
    return { chunk, error: payloadFault(error, path) };
  }
}

function notFound(handle: PayloadHandle): QuoinError {
  return new QuoinError('payloads/not-found', 'There is no such payload.', {
    finding: { check: 'payload-kept', field: 'payload', found: handle },
  });
}
