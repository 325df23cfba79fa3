import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** A program that can be started, or why there is none. */
export type Found = { readonly path: string } | { readonly missing: string };

/** The oldest PostgreSQL the gateway works with. */
const OLDEST_POSTGRES = 15;

/** Where distributions keep the programs of PostgreSQL that are on nobody's PATH; `*` is a version. */
const POSTGRES_HOMES = [
  ['/usr/lib/postgresql', 'bin'],
  ['/usr/pgsql-*', 'bin'],
  ['/opt/homebrew/opt', 'bin', /^postgresql@/],
  ['/usr/local/opt', 'bin', /^postgresql@/],
] as const;

/** The folder with `postgres` and `initdb`, version 15 or newer: of PG_CONFIG, of the PATH, of the distribution. */
export function findPostgres(): Found {
  const folders = [...configured(), ...onPath('postgres'), ...homes()];
  const complete = folders.filter((folder) => ['postgres', 'initdb'].every((name) => runs(folder, name)));
  const versions = complete.map((path) => ({ path, version: versionOf(path) }));
  const best = versions.find(({ version }) => version >= OLDEST_POSTGRES);
  if (best !== undefined) return { path: best.path };
  const newest = Math.max(0, ...versions.map(({ version }) => version));
  return {
    missing:
      newest === 0 ? 'PostgreSQL is not installed' : `PostgreSQL ${newest} is older than ${OLDEST_POSTGRES}`,
  };
}

/** `redis-server`, or `valkey-server`, which speaks the same. */
export function findRedis(): Found {
  for (const name of ['redis-server', 'valkey-server'])
    for (const folder of onPath(name)) return { path: join(folder, name) };
  return { missing: 'Redis is not installed' };
}

/** Chromium, or a browser made of it. */
export function findChromium(): Found {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])
    for (const folder of (process.env['PATH'] ?? '').split(delimiter))
      if (folder !== '' && runs(folder, name)) return { path: join(folder, name) };
  return { missing: 'Chromium is not installed' };
}

/** Somebody else to be, for servers that refuse root; undefined when we are not root. */
export function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  return { uid: Number(user?.[2] ?? 65_534), gid: Number(user?.[3] ?? 65_534) };
}

function configured(): readonly string[] {
  const program = process.env['PG_CONFIG'];
  if (program === undefined || program === '') return [];
  const { stdout, status } = spawnSync(program, ['--bindir'], { encoding: 'utf8' });
  return status === 0 ? [stdout.trim()] : [];
}

function onPath(name: string): readonly string[] {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && runs(folder, name))
    .map((folder) => dirname(realpathSync(join(folder, name))));
}

/** Folders of the distribution, the newest version first. */
function homes(): readonly string[] {
  return POSTGRES_HOMES.flatMap(([home, bin, names]) => {
    const [parent, pattern] = home.endsWith('*')
      ? [dirname(home), new RegExp(`^${home.slice(dirname(home).length + 1, -1)}`)]
      : [home, names ?? /^\d/];
    return list(parent)
      .filter((name) => pattern.test(name))
      .sort((a, b) => numberIn(b) - numberIn(a))
      .map((name) => join(parent, name, bin));
  });
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const numberIn = (text: string): number => Number(/\d+/.exec(text)?.[0] ?? 0);

function runs(folder: string, name: string): boolean {
  try {
    accessSync(join(folder, name), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `postgres (PostgreSQL) 15.7 (Debian ...)` is 15. */
function versionOf(folder: string): number {
  const { stdout } = spawnSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' });
  return Number(/\) (\d+)/.exec(stdout ?? '')?.[1] ?? 0);
}
