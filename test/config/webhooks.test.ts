import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  diffWebhooks,
  loadConfig,
  webhookFacts,
  webhookHeaders,
  webhookSecrets,
} from '../../src/config/index.ts';
import { WEBHOOK_EVENTS } from '../../src/config/webhook-events.ts';
import { EVENT_TYPES, shortNameOf } from '../../src/msh/index.ts';
import { scratchFolder } from '../support/scratch.ts';

const SECRET = 'x'.repeat(32);

/** A configuration with these webhooks, in a folder that has what it names. */
function load(webhooks: string, files: Readonly<Record<string, string>> = {}): ReturnType<typeof loadConfig> {
  const folder = scratchFolder();
  for (const name of ['pmodes', 'certs']) mkdirSync(join(folder, name));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const file = join(folder, 'quoin.yaml');
  writeFileSync(file, `accessPoint: { party: AP }\nwebhooks:\n${webhooks}`);
  return loadConfig({ file, env: {} });
}

function checksOf(webhooks: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  return load(webhooks, files)
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ check }) => check);
}

test('a webhook may ask for each event there is, by its short name', () => {
  assert.deepEqual(WEBHOOK_EVENTS, EVENT_TYPES.map(shortNameOf));
});

test('a short webhook has sensible times, tells everything and reads its files', () => {
  const { config, problems } = load(
    '  - { name: portal, url: "https://portal.example/hook", secretFile: secret, headersFile: headers }\n',
    { secret: `${SECRET}\n${SECRET}old\n`, headers: '# ours\nAuthorization: Bearer abc\n\n' },
  );
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  );
  const [webhook] = config!.webhooks;
  assert.deepEqual(webhookSecrets(webhook!), [SECRET, `${SECRET}old`]);
  assert.deepEqual(webhookHeaders(webhook!), { headers: { authorization: 'Bearer abc' }, faults: [] });
  const { name, events, timeoutMs, retry, allowPrivate } = webhook!;
  assert.deepEqual(
    { name, events, timeoutMs, retry, allowPrivate },
    {
      name: 'portal',
      events: ['received', 'acknowledged', 'failed', 'delivered'],
      timeoutMs: 10_000,
      retry: { firstMs: 5000, longestMs: 3_600_000, windowMs: 86_400_000 },
      allowPrivate: false,
    },
  );
});

for (const [what, webhook, check] of [
  ['nothing in it', '{}', 'webhook-complete'],
  ['a plain http url', `{ name: a, url: "http://portal.example/", secret: ${SECRET} }`, 'webhook-https'],
  ['no url', `{ name: a, url: "portal", secret: ${SECRET} }`, 'webhook-url'],
  ['another scheme', `{ name: a, url: "ftp://portal.example/", secret: ${SECRET} }`, 'webhook-url'],
  [
    'a password in the url',
    `{ name: a, url: "https://u:p@portal.example/", secret: ${SECRET} }`,
    'webhook-url',
  ],
  ['this machine', `{ name: a, url: "https://localhost/", secret: ${SECRET} }`, 'webhook-private'],
  ['a short secret', '{ name: a, url: "https://p.example/", secret: short }', 'webhook-secret-long'],
  [
    'an empty secret file',
    '{ name: a, url: "https://p.example/", secretFile: empty }',
    'secret-file-readable',
  ],
  ['no secret file', '{ name: a, url: "https://p.example/", secretFile: none }', 'secret-file-readable'],
  [
    'a header of ours',
    `{ name: a, url: "https://p.example/", secret: ${SECRET}, headersFile: ours }`,
    'webhook-headers',
  ],
  [
    'times that contradict',
    `{ name: a, url: "https://p.example/", secret: ${SECRET}, retry: { first: 2h } }`,
    'webhook-retry-fits',
  ],
  [
    'an authority that is not there',
    `{ name: a, url: "https://p.example/", secret: ${SECRET}, authorities: none }`,
    'file-readable',
  ],
  ['an unknown key', `{ name: a, url: "https://p.example/", secret: ${SECRET}, action: x }`, 'unknown-key'],
  ['a name that is none', `{ name: "A b", url: "https://p.example/", secret: ${SECRET} }`, 'bad-value'],
] as const)
  test(`a webhook with ${what} is refused`, () => {
    const found = checksOf(`  - ${webhook}\n`, { empty: '', ours: 'Content-Type: text/plain\n' });
    assert.ok(found.includes(check), found.join(' '));
  });

test('two webhooks of one name are refused, http is allowed with allowPrivate, an unknown key is told its nearest', () => {
  const one = `  - { name: a, url: "https://p.example/", secret: ${SECRET} }\n`;
  assert.deepEqual(checksOf(one + one), ['webhook-names-apart']);
  assert.deepEqual(
    checksOf(`  - { name: a, url: "http://10.0.0.1/", secret: ${SECRET}, allowPrivate: true }\n`),
    [],
  );
  const { problems } = load(`  - { name: a, url: "https://p.example/", secret: ${SECRET}, action: [x] }\n`);
  assert.ok(problems.some(({ advice }) => /actions/.test(advice ?? '')));
});

function factsOf(webhooks: string, authorities: readonly Buffer[] = []): ReturnType<typeof webhookFacts>[] {
  return load(webhooks).config!.webhooks.map((webhook) => webhookFacts(webhook, authorities));
}

test('what changes between two lists of webhooks is told in words, and nothing secret with it', () => {
  const hook = (name: string, more: string) => `  - { name: ${name}, ${more} }\n`;
  const before = factsOf(
    hook('gone', `url: "https://a.example/", secret: ${SECRET}`) +
      hook('same', `url: "https://b.example/", secret: ${SECRET}`) +
      hook('other', `url: "https://c.example/in?token=one", secret: ${SECRET}, events: [failed]`),
  );
  const after = factsOf(
    hook('same', `secret: ${SECRET}, timeout: 10000ms, url: "https://b.example/"`) +
      hook('other', `url: "https://d.example/in?token=two", secret: ${SECRET}new, allowPrivate: true`) +
      hook('new', `url: "https://e.example/?key=three", secret: ${SECRET}, events: [received]`),
  );
  assert.deepEqual(
    diffWebhooks(before, after).map(({ words, weakens }) => (weakens ? `! ${words}` : words)),
    [
      'webhook gone is removed',
      'webhook other: url changes from https://c.example/in to https://d.example/in',
      'webhook other: query changes',
      'webhook other: secret changes',
      'webhook other: events changes from failed to received, acknowledged, failed, delivered',
      '! webhook other: reach changes from only public addresses to may lead to private addresses',
      'webhook new is added: received to https://e.example/',
    ],
  );
  const one = hook('same', `url: "https://b.example/", secret: ${SECRET}`);
  assert.deepEqual(
    diffWebhooks(factsOf(one), factsOf(one, [Buffer.from('an authority')])).map(({ words }) => words),
    ['webhook same: authorities changes'],
  );
  assert.deepEqual(diffWebhooks(after, after), []);
});
