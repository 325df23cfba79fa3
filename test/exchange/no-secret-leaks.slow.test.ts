import assert from 'node:assert/strict';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { addApiKey } from '../../src/config/index.ts';
import { startCollector } from '../support/otlp-collector.ts';
import type { Collector } from '../support/otlp-collector.ts';
import { noPostgres, postgresDatabase } from '../support/postgres-server.ts';
import { noRedis, startRedis } from '../support/redis-server.ts';
import { scratchFolder } from '../support/scratch.ts';
import { ask, askJson, formOf, serve, writeServed } from '../support/served-gateways.ts';
import type { ServedFiles, ServedGateway } from '../support/served-gateways.ts';
import { bytesOf } from '../support/test-gateway.ts';
import { reversed } from '../support/test-pair.ts';
import { startEndpoint, status } from '../support/webhook-endpoint.ts';

/** What must not be told: each kind has a value that is found nowhere else. */
const markerOf = (what: string): string => `${what}${randomBytes(12).toString('hex')}`;
const SECRETS = {
  payload: markerOf('BirthCertificateOfZoe'),
  person: markerOf('PersonIdentifier'),
  property: markerOf('DateOfBirth'),
  partProperty: markerOf('NameOfTheChild'),
  token: markerOf('TokenOfTheApi'),
  wrongToken: markerOf('TokenOfNobody'),
  keyPassword: markerOf('PasswordOfTheKey'),
  wrongPassword: markerOf('PasswordThatIsWrong'),
  redisPassword: markerOf('PasswordOfRedis'),
  webhookSecret: markerOf('SecretOfTheWebhook'),
  webhookHeader: markerOf('HeaderOfTheWebhook'),
  collectorHeader: markerOf('HeaderOfTheCollector'),
};

type Secrets = Readonly<Record<string, string>>;

/** Fails when one of the secrets is in the text, in whatever common spelling. */
function assertSilent(where: string, text: string, secrets: Secrets): void {
  for (const [what, secret] of Object.entries(secrets)) {
    const spellings = [
      secret,
      Buffer.from(secret).toString('hex'),
      // The middle of it, wherever in a longer text it begins.
      ...[0, 1, 2].map((shift) =>
        Buffer.from(' '.repeat(shift) + secret)
          .toString('base64')
          .slice(4, 40),
      ),
    ];
    for (const spelling of spellings) {
      const at = text.indexOf(spelling);
      assert.equal(at, -1, `${where} tells ${what}: …${text.slice(Math.max(0, at - 300), at + 80)}…`);
    }
  }
}

/** How the line to the partner treats what passes. */
type Manner = 'pass' | 'tamper' | 'fail';

/** Passes messages on to the partner, alters what was signed, or answers with a page of its own. */
async function openTamperingLine(t: TestContext): Promise<{ url: string; target: string; manner: Manner }> {
  const line = { url: '', target: '', manner: 'pass' as Manner };
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bytes = await bytesOf(incoming as AsyncIterable<Buffer>);
    // The beginning of such a page is shown to operators: it tells which proxy has failed.
    if (line.manner === 'fail') return void response.writeHead(500).end('<h1>Error</h1>');
    if (line.manner === 'tamper') bytes.write('X', bytes.indexOf(SECRETS.property));
    const onward = request(`${line.target}/as4`, { method: 'POST', headers: incoming.headers }, (reply) => {
      response.writeHead(reply.statusCode!, reply.headers);
      reply.pipe(response);
    });
    onward.end(bytes);
  };
  const server = createServer((incoming, response) => void answer(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  reversed(t).after(() => {
    server.closeAllConnections();
    server.close();
  });
  line.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return line;
}

function secretFile(name: string, content: string): string {
  const file = join(scratchFolder(), name);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

/** Submits what is full of secrets, and waits for what becomes of it. */
async function send(a: ServedFiles, messageId: string): Promise<string> {
  const personal = {
    messageProperties: [
      { name: 'originalSender', value: SECRETS.person },
      { name: 'finalRecipient', value: `urn:recipient:${SECRETS.person}` },
      { name: 'born', value: SECRETS.property },
    ],
    parts: [
      {
        mimeType: 'text/plain',
        properties: [{ name: 'child', value: SECRETS.partProperty }],
      },
    ],
  };
  const content = Buffer.from(`${SECRETS.payload}\n`.repeat(2000));
  const answer = await ask(a, '/v1/messages', {
    method: 'POST',
    body: formOf(messageId, 'AP_B', [content], personal),
  });
  assert.equal(answer?.status, 202, answer?.body.toString());
  for (;;) {
    const { state } = await askJson<{ state: string }>(a, `/v1/messages/${encodeURIComponent(messageId)}`);
    if (state === 'ACKNOWLEDGED' || state === 'SEND_FAILURE') return state;
    await delay(50);
  }
}

/** Calls that are refused, and what their bodies tell a caller who is somebody else. */
async function beRefused(a: ServedFiles, stranger: ServedFiles, messageId: string): Promise<void> {
  const submission = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const nobody = { ...a, token: SECRETS.wrongToken };
  const personal = JSON.stringify({
    action: 'Ask',
    to: { partyIds: [{ value: SECRETS.person, type: SECRETS.person }] },
    messageProperties: [{ name: 'born', value: SECRETS.property }],
    parts: [],
  });
  assert.equal((await ask(nobody, '/v1/messages'))?.status, 401);
  for (const body of [personal, `{"action": "${SECRETS.property}", `, `{"${SECRETS.property}": 1}`])
    assert.match(String((await ask(a, '/v1/messages', { ...submission, body }))?.status), /^4/);
  const conflict = await ask(a, '/v1/messages', {
    method: 'POST',
    body: formOf(messageId, 'AP_B', [Buffer.from(SECRETS.payload)]),
  });
  assert.equal(conflict?.status, 409, conflict?.body.toString());
  for (const path of [
    `/v1/messages/${encodeURIComponent(messageId)}`,
    `/v1/messages/${encodeURIComponent(messageId)}/envelope`,
    '/v1/messages',
    '/v1/inbox',
    '/v1/events',
    '/v1/journal',
  ]) {
    const answer = await ask(stranger, path);
    assertSilent(`${path} for a key of another party`, answer!.body.toString(), SECRETS);
  }
}

/** What anybody who looks after the access point may read. */
async function checkViews(place: ServedFiles, secrets: Secrets): Promise<void> {
  for (const path of ['/metrics', '/health/live', '/health/ready'])
    assertSilent(`${place.name} ${path}`, await (await fetch(`${place.operations}${path}`)).text(), secrets);
  for (const path of ['/v1/journal', '/v1/configuration', '/v1/webhooks', '/v1/partners', '/health'])
    assertSilent(`${place.name} ${path}`, (await ask(place, path))!.body.toString(), secrets);
}

/** Two access points whose every secret is known. */
interface Marked {
  readonly a: ServedFiles;
  readonly b: ServedFiles;
  readonly env: Record<string, string>;
  readonly collector: Collector;
  readonly line: Awaited<ReturnType<typeof openTamperingLine>>;
  readonly secrets: Secrets;
  readonly stranger: ServedFiles;
}

async function open(t: TestContext): Promise<Marked> {
  const database = await postgresDatabase(t);
  const redis = await startRedis({ test: t, password: SECRETS.redisPassword });
  const collector = await startCollector(t);
  const endpoint = await startEndpoint(t, status(500));
  const line = await openTamperingLine(t);
  const keysFile = join(scratchFolder(), 'api-keys.yaml');
  const strangersKey = await addApiKey(
    keysFile,
    { name: 'stranger', scopes: ['submit', 'read', 'inbox', 'events'], parties: ['urn:somebody:else'] },
    new Date(),
  );
  const { AP_A: a, AP_B: b } = await writeServed({
    reachable: { AP_B: line.url },
    legs: ', receptionAwareness: { retries: 0, window: 0s, strategy: once }',
    config: `limits: { freeSpace: 0B, inlineSize: 1KiB }
timeouts: { shutdown: 10s }
log: { level: debug }
tracing: { endpoint: '${collector.url}', headersFile: ${secretFile('collector', `X-Key: ${SECRETS.collectorHeader}\n`)} }
webhooks:
  - name: backend
    url: ${endpoint.url}
    allowPrivate: true
    secretFile: ${secretFile('webhook', `${SECRETS.webhookSecret}\n`)}
    headersFile: ${secretFile('headers', `Authorization: Bearer ${SECRETS.webhookHeader}\n`)}
`,
  });
  line.target = b.as4;
  for (const place of [a, b]) lockUp(place, keysFile);
  const env = {
    DATABASE_URL: database,
    REDIS_URL: redis.url,
    // More is told on standard error then.
    NODE_DEBUG: 'quoin',
  };
  const marked = { token: SECRETS.token };
  return {
    a: { ...a, ...marked },
    b: { ...b, ...marked },
    stranger: { ...a, token: strangersKey },
    env,
    collector,
    line,
    secrets: { ...SECRETS, databasePassword: new URL(database).password, strangersKey, ...privateKeysOf(a) },
  };
}

/** Gives it a token and an encrypted key whose secrets are known. */
function lockUp({ name, folder, config }: ServedFiles, keysFile: string): void {
  const plain = join(folder, '..', 'keys', `${name.toLowerCase()}.key.pem`);
  const key = createPrivateKey(readFileSync(plain));
  const sealed = {
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: SECRETS.keyPassword,
  } as const;
  writeFileSync(join(folder, 'sealed.key.pem'), key.export(sealed));
  writeFileSync(join(folder, 'password'), `${SECRETS.keyPassword}\n`);
  writeFileSync(join(folder, 'token'), `${SECRETS.token}\n`);
  const text = readFileSync(config, 'utf8')
    .replace(/path: \S+\.key\.pem,/, 'path: sealed.key.pem, passwordFile: password,')
    .replace('tokenFile: token', `tokenFile: token, keysFile: ${keysFile}`);
  writeFileSync(config, text);
}

/** Lines out of the middle of the private keys. */
function privateKeysOf({ folder }: ServedFiles): Secrets {
  const lineOf = (name: string): string =>
    readFileSync(join(folder, '..', 'keys', `${name}.key.pem`), 'utf8').split('\n')[10]!;
  return { keyOfA: lineOf('ap_a'), keyOfB: lineOf('ap_b') };
}

/** Starts that must fail, each for a secret that is wrong; what they say about it. */
async function failToStart(t: TestContext, { a, env }: Marked): Promise<string> {
  const wrong = (url: string): string => {
    const changed = new URL(url);
    changed.password = SECRETS.wrongPassword;
    return changed.href;
  };
  const wrongFile = secretFile('password', SECRETS.wrongPassword);
  const misconfigured = join(a.folder, 'wrong-password.yaml');
  writeFileSync(
    misconfigured,
    readFileSync(a.config, 'utf8').replace('passwordFile: password', `passwordFile: ${wrongFile}`),
  );
  const starts: readonly [Pick<ServedFiles, 'config' | 'folder'>, Record<string, string>][] = [
    [a, { ...env, DATABASE_URL: wrong(env['DATABASE_URL']!) }],
    [a, { ...env, REDIS_URL: wrong(env['REDIS_URL']!) }],
    [a, { ...env, DATABASE_URL: `${env['DATABASE_URL']!}?sslmode=nonsense` }],
    [{ folder: a.folder, config: misconfigured }, env],
  ];
  const told = starts.map(async ([place, variables]) => {
    const gateway = serve(t, place, { ...variables, QUOIN_LISTENERS_OPERATIONS_PORT: '0' });
    const { code } = await gateway.ended;
    assert.ok(code !== 0 && code !== null, gateway.output.out);
    assert.notEqual(gateway.output.err, '');
    return written(gateway);
  });
  return (await Promise.all(told)).join('\n');
}

const written = ({ output }: ServedGateway): string => output.out + output.err;

test(
  'exchanges that work and that fail: nobody is told a payload, a person or a secret',
  { skip: noPostgres() || noRedis() },
  async (t) => {
    const marked = await open(t);
    const { a, b, env, collector, line, secrets, stranger } = marked;
    const [one, other] = [serve(t, a, env), serve(t, b, { NODE_DEBUG: 'quoin' })];
    await Promise.all([one.logged('gateway/listening'), other.logged('gateway/listening')]);

    assert.equal(await send(a, 'good@leaks.test'), 'ACKNOWLEDGED');
    line.manner = 'tamper';
    assert.equal(await send(a, 'tampered@leaks.test'), 'SEND_FAILURE');
    line.manner = 'fail';
    assert.equal(await send(a, 'failed@leaks.test'), 'SEND_FAILURE');
    await beRefused(a, stranger, 'good@leaks.test');
    for (const gateway of [one, other]) await gateway.logged('notify/waiting-for-retry');
    for (const place of [a, b]) await checkViews(place, secrets);
    for (const gateway of [one, other]) gateway.signal('SIGTERM');
    for (const gateway of [one, other]) assert.equal((await gateway.ended).code, 0, written(gateway));
    const told = await failToStart(t, marked);

    assertSilent('the log of the sender', written(one), secrets);
    assertSilent('the log of the receiver', written(other), secrets);
    assertSilent('a start that fails', told, secrets);
    assert.ok(collector.spans.length > 0);
    assertSilent('a trace', collector.bodies.join('\n'), secrets);
    // The events that were looked through are those of everything that happened.
    const events = new Set([...one.log, ...other.log].map(({ event }) => event));
    for (const event of [
      'send/failed',
      'receive/refused',
      'rest/refused',
      'rest/answered',
      'gateway/stopped',
    ])
      assert.ok(events.has(event), `${event} is among ${[...events].join(' ')}`);
  },
);
