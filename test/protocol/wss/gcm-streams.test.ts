import assert from 'node:assert/strict';
import { createDecipheriv, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Refusal } from '../../../src/protocol/errors/index.ts';
import { findAlgorithm, URI } from '../../../src/protocol/wss/algorithms.ts';
import { decryptGcm, encryptGcm, GCM_OVERHEAD } from '../../../src/protocol/wss/gcm-streams.ts';
import { DECRYPTION_FAILED } from '../../../src/protocol/wss/refusals.ts';

const algorithm = findAlgorithm('data-encryption', URI.aes128Gcm)!;
const session = { algorithm, key: randomBytes(16) };
const journal = { field: 'cid:part' };

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function gather(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const seal = (plain: Uint8Array, sizes: readonly number[] = [1000]) =>
  gather(encryptGcm(session, randomBytes(12), chunked(plain, sizes)));
const open = (sealed: Uint8Array, sizes: readonly number[] = [1000]) =>
  gather(decryptGcm(session, chunked(sealed, sizes), journal));
const refused = (error: unknown) =>
  error instanceof Refusal && error.ebms === 'EBMS:0102' && error.message === DECRYPTION_FAILED;

describe('GCM streams', () => {
  test('the bytes are IV, ciphertext, tag, as node:crypto reads them', async () => {
    const plain = Buffer.from('a payload part');
    const sealed = await seal(plain);
    assert.equal(sealed.length, plain.length + GCM_OVERHEAD);
    const decipher = createDecipheriv('aes-128-gcm', session.key, sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(-16));
    assert.deepEqual(Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]), plain);
  });

  test('what was encrypted comes back however the chunks fall', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
        async (plain, outward, inward) => {
          assert.deepEqual(await open(await seal(plain, outward), inward), Buffer.from(plain));
        },
      ),
    );
  });

  test('empty chunks change nothing', async () => {
    async function* gaps(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
      for (const byte of bytes) {
        yield new Uint8Array();
        yield Uint8Array.of(byte);
      }
      yield new Uint8Array();
    }
    const plain = Buffer.from('sparse');
    const sealed = await gather(encryptGcm(session, randomBytes(12), gaps(plain)));
    assert.deepEqual(await gather(decryptGcm(session, gaps(sealed), journal)), plain);
  });

  test('an empty part is 28 bytes and comes back empty', async () => {
    const sealed = await seal(Buffer.alloc(0));
    assert.equal(sealed.length, 28);
    assert.equal((await open(sealed)).length, 0);
  });

  test('every length below 28 bytes is refused with the fixed sentence', async () => {
    const sealed = await seal(Buffer.alloc(0));
    for (let length = 0; length < 28; length++) {
      await assert.rejects(open(sealed.subarray(0, length), [5]), refused, `${length} bytes`);
    }
  });

  test('a changed bit anywhere is refused with the fixed sentence', async () => {
    const sealed = await seal(randomBytes(50));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1 << (at % 8);
      await assert.rejects(open(changed), refused, `byte ${at}`);
    }
  });

  test('a shortened tag, another key and trailing bytes are refused with the fixed sentence', async () => {
    const sealed = await seal(randomBytes(50));
    await assert.rejects(open(sealed.subarray(0, -4)), refused);
    await assert.rejects(open(Buffer.concat([sealed, Buffer.of(0)])), refused);
    const other = { algorithm, key: randomBytes(16) };
    await assert.rejects(gather(decryptGcm(other, chunked(sealed, [9]), journal)), refused);
  });

  test('only the journal learns why', async () => {
    const sealed = await seal(randomBytes(50));
    const other = { algorithm, key: randomBytes(16) };
    const decrypting = gather(
      decryptGcm(other, chunked(sealed, [9]), { field: 'cid:part', keyProblem: 'the key did not unwrap' }),
    );
    await assert.rejects(decrypting, (error) => {
      assert.ok(error instanceof Refusal);
      assert.equal(error.message, DECRYPTION_FAILED);
      assert.equal(error.finding?.found, 'the key did not unwrap');
      return true;
    });
  });

  test('a source that fails is not a decryption failure, and a reader that stops closes the source', async () => {
    const sealed = await seal(randomBytes(5000));
    let closed = false;
    async function* source(fail: boolean): AsyncGenerator<Uint8Array> {
      try {
        yield sealed.subarray(0, 1000);
        if (fail) throw new Error('the line broke');
        yield sealed.subarray(1000);
      } finally {
        closed = true;
      }
    }
    await assert.rejects(gather(decryptGcm(session, source(true), journal)), /the line broke/);
    closed = false;
    for await (const chunk of decryptGcm(session, source(false), journal)) {
      assert.ok(chunk.length > 0);
      break;
    }
    assert.equal(closed, true);
  });
});
