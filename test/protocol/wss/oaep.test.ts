import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeOaep, encodeOaep } from '../../../src/protocol/wss/oaep.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const BLOCK = 256;
const raw = { key: privateKey, padding: constants.RSA_NO_PADDING } as const;

describe('OAEP padding', () => {
  for (const hash of ['sha1', 'sha256', 'sha512']) {
    const hashes = { digest: hash, maskGeneration: hash };

    test(`opens what node:crypto pads with ${hash}`, () => {
      const message = randomBytes(16);
      const sealed = publicEncrypt(
        { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash },
        message,
      );
      const { message: found, bad } = decodeOaep(privateDecrypt(raw, sealed), 16, hashes);
      assert.equal(bad, 0);
      assert.deepEqual(found, message);
    });

    test(`pads what node:crypto opens with ${hash}`, () => {
      const message = randomBytes(16);
      const block = encodeOaep(
        message,
        BLOCK,
        randomBytes(hash === 'sha1' ? 20 : hash === 'sha256' ? 32 : 64),
        hashes,
      );
      const sealed = publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, block);
      const found = privateDecrypt(
        { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash },
        sealed,
      );
      assert.deepEqual(found, message);
    });
  }

  test('SHA-256 with MGF1-SHA1, which node:crypto does not offer, comes back', () => {
    const mixed = { digest: 'sha256', maskGeneration: 'sha1' };
    const message = randomBytes(16);
    const block = encodeOaep(message, BLOCK, randomBytes(32), mixed);
    assert.deepEqual(decodeOaep(block, 16, mixed), { message, bad: 0 });
    assert.equal(decodeOaep(block, 16, { digest: 'sha256', maskGeneration: 'sha256' }).bad, 255);
    assert.equal(decodeOaep(block, 16, { digest: 'sha1', maskGeneration: 'sha1' }).bad, 255);
  });

  test('a message of another length is bad', () => {
    const hashes = { digest: 'sha256', maskGeneration: 'sha1' };
    for (const length of [0, 8, 15, 17, 32]) {
      const block = encodeOaep(randomBytes(length), BLOCK, randomBytes(32), hashes);
      assert.equal(decodeOaep(block, 16, hashes).bad, 255, `${length} bytes`);
    }
  });

  test('a block too short for its hashes is bad, and yields a message of the asked length', () => {
    const { message, bad } = decodeOaep(Buffer.alloc(60), 16, { digest: 'sha256', maskGeneration: 'sha1' });
    assert.equal(bad, 255);
    assert.equal(message.length, 16);
  });

  test('one changed bit anywhere in the block is bad, or changes the message', () => {
    const hashes = { digest: 'sha256', maskGeneration: 'sha1' };
    const message = randomBytes(16);
    const block = encodeOaep(message, BLOCK, randomBytes(32), hashes);
    fc.assert(
      fc.property(fc.nat(BLOCK - 1), fc.nat(7), (at, bit) => {
        const changed = Buffer.from(block);
        changed[at]! ^= 1 << bit;
        const found = decodeOaep(changed, 16, hashes);
        assert.ok(found.bad === 255 || !found.message.equals(message));
      }),
    );
  });

  test('a message too long for the key is refused when padding', () => {
    assert.throws(
      () =>
        encodeOaep(Buffer.alloc(200), BLOCK, randomBytes(32), { digest: 'sha256', maskGeneration: 'sha1' }),
      RangeError,
    );
  });
});
