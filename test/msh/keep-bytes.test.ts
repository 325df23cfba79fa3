import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { createBytesWriter, isInline, openBytes } from '../../src/msh/keep-bytes.ts';
import type { KeptBytes } from '../../src/msh/keep-bytes.ts';
import { openFilePayloads } from '../../src/world/payloads/index.ts';
import { openSqliteStore } from '../../src/world/store/index.ts';
import { newInbound, storedPart } from '../support/records.ts';
import { scratchFolder } from '../support/scratch.ts';
import { bytesOf, chunked } from '../support/test-gateway.ts';

async function openWorld(t: TestContext) {
  const folder = scratchFolder();
  const store = await openSqliteStore({ file: join(folder, 'quoin.db') });
  t.after(() => store.close());
  const payloads = await openFilePayloads({ folder: join(folder, 'payloads') });
  let count = 0;
  return { store, payloads, nature: { now: () => 0, uuid: () => `id-${(count += 1)}` } };
}

/** Keeps a message with these payloads in one commit, as the receiving side does. */
async function keepMessage(world: Awaited<ReturnType<typeof openWorld>>, kept: readonly KeptBytes[]) {
  const parts = kept.map((one, index) => ({ ...storedPart('x', `cid:${index}`), ...one }));
  return await world.store.insertInbound(newInbound({ parts }));
}

test('what fits is kept with its row; together the parts of a message stay within the room', async (t) => {
  const world = await openWorld(t);
  const room = { left: 100 };
  const texts = ['a'.repeat(60), 'b'.repeat(60), 'c'.repeat(30), ''];
  const kept: KeptBytes[] = [];
  for (const text of texts) {
    const writer = createBytesWriter(world, room);
    for await (const chunk of chunked(Buffer.from(text), 7)) await writer.write(chunk);
    kept.push(await writer.commit());
  }
  assert.deepEqual(
    kept.map(({ payload }) => isInline(payload)),
    [true, false, true, true],
  );
  await keepMessage(world, kept);
  for (const [index, { payload }] of kept.entries())
    assert.equal((await bytesOf(openBytes(world, payload))).toString(), texts[index]);
});

test('without room every payload is a file, the empty one too', async (t) => {
  const world = await openWorld(t);
  for (const text of ['', 'text']) {
    const writer = createBytesWriter(world, { left: 0 });
    if (text !== '') await writer.write(Buffer.from(text));
    const { payload, inline } = await writer.commit();
    assert.equal(inline, undefined);
    assert.equal((await bytesOf(world.payloads.open(payload))).toString(), text);
  }
});

test('a chunk may be used again once it is taken', async (t) => {
  const world = await openWorld(t);
  const writer = createBytesWriter(world, { left: 100 });
  const chunk = Buffer.from('first');
  await writer.write(chunk);
  chunk.fill('x');
  assert.equal((await writer.commit()).inline?.toString(), 'first');
});

test('a payload whose row was not kept is not found, and aborting leaves no file', async (t) => {
  const world = await openWorld(t);
  const writer = createBytesWriter(world, { left: 100 });
  await writer.write(Buffer.from('never'));
  const { payload } = await writer.commit();
  await assert.rejects(bytesOf(openBytes(world, payload)), { code: 'payloads/not-found' });
  const spilled = createBytesWriter(world, { left: 4 });
  await spilled.write(Buffer.from('abc'));
  await spilled.write(Buffer.from('defg'));
  await spilled.abort();
  await spilled.abort();
  assert.equal(await world.payloads.sweep(0, () => Promise.resolve(new Set())), 0);
});

test('whatever the sizes and the room, the bytes are the same', async (t) => {
  const world = await openWorld(t);
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 1, max: 50 }),
      fc.nat(300),
      async (bytes, size, left) => {
        const writer = createBytesWriter(world, { left });
        for await (const chunk of chunked(bytes, size)) await writer.write(chunk);
        const kept = await writer.commit();
        await keepMessage(world, [kept]);
        assert.deepEqual(await bytesOf(openBytes(world, kept.payload)), Buffer.from(bytes));
      },
    ),
    { numRuns: 40 },
  );
});
