import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Refusal } from '../../../src/protocol/errors/index.ts';
import { PEERS, RECEIPT_PEERS, writeAsPeer } from '../../support/peers.ts';
import type { PeerPart, PeerShape } from '../../support/peers.ts';
import { alice, bob, everyone } from './keys.ts';
import { receive, WrongDigest } from './mini-msh.ts';
import type { Receiving, Wire } from './mini-msh.ts';

const PARTS: readonly PeerPart[] = [
  { contentId: 'message@oots', mimeType: 'application/gzip', content: gzipSync('<query/>') },
  { contentId: 'payload2', mimeType: 'application/gzip', content: gzipSync('%PDF-1.7') },
];

const strict: Receiving = { keys: [bob], known: everyone };

/** The switches a shape needs beyond the profile, one by one. */
function switchesFor(shape: PeerShape): Partial<Receiving> {
  return {
    ...(shape.signsBody ? {} : { acceptUnsignedBody: true }),
    ...(shape.keyTransport === 'defaults' ? { acceptLegacyKeyTransport: true } : {}),
    ...(shape.attachmentComplete ? { acceptAttachmentComplete: true } : {}),
  };
}

function wireOf(shape: PeerShape, parts: readonly PeerPart[]): Wire {
  const { envelope, ciphertexts } = writeAsPeer(shape, { signer: alice, recipient: bob.certificate, parts });
  const bytes = [...ciphertexts].map(
    ([id, octets]) => [id, { mimeType: 'application/octet-stream', bytes: octets }] as const,
  );
  return { envelope, parts: new Map(bytes) };
}

const refusedWith0103 = (error: unknown) => error instanceof Refusal && error.ebms === 'EBMS:0103';

describe('messages as products of the field write them', () => {
  for (const shape of PEERS) {
    const switches = switchesFor(shape);

    test(`${shape.name} is accepted${Object.keys(switches)
      .map((name) => `, with ${name}`)
      .join('')}`, async () => {
      const received = await receive(wireOf(shape, PARTS), { ...strict, ...switches });
      assert.equal(received.signer.thumbprintSha256, alice.certificate.thumbprintSha256);
      for (const { contentId, content } of PARTS) assert.deepEqual(received.contents.get(contentId), content);
    });

    for (const name of Object.keys(switches)) {
      test(`${shape.name} is refused without ${name}`, async () => {
        const without = { ...strict, ...switches, [name]: false };
        await assert.rejects(receive(wireOf(shape, PARTS), without), refusedWith0103);
      });
    }

    test(`${shape.name}: a changed payload, id, prefix list or header is refused`, async () => {
      const wire = wireOf(shape, PARTS);
      const receiving = { ...strict, ...switches };
      const text = wire.envelope.toString();
      for (const [from, to] of [
        ['m@example.org', 'x@example.org'],
        ['PartInfo href="cid:payload2"', 'PartInfo  href="cid:payload3"'],
        ['_1a2b3c', '_1a2b3d'],
        ['PrefixList="', 'PrefixList="wsa '],
      ] as const) {
        if (!text.includes(from)) continue;
        const changed = { ...wire, envelope: Buffer.from(text.replace(from, to)) };
        await assert.rejects(receive(changed, receiving), Refusal, `${from} to ${to}`);
      }
      const swapped = new Map(
        [...wire.parts.keys()].map((id, i, ids) => [id, wire.parts.get(ids[1 - i]!)!] as const),
      );
      await assert.rejects(receive({ ...wire, parts: swapped }, receiving), WrongDigest);
    });
  }
});

describe('receipts as products of the field write them', () => {
  for (const shape of RECEIPT_PEERS) {
    test(`${shape.name} is accepted`, async () => {
      const received = await receive(wireOf(shape, []), strict);
      assert.equal(received.signer.thumbprintSha256, alice.certificate.thumbprintSha256);
      assert.equal(received.recipient, undefined);
    });
  }
});
