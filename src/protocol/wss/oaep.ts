import { createHash } from 'node:crypto';

/** The two hashes of an RSA-OAEP padding, by their node:crypto names; the label is always empty. */
export interface OaepHashes {
  readonly digest: string;
  readonly maskGeneration: string;
}

/** What stood in an OAEP block; `bad` is 0 when every rule of the padding holds and 255 otherwise. */
export interface OaepContent {
  readonly message: Buffer;
  readonly bad: number;
}

/**
 * EME-OAEP decoding (RFC 8017 7.1.2 step 3) of a block for a message of known length, for hash pairs that
 * node:crypto does not offer. Every byte is looked at whatever is found and nothing branches on the content: the
 * caller learns one mask, and puts a random key in place of a bad one. A message of another length is bad.
 */
export function decodeOaep(block: Buffer, messageBytes: number, hashes: OaepHashes): OaepContent {
  const labelHash = createHash(hashes.digest).digest();
  const size = labelHash.length;
  const separator = block.length - messageBytes - 1;
  if (separator < 2 * size + 1) return { message: Buffer.alloc(messageBytes), bad: 255 };
  const maskedSeed = block.subarray(1, size + 1);
  const maskedData = block.subarray(size + 1);
  const seed = xor(maskedSeed, mgf1(maskedData, size, hashes.maskGeneration));
  const data = xor(maskedData, mgf1(seed, maskedData.length, hashes.maskGeneration));

  let different = block[0]!;
  for (let i = 0; i < size; i++) different |= data[i]! ^ labelHash[i]!;
  const end = separator - size - 1;
  for (let i = size; i < end; i++) different |= data[i]!;
  different |= data[end]! ^ 1;
  return { message: data.subarray(end + 1), bad: ((different + 255) >> 8) * 255 };
}

/** EME-OAEP encoding (RFC 8017 7.1.1 step 2) with an empty label; the seed is as long as the digest. */
export function encodeOaep(message: Buffer, blockBytes: number, seed: Buffer, hashes: OaepHashes): Buffer {
  const labelHash = createHash(hashes.digest).digest();
  const padding = blockBytes - message.length - 2 * labelHash.length - 2;
  if (padding < 0) throw new RangeError('The message is too long for this key');
  const data = Buffer.concat([labelHash, Buffer.alloc(padding), Buffer.of(1), message]);
  const maskedData = xor(data, mgf1(seed, data.length, hashes.maskGeneration));
  const maskedSeed = xor(seed, mgf1(maskedData, seed.length, hashes.maskGeneration));
  return Buffer.concat([Buffer.of(0), maskedSeed, maskedData]);
}

/** The mask generation function of RFC 8017 B.2.1. */
function mgf1(seed: Buffer, length: number, hash: string): Buffer {
  const blocks: Buffer[] = [];
  const counter = Buffer.alloc(4);
  for (let made = 0, i = 0; made < length; i++) {
    counter.writeUInt32BE(i);
    const block = createHash(hash).update(seed).update(counter).digest();
    blocks.push(block);
    made += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function xor(a: Buffer, b: Buffer): Buffer {
  const result = Buffer.allocUnsafe(a.length);
  for (let i = 0; i < a.length; i++) result[i] = a[i]! ^ b[i]!;
  return result;
}
