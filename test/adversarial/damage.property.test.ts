import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import '../support/property-seed.ts';
import { collaborationXml, DOCUMENT, openTarget, ordinaryPart } from '../support/attacker-target.ts';
import type { Target } from '../support/attacker-target.ts';

/** An honest message, damaged anywhere: refused on purpose, or kept as it was signed. Nothing in between. */

let target: Target;
before(async () => {
  target = await openTarget();
});
after(() => target.gateway.stop());

type Damage = (bytes: Buffer) => Buffer;

/** A place in a message, as a share of its length. */
const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const cut = (bytes: Buffer, from: number, to: number): Buffer =>
  Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([at, mask]): Damage => (bytes) => {
    const copy = Buffer.from(bytes);
    const index = Math.floor(at * copy.length);
    copy[index] = copy[index]! ^ mask;
    return copy;
  }),
  fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(([at, length]): Damage => (bytes) => {
    const index = Math.floor(at * bytes.length);
    return cut(bytes, index, index + length);
  }),
  fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 20 })).map(([at, extra]): Damage => (bytes) => {
    const index = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, index), extra, bytes.subarray(index)]);
  }),
  fc.tuple(place, place, fc.integer({ min: 1, max: 300 })).map(([from, to, length]): Damage => (bytes) => {
    const piece = bytes.subarray(Math.floor(from * bytes.length)).subarray(0, length);
    const index = Math.floor(to * bytes.length);
    return Buffer.concat([bytes.subarray(0, index), piece, bytes.subarray(index)]);
  }),
  place.map(
    (at): Damage =>
      (bytes) =>
        bytes.subarray(0, Math.floor(at * bytes.length)),
  ),
  fc
    .constantFrom(
      ['"', "'"],
      ['<', '&lt;'],
      ['eb:', 'ds:'],
      ['Id=', 'id='],
      ['true', '1'],
      ['\r\n', '\n'],
      ['cid:', 'http:'],
      ['><', '> <'],
    )
    .map(
      ([from, to]): Damage =>
        (bytes) =>
          Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1'),
    ),
);

test('damaged anywhere, a message is refused on purpose or kept as it was signed', async () => {
  const parts = [
    ordinaryPart(),
    ordinaryPart({ contentId: 'plain', compress: false, mimeType: 'text/plain' }),
    ordinaryPart({ contentId: 'xml', compress: false, mimeType: 'application/xml' }),
  ];
  const actions = fc.constantFrom('Ask', 'SignedOnly');
  await fc.assert(
    fc.asyncProperty(actions, fc.array(damage, { minLength: 1, maxLength: 2 }), async (action, all) => {
      const values = { parts, collaboration: collaborationXml(action), encrypted: action === 'Ask' };
      const honest = target.forge({}, values);
      const bytes = all.reduce((damaged, one) => one(damaged), honest.bytes);
      const noted = (await target.gateway.journal()).length;
      const files = target.gateway.payloadFiles().length;
      const answer = await target.strike({ contentType: honest.contentType, bytes });
      if (answer.kind === 'receipt') {
        const [kept] = await target.gateway.world.store.findInbound(honest.messageId);
        assert.ok(kept !== undefined, 'a receipt is for the message that was sent');
        assert.equal(kept.parts.length, parts.length);
        assert.equal((await target.gateway.content(kept.parts[0]!)).toString(), DOCUMENT);
        assert.equal(kept.userMessage.collaborationInfo.action, action);
        assert.equal(kept.userMessage.messageInfo.messageId, honest.messageId);
        return;
      }
      assert.match(answer.kind, /^(error|fault)$/, `status ${answer.status}`);
      assert.equal(target.gateway.payloadFiles().length, files, 'nothing is kept');
      assert.deepEqual(await target.gateway.world.store.findInbound(honest.messageId), []);
      const [entry] = await target.gateway.world.store
        .listJournal({}, { limit: 1 })
        .then(({ items }) => items);
      assert.equal((await target.gateway.journal()).length, noted + 1);
      assert.notEqual(entry!.failure.code, 'quoin/defect', entry!.failure.message);
    }),
    { numRuns: 300 },
  );
});
