import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config/index.ts';
import { QuoinError } from '../protocol/errors/index.ts';
import { formatSize, roundSize } from '../protocol/pmode/index.ts';
import type { Patient } from './patient.ts';
import type { Check, Note, Verdict } from './types.ts';
import { byNotes } from './verdicts.ts';

const MIB = 2 ** 20;
/** Free bytes below which nothing should be accepted, and below which somebody should look. */
const TOO_LITTLE = 100 * MIB;
const LITTLE = 1000 * MIB;
/** ms a sync may take before work on this disk is slow; a healthy one needs few. */
const SLOW_SYNC = 500;
/** ms a file system may be off: another machine's clock dates the files of a shared folder. */
const CLOCK_SLACK = 5000;

/** The disks that hold what must not be lost. */
export const DISK_CHECKS: readonly Check<Patient>[] = [
  {
    name: 'disk-data',
    asks: 'whether the data folder can be written and synced, and has room',
    needs: ['configuration'],
    run: ({ config }) => look(config!.folders.data, syncedBy(config!), config!.limits.messageBytes, 0),
  },
  {
    name: 'disk-payloads',
    asks: 'the same of the folder for payloads',
    needs: ['configuration'],
    run: ({ config }) =>
      look(
        config!.folders.payloads,
        'what is larger than limits.inlineSize',
        config!.limits.messageBytes,
        config!.limits.freeSpaceBytes,
      ),
  },
];

/** Who waits for a sync of the data folder: nobody when the database is elsewhere. */
function syncedBy({ database }: Pick<Config, 'database'>): string | undefined {
  return database === undefined ? 'each message' : undefined;
}

/** A file of our own is written, synced and removed; a folder that is not there yet is only asked about. */
async function look(
  folder: string,
  waiting: string | undefined,
  messageBytes: number,
  keptFree: number,
): Promise<Verdict> {
  const present = nearest(folder);
  const { bavail, bsize, files, ffree } = await statfs(present);
  const free = bavail * bsize;
  const notes: Note[] = [...roomNotes(free, messageBytes, keptFree)];
  if (files > 0 && ffree < 10_000)
    notes.push({ severity: 'warning', text: `Only ${ffree} more files can be made there (inodes).` });
  if (present !== folder) {
    await writable(present);
    return byNotes(`${folder} will be made; ${roundSize(free)} free`, notes);
  }
  const { syncMs, aheadMs } = await trySync(folder);
  if (waiting !== undefined && syncMs > SLOW_SYNC)
    notes.push({
      severity: 'warning',
      text: `Syncing a small file took ${syncMs} ms: ${waiting} waits for this.`,
    });
  if (Math.abs(aheadMs) > CLOCK_SLACK)
    notes.push({
      severity: 'warning',
      text: `Files there are dated ${Math.round(aheadMs / 1000)} s off our clock: compare the clocks of the machines.`,
    });
  return byNotes(`${folder}, ${roundSize(free)} free, synced in ${syncMs} ms`, notes);
}

/** What is wrong with so much room, the worst alone. */
function roomNotes(free: number, messageBytes: number, keptFree: number): readonly Note[] {
  const kept = `${formatSize(keptFree)} are to stay free (limits.freeSpace)`;
  if (free < keptFree)
    return [
      {
        severity: 'error',
        text: `Only ${roundSize(free)} are free, and ${kept}: every message is refused until there is room.`,
      },
    ];
  if (free < TOO_LITTLE) return [{ severity: 'error', text: `Only ${roundSize(free)} are free: make room.` }];
  if (free < 2 * keptFree)
    return [
      {
        severity: 'warning',
        text: `${roundSize(free)} are free, and ${kept}: make room before every message is refused.`,
      },
    ];
  if (free < Math.max(LITTLE, 2 * messageBytes))
    return [
      {
        severity: 'warning',
        text: `${roundSize(free)} are free, for messages of up to ${roundSize(messageBytes)} (limits.messageSize).`,
      },
    ];
  return [];
}

function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

async function writable(folder: string): Promise<void> {
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw unusable(folder, cause);
  });
}

async function trySync(folder: string): Promise<{ readonly syncMs: number; readonly aheadMs: number }> {
  const file = join(folder, `.doctor-${randomUUID()}`);
  const started = performance.now();
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(Buffer.alloc(4096, 1));
      await handle.sync();
    } finally {
      await handle.close();
    }
    const syncMs = Math.round(performance.now() - started);
    return { syncMs, aheadMs: (await stat(file)).mtimeMs - Date.now() };
  } catch (cause) {
    throw unusable(folder, cause);
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}

function unusable(folder: string, cause: unknown): QuoinError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new QuoinError('doctor/folder-unusable', `${folder} cannot be written.`, {
    cause,
    finding: { check: 'folder-writable', field: folder, found: code ?? message },
  });
}
