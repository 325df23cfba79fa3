import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartStreams } from '../../../src/msh/index.ts';
import { chunked, statusOf } from '../../support/test-gateway.ts';
import { pairGateways, PARTY_TYPE, SERVICE } from '../../support/test-pair.ts';

test('a payload that waits for the next part of its submission is not swept', async (t) => {
  const { a, b } = await pairGateways(t);
  async function* slowly(): AsyncGenerator<PartStreams extends AsyncIterable<infer T> ? T : never> {
    yield { index: 0, content: chunked(Buffer.from('one')) };
    // The next part takes longer than an orphan may live.
    await a.world.payloads.sweep(0, (handles) => a.world.store.referencedPayloads(handles));
    yield { index: 1, content: chunked(Buffer.from('two')) };
  }
  const { messageId } = await a.msh.submit(
    {
      service: SERVICE,
      action: 'Plain',
      to: { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] },
      parts: [{ mimeType: 'text/plain' }, { mimeType: 'text/plain' }],
    },
    slowly(),
  );
  await a.settled();
  const { message } = await statusOf(a, messageId);
  assert.equal(message.state, 'ACKNOWLEDGED', JSON.stringify(message.failure));
  const [kept] = await b.inbox();
  const contents = await Promise.all(kept!.parts.map(async (part) => (await b.content(part)).toString()));
  assert.deepEqual(contents, ['one', 'two']);
});
