import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTarget } from '../../support/attacker-target.ts';
import { createSignal } from '../../support/waiting.ts';

const TYPE = 'multipart/related; type="application/soap+xml"; boundary=b; start="<root@x>"';
const HEAD = '--b\r\nContent-Type: text/plain\r\nContent-ID: <first@x>\r\n\r\n';

test('payloads before the SOAP part share one spool, however many messages bring them', async (t) => {
  const target = await openTarget({ limits: { spoolBytes: 100_000 } });
  t.after(() => target.gateway.stop());
  const taken = createSignal();
  const gone = createSignal();
  async function* body(before: () => Promise<void>): AsyncGenerator<Uint8Array> {
    yield Buffer.from(HEAD);
    yield Buffer.alloc(60_000, 'a');
    await before();
  }
  const push = (before: () => Promise<void>) =>
    target.gateway.msh.receive({
      contentType: TYPE,
      contentLength: undefined,
      body: body(before),
      remote: '192.0.2.1',
    });
  const stalled = push(() => {
    taken.give();
    return gone.given;
  });
  await taken.given;

  const refused = await push(() => Promise.resolve());
  assert.equal(refused.status, 503, 'the partner may come again');
  assert.equal((await target.gateway.journal())[0]?.failure.code, 'receive/spool-full');

  gone.give();
  await stalled;
  assert.deepEqual(target.gateway.payloadFiles(), []);
  const again = await push(() => Promise.resolve());
  assert.equal(again.status, 200);
  assert.match(again.body.toString(), /EBMS:0007/, 'there was room for it, and it was cut short');
});
