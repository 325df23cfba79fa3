import fs from 'node:fs/promises';
import { join } from 'node:path';
import type { PayloadHandle } from '../../msh/ports/index.ts';
import { isAbsent } from './faults.ts';
import { shards } from './folders.ts';
import { isHandle } from './places.ts';
import type { Places } from './places.ts';

/** Tells which payloads are still named by a row. */
export type Referenced = (handles: readonly PayloadHandle[]) => Promise<ReadonlySet<PayloadHandle>>;

/** Handles asked about at once: a few hundred keep memory flat and the store answering. */
const BATCH = 500;

/** Removes what a dead process left: unfinished writes, then payloads that no row names. Resolves to the count removed. */
export async function sweepPayloads(
  places: Places,
  active: ReadonlySet<PayloadHandle>,
  minAge: number,
  referenced: Referenced,
  signal?: AbortSignal,
): Promise<number> {
  const before = Date.now() - minAge;
  let removed = 0;
  for await (const old of oldIn(places.writing, before, signal)) {
    const dead = old.filter((handle) => !active.has(handle));
    removed += await removeFrom(places.writing, dead);
  }
  for (const shard of shards(places)) {
    for await (const old of oldIn(shard, before, signal)) {
      const named = await referenced(old);
      removed += await removeFrom(
        shard,
        old.filter((handle) => !named.has(handle)),
      );
    }
  }
  return removed;
}

/** Names in a folder last changed at or before a time, in batches. Files of others are left alone. */
async function* oldIn(
  folder: string,
  before: number,
  signal?: AbortSignal,
): AsyncGenerator<readonly PayloadHandle[]> {
  signal?.throwIfAborted();
  let batch: PayloadHandle[] = [];
  for await (const { name } of await fs.opendir(folder)) {
    signal?.throwIfAborted();
    if (!isHandle(name) || !(await isOld(join(folder, name), before))) continue;
    if (batch.push(name) < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function isOld(path: string, before: number): Promise<boolean> {
  try {
    return (await fs.lstat(path)).mtimeMs <= before;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

async function removeFrom(folder: string, handles: readonly PayloadHandle[]): Promise<number> {
  for (const handle of handles) await fs.rm(join(folder, handle), { force: true });
  return handles.length;
}
