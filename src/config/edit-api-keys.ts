import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMap, isSeq, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { QuoinError } from '../protocol/errors/index.ts';
import { formatProblem, hasErrors } from '../protocol/pmode/index.ts';
import { parseApiKeys } from './api-keys.ts';
import type { ApiKey, ApiScope } from './api-keys.ts';

/** What a new key is for. Times are ISO 8601. */
export interface NewApiKey {
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly parties?: readonly string[] | undefined;
  readonly expires?: string | undefined;
}

/** How long to wait for another edit, and how often to look: ms. */
const PATIENCE = { ms: 50, tries: 100 };

/**
 * Adds a key to a file, which is made when it is not there; resolves to the key, which is kept nowhere. Throws
 * `config/api-keys` when the file would not be valid, `config/api-keys-locked` while another edit does not end.
 */
export async function addApiKey(file: string, wanted: NewApiKey, now: Date): Promise<string> {
  const key = `quoin_${randomBytes(32).toString('base64url')}`;
  const hash = `sha256:${createHash('sha256').update(key).digest('hex')}`;
  await edit(file, (document) => {
    if (!isSeq(document.get('keys'))) document.set('keys', document.createNode([]));
    const keys = document.get('keys');
    // What was written as [] would go on in one line.
    if (isSeq(keys)) keys.flow = false;
    const { name, scopes, parties, expires } = wanted;
    const created = now.toISOString();
    document.addIn(
      ['keys'],
      document.createNode({
        name,
        hash,
        scopes: [...scopes],
        ...(parties === undefined ? {} : { parties: [...parties] }),
        created,
        ...(expires === undefined ? {} : { expires }),
      }),
    );
  });
  return key;
}

/** Takes a key out of a file; resolves to whether it was there. Throws as `addApiKey`. */
export async function revokeApiKey(file: string, name: string): Promise<boolean> {
  let found = false;
  await edit(file, (document) => {
    const keys = document.get('keys');
    if (!isSeq(keys)) return;
    const index = keys.items.findIndex((one) => isMap(one) && one.get('name') === name);
    found = index >= 0;
    if (found) keys.delete(index);
  });
  return found;
}

/** The keys of a file, none when it is not there. Throws `config/api-keys`. */
export async function listApiKeys(file: string): Promise<readonly ApiKey[]> {
  return valid(await textOf(file), file);
}

/**
 * One edit at a time: the new text is written aside under a name that only one can make, and takes the place of the file
 * in one step. Whoever reads meanwhile reads the old or the new file, also when this process dies.
 */
async function edit(named: string, change: (document: Document) => void): Promise<void> {
  const file = await realpath(named).catch(() => named);
  const aside = `${file}.lock`;
  const handle = await openAside(aside);
  try {
    await writeChanged(handle, file, change);
    await handle.close();
    await rename(aside, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await unlink(aside).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(file));
}

async function writeChanged(
  handle: FileHandle,
  file: string,
  change: (document: Document) => void,
): Promise<void> {
  const before = await textOf(file);
  valid(before, file);
  const document = parseDocument(before);
  change(document);
  const after = document.toString({ lineWidth: 0 });
  valid(after, file);
  await keepRights(handle, file);
  await handle.writeFile(after);
  await handle.sync();
}

/** The access point may run as another user than whoever edits: it must still be able to read the file. */
async function keepRights(handle: FileHandle, file: string): Promise<void> {
  const old = await stat(file).catch(() => undefined);
  if (old === undefined) return;
  const mine = await handle.stat();
  if (mine.uid !== old.uid || mine.gid !== old.gid) await handle.chown(old.uid, old.gid);
  await handle.chmod(old.mode & 0o777);
}

async function openAside(aside: string): Promise<FileHandle> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await open(aside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (tries === PATIENCE.tries) throw locked(aside);
      await sleep(PATIENCE.ms);
    }
  }
}

function locked(aside: string): QuoinError {
  return new QuoinError('config/api-keys-locked', 'Another edit of the API keys has not ended.', {
    finding: {
      check: 'one-edit-at-a-time',
      field: aside,
      advice: `If no quoin keys is running, one was interrupted: remove ${aside}. The keys are as they were before it.`,
    },
  });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function valid(text: string, file: string): readonly ApiKey[] {
  const { keys, problems } = parseApiKeys(text, file);
  if (!hasErrors(problems)) return keys;
  throw new QuoinError(
    'config/api-keys',
    ['The API keys cannot be used:', ...problems.map(formatProblem)].join('\n  '),
  );
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
