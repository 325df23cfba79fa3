import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import type { PayloadHandle, PayloadHealth, PayloadStore } from '../../src/msh/ports/index.ts';

/** What the suite needs of an adapter: an empty store, and the same store as another process opens it. */
export interface PayloadsUnderTest {
  readonly open: (test: TestContext) => Promise<PayloadStore & PayloadHealth>;
  readonly reopen: (test: TestContext, store: PayloadStore) => Promise<PayloadStore>;
}

/** Referenced by nobody. */
const nobody = (): Promise<ReadonlySet<PayloadHandle>> => Promise.resolve(new Set());

/** The contract of PayloadStore; every adapter passes it unchanged. */
export function payloadStoreContract(name: string, under: PayloadsUnderTest): void {
  describe(`payload store contract: ${name}`, () => {
    writingTests(under);
    readingTests(under);
    sweepTests(under);
    healthTests(under);
  });
}

async function keep(store: PayloadStore, ...chunks: Uint8Array[]): Promise<PayloadHandle> {
  const writer = await store.create();
  for (const chunk of chunks) await writer.write(chunk);
  return await writer.commit();
}

async function read(store: PayloadStore, handle: PayloadHandle): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.open(handle)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function writingTests(under: PayloadsUnderTest): void {
  test('what is written is what is read, however it is cut', async (t) => {
    const store = await under.open(t);
    const cuts = fc.array(
      fc.oneof(
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 1000, max: 70_000 }),
        fc.constantFrom(262_143, 262_144, 262_145, 700_000),
      ),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(cuts, async (sizes) => {
        const chunks = sizes.map((size) => randomBytes(size));
        const handle = await keep(store, ...chunks);
        const expected = Buffer.concat(chunks);
        assert.ok((await read(store, handle)).equals(expected));
        assert.equal(await store.size(handle), expected.byteLength);
        await store.remove(handle);
      }),
      { numRuns: 25 },
    );
  });

  test('a chunk is the caller’s again once its write has resolved', async (t) => {
    const store = await under.open(t);
    for (const size of [10, 100_000, 300_000]) {
      const writer = await store.create();
      const chunk = Buffer.alloc(size, 1);
      await writer.write(chunk);
      chunk.fill(2);
      const handle = await writer.commit();
      assert.ok((await read(store, handle)).every((byte) => byte === 1));
    }
  });

  test('an empty payload is a payload', async (t) => {
    const store = await under.open(t);
    const handle = await keep(store);
    assert.equal(await store.size(handle), 0);
    assert.equal((await read(store, handle)).byteLength, 0);
  });

  test('many writers at once do not mix', async (t) => {
    const store = await under.open(t);
    const writeOne = async (mark: number): Promise<PayloadHandle> => {
      const writer = await store.create();
      for (let index = 0; index < 20; index += 1) await writer.write(Buffer.alloc(40_000, mark));
      return await writer.commit();
    };
    const handles = await Promise.all(Array.from({ length: 10 }, (_, mark) => writeOne(mark)));
    assert.equal(new Set(handles).size, handles.length);
    for (const [mark, handle] of handles.entries()) {
      const bytes = await read(store, handle);
      assert.equal(bytes.byteLength, 800_000);
      assert.ok(bytes.every((byte) => byte === mark));
    }
  });

  test('a handle is safe in a row and in a path segment', async (t) => {
    const store = await under.open(t);
    assert.match(await keep(store, Buffer.from('x')), /^[A-Za-z0-9_-]{1,128}$/);
  });

  test('abort is harmless: twice, after a commit, or without a byte', async (t) => {
    const store = await under.open(t);
    const never = await store.create();
    await never.abort();
    const twice = await store.create();
    await twice.write(Buffer.alloc(500_000));
    await twice.abort();
    await twice.abort();
    const committed = await store.create();
    await committed.write(Buffer.from('stays'));
    const handle = await committed.commit();
    await committed.abort();
    assert.equal((await read(store, handle)).toString(), 'stays');
  });

  test('after its end a writer takes nothing and commits nothing', async (t) => {
    const store = await under.open(t);
    const aborted = await store.create();
    await aborted.abort();
    await assert.rejects(aborted.write(Buffer.from('x')), { code: 'payloads/writer-ended' });
    await assert.rejects(aborted.commit(), { code: 'payloads/writer-ended' });
    const committed = await store.create();
    const handle = await committed.commit();
    await assert.rejects(committed.write(Buffer.from('x')), { code: 'payloads/writer-ended' });
    await assert.rejects(committed.commit(), { code: 'payloads/writer-ended' });
    assert.equal(await store.size(handle), 0);
  });
}

function readingTests(under: PayloadsUnderTest): void {
  test('a committed payload is there for the next process', async (t) => {
    const store = await under.open(t);
    const bytes = randomBytes(400_000);
    const handle = await keep(store, bytes);
    const next = await under.reopen(t, store);
    assert.ok((await read(next, handle)).equals(bytes));
  });

  test('what is not there says so before the first byte', async (t) => {
    const store = await under.open(t);
    const handle = randomUUID();
    await assert.rejects(read(store, handle), { code: 'payloads/not-found' });
    await assert.rejects(store.size(handle), { code: 'payloads/not-found' });
  });

  test('removing takes a payload away, and removing again is no error', async (t) => {
    const store = await under.open(t);
    const handle = await keep(store, Buffer.from('x'));
    await store.remove(handle);
    await store.remove(handle);
    await assert.rejects(read(store, handle), { code: 'payloads/not-found' });
  });

  test('what is no handle of ours is refused, never looked for', async (t) => {
    const store = await under.open(t);
    const odd = [
      '',
      '.',
      '..',
      '../../etc/passwd',
      'a/b',
      'A'.repeat(36),
      `${randomUUID()}/..`,
      `${randomUUID()}\0`,
      '/etc/passwd',
      '\\',
      'x'.repeat(5000),
    ];
    for (const handle of odd) {
      await assert.rejects(read(store, handle), { code: 'payloads/bad-handle' }, handle.slice(0, 60));
      await assert.rejects(store.size(handle), { code: 'payloads/bad-handle' });
      await assert.rejects(store.remove(handle), { code: 'payloads/bad-handle' });
    }
  });

  test('a reader may stop early, and several may read at once', async (t) => {
    const store = await under.open(t);
    const bytes = randomBytes(1_000_000);
    const handle = await keep(store, bytes);
    for (let index = 0; index < 50; index += 1) {
      for await (const chunk of store.open(handle)) {
        assert.ok(chunk.byteLength > 0);
        break;
      }
    }
    const all = await Promise.all(Array.from({ length: 5 }, () => read(store, handle)));
    assert.ok(all.every((one) => one.equals(bytes)));
  });

  test('chunks handed out stay as they are while reading goes on', async (t) => {
    const store = await under.open(t);
    const handle = await keep(store, randomBytes(1_500_000));
    const chunks: { chunk: Uint8Array; digest: string }[] = [];
    const digest = (chunk: Uint8Array): string => createHash('sha256').update(chunk).digest('hex');
    for await (const chunk of store.open(handle)) chunks.push({ chunk, digest: digest(chunk) });
    assert.ok(chunks.length > 1);
    for (const { chunk, digest: before } of chunks) assert.equal(digest(chunk), before);
  });
}

function sweepTests(under: PayloadsUnderTest): void {
  test('a sweep removes what no row names and leaves what one names', async (t) => {
    const store = await under.open(t);
    const named = await keep(store, Buffer.from('named'));
    const orphans = [await keep(store, Buffer.from('a')), await keep(store, Buffer.from('b'))];
    const asked: PayloadHandle[] = [];
    const removed = await store.sweep(0, (handles) => {
      asked.push(...handles);
      return Promise.resolve(new Set([named]));
    });
    assert.equal(removed, 2);
    assert.deepEqual(asked.toSorted(), [named, ...orphans].toSorted());
    assert.equal((await read(store, named)).toString(), 'named');
    for (const orphan of orphans) await assert.rejects(store.size(orphan), { code: 'payloads/not-found' });
  });

  test('a sweep leaves alone what is young', async (t) => {
    const store = await under.open(t);
    const young = await keep(store, Buffer.from('young'));
    assert.equal(await store.sweep(3_600_000, nobody), 0);
    assert.equal(await store.size(young), 5);
  });

  test('a sweep never takes a write under way from under its writer', async (t) => {
    const store = await under.open(t);
    const writer = await store.create();
    await writer.write(Buffer.alloc(600_000, 7));
    assert.equal(await store.sweep(0, nobody), 0);
    await writer.write(Buffer.alloc(600_000, 7));
    const handle = await writer.commit();
    assert.equal(await store.size(handle), 1_200_000);
  });

  test('when nobody can say what is referenced, nothing is removed', async (t) => {
    const store = await under.open(t);
    const handle = await keep(store, Buffer.from('x'));
    const down = new Error('the database is down');
    await assert.rejects(
      store.sweep(0, () => Promise.reject(down)),
      down,
    );
    assert.equal(await store.size(handle), 1);
  });

  test('a sweep that is told to stop stops', async (t) => {
    const store = await under.open(t);
    const handles = await Promise.all(Array.from({ length: 20 }, () => keep(store)));
    const reason = new Error('closing');
    await assert.rejects(store.sweep(0, nobody, AbortSignal.abort(reason)), reason);
    for (const handle of handles) assert.equal(await store.size(handle), 0);
  });

  test('a sweep asks for many payloads in bounded portions', async (t) => {
    const store = await under.open(t);
    const handles = await Promise.all(Array.from({ length: 40 }, () => keep(store)));
    let most = 0;
    const removed = await store.sweep(0, (some) => {
      most = Math.max(most, some.length);
      return Promise.resolve(new Set());
    });
    assert.equal(removed, handles.length);
    assert.ok(most <= 1000);
  });
}

function healthTests(under: PayloadsUnderTest): void {
  test('a check leaves nothing behind', async (t) => {
    const store = await under.open(t);
    await store.check();
    assert.equal(await store.sweep(0, nobody), 0);
  });

  test('the room of the disk is told in bytes, what is free within what there is', async (t) => {
    const { free, size } = await (await under.open(t)).space();
    assert.ok(Number.isSafeInteger(free) && Number.isSafeInteger(size));
    assert.ok(free >= 0 && size > 0 && free <= size, `${free} of ${size}`);
  });
}
