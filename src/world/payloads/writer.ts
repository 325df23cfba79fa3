import fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { QuoinError } from '../../protocol/errors/index.ts';
import type { PayloadHandle, PayloadWriter } from '../../msh/ports/index.ts';
import { syncFolder } from './folders.ts';
import { payloadFault } from './faults.ts';
import { newHandle } from './places.ts';
import type { Places } from './places.ts';

/** bytes gathered before they are written; small chunks cost a copy instead of a system call. */
const BATCH = 256 * 1024;

/** Begins a payload; `active` holds the handles of writes under way, which must not be swept. */
export async function createWriter(places: Places, active: Set<PayloadHandle>): Promise<PayloadWriter> {
  const handle = newHandle();
  const draft = places.draftOf(handle);
  active.add(handle);
  try {
    const file = await fs.open(draft, 'wx', 0o600);
    return new FileWriter(places, active, handle, file);
  } catch (error) {
    active.delete(handle);
    throw payloadFault(error, draft);
  }
}

/**
 * Writes behind: while one batch is on its way to the file, the next is filled. Once anything has failed nothing of it
 * can be committed any more.
 */
class FileWriter implements PayloadWriter {
  readonly #places: Places;
  readonly #active: Set<PayloadHandle>;
  readonly #handle: PayloadHandle;
  readonly #file: FileHandle;
  readonly #draft: string;
  #batch: Buffer = Buffer.alloc(0);
  #spare: Buffer | undefined;
  #filled = 0;
  #position = 0;
  #ended = false;
  #failure: QuoinError | undefined;
  #underway: Promise<void> = Promise.resolve();

  constructor(places: Places, active: Set<PayloadHandle>, handle: PayloadHandle, file: FileHandle) {
    this.#places = places;
    this.#active = active;
    this.#handle = handle;
    this.#file = file;
    this.#draft = places.draftOf(handle);
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#mustBeOpen();
    if (chunk.byteLength >= BATCH) {
      await this.#flush();
      this.#send(chunk);
      // The chunk is the caller's again when this resolves, so it must be in the file by then.
      await this.#underway;
    } else {
      await this.#gather(chunk);
    }
    this.#mustBeOpen();
  }

  async commit(): Promise<PayloadHandle> {
    this.#mustBeOpen();
    this.#ended = true;
    try {
      await this.#flush();
      await this.#underway;
      if (this.#failure) throw this.#failure;
      await this.#publish();
    } catch (error) {
      await this.#discard([this.#draft, this.#places.fileOf(this.#handle)]);
      throw payloadFault(error, this.#draft);
    }
    this.#active.delete(this.#handle);
    return this.#handle;
  }

  async abort(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#underway;
    await this.#discard([this.#draft]);
  }

  async #gather(chunk: Uint8Array): Promise<void> {
    let taken = 0;
    while (taken < chunk.byteLength) {
      if (this.#batch.byteLength === 0) this.#batch = Buffer.allocUnsafeSlow(BATCH);
      const some = chunk.subarray(taken, taken + BATCH - this.#filled);
      this.#batch.set(some, this.#filled);
      this.#filled += some.byteLength;
      taken += some.byteLength;
      if (this.#filled === BATCH) await this.#flush();
    }
  }

  /** Sends the batch on its way once the one before has arrived, and goes on with a spare. */
  async #flush(): Promise<void> {
    await this.#underway;
    if (this.#filled === 0) return;
    const full = this.#batch;
    const bytes = full.subarray(0, this.#filled);
    this.#batch = this.#spare ?? Buffer.alloc(0);
    this.#spare = full;
    this.#filled = 0;
    this.#send(bytes);
  }

  /** Starts writing; a failure is kept for the next call, because nobody may be waiting now. */
  #send(bytes: Uint8Array): void {
    const position = this.#position;
    this.#position += bytes.byteLength;
    this.#underway = this.#underway
      .then(() => this.#store(bytes, position))
      .catch((error: unknown) => {
        this.#failure ??= payloadFault(error, this.#draft);
      });
  }

  async #store(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (this.#failure === undefined && done < bytes.byteLength) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.byteLength - done, position + done);
      done += bytesWritten;
    }
  }

  /** Content first, then the name, then the folder that holds the name: a power cut leaves all of it or nothing. */
  async #publish(): Promise<void> {
    const now = new Date();
    // The sweeper counts the age from here, not from the last byte.
    await this.#file.utimes(now, now);
    await this.#file.sync();
    await this.#file.close();
    await fs.rename(this.#draft, this.#places.fileOf(this.#handle));
    await syncFolder(this.#places.shardOf(this.#handle));
  }

  /** Takes the files away. What cannot be taken away now the sweeper finds; the reason for ending matters more. */
  async #discard(files: readonly string[]): Promise<void> {
    if (this.#file.fd !== -1) await Promise.allSettled([this.#file.close()]);
    await Promise.allSettled(files.map((file) => fs.rm(file, { force: true })));
    this.#active.delete(this.#handle);
  }

  #mustBeOpen(): void {
    if (this.#failure) throw this.#failure;
    if (!this.#ended) return;
    throw new QuoinError('payloads/writer-ended', 'This payload was committed or aborted before.');
  }
}
