import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { deflateRawSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { compressionLimits, gunzipBounded, gzip } from '../../../src/protocol/as4/index.ts';
import type { CompressionLimits } from '../../../src/protocol/as4/index.ts';
import { Refusal } from '../../../src/protocol/errors/index.ts';

async function* inChunks(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const gunzip = (bytes: Uint8Array, size = 1000, limits: Partial<CompressionLimits> = {}): Promise<Buffer> =>
  all(gunzipBounded(inChunks(bytes, size), limits));

async function refused(code: string, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.code, code);
    assert.equal(error.ebms, 'EBMS:0303');
    return true;
  });
}

const text = Buffer.from('The quick brown fox jumps over the lazy dog. '.repeat(5000));

test('gzip then gunzip is identity, whatever the content and the chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 5000 }),
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 90 }),
      async (content, chunkIn, chunkOut) => {
        const compressed = await all(gzip(inChunks(content, chunkIn)));
        assert.deepEqual(gunzipSync(compressed), Buffer.from(content));
        assert.deepEqual(await gunzip(compressed, chunkOut), Buffer.from(content));
      },
    ),
    { numRuns: 60 },
  );
});

test('several members are one content, wherever chunks are cut', async () => {
  const parts = [text, Buffer.alloc(0), Buffer.from('x'), text.subarray(0, 70_001)];
  const compressed = Buffer.concat(parts.map((part) => gzipSync(part)));
  for (const size of [1, 2, 7, 8, 9, 64, compressed.length - 8, compressed.length]) {
    assert.deepEqual(await gunzip(compressed, size), Buffer.concat(parts), `chunks of ${size}`);
  }
});

test('a header with name, comment, extra field and checksum is read', async () => {
  const flags = Buffer.from([0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3]);
  const extra = Buffer.from([3, 0, 1, 2, 3]);
  const header = Buffer.concat([flags, extra, Buffer.from('name\0comment\0'), Buffer.from([0, 0])]);
  const plain = gzipSync(text);
  const compressed = Buffer.concat([header, plain.subarray(10)]);
  for (const size of [1, 3, 5000]) assert.deepEqual(await gunzip(compressed, size), text);
});

test('what is not gzip is refused', async () => {
  const wrong = [
    Buffer.alloc(0),
    Buffer.from('<xml/>'),
    Buffer.from('<?xml version="1.0"?><a>plain text labelled gzip</a>'),
    deflateSync(text),
    deflateRawSync(text),
    Buffer.from([0x1f, 0x8b]),
    Buffer.from([0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from([0x1f, 0x8b, 8, 0x20, 0, 0, 0, 0, 0, 0, 3, 0]),
  ];
  for (const bytes of wrong) {
    for (const size of [1, 1000]) await refused('as4/gzip-header', gunzip(bytes, size));
  }
});

test('truncated at any place is refused and never silently short', async () => {
  const compressed = gzipSync(text);
  for (let length = 10; length < compressed.length; length += 1) {
    await refused('as4/gzip-truncated', gunzip(compressed.subarray(0, length), 37));
  }
});

test('bytes after the last member are refused', async () => {
  const compressed = gzipSync(text);
  const tails = [Buffer.from([0]), Buffer.alloc(40), Buffer.from('--boundary--'), compressed.subarray(0, 9)];
  for (const tail of tails) {
    for (const size of [1, 11, 100_000]) {
      await refused('as4/gzip-trailing-bytes', gunzip(Buffer.concat([compressed, tail]), size));
    }
  }
});

test('a flipped bit anywhere behind the header is refused, and the damaged end is never yielded', async () => {
  // Incompressible, so it is stored; after the first byte of the block no bit is padding.
  const content = createHash('shake256', { outputLength: 640 }).update('noise').digest();
  const compressed = gzipSync(content);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 88, max: compressed.length * 8 - 1 }), async (bit) => {
      const damaged = Buffer.from(compressed);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const seen: Uint8Array[] = [];
      await assert.rejects(async () => {
        for await (const chunk of gunzipBounded(inChunks(damaged, 16))) seen.push(chunk);
      }, Refusal);
      assert.ok(Buffer.concat(seen).length < content.length);
    }),
    { numRuns: 200 },
  );
});

test('size is bounded as the bytes come', async () => {
  assert.equal((await gunzip(gzipSync(text), 100, { maxBytes: text.length })).length, text.length);
  await refused('as4/gzip-size', gunzip(gzipSync(text), 100, { maxBytes: text.length - 1 }));
});

test('a bomb is stopped by its ratio long before its end', async () => {
  let read = 0;
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  async function* counted(): AsyncIterable<Uint8Array> {
    for await (const chunk of inChunks(bomb, 1024)) {
      read += chunk.length;
      yield chunk;
    }
  }
  await refused('as4/gzip-ratio', all(gunzipBounded(counted(), { maxBytes: 2 ** 40 })));
  assert.ok(read < bomb.length / 2, `${read} of ${bomb.length} bytes were read`);
});

test('below the floor any ratio passes', async () => {
  const blank = Buffer.alloc(compressionLimits.ratioFloor);
  assert.equal((await gunzip(gzipSync(blank))).length, blank.length);
});

test('members are counted', async () => {
  const member = gzipSync('');
  const members = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => member));
  assert.equal((await gunzip(members(20), 10, { maxMembers: 20 })).length, 0);
  await refused('as4/gzip-members', gunzip(members(21), 10, { maxMembers: 20 }));
  await refused('as4/gzip-members', gunzip(members(1200), 5000));
});

test('an endless name in the header is bounded', async () => {
  const start = Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]);
  let given = 0;
  async function* endless(): AsyncIterable<Uint8Array> {
    yield start;
    for (;;) {
      given += 1024;
      yield Buffer.alloc(1024, 0x61);
    }
  }
  await refused('as4/gzip-header', all(gunzipBounded(endless())));
  assert.ok(given < 200_000);
});

test('errors of the source pass through unchanged, and the source is closed', async () => {
  const failure = new Error('connection lost');
  let closed = 0;
  async function* failing(): AsyncIterable<Uint8Array> {
    try {
      yield gzipSync(text).subarray(0, 60);
      throw failure;
    } finally {
      closed += 1;
    }
  }
  await assert.rejects(all(gunzipBounded(failing())), failure);
  await assert.rejects(all(gzip(failing())), failure);
  assert.equal(closed, 2);
});

test('a reader that stops early closes the source', async () => {
  let closed = 0;
  async function* endless(bytes: Uint8Array): AsyncIterable<Uint8Array> {
    try {
      for (;;) yield bytes;
    } finally {
      closed += 1;
    }
  }
  const readOne = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of source) {
      assert.ok(chunk.length > 0);
      break;
    }
  };
  await readOne(gunzipBounded(endless(gzipSync(text)), { maxMembers: 1e9, maxBytes: 1e12 }));
  await readOne(gzip(endless(text)));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(closed, 2);
});

test('a refusal does not wait for a source that has gone quiet', async () => {
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  async function* quiet(): AsyncIterable<Uint8Array> {
    yield bomb;
    await new Promise(() => undefined);
  }
  await refused('as4/gzip-size', all(gunzipBounded(quiet(), { maxBytes: 1000 })));
});

test('memory does not depend on length', async () => {
  const block = Buffer.alloc(1024 * 1024, 'abcdefghij');
  async function* long(): AsyncIterable<Uint8Array> {
    for (let count = 0; count < 200; count += 1) yield block;
  }
  const before = process.memoryUsage().arrayBuffers;
  let produced = 0;
  let peak = 0;
  for await (const chunk of gunzipBounded(gzip(long()), { maxRatio: 2000 })) {
    produced += chunk.length;
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
  }
  assert.equal(produced, 200 * block.length);
  assert.ok(peak < 64 * 1024 * 1024, `${peak} bytes of buffers at peak`);
});
