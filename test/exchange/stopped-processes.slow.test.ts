import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openSqliteStore } from '../../src/world/store/index.ts';
import { openLine } from '../support/held-line.ts';
import type { HeldLine } from '../support/held-line.ts';
import { ask, askJson, formOf, serve, writeServed } from '../support/served-gateways.ts';
import type { ServedFiles, ServedGateway } from '../support/served-gateways.ts';
import { PARTY_TYPE, SERVICE } from '../support/test-pair.ts';

const SIGNALS = { SIGTERM: 143, SIGINT: 130 } as const;

const CONFIG = `timeouts: { connect: 1s, response: 10s, lease: 12s, sweep: 500ms, drain: 300ms, shutdown: 60s }
limits: { freeSpace: 0B }
`;
const LEGS = ', receptionAwareness: { retries: 100, window: 5m, strategy: constant }';

const CONTENT = Buffer.alloc(400_000, 'what must not be lost ');

/** A submission whose body has begun; the rest of it is sent when it is told to. */
interface Upload {
  readonly finish: () => Promise<number>;
  /** Resolves when the connection has been cut. */
  readonly cut: Promise<void>;
}

async function beginUpload({ api, token }: ServedFiles, messageId: string): Promise<Upload> {
  const upload = request(`${api}/v1/messages`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'multipart/form-data; boundary=the-boundary',
      expect: '100-continue',
    },
  });
  const cut = new Promise<void>((resolve) => upload.once('error', () => resolve()));
  await once(upload, 'continue');
  const message = {
    messageId,
    action: 'Ask',
    service: SERVICE,
    to: { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] },
    parts: [{ mimeType: 'application/octet-stream' }],
  };
  const head = (name: string): string => `--the-boundary\r\nContent-Disposition: form-data; ${name}\r\n\r\n`;
  upload.write(`${head('name="message"')}${JSON.stringify(message)}\r\n`);
  upload.write(head('name="part-0"; filename="part-0"'));
  upload.write(CONTENT.subarray(0, 100_000));
  return {
    cut,
    finish: async () => {
      upload.write(CONTENT.subarray(100_000));
      upload.end('\r\n--the-boundary--\r\n');
      const [answer] = (await once(upload, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode!;
    },
  };
}

/** The state of a message as the next process will find it. */
async function stateOf({ folder }: ServedFiles, messageId: string): Promise<string | undefined> {
  const store = await openSqliteStore({ file: join(folder, 'data', 'quoin.db'), lockWait: 5000 });
  const message = await store.findOutbound(messageId);
  await store.close();
  return message?.state;
}

async function untilClosed(url: string): Promise<void> {
  while (
    await fetch(url).then(
      (response) => response.arrayBuffer().then(() => true),
      () => false,
    )
  )
    await delay(20);
}

/** A gateway with one upload and one transfer under way, and then a signal. */
interface Busy {
  readonly a: ServedFiles;
  readonly line: HeldLine;
  readonly gateway: ServedGateway;
  readonly sent: string;
  readonly uploaded: string;
  readonly upload: Upload;
}

async function makeBusy(
  t: TestContext,
  {
    a,
    line,
    env = {},
  }: { readonly a: ServedFiles; readonly line: HeldLine; readonly env?: Record<string, string> },
  name: string,
): Promise<Busy> {
  const gateway = serve(t, a, env);
  await gateway.logged('gateway/listening');
  line.hold();
  const [sent, uploaded] = [`sent-${name}@stopped.test`, `uploaded-${name}@stopped.test`];
  const answer = await ask(a, '/v1/messages', { method: 'POST', body: formOf(sent, 'AP_B', [CONTENT]) });
  assert.equal(answer?.status, 202, answer?.body.toString());
  await line.held();
  return { a, line, gateway, sent, uploaded, upload: await beginUpload(a, uploaded) };
}

/** Readiness says so, then no door takes anything new. */
async function refusesNew({ a, gateway }: Busy): Promise<void> {
  await gateway.logged('gateway/stopping');
  const ready = await fetch(`${a.operations}/health/ready`);
  assert.equal(ready.status, 503);
  assert.equal(((await ready.json()) as { readonly code: string }).code, 'operations/stopping');
  await untilClosed(`${a.api}/health`);
  await untilClosed(`${a.as4}/as4`);
  assert.ok(!gateway.hasEnded(), 'what runs is waited for');
}

test('told to stop in the middle of an upload and a transfer: nothing is lost', async (t) => {
  const line = await openLine(t);
  const { AP_A: a, AP_B: b } = await writeServed({
    config: CONFIG,
    legs: LEGS,
    reachable: { AP_B: line.url },
  });
  line.target = b.as4;
  const partner = serve(t, b);
  await partner.logged('gateway/listening');
  const messages: string[] = [];

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    await t.test(`${signal}: both are finished, new ones refused, exit 0`, async (t) => {
      const busy = await makeBusy(t, { a, line }, signal);
      const { gateway, upload, sent, uploaded } = busy;
      gateway.signal(signal);
      await refusesNew(busy);
      line.letGo();
      assert.equal(await upload.finish(), 202);
      assert.deepEqual(await gateway.ended, { code: 0, signal: null }, gateway.output.err);
      assert.equal(gateway.log.at(-1)?.event, 'gateway/stopped');
      assert.equal(await stateOf(a, sent), 'ACKNOWLEDGED');
      assert.ok(await stateOf(a, uploaded), 'the upload that was answered is kept');
      messages.push(sent, uploaded);
    });

  for (const [signal, code] of Object.entries(SIGNALS) as ['SIGTERM' | 'SIGINT', number][])
    await t.test(`${signal} twice: it ends at once with ${code}`, async (t) => {
      const busy = await makeBusy(t, { a, line }, `${signal}-twice`);
      const { gateway, upload, sent, uploaded } = busy;
      gateway.signal(signal);
      await gateway.logged('gateway/stopping');
      gateway.signal(signal);
      assert.deepEqual(await gateway.ended, { code, signal: null }, gateway.output.err);
      await upload.cut;
      assert.equal(await stateOf(a, sent), 'WAITING_FOR_RECEIPT');
      assert.equal(await stateOf(a, uploaded), undefined, 'half an upload is no message');
      messages.push(sent);
    });

  await t.test(
    'a partner that does not answer is not waited for beyond timeouts.shutdown: exit 0',
    async (t) => {
      const busy = await makeBusy(t, { a, line, env: { QUOIN_TIMEOUTS_SHUTDOWN: '500ms' } }, 'late');
      const { gateway, upload, sent, uploaded } = busy;
      gateway.signal('SIGTERM');
      await upload.cut;
      assert.deepEqual(await gateway.ended, { code: 0, signal: null }, gateway.output.err);
      assert.match((await stateOf(a, sent))!, /^(WAITING_FOR_RETRY|SEND_ENQUEUED)$/);
      assert.equal(await stateOf(a, uploaded), undefined);
      messages.push(sent);
    },
  );

  await t.test('the next process sends what is left, once', async (t) => {
    line.letGo();
    const gateway = serve(t, a);
    await gateway.logged('gateway/listening');
    for (const messageId of messages) {
      const path = `/v1/messages/${encodeURIComponent(messageId)}`;
      while ((await askJson<{ readonly state: string }>(a, path)).state !== 'ACKNOWLEDGED') await delay(50);
    }
    const inbox = await askJson<{
      readonly items: readonly { readonly id: string; readonly messageId: string }[];
    }>(b, '/v1/inbox?limit=100');
    assert.deepEqual(inbox.items.map(({ messageId }) => messageId).toSorted(), messages.toSorted());
    for (const { id } of inbox.items)
      assert.deepEqual((await ask(b, `/v1/inbox/${id}/parts/0`))?.body, CONTENT);
  });
});
