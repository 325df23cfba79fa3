import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openFilePayloads } from '../../../src/world/payloads/index.ts';
import type { PayloadStore } from '../../../src/msh/ports/index.ts';
import type { QuoinError } from '../../../src/protocol/errors/index.ts';
import { scratchFolder } from '../../support/scratch.ts';

const nobody = (): Promise<ReadonlySet<string>> => Promise.resolve(new Set());

async function keep(store: PayloadStore, ...chunks: Uint8Array[]): Promise<string> {
  const writer = await store.create();
  try {
    for (const chunk of chunks) await writer.write(chunk);
    return await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Every file below a folder, folders left out. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The prototype of all file handles, so that a test can make the disk fail. */
async function handlePrototype(): Promise<FileHandle> {
  const file = await fs.open(process.execPath);
  await file.close();
  return Object.getPrototypeOf(file) as FileHandle;
}

/** A method as it was before a test replaced it. */
function original<M>(prototype: FileHandle, name: string): M {
  return Reflect.get(prototype, name) as M;
}

type Sync = (this: FileHandle) => Promise<void>;
type Stat = (this: FileHandle) => Promise<{ isDirectory: () => boolean }>;
type Write = (
  this: FileHandle,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => Promise<{ bytesWritten: number }>;

function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: made up`), { code, errno: -1, syscall: 'write' });
}

test('payloads and their folders are for this user only', async () => {
  const folder = join(scratchFolder(), 'a', 'b');
  const store = await openFilePayloads({ folder });
  const handle = await keep(store, Buffer.from('x'));
  assert.equal(statSync(join(folder, 'kept', handle.slice(0, 2), handle)).mode & 0o777, 0o600);
  for (const path of ['', 'kept', 'writing', 'kept/00', 'kept/ff']) {
    assert.equal(statSync(join(folder, path)).mode & 0o777, 0o700, path);
  }
});

test('nobody can read a payload before its commit, and nothing of an aborted one stays', async () => {
  const folder = scratchFolder();
  const store = await openFilePayloads({ folder });
  const writer = await store.create();
  await writer.write(Buffer.alloc(700_000));
  const [draft] = filesBelow(folder);
  assert.match(draft!, /\/writing\/[0-9a-f-]{36}$/);
  await assert.rejects(store.size(draft!.slice(-36)), { code: 'payloads/not-found' });
  await writer.abort();
  assert.deepEqual(filesBelow(folder), []);
});

test('a commit syncs the content, then renames, then syncs the folder', async (t) => {
  const folder = scratchFolder();
  const store = await openFilePayloads({ folder });
  const steps: string[] = [];
  const prototype = await handlePrototype();
  const [sync, stat] = [original<Sync>(prototype, 'sync'), original<Stat>(prototype, 'stat')];
  const write = original<Write>(prototype, 'write');
  t.mock.method(prototype, 'sync', async function (this: FileHandle) {
    steps.push((await stat.call(this)).isDirectory() ? 'sync folder' : 'sync file');
    await sync.call(this);
  });
  t.mock.method(prototype, 'write', async function (this: FileHandle, ...args: Parameters<Write>) {
    steps.push('write');
    return await write.apply(this, args);
  });
  const rename = fs.rename;
  t.mock.method(fs, 'rename', async (from: string, to: string) => {
    steps.push('rename');
    await rename(from, to);
  });
  const writer = await store.create();
  await writer.write(Buffer.from('x'));
  await writer.commit();
  assert.deepEqual(steps, ['write', 'sync file', 'rename', 'sync folder']);
});

/** The disk fails at one point; whatever was written before must go and the reason must be named. */
const FAILURES: readonly { at: 'write' | 'sync' | 'close'; code: string; expected: string }[] = [
  { at: 'write', code: 'ENOSPC', expected: 'payloads/no-space' },
  { at: 'write', code: 'EDQUOT', expected: 'payloads/no-space' },
  { at: 'write', code: 'EIO', expected: 'payloads/unavailable' },
  { at: 'sync', code: 'ENOSPC', expected: 'payloads/no-space' },
  { at: 'sync', code: 'EIO', expected: 'payloads/unavailable' },
];

for (const { at, code, expected } of FAILURES) {
  test(`${code} at ${at}: ${expected}, and nothing is kept`, async (t) => {
    const folder = scratchFolder();
    const store = await openFilePayloads({ folder });
    const prototype = await handlePrototype();
    for (const bytes of [1000, 300_000, 2_000_000]) {
      const mock = t.mock.method(prototype, at, () => Promise.reject(systemError(code)));
      await assert.rejects(keep(store, Buffer.alloc(bytes)), (error: QuoinError) => {
        assert.equal(error.code, expected);
        assert.equal(error.finding?.found, code);
        return true;
      });
      mock.mock.restore();
    }
    await store.sweep(0, nobody);
    assert.deepEqual(
      filesBelow(folder).filter((file) => file.includes('/kept/')),
      [],
    );
    assert.equal(await store.size(await keep(store, Buffer.from('again'))), 5, 'it serves on');
  });
}

test('the disk fails behind the writer: the next call says so, and abort is still harmless', async (t) => {
  const folder = scratchFolder();
  const store = await openFilePayloads({ folder });
  const prototype = await handlePrototype();
  const writer = await store.create();
  const mock = t.mock.method(prototype, 'write', () => Promise.reject(systemError('ENOSPC')));
  const pour = async (): Promise<void> => {
    for (let index = 0; index < 100; index += 1) await writer.write(Buffer.alloc(100_000));
  };
  await assert.rejects(pour(), { code: 'payloads/no-space' });
  mock.mock.restore();
  await assert.rejects(
    writer.write(Buffer.from('x')),
    { code: 'payloads/no-space' },
    'a hole is never filled over',
  );
  await assert.rejects(writer.commit(), { code: 'payloads/no-space' });
  await writer.abort();
  assert.deepEqual(filesBelow(folder), []);
});

test('when the folder cannot be synced after the rename, the payload is taken back', async (t) => {
  const folder = scratchFolder();
  const store = await openFilePayloads({ folder });
  const prototype = await handlePrototype();
  const [sync, stat] = [original<Sync>(prototype, 'sync'), original<Stat>(prototype, 'stat')];
  t.mock.method(prototype, 'sync', async function (this: FileHandle) {
    if ((await stat.call(this)).isDirectory()) throw systemError('EIO');
    await sync.call(this);
  });
  await assert.rejects(keep(store, Buffer.from('x')), { code: 'payloads/unavailable' });
  assert.deepEqual(filesBelow(folder), []);
});

test('a write that the system cuts short is continued', async (t) => {
  const store = await openFilePayloads({ folder: scratchFolder() });
  const prototype = await handlePrototype();
  const write = original<Write>(prototype, 'write');
  t.mock.method(
    prototype,
    'write',
    async function (this: FileHandle, buffer: Uint8Array, offset: number, length: number, position: number) {
      return await write.call(this, buffer, offset, Math.min(length, 10_007), position);
    },
  );
  const bytes = Buffer.from(Array.from({ length: 600_000 }, (_, index) => index % 251));
  const handle = await keep(store, bytes.subarray(0, 40_000), bytes.subarray(40_000));
  const read: Uint8Array[] = [];
  for await (const chunk of store.open(handle)) read.push(chunk);
  assert.ok(Buffer.concat(read).equals(bytes));
});

test('a sweep removes what a dead process was writing, once it is old', async () => {
  const folder = scratchFolder();
  const store = await openFilePayloads({ folder });
  const draft = join(folder, 'writing', randomUUID());
  writeFileSync(draft, 'half');
  assert.equal(await store.sweep(60_000, nobody), 0);
  utimesSync(draft, new Date(), new Date(Date.now() - 61_000));
  assert.equal(await store.sweep(60_000, nobody), 1);
  assert.ok(!existsSync(draft));
});

test('the age of a payload counts from its commit, not from its last byte', async () => {
  const folder = scratchFolder();
  const store = await openFilePayloads({ folder });
  const writer = await store.create();
  await writer.write(Buffer.alloc(300_000));
  const [draft] = filesBelow(folder);
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(draft!, longAgo, longAgo);
  const handle = await writer.commit();
  assert.equal(await store.sweep(60_000, nobody), 0);
  const path = join(folder, 'kept', handle.slice(0, 2), handle);
  utimesSync(path, longAgo, longAgo);
  assert.equal(await store.sweep(60_000, nobody), 1);
});

test('a sweep leaves files of others alone, and a reader never follows a link', async () => {
  const folder = scratchFolder();
  const store = await openFilePayloads({ folder });
  writeFileSync(join(folder, 'kept', '00', 'README'), 'not ours');
  writeFileSync(join(folder, 'writing', '.nfs0001'), 'not ours');
  assert.equal(await store.sweep(0, nobody), 0);
  const handle = randomUUID();
  const secret = join(scratchFolder(), 'secret');
  writeFileSync(secret, 'secret');
  symlinkSync(secret, join(folder, 'kept', handle.slice(0, 2), handle));
  await assert.rejects(store.open(handle)[Symbol.asyncIterator]().next(), { code: 'payloads/unavailable' });
});

test('a folder that cannot be is named at opening', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(openFilePayloads({ folder: join(folder, 'file') }), { code: 'payloads/unavailable' });
  await assert.rejects(openFilePayloads({ folder: join(folder, 'file', 'below') }), {
    code: 'payloads/unavailable',
  });
});

test('a folder that vanishes is a fault of the store, and a new start mends it', async () => {
  const folder = scratchFolder();
  const store = await openFilePayloads({ folder });
  rmSync(folder, { recursive: true });
  await assert.rejects(store.create(), { code: 'payloads/unavailable' });
  await assert.rejects(store.sweep(0, nobody), { code: 'payloads/unavailable' });
  mkdirSync(folder);
  const again = await openFilePayloads({ folder });
  assert.equal(await again.size(await keep(again)), 0);
});

test('memory does not grow with the payload', async (t: TestContext) => {
  const store = await openFilePayloads({ folder: scratchFolder() });
  const chunk = Buffer.alloc(16 * 1024, 1);
  let most = 0;
  const watch = (): void => {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  };
  const before = process.memoryUsage().arrayBuffers;
  const writer = await store.create();
  for (let index = 0; index < 8192; index += 1) {
    await writer.write(chunk);
    watch();
  }
  const handle = await writer.commit();
  assert.ok(most - before < 16 * 1024 * 1024, `${most - before} bytes while writing 128 MiB`);
  t.diagnostic(`${most - before} bytes of buffers while writing`);
  assert.equal(await store.size(handle), 8192 * chunk.byteLength);
});
