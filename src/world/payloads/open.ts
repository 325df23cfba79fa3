import fs from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { PayloadHandle, PayloadHealth, PayloadSpace, PayloadStore } from '../../msh/ports/index.ts';
import { isAbsent, isSystemError, payloadFault } from './faults.ts';
import { makeFolders } from './folders.ts';
import { placesBelow } from './places.ts';
import { payloadSize, readPayload } from './reader.ts';
import { sweepPayloads } from './sweep.ts';
import { createWriter } from './writer.ts';

/** Where the payloads lie. */
export interface FilePayloadSettings {
  /** A folder of its own; made when absent. Several nodes may share it. */
  readonly folder: string;
}

/**
 * Opens a payload store of files, one a payload: written aside, synced, then renamed to where readers look. Proves
 * that it can write before it resolves. Throws `payloads/unavailable`, `payloads/no-space`.
 */
export async function openFilePayloads(settings: FilePayloadSettings): Promise<PayloadStore & PayloadHealth> {
  const root = resolve(settings.folder);
  const places = placesBelow(root);
  const active = new Set<PayloadHandle>();
  const store: PayloadStore & PayloadHealth = {
    create: () => createWriter(places, active),
    open: (handle) => readPayload(places, handle),
    size: (handle) => payloadSize(places, handle),
    remove: async (handle) => {
      const path = places.fileOf(handle);
      await fs.rm(path, { force: true }).catch((error: unknown) => {
        throw payloadFault(error, path);
      });
    },
    sweep: async (minAge, referenced, signal) => {
      try {
        return await sweepPayloads(places, active, minAge, referenced, signal);
      } catch (error) {
        throw isSystemError(error) ? payloadFault(error, root) : error;
      }
    },
    check: () => prove(store),
    space: () => spaceOf(root),
  };
  await makeFolders(root, places).catch((error: unknown) => {
    throw payloadFault(error, root);
  });
  await prove(store);
  return store;
}

/** Looks whether the payload store could be opened, and makes nothing. Throws `payloads/unavailable`. */
export async function tryFilePayloads(settings: FilePayloadSettings): Promise<void> {
  const root = resolve(settings.folder);
  try {
    await fs.access(await nearestFolder(root), fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    throw payloadFault(error, root);
  }
}

/** The folder itself, or the first above it that is there. */
async function nearestFolder(path: string): Promise<string> {
  try {
    await (await fs.opendir(path)).close();
    return path;
  } catch (error) {
    if (!isAbsent(error) || dirname(path) === path) throw error;
    return await nearestFolder(dirname(path));
  }
}

/** Writes, commits and removes an empty payload: the first message should not be the one to find a fault. */
async function prove(store: Pick<PayloadStore, 'create' | 'remove'>): Promise<void> {
  const writer = await store.create();
  await store.remove(await writer.commit());
}

/** A quota or a share reserved for others is not free to us: `bavail` leaves it out, `bfree` would not. */
async function spaceOf(root: string): Promise<PayloadSpace> {
  try {
    const { bavail, blocks, bsize } = await fs.statfs(root);
    return { free: bavail * bsize, size: blocks * bsize };
  } catch (error) {
    throw payloadFault(error, root);
  }
}
