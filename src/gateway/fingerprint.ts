import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/index.ts';

/** Larger files are told apart by what the file system says of them, not by their content: bytes. */
const MOST_READ = 8 * 1024 * 1024;

/** What is known of a file without reading it; a changed file has another, also behind a symbolic link that was turned. */
interface Seen {
  readonly stamp: string;
  readonly digest: string;
}

/** Tells whether files have changed by their content. Files that look untouched are not read again. */
export interface FileWatch {
  /** The same text as long as names and contents of all files are the same. */
  fingerprint(config: Config): Promise<string>;
}

/** A watch over the files that the swappable settings of a configuration name. */
export function createFileWatch(): FileWatch {
  const known = new Map<string, Seen>();
  return {
    fingerprint: async (config) => {
      const paths = new Set(await inputsOf(config));
      for (const path of known.keys()) if (!paths.has(path)) known.delete(path);
      const hash = createHash('sha256');
      for (const path of [...paths].sort()) hash.update(`${path}\0${await digestOf(path, known)}\0`);
      return hash.digest('hex');
    },
  };
}

/** Any name but those of what is half written or kept beside: a P-Mode may name a certificate as it likes. */
const CERTIFICATES = /^(?!.*(~|\.(log|tmp|temp|part|swp|swx|bak|lock)$))/i;

/** The files a snapshot is read from, and all of the kind in its folders: a file may be needed once it is there. */
async function inputsOf({
  source,
  keys,
  listeners,
  revocationLists,
  webhooks,
  folders,
}: Config): Promise<readonly string[]> {
  return [
    ...(source === undefined ? [] : [source]),
    ...keys.flatMap(({ path, certificate, passwordFile }) => [path, certificate, passwordFile]),
    ...revocationLists,
    listeners.api.keysFile,
    ...webhooks.flatMap(({ secretFiles, authorities }) => [...secretFiles, ...authorities]),
    ...(await filesIn(folders.pmodes, /\.ya?ml$/i)),
    ...(await filesIn(folders.certificates, CERTIFICATES)),
  ].filter((path) => path !== undefined);
}

async function filesIn(folder: string, names: RegExp): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && names.test(entry.name))
      .map(({ name }) => join(folder, name));
  } catch {
    return [`${folder}/`];
  }
}

async function digestOf(path: string, known: Map<string, Seen>): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    const stamp = [dev, ino, size, mtimeNs, ctimeNs].join(' ');
    const seen = known.get(path);
    if (seen?.stamp === stamp) return seen.digest;
    const digest =
      size > MOST_READ
        ? stamp
        : createHash('sha256')
            .update(await readFile(path))
            .digest('hex');
    known.set(path, { stamp, digest });
    return digest;
  } catch (error) {
    known.delete(path);
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}
