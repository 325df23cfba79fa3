import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { QuoinError } from '../../protocol/errors/index.ts';
import type { PayloadHandle } from '../../msh/ports/index.ts';

/** A handle is a UUID in lower case: it cannot leave the folder, whoever made it up. */
const HANDLE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Where payloads lie: `kept/ab/abcd…` when committed, `writing/abcd…` before; both on one file system. */
export interface Places {
  readonly kept: string;
  readonly writing: string;
  /** The folder of a committed payload. */
  readonly shardOf: (handle: PayloadHandle) => string;
  /** The file of a committed payload. Throws `payloads/bad-handle`. */
  readonly fileOf: (handle: PayloadHandle) => string;
  /** The file of an unfinished write. */
  readonly draftOf: (handle: PayloadHandle) => string;
}

/** The places below a root folder. */
export function placesBelow(root: string): Places {
  const kept = join(root, 'kept');
  const writing = join(root, 'writing');
  const shardOf = (handle: PayloadHandle): string => join(kept, checked(handle).slice(0, 2));
  return {
    kept,
    writing,
    shardOf,
    fileOf: (handle) => join(shardOf(handle), handle),
    draftOf: (handle) => join(writing, checked(handle)),
  };
}

/** A handle nobody has. */
export function newHandle(): PayloadHandle {
  return randomUUID();
}

/** True for a name this store gives. */
export function isHandle(name: string): boolean {
  return HANDLE.test(name);
}

function checked(handle: PayloadHandle): PayloadHandle {
  if (isHandle(handle)) return handle;
  throw new QuoinError('payloads/bad-handle', 'This is no handle of a payload.', {
    finding: { check: 'payload-handle', expected: 'a UUID in lower case', found: handle.slice(0, 80) },
  });
}
