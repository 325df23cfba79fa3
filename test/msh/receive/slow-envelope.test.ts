import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTarget } from '../../support/attacker-target.ts';
import { chunked, createClock } from '../../support/test-gateway.ts';

/** The message in small pieces; the clock goes on by a second with each of the first `slow` bytes' pieces. */
async function* dripping(
  bytes: Buffer,
  slow: (at: number) => boolean,
  tick: () => void,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of chunked(bytes, 64)) {
    if (slow(at)) tick();
    at += chunk.byteLength;
    yield chunk;
  }
}

test('a sender that drips its SOAP part is sent away; a proven one may take its time', async (t) => {
  const clock = createClock();
  const target = await openTarget({ clock });
  t.after(() => target.gateway.stop());
  const tick = (): void => clock.advance(1_000);
  const message = target.forge();
  const envelopeEnds = message.bytes.indexOf('Envelope>', message.bytes.indexOf('Body')) + 200;

  const drip = dripping(message.bytes, () => true, tick);
  const sentAway = await target.gateway.msh.receive({
    contentType: message.contentType,
    contentLength: undefined,
    body: drip,
    remote: '192.0.2.1',
  });
  assert.equal(sentAway.status, 503);
  assert.equal((await target.gateway.journal())[0]?.failure.code, 'receive/envelope-too-slow');
  assert.deepEqual(await target.gateway.inbox(), []);

  const another = target.forge(
    {},
    { parts: [{ contentId: 'a@b', content: Buffer.alloc(8_000, 'a'), mimeType: 'text/plain' }] },
  );
  const answer = await target.strikeStream(
    another.contentType,
    dripping(another.bytes, (at) => at > envelopeEnds, tick),
  );
  assert.equal(answer.kind, 'receipt');
});
