import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isQuoinError } from '../../../src/protocol/errors/index.ts';
import {
  canonicalize,
  children,
  isElement,
  NS,
  openDocuments,
  withXml,
} from '../../../src/protocol/xml/index.ts';
import { PEERS, writeAsPeer } from '../../support/peers.ts';
import { alice, bob, everyone } from './keys.ts';
import { receive, send, WrongDigest } from './mini-msh.ts';
import type { Receiving, Wire } from './mini-msh.ts';

/** One changed byte anywhere that a signature or a tag covers is always caught. */

const PARTS = [
  { contentId: 'one', mimeType: 'application/gzip', content: Buffer.from('first payload') },
  { contentId: 'two', mimeType: 'text/xml', content: Buffer.from('<a>\u00e9</a>') },
];
const UNIT =
  '<eb:UserMessage xmlns:p="urn:p"  p:a = "&lt;1&gt;"><eb:MessageInfo><eb:MessageId>\u00e9@example.org</eb:MessageId></eb:MessageInfo>' +
  '<eb:PayloadInfo><eb:PartInfo href="cid:one"/><eb:PartInfo href="cid:two"/></eb:PayloadInfo></eb:UserMessage>';

const ours = await send({
  signer: alice,
  signWith: 'IssuerSerial',
  recipient: bob.certificate,
  encryptWith: 'SubjectKeyIdentifier',
  parts: PARTS,
  unit: UNIT,
});
const receiving: Receiving = {
  keys: [bob],
  known: everyone,
  acceptLegacyKeyTransport: true,
  acceptUnsignedBody: true,
  acceptAttachmentComplete: true,
};

const messages: readonly (readonly [string, Wire])[] = [
  ['ours', ours],
  ...PEERS.filter(({ signsBody }) => signsBody).map((shape) => {
    const { envelope, ciphertexts } = writeAsPeer(shape, {
      signer: alice,
      recipient: bob.certificate,
      parts: PARTS.slice(0, 1),
    });
    const parts = [...ciphertexts].map(([id, bytes]) => [id, { mimeType: '', bytes }] as const);
    return [shape.name, { envelope, parts: new Map(parts) }] as const;
  }),
];

/** What the signature covers in the envelope, in the form in which it covers it. */
function covered(envelope: Buffer): string {
  return withXml(envelope, {}, ({ root }) => {
    const [header, body] = children(root);
    const messaging = children(header!).find((block) => isElement(block, NS.EB, 'Messaging'))!;
    const security = children(header!).find((block) => isElement(block, NS.WSSE, 'Security'))!;
    const signature = children(security).find((block) => isElement(block, NS.DS, 'Signature'))!;
    return [messaging, body!, children(signature)[0]!]
      .map((element) => canonicalize(element).toString('latin1'))
      .join('\n');
  });
}

/** Where the covered elements and SignatureValue stand in the text. */
function coveredRanges(envelope: Buffer): [number, number][] {
  const text = envelope.toString('latin1');
  return ['Messaging', 'Body', 'SignedInfo', 'SignatureValue'].map((name) => {
    const from = new RegExp(`<(?:\\w+:)?${name}[ />]`).exec(text)!.index;
    const end = new RegExp(`</(?:\\w+:)?${name}>|<(?:\\w+:)?${name}[^>]*/>`, 'g');
    end.lastIndex = from;
    return [from, end.exec(text)!.index + 2];
  });
}

/** Accepted is only what still says exactly the same, such as another white space between two attributes. */
async function isCaught(wire: Wire, changed: Wire, options: Receiving): Promise<void> {
  try {
    await receive(changed, options);
  } catch (error) {
    assert.ok(
      isQuoinError(error) || error instanceof WrongDigest || /No Messaging/.test(String(error)),
      String(error),
    );
    return;
  }
  assert.equal(covered(changed.envelope), covered(wire.envelope));
  for (const [id, { bytes }] of changed.parts) assert.deepEqual(bytes, wire.parts.get(id)?.bytes);
}

const anyByte = fc.integer({ min: 0, max: 255 });
const anyPlace = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

for (const [name, wire] of messages) {
  describe(`a changed byte in a message of ${name}`, () => {
    const ranges = coveredRanges(wire.envelope);

    test('the message itself is accepted', async () => {
      await receive(wire, receiving);
    });

    test('in what is signed, SignedInfo or SignatureValue', async () => {
      const before = openDocuments();
      await fc.assert(
        fc.asyncProperty(fc.nat(ranges.length - 1), anyPlace, anyByte, async (range, place, byte) => {
          const [from, to] = ranges[range]!;
          const envelope = Buffer.from(wire.envelope);
          envelope[from + Math.floor(place * (to - from))] = byte;
          await isCaught(wire, { ...wire, envelope }, receiving);
        }),
        { numRuns: name === 'ours' ? 300 : 60 },
      );
      assert.equal(openDocuments(), before);
    });

    test('in an encrypted part', async () => {
      const parts = [...wire.parts];
      await fc.assert(
        fc.asyncProperty(fc.nat(parts.length - 1), anyPlace, anyByte, async (index, place, byte) => {
          const [id, part] = parts[index]!;
          const bytes = Buffer.from(part.bytes);
          bytes[Math.floor(place * bytes.length)] = byte;
          await isCaught(wire, { ...wire, parts: new Map(parts).set(id, { ...part, bytes }) }, receiving);
        }),
        { numRuns: name === 'ours' ? 200 : 30 },
      );
    });
  });
}

test('a part that grew, shrank or moved is caught', async () => {
  const [[one, first], [two, second]] = [...ours.parts] as [
    [string, { mimeType: string; bytes: Buffer }],
    [string, { mimeType: string; bytes: Buffer }],
  ];
  for (const parts of [
    new Map([
      [one, second],
      [two, first],
    ]),
    new Map([
      [one, { ...first, bytes: first.bytes.subarray(0, -1) }],
      [two, second],
    ]),
    new Map([
      [one, { ...first, bytes: Buffer.concat([first.bytes, Buffer.of(0)]) }],
      [two, second],
    ]),
    new Map([
      [one, { ...first, bytes: Buffer.concat([first.bytes, first.bytes]) }],
      [two, second],
    ]),
  ]) {
    await assert.rejects(
      receive({ ...ours, parts }, receiving),
      (error) => isQuoinError(error) || error instanceof WrongDigest,
    );
  }
});

test('every byte of SignedInfo, one after the other', async () => {
  const [from, to] = coveredRanges(ours.envelope)[2]!;
  for (let at = from; at < to; at += 7) {
    const envelope = Buffer.from(ours.envelope);
    envelope[at]! ^= 1;
    await isCaught(ours, { ...ours, envelope }, receiving);
  }
});
