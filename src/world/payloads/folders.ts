import fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Places } from './places.ts';

/** Makes durable which names a folder holds. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await fs.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes the folders of a payload store, readable by this user only, so that later nothing needs to make one. */
export async function makeFolders(root: string, places: Places): Promise<void> {
  const first = await fs.mkdir(root, { recursive: true, mode: 0o700 });
  for (const folder of [places.writing, places.kept, ...shards(places)]) await makeFolder(folder);
  await syncFolder(places.kept);
  await syncFolder(root);
  if (first !== undefined) await syncNames(root, first);
}

/** Makes durable the names of the folders from `first` down to `last`, which were just made. */
async function syncNames(last: string, first: string): Promise<void> {
  for (let folder = last; folder.length >= first.length; folder = dirname(folder)) {
    await syncFolder(dirname(folder));
  }
}

/** The 256 folders of committed payloads. */
export function shards(places: Places): readonly string[] {
  return Array.from({ length: 256 }, (_, index) => join(places.kept, index.toString(16).padStart(2, '0')));
}

async function makeFolder(path: string): Promise<void> {
  try {
    await fs.mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
