import dns from 'node:dns';
import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { resolve, sep } from 'node:path';

/**
 * A trap on the ways out of the process: connections, name look-ups, and files outside the folders that are allowed.
 * It records, and lets nothing through that it records, as long as it is armed.
 */
export interface Trap {
  /** What was tried since the trap was armed, in words. */
  readonly caught: readonly string[];
  arm(): void;
  disarm(): void;
}

type Reach = (...args: unknown[]) => string | undefined;

/** Sets the trap; `folders` are those in which files may be opened. */
export function setTrap(folders: readonly string[]): Trap {
  const allowed = folders.map((folder) => resolve(folder));
  const caught: string[] = [];
  let isArmed = false;
  const guard = (owner: object, name: string, reach: Reach): void => {
    const original = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
    const guarded = function (this: unknown, ...args: unknown[]): unknown {
      const target = isArmed ? reach(...args) : undefined;
      if (target === undefined) return Reflect.apply(original, this, args);
      caught.push(`${name} ${target}`);
      throw new Error(`trapped: ${name} ${target}`);
    };
    Reflect.set(owner, name, guarded);
  };
  const anything: Reach = (...args) => describe(args[0]);
  const outside: Reach = (path) => {
    if (typeof path === 'number') return undefined;
    const file = resolve(path instanceof URL ? path.pathname : String(path));
    return allowed.some((folder) => file === folder || file.startsWith(folder + sep)) ? undefined : file;
  };
  guard(net.Socket.prototype, 'connect', anything);
  guard(globalThis, 'fetch', anything);
  for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
    guard(dns, name, anything);
    guard(dns.promises, name, anything);
  }
  for (const name of ['open', 'openSync', 'readFile', 'readFileSync', 'createReadStream'])
    guard(fs, name, outside);
  for (const name of ['open', 'readFile']) guard(fsPromises, name, outside);
  syncBuiltinESMExports();
  return {
    caught,
    arm: () => {
      caught.length = 0;
      isArmed = true;
    },
    disarm: () => {
      isArmed = false;
    },
  };
}

function describe(target: unknown): string {
  if (typeof target === 'string') return target;
  if (target instanceof URL) return target.href;
  return JSON.stringify(target) ?? 'something';
}
