import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Forged } from '../../support/attacker.ts';
import { openTarget } from '../../support/attacker-target.ts';
import type { Target } from '../../support/attacker-target.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';

/** A gateway whose disk lets nothing be removed. */
async function stubborn(): Promise<Target> {
  const full = (): Promise<never> =>
    Promise.reject(new QuoinError('payloads/unavailable', 'The payload store cannot serve.'));
  return await openTarget({
    around: (world) => ({ ...world, payloads: { ...world.payloads, remove: full } }),
  });
}

/** The same message with its SOAP part behind the payload. */
function rootLast({ contentType, bytes }: Forged): { contentType: string; bytes: Buffer } {
  const boundary = /boundary="?([^";]+)/.exec(contentType)![1]!;
  const [, root, payload, end] = bytes.toString('latin1').split(`--${boundary}`);
  const swapped = ['', payload, root, end].join(`--${boundary}`);
  return { contentType, bytes: Buffer.from(swapped, 'latin1') };
}

test('a kept message is acknowledged although what was spooled cannot be removed', async (t) => {
  const target = await stubborn();
  t.after(() => target.gateway.stop());
  const { contentType, bytes } = rootLast(target.forge());
  async function* body(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(bytes);
  }
  const answer = await target.strikeStream(contentType, body());
  assert.equal(answer.kind, 'receipt');
  assert.equal((await target.gateway.inbox()).length, 1);
});

test('two copies at once are both acknowledged although one of them cannot be removed', async (t) => {
  const target = await stubborn();
  t.after(() => target.gateway.stop());
  const message = target.forge();
  const push = () =>
    target.gateway.msh.receive({
      contentType: message.contentType,
      contentLength: undefined,
      body: (async function* () {
        yield await Promise.resolve(message.bytes);
      })(),
      remote: '192.0.2.1',
    });
  const answers = await Promise.all([push(), push()]);
  assert.equal((await target.gateway.inbox()).length, 1, 'delivered once');
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.equals(answers[0].body)]),
    [
      [200, true],
      [200, true],
    ],
    'one receipt for both',
  );
});
