import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startRealGateways } from '../support/real-gateways.ts';
import type { RealGateway } from '../support/real-gateways.ts';
import { submitParts } from '../support/test-gateway.ts';
import { startEndpoint } from '../support/webhook-endpoint.ts';
import type { TakenEvent } from '../support/webhook-endpoint.ts';

function signedBy({ headers, body }: TakenEvent, secret: string): boolean {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body.toString('utf8')}`;
  return (
    headers['webhook-signature'] === `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`
  );
}

/** A message that a backend is told of. */
async function exchange(a: RealGateway): Promise<void> {
  const messageProperties = [
    { name: 'originalSender', value: 'XA-1' },
    { name: 'finalRecipient', value: 'XB-1' },
  ];
  await submitParts(a, { action: 'ExecuteQueryRequest', messageProperties }, [
    { contentId: 'query', mimeType: 'application/x-ebrs+xml', content: '<query/>' },
  ]);
}

test('a reload puts another address and another secret of a webhook in force, and says so', async (t) => {
  const [first, second] = [await startEndpoint(t), await startEndpoint(t)];
  const webhook = (url: string) =>
    `webhooks: [{ name: portal, url: "${url}", events: [acknowledged], secretFile: hook.secret, allowPrivate: true }]\n`;
  const secrets = ['a first secret of more than 32 characters', 'a second secret of more than 32 characters'];
  const { a, folder } = await startRealGateways(t, {
    more: webhook(first.url),
    files: { 'hook.secret': secrets[0]! },
  });
  const digest = async (): Promise<unknown> =>
    ((await (await fetch(`${a.api}/v1/configuration`)).json()) as { digest: unknown }).digest;
  const before = await digest();
  await exchange(a);
  await first.until(1);
  assert.ok(signedBy(first.taken[0]!, secrets[0]!));

  const here = join(folder, 'AP_XA_01');
  const config = join(here, 'quoin.yaml');
  writeFileSync(config, readFileSync(config, 'utf8').replace(webhook(first.url), webhook(second.url)));
  writeFileSync(join(here, 'hook.secret'), secrets[1]!);
  const report = await a.reload('api');
  assert.deepEqual(
    report.changes.map(({ words }) => words),
    [`webhook portal: url changes from ${first.url} to ${second.url}`, 'webhook portal: secret changes'],
  );
  assert.deepEqual([report.outcome, report.atRestart, report.problems], ['changed', [], []]);
  assert.notEqual(await digest(), before);
  await exchange(a);
  await second.until(1);
  assert.ok(signedBy(second.taken[0]!, secrets[1]!));
  assert.equal(first.taken.length, 1);

  writeFileSync(join(here, 'hook.secret'), 'short');
  const refused = await a.reload('api');
  assert.equal(refused.outcome, 'refused');
  assert.match(refused.problems[0]!, /webhooks\[0\]\.secret.* fewer than 32 characters/);
});

test('a secret that changes alone, in its file, is found by the look at the files', async (t) => {
  const endpoint = await startEndpoint(t);
  const { a, folder } = await startRealGateways(t, {
    more: `webhooks: [{ name: portal, url: "${endpoint.url}", secretFile: hook.secret, allowPrivate: true }]
timeouts: { reload: 100ms }
`,
    files: { 'hook.secret': 'a first secret of more than 32 characters' },
  });
  const reloaded = new Promise<unknown>((resolve) => {
    a.observer.observe((event) => {
      if (event.event === 'gateway/reloaded') resolve(event['changes']);
    });
  });
  writeFileSync(join(folder, 'AP_XA_01', 'hook.secret'), 'a second secret of more than 32 characters');
  assert.deepEqual(await reloaded, ['webhook portal: secret changes']);
});
