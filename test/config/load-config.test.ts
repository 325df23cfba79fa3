import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { stringify } from 'yaml';
import { configChecks, loadConfig } from '../../src/config/index.ts';
import type { ConfigFile, ConfigSources } from '../../src/config/index.ts';
import { commonServiceCases } from './cases-common-services.ts';
import { exchangeCases } from './cases-exchanges.ts';
import { configOf, load, makeFolder, minimal, token } from './loading.ts';
import type { Case, Settings } from './loading.ts';

test('a minimal file is enough, and every default is filled in', () => {
  const { config, problems, folder, file } = load(minimal);
  assert.deepEqual(problems, []);
  assert.deepEqual(config, {
    source: file,
    demo: false,
    accessPoint: { party: 'AP_A', idDomain: 'ap-a.quoin' },
    listeners: {
      as4: { host: '127.0.0.1', port: 8443, path: '/as4' },
      api: { host: '127.0.0.1', port: 8080 },
      operations: { host: '127.0.0.1', port: 9090 },
    },
    storeFile: join(folder, '.quoin/quoin.db'),
    folders: {
      data: join(folder, '.quoin'),
      payloads: join(folder, '.quoin/payloads'),
      pmodes: join(folder, 'pmodes'),
      certificates: join(folder, 'certs'),
    },
    revocationLists: [],
    keys: [
      {
        path: join(folder, 'ap.key'),
        type: 'pem',
        certificate: join(folder, 'ap.pem'),
        use: ['sign', 'decrypt'],
      },
    ],
    outbound: {
      tls: {
        minVersion: 'TLSv1.2',
        ciphers:
          'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM',
        authorities: [],
      },
    },
    webhooks: [],
    events: { keepMs: 2_592_000_000, most: 1_000_000 },
    retention: {},
    exchanges: {
      record: true,
      keepMs: 365 * 24 * 3_600_000,
      answerMs: 300_000,
      previewMs: 900_000,
      decisionMs: 2_400_000,
      previewLinkMs: 900_000,
      previewSessionMs: 2_400_000,
      patienceMs: 60_000,
      answerOverdue: false,
    },
    limits: {
      envelopeBytes: 1_048_576,
      parts: 64,
      messageBytes: 4_294_967_296,
      inlineBytes: 65_536,
      spoolBytes: 268_435_456,
      gzipRatio: 1000,
      replyBytes: 4_194_304,
      canonicalBytes: 33_554_432,
      apiJsonBytes: 33_554_432,
      submissions: 32,
      backlog: 100_000,
      freeSpaceBytes: 1_073_741_824,
      inbound: 64,
      inboundPerRemote: 48,
      refusalsPerMinute: 3000,
      eventStreams: 100,
      outbound: 64,
      outboundPerPartner: 8,
      databaseConnections: 10,
    },
    breaker: { failures: 5, waitMs: 10_000, longestWaitMs: 120_000 },
    times: {
      connectMs: 10_000,
      responseMs: 90_000,
      idleMs: 60_000,
      headersMs: 15_000,
      statementMs: 15_000,
      leaseMs: 300_000,
      sweepIntervalMs: 10_000,
      orphanAgeMs: 86_400_000,
      drainMs: 0,
      reloadMs: 10_000,
      heartbeatMs: 5000,
      shutdownMs: 30_000,
    },
    log: { level: 'info' },
  });
});

test('the snapshot is frozen through and through', () => {
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    assert.ok(Object.isFrozen(value));
    Object.values(value).forEach(look);
  };
  look(load(minimal).config);
});

test('environment wins over the file, the command line over both', () => {
  const settings = { ...minimal, log: { level: 'warn' }, timeouts: { connect: '5s' } };
  const env = { QUOIN_LOG_LEVEL: 'debug', QUOIN_LISTENERS_AS4_PORT: '9443', QUOIN_DEMO: 'true' };
  const overrides: ConfigFile = { listeners: { as4: { port: 0 } } };
  const { log, listeners, times, demo } = configOf(settings, { env, overrides });
  assert.equal(log.level, 'debug');
  assert.equal(times.connectMs, 5000);
  assert.equal(listeners.as4.port, 0);
  assert.equal(listeners.as4.host, '127.0.0.1');
  assert.equal(demo, true);
});

test('variables are read as the kind of value their key has', () => {
  const folder = makeFolder();
  const env = {
    QUOIN_ACCESS_POINT_PARTY: 'AP_B',
    QUOIN_LIMITS_MESSAGE_SIZE: '40MB',
    QUOIN_LIMITS_SPOOL_SIZE: '1000000',
    QUOIN_TIMEOUTS_RESPONSE: '2m',
    QUOIN_KEYS: '[{ path: ap.p12, passwordFile: password, role: sign }, { path: ap.key, role: decrypt }]',
    QUOIN_OUTBOUND_TLS_AUTHORITIES: 'ca.pem',
    QUOIN_LISTENERS_API_TOKEN_FILE: 'token',
    QUOIN_DATA: '',
    HOME: '/root',
  };
  const { config, problems } = loadConfig({
    env,
    cwd: folder,
    overrides: { listeners: { as4: { host: '::1' } } },
  });
  assert.deepEqual(problems, []);
  assert.ok(config);
  assert.equal(config.source, undefined);
  assert.equal(config.accessPoint.party, 'AP_B');
  assert.equal(config.limits.messageBytes, 40_000_000);
  assert.equal(config.limits.spoolBytes, 1_000_000);
  assert.equal(config.times.responseMs, 120_000);
  assert.deepEqual(
    config.keys.map(({ path, type, use, password }) => [path, type, use, password?.()]),
    [
      [join(folder, 'ap.p12'), 'pkcs12', ['sign'], 'secret word'],
      [join(folder, 'ap.key'), 'pem', ['decrypt'], undefined],
    ],
  );
  assert.deepEqual(config.outbound.tls.authorities, [join(folder, 'ca.pem')]);
  assert.equal(config.listeners.api.token?.(), token);
  assert.equal(config.folders.data, join(folder, '.quoin'));
});

test('an unknown variable is refused with the nearest one; those of others are left alone', () => {
  const env = {
    QUOIN_LISTENERS_AS4_PROT: '1',
    QUOIN_COLOUR: 'red',
    QUOIN_CONFIG: 'ignored, a file is given',
    QUOIN_API: 'http://127.0.0.1:8080',
    QUOIN_TOKEN: 'x',
    QUOIN_PORT: 'tcp://10.0.0.1:8443',
    QUOIN_PORT_8443_TCP_ADDR: '10.0.0.1',
    QUOIN_SERVICE_HOST: '10.0.0.1',
    QUOIN_SERVICE_PORT_AS4: '8443',
  };
  const { problems } = load(minimal, { env });
  assert.deepEqual(
    problems.map(({ check, file }) => [check, file]),
    [
      ['unknown-variable', 'environment QUOIN_COLOUR'],
      ['unknown-variable', 'environment QUOIN_LISTENERS_AS4_PROT'],
    ],
  );
  assert.equal(problems[1]?.advice, 'Did you mean "QUOIN_LISTENERS_AS4_PORT"?');
});

test('a bad variable is named, and so is one a check objects to', () => {
  const env = { QUOIN_LISTENERS_AS4_PORT: 'many', QUOIN_LISTENERS_API_HOST: '0.0.0.0', QUOIN_KEYS: '!x []' };
  const { problems } = load(minimal, { env });
  assert.deepEqual(
    problems.map(({ check, file }) => `${check} in ${file}`),
    [
      'yaml-syntax in environment QUOIN_KEYS',
      'api-needs-token in environment QUOIN_LISTENERS_API_HOST',
      'wrong-type in environment QUOIN_LISTENERS_AS4_PORT',
    ],
  );
});

test('all problems of a file are reported at once with their places', () => {
  const { config, problems, file } = load(
    [
      'accesPoint: { party: AP_A }',
      'listeners:',
      '  as4: { host: 127.0.0.1, port: 99999 }',
      '  api: { host: 0.0.0.0 }',
      'keys:',
      '  - { path: missing.key }',
      'log: { level: loud }',
    ].join('\n'),
  );
  assert.equal(config, undefined);
  assert.deepEqual(
    problems.map(({ check, line, path }) => [check, line, path]),
    [
      ['unknown-key', 1, 'accesPoint'],
      ['bad-value', 3, 'listeners.as4.port'],
      ['api-needs-token', 4, 'listeners.api.host'],
      ['file-readable', 6, 'keys[0].path'],
      ['not-a-choice', 7, 'log.level'],
    ],
  );
  assert.ok(problems.every((problem) => problem.file === file && problem.advice !== ''));
});

test('the file is found by option, by variable, or in the working directory', () => {
  const { folder, file } = load(minimal);
  const other = join(folder, 'other.yaml');
  writeFileSync(other, stringify({ ...minimal, accessPoint: { party: 'AP_OTHER' } }));
  const partyBy = (sources: ConfigSources) =>
    loadConfig({ env: {}, cwd: folder, ...sources }).config?.accessPoint.party;
  assert.equal(partyBy({}), 'AP_A');
  assert.equal(partyBy({ env: { QUOIN_CONFIG: 'other.yaml' } }), 'AP_OTHER');
  assert.equal(partyBy({ file, env: { QUOIN_CONFIG: 'other.yaml' } }), 'AP_A');
  assert.deepEqual(
    loadConfig({ file: join(folder, 'gone.yaml'), env: {} }).problems.map(({ check }) => check),
    ['config-file-readable'],
  );
});

test('paths of the file begin at its folder, others where the program was started', () => {
  const elsewhere = makeFolder();
  const { config } = load(
    { ...minimal, store: 'state/messages.db' },
    { cwd: elsewhere, env: { QUOIN_DATA: 'var' } },
  );
  assert.equal(config?.folders.data, join(elsewhere, 'var'));
  assert.equal(config?.folders.payloads, join(elsewhere, 'var/payloads'));
  assert.ok(config?.storeFile.endsWith('state/messages.db'));
  assert.ok(!config?.storeFile.startsWith(elsewhere));
});

test('secrets do not show when the configuration is printed, logged or shown', () => {
  const { config, settings } = load({
    ...minimal,
    listeners: {
      as4: { host: '127.0.0.1', tls: { certificate: 'tls.pem', key: 'tls.key', keyPassword: token } },
      api: { token },
    },
    keys: [{ path: 'ap.p12', password: token }],
  });
  assert.ok(config);
  assert.equal(config.keys[0]?.password?.(), token);
  assert.equal(config.listeners.as4.tls?.keyPassword?.(), token);
  for (const text of [JSON.stringify(config), inspect(config, { depth: 9 }), JSON.stringify(settings)])
    assert.ok(!text.includes(token));
  for (const path of ['listeners.as4.tls.keyPassword', 'listeners.api.token', 'keys[0].password'])
    assert.equal(settings.find((one) => one.path === path)?.value, '(secret)', path);
});

test('a problem with a secret does not repeat it', () => {
  const { problems } = load({
    ...minimal,
    listeners: { api: { token: 1234567 } },
    keys: [{ path: 'ap.p12', password: 7654321 }],
  });
  assert.deepEqual(
    problems.filter(({ check }) => check === 'wrong-type').map(({ path }) => path),
    ['listeners.api.token', 'keys[0].password'],
  );
  assert.ok(!/1234567|7654321/.test(JSON.stringify(problems)));
});

const withTls = (tls: Settings): Settings => ({ ...minimal, listeners: { as4: { host: '127.0.0.1', tls } } });
const withKey = (key: Settings): Settings => ({ ...minimal, keys: [key] });
const withApi = (api: Settings): Settings => ({ ...minimal, listeners: { as4: { host: '127.0.0.1' }, api } });
const tls = { certificate: 'tls.pem', key: 'tls.key' };

const hook = { name: 'portal', url: 'https://portal.example/hook', secret: 'x'.repeat(32) };

/** The minimal settings with one webhook, changed. */
function withWebhook(values: Readonly<Record<string, unknown>>): typeof minimal {
  return { ...minimal, webhooks: [{ ...hook, ...values }] };
}

const cases: Readonly<Record<string, readonly Case[]>> = {
  'party-given': [{ fails: { ...minimal, accessPoint: {} }, path: 'accessPoint.party' }],
  'api-needs-token': [
    {
      fails: withApi({ host: '0.0.0.0' }),
      path: 'listeners.api.host',
      passes: withApi({ host: '0.0.0.0', tokenFile: 'token' }),
    },
  ],
  'api-token-long': [
    {
      fails: withApi({ token: 'fifteen-charact' }),
      path: 'listeners.api.token',
      passes: withApi({ token: 'sixteen-characte' }),
    },
  ],
  'api-token-sendable': ['sixteen characte', 'a-line-and\nanother-line', 'schlüssel-der-schnittstelle'].map(
    (token) => ({
      fails: withApi({ token }),
      path: 'listeners.api.token',
      passes: withApi({ token: '0123456789:/+=~!' }),
    }),
  ),
  'listeners-apart': [
    {
      fails: { ...minimal, listeners: { as4: { host: '127.0.0.1', port: 8080 } } },
      path: 'listeners.api.port',
      passes: { ...minimal, listeners: { as4: { host: '127.0.0.1', port: 0 }, api: { port: 0 } } },
    },
    {
      fails: { ...minimal, listeners: { as4: { host: '127.0.0.1', port: 9090 } } },
      path: 'listeners.operations.port',
    },
    {
      fails: withApi({ port: 9090 }),
      path: 'listeners.operations.port',
      passes: {
        ...minimal,
        listeners: { as4: { host: '127.0.0.1' }, api: { port: 0 }, operations: { port: 0 } },
      },
    },
  ],
  'as4-uses-tls': [
    {
      fails: { ...minimal, listeners: { as4: { host: '0.0.0.0' } } },
      path: 'listeners.as4',
      passes: { ...minimal, listeners: { as4: { host: '0.0.0.0', tls } } },
    },
  ],
  'tls-complete': [
    { fails: withTls({ certificate: 'tls.pem' }), path: 'listeners.as4.tls.key', passes: withTls(tls) },
    { fails: withTls({ key: 'tls.key' }), path: 'listeners.as4.tls.certificate' },
    {
      fails: withTls({ ...tls, clientAuthentication: 'require' }),
      path: 'listeners.as4.tls.clientAuthorities',
      passes: withTls({ ...tls, clientAuthentication: 'require', clientAuthorities: ['ca.pem'] }),
    },
    {
      fails: { ...minimal, outbound: { tls: { certificate: 'tls.pem' } } },
      path: 'outbound.tls.key',
      passes: { ...minimal, outbound: { tls } },
    },
    { fails: { ...minimal, outbound: { tls: { key: 'tls.key' } } }, path: 'outbound.tls.certificate' },
  ],
  'file-readable': [
    { fails: withKey({ path: 'gone.key' }), path: 'keys[0].path' },
    { fails: withKey({ path: 'certs' }), path: 'keys[0].path' },
    { fails: withKey({ path: 'ap.key', certificate: 'gone.pem' }), path: 'keys[0].certificate' },
    { fails: withTls({ ...tls, key: 'gone.key' }), path: 'listeners.as4.tls.key', passes: withTls(tls) },
    {
      fails: { ...minimal, outbound: { tls: { authorities: ['ca.pem', 'gone.pem'] } } },
      path: 'outbound.tls.authorities',
      passes: { ...minimal, outbound: { tls: { authorities: ['ca.pem'] } } },
    },
  ],
  'secret-file-readable': [
    {
      fails: withApi({ tokenFile: 'gone' }),
      path: 'listeners.api.tokenFile',
      passes: withApi({ tokenFile: 'token' }),
    },
    { fails: withApi({ tokenFile: 'empty' }), path: 'listeners.api.tokenFile' },
    { fails: withKey({ path: 'ap.p12', passwordFile: 'gone' }), path: 'keys[0].passwordFile' },
    { fails: withTls({ ...tls, keyPasswordFile: 'gone' }), path: 'listeners.as4.tls.keyPasswordFile' },
    {
      fails: { ...minimal, outbound: { tls: { ...tls, keyPasswordFile: 'gone' } } },
      path: 'outbound.tls.keyPasswordFile',
    },
  ],
  'one-secret': [
    {
      fails: withApi({ token, tokenFile: 'token' }),
      path: 'listeners.api.token',
      passes: withApi({ token }),
    },
    { fails: withKey({ path: 'ap.p12', password: 'x', passwordFile: 'password' }), path: 'keys[0].password' },
  ],
  'folder-exists': [
    { fails: { ...minimal, pmodes: 'gone' }, path: 'pmodes' },
    { fails: { ...minimal, certificates: 'ap.pem' }, path: 'certificates' },
  ],
  'database-url': [
    ...[
      'localhost:5432/quoin',
      'mysql://quoin@db/quoin',
      'postgres://db/quoin',
      'postgres://quoin@/quoin',
      'postgres://quoin@db',
      'postgres://quoin@db/a/b',
      'postgres://quoin@one,two/quoin',
      'postgres://quoin:se/cret@db/quoin',
      'postgres://quoin:100%@db/quoin',
      'postgres://quoin:a%00b@db/quoin',
      'postgres://quoin@db/quoin#rest',
      'postgres://quoin@db/quoin?sslmode=prefer',
      'postgres://quoin@db/quoin?ssl_mode=verify-full',
      'postgres://quoin@db/quoin?sslmode=verify-full&sslrootcert=ca.pem',
      'postgres://quoin@db/quoin?sslrootcert=/ca.pem',
    ].map((database) => ({ fails: { ...minimal, database }, path: 'database' })),
    {
      fails: { ...minimal, databaseFile: 'password' },
      path: 'databaseFile',
      passes: {
        ...minimal,
        database:
          'postgresql://quoin:p%40ss@db.example:5433/quoin?sslmode=verify-ca&sslrootcert=/ca.pem&application_name=q',
      },
    },
  ],
  'one-store': [
    {
      fails: { ...minimal, store: 'quoin.db', database: 'postgres://quoin@localhost/quoin' },
      path: 'store',
      passes: { ...minimal, database: 'postgres://quoin@localhost/quoin' },
    },
  ],
  'database-uses-tls': [
    {
      fails: { ...minimal, database: 'postgres://quoin@db/quoin' },
      path: 'database',
      passes: { ...minimal, database: 'postgres://quoin@db/quoin?sslmode=verify-full' },
    },
    {
      fails: { ...minimal, database: 'postgres://quoin@db/quoin?sslmode=require' },
      path: 'database',
      passes: { ...minimal, database: 'postgres://quoin@%2Frun%2Fpostgresql/quoin' },
    },
  ],
  'webhook-complete': [
    { fails: withWebhook({ name: undefined }), path: 'webhooks[0].name' },
    { fails: withWebhook({ url: undefined }), path: 'webhooks[0].url' },
    { fails: withWebhook({ secret: undefined }), path: 'webhooks[0].secretFile', passes: withWebhook({}) },
  ],
  'webhook-names-apart': [
    { fails: { ...minimal, webhooks: [hook, hook] }, path: 'webhooks[1].name', passes: withWebhook({}) },
  ],
  'webhook-url': [{ fails: withWebhook({ url: 'ftp://portal.example/' }), path: 'webhooks[0].url' }],
  'webhook-https': [
    {
      fails: withWebhook({ url: 'http://portal.example/' }),
      path: 'webhooks[0].url',
      passes: withWebhook({ url: 'http://portal.example/', allowPrivate: true }),
    },
  ],
  'webhook-private': [
    {
      fails: withWebhook({ url: 'https://localhost/' }),
      path: 'webhooks[0].url',
      passes: withWebhook({ url: 'https://localhost/', allowPrivate: true }),
    },
  ],
  'webhook-secret-long': [{ fails: withWebhook({ secret: 'short' }), path: 'webhooks[0].secret' }],
  'webhook-headers': [{ fails: withWebhook({ headersFile: 'password' }), path: 'webhooks[0].headersFile' }],
  'webhook-retry-fits': [
    { fails: withWebhook({ timeout: '1ms' }), path: 'webhooks[0].timeout' },
    { fails: withWebhook({ retry: { first: '2h' } }), path: 'webhooks[0].retry', passes: withWebhook({}) },
  ],
  'redis-url': [
    { fails: { ...minimal, redis: 'redis.example:6379' }, path: 'redis' },
    { fails: { ...minimal, redis: 'http://redis.example' }, path: 'redis' },
    { fails: { ...minimal, redis: 'redis://' }, path: 'redis' },
    { fails: { ...minimal, redis: 'redis://:secret@redis.example/queue' }, path: 'redis' },
    { fails: { ...minimal, redis: 'redis://:se/cret@redis.example' }, path: 'redis' },
    {
      fails: { ...minimal, redisFile: 'password' },
      path: 'redisFile',
      passes: { ...minimal, redis: 'rediss://user:p%40ss@redis.example:6380/1' },
    },
  ],
  ...commonServiceCases,
  ...exchangeCases,
  'tracing-endpoint': [
    { fails: { ...minimal, tracing: { ratio: 0.5 } }, path: 'tracing.endpoint' },
    { fails: { ...minimal, tracing: { endpoint: 'collector:4318' } }, path: 'tracing.endpoint' },
    { fails: { ...minimal, tracing: { endpoint: 'http://u:p@collector' } }, path: 'tracing.endpoint' },
    {
      fails: { ...minimal, tracing: { endpoint: 'http://collector/?token=x' } },
      path: 'tracing.endpoint',
      passes: { ...minimal, tracing: { endpoint: 'https://collector.example:4318/otlp' } },
    },
  ],
  'tracing-headers': [
    {
      fails: { ...minimal, tracing: { endpoint: 'http://collector', headersFile: 'gone' } },
      path: 'tracing.headersFile',
    },
    {
      fails: { ...minimal, tracing: { endpoint: 'http://collector', headersFile: 'password' } },
      path: 'tracing.headersFile',
      passes: { ...minimal, tracing: { endpoint: 'http://collector', headersFile: 'headers' } },
    },
  ],
  'key-complete': [
    { fails: withKey({ certificate: 'ap.pem' }), path: 'keys[0].path' },
    { fails: withKey({ path: 'ap.key', alias: 'ap' }), path: 'keys[0].alias' },
    {
      fails: withKey({ path: 'ap.p12', certificate: 'ap.pem' }),
      path: 'keys[0].certificate',
      passes: withKey({ path: 'ap.p12', alias: 'ap' }),
    },
  ],
  'keys-for-both-uses': [
    { fails: { ...minimal, keys: [] }, path: 'keys' },
    { fails: withKey({ path: 'ap.key', role: 'sign' }), path: 'keys' },
    {
      fails: withKey({ path: 'ap.key', role: 'decrypt' }),
      path: 'keys',
      passes: withKey({ path: 'ap.key', role: 'both' }),
    },
  ],
  'limits-fit': [
    {
      fails: { ...minimal, limits: { messageSize: '512KiB', spoolSize: '1kB' } },
      path: 'limits.envelopeSize',
    },
    {
      fails: { ...minimal, limits: { messageSize: '255MiB' } },
      path: 'limits.spoolSize',
      passes: { ...minimal, limits: { messageSize: '256MiB' } },
    },
    {
      fails: { ...minimal, timeouts: { lease: '100s' } },
      path: 'timeouts.lease',
      passes: { ...minimal, timeouts: { lease: '101s' } },
    },
  ],
};

test('every check of the configuration has a sample that fails and one that passes', () => {
  assert.deepEqual(Object.keys(cases).sort(), configChecks.map(({ name }) => name).sort());
});

for (const check of configChecks)
  test(`configuration check ${check.name}`, () => {
    for (const { fails, path, passes = minimal } of cases[check.name] ?? []) {
      const { problems } = load(fails);
      const found = problems.filter((problem) => problem.check === check.name && problem.path === path);
      assert.ok(found.length > 0, `${check.name} at ${path}: ${JSON.stringify(problems)}`);
      assert.equal(found[0]?.severity, check.severity);
      const others = load(passes).problems.filter((problem) => problem.check === check.name);
      assert.deepEqual(others, []);
    }
  });

test('a file this user may not read is said to be so', { skip: process.getuid?.() === 0 }, () => {
  const folder = makeFolder();
  chmodSync(join(folder, 'ap.key'), 0);
  const [problem] = load(minimal, {}, folder).problems;
  assert.match(problem?.message ?? '', /may not be read/);
});

test('the share of traced messages may be a fraction, from the environment too; the customary variable names the collector', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', QUOIN_TRACING_RATIO: '0.25' };
  const { config, problems } = load(minimal, { env });
  assert.deepEqual(problems, []);
  assert.deepEqual(config?.tracing, { endpoint: 'http://collector:4318', ratio: 0.25, service: 'quoin' });
  const wrong = load(minimal, { env: { ...env, QUOIN_TRACING_RATIO: '2' } });
  assert.deepEqual(
    wrong.problems.map(({ path }) => path),
    ['tracing.ratio'],
  );
});
