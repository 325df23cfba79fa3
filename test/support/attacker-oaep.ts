import { constants, createHash, publicEncrypt, randomBytes } from 'node:crypto';
import type { Certificate } from '../../src/protocol/pki/index.ts';

/** RSA-OAEP with a hash for the label and another for the mask (PKCS#1 v2.2, 7.1.1), which node:crypto does not offer. */
export function wrapWithTwoHashes(
  recipient: Certificate,
  sessionKey: Buffer,
  hashes: { readonly digest: string; readonly mask: string },
): Buffer {
  const size = recipient.publicKey.asymmetricKeyDetails!.modulusLength! / 8;
  const label = createHash(hashes.digest).digest();
  const block = Buffer.alloc(size - label.length - 1);
  label.copy(block);
  block[block.length - sessionKey.length - 1] = 1;
  sessionKey.copy(block, block.length - sessionKey.length);
  const seed = randomBytes(label.length);
  const maskedBlock = xor(block, mask(seed, block.length, hashes.mask));
  const maskedSeed = xor(seed, mask(maskedBlock, seed.length, hashes.mask));
  const padded = Buffer.concat([Buffer.from([0]), maskedSeed, maskedBlock]);
  return publicEncrypt({ key: recipient.publicKey, padding: constants.RSA_NO_PADDING }, padded);
}

function mask(seed: Buffer, length: number, hash: string): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0; Buffer.concat(blocks).length < length; counter++) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(counter);
    blocks.push(createHash(hash).update(seed).update(number).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, i) => byte ^ other[i]!));
}
