import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { loadConfig } from '../../../src/config/index.ts';
import { EXIT } from '../../../src/faces/cli/index.ts';
import { startGateway } from '../../../src/gateway.ts';
import { makeKeys, pmodeText, writeAccessPoint } from '../../support/access-point.ts';
import type { AccessPointFiles } from '../../support/access-point.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { quoin } from './terminals.ts';

const TOKEN = 'a-token-of-more-than-sixteen-characters';

let certs: string;
before(async () => {
  certs = scratchFolder();
  await makeKeys(certs);
});

const accessPoint = (extraConfig?: string): AccessPointFiles =>
  writeAccessPoint(scratchFolder(), 'AP_XA_01', certs, extraConfig === undefined ? {} : { extraConfig });

interface Shown {
  readonly file: string;
  readonly settings: readonly { readonly path: string; readonly value: unknown; readonly origin: string }[];
  readonly problems: readonly { readonly severity: string; readonly text: string }[];
}

describe('quoin config show', () => {
  test('every setting has its value and who gave it; a secret is masked wherever it comes from', async (t) => {
    const { config, folder } = accessPoint(`redisFile: redis-url\n`);
    writeFileSync(join(folder, 'redis-url'), 'redis://:hush@127.0.0.1:6379\n');
    const env = { DATABASE_URL: 'postgres://quoin:hush@127.0.0.1/quoin', QUOIN_LIMITS_PARTS: '7' };
    Object.assign(process.env, env);
    t.after(() => {
      for (const name of Object.keys(env)) delete process.env[name];
    });
    const { code, out } = await quoin('--config', config, 'config', 'show', '--json');
    assert.equal(code, EXIT.done);
    const shown = JSON.parse(out) as Shown;
    assert.equal(shown.file, config);
    const of = (path: string): unknown[] => {
      const { value, origin } = shown.settings.find((one) => one.path === path)!;
      return [value, origin];
    };
    assert.deepEqual(of('accessPoint.party'), ['AP_XA_01', `${config}:1`]);
    assert.deepEqual(of('listeners.api.port'), [0, `${config}:4`]);
    assert.deepEqual(of('limits.parts'), [7, 'environment QUOIN_LIMITS_PARTS']);
    assert.deepEqual(of('limits.messageSize'), ['4GiB', 'default']);
    assert.deepEqual(of('database'), ['(secret)', 'environment DATABASE_URL']);
    assert.ok(!out.includes('hush'));

    const lines = await quoin('--config', config, 'config', 'show');
    assert.match(lines.out, /^limits\.parts +7 +environment QUOIN_LIMITS_PARTS$/m);
    assert.match(lines.out, /^limits\.messageSize +4GiB +default$/m);
    const given = await quoin('--config', config, 'config', 'show', '--given');
    assert.match(given.out, /^limits\.parts/m);
    assert.doesNotMatch(given.out, / default$/m);
  });

  test('what cannot be used is shown all the same, with what is wrong, and exit code 1', async () => {
    const { config } = accessPoint('limits: { parts: many }\n');
    const { code, out } = await quoin('--config', config, 'config', 'show');
    assert.equal(code, EXIT.failed);
    assert.match(out, /^accessPoint\.party +AP_XA_01/m);
    assert.ok(out.includes(`error: ${config}:`) && out.includes('limits.parts'), out);
    const none = await quoin('--config', join(scratchFolder(), 'none.yaml'), 'config', 'show', '--json');
    assert.equal(none.code, EXIT.failed);
    assert.match((JSON.parse(none.out) as Shown).problems[0]!.text, /cannot be read \(ENOENT\)/);
  });
});

describe('quoin config check', () => {
  test('says of each part whether serve could start, and makes nothing', async (t) => {
    const { config, folder, pmode } = accessPoint();
    const sound = await quoin('--config', config, 'config', 'check');
    assert.equal(sound.code, EXIT.done, sound.out);
    for (const check of ['configuration', 'pmodes', 'keys', 'api-keys', 'listener-as4', 'database', 'queue'])
      assert.match(sound.out, new RegExp(`^(ok|skipped) +access point +${check} `, 'm'));
    assert.doesNotMatch(sound.out, /AP_XB_01/, 'no partner is visited');
    assert.ok(!existsSync(join(folder, 'data')));

    const server = createServer().listen(0, '127.0.0.1');
    t.after(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    writeFileSync(config, readFileSync(config, 'utf8').replace('port: 0', `port: ${port}`));
    const taken = await quoin('--config', config, 'config', 'check');
    assert.equal(taken.code, EXIT.failed);
    assert.match(taken.out, /^FAILED +access point +listener-as4 .*another process listens there/m);

    writeFileSync(config, readFileSync(config, 'utf8').replace(`port: ${port}`, 'port: 0'));
    rmSync(pmode);
    const empty = await quoin('--config', config, 'config', 'check');
    assert.equal(empty.code, EXIT.done, 'serve starts without P-Modes');
    assert.match(empty.out, /^warning +access point +pmodes +0 P-Modes/m);
    assert.ok(empty.out.includes(join(folder, 'pmodes')));
    assert.equal((await quoin('--config', config, 'config', 'check', '--strict')).code, EXIT.failed);
  });

  test('a file of API keys that cannot be used is told with its place', async () => {
    const { config, folder } = accessPoint();
    writeFileSync(join(folder, 'api-keys.yaml'), 'keys:\n  - { name: portal }\n');
    writeFileSync(config, readFileSync(config, 'utf8').replace('api: {', 'api: { keysFile: api-keys.yaml,'));
    const { code, out } = await quoin('--config', config, 'config', 'check');
    assert.equal(code, EXIT.failed);
    assert.match(out, /^FAILED +access point +api-keys/m);
    assert.ok(out.includes(`${join(folder, 'api-keys.yaml')}:2`), out);
  });
});

test('a running access point: pmode diff, reload --dry-run and reload tell changes in words', async (t) => {
  const { config, pmode } = accessPoint();
  writeFileSync(config, readFileSync(config, 'utf8').replace('api: {', `api: { token: '${TOKEN}',`));
  const read = (): { config: NonNullable<ReturnType<typeof loadConfig>['config']>; settings: [] } => ({
    config: loadConfig({ file: config, env: {} }).config!,
    settings: [],
  });
  const first = { ...read(), warnings: [] };
  const gateway = await startGateway(first.config, {
    origin: { read: first, reread: () => Promise.resolve({ ...read(), warnings: [] }) },
  });
  t.after(() => gateway.stop());
  const ask = (...argv: string[]): ReturnType<typeof quoin> =>
    quoin('--api', gateway.api, '--token', TOKEN, ...argv);

  const same = await ask('pmode', 'diff');
  assert.match(same.out, /^The P-Modes on disk are those in force at http:/, same.err);
  assert.match((await ask('reload')).out, /^The files say what is in force already\.$/);

  writeFileSync(pmode, pmodeText({ addresses: { AP_XB_01: 'https://new.example/as4' } }));
  const words = /^ {2}P-Mode oots: .*AP_XB_01.*https:\/\/new\.example\/as4/m;
  const diff = await ask('pmode', 'diff');
  assert.equal(diff.code, EXIT.done);
  assert.match(diff.out, words);
  const dry = await ask('reload', '--dry-run');
  assert.match(dry.out, /^A reload would change:$/m);
  assert.match(dry.out, words);
  assert.match((await ask('pmode', 'diff')).out, words, 'looking changes nothing');
  const done = await ask('reload');
  assert.match(done.out, /^In force now:$/m);
  assert.match(done.out, words);
  assert.match((await ask('pmode', 'diff')).out, /are those in force/);

  writeFileSync(pmode, 'profil: x\n');
  for (const argv of [['reload'], ['reload', '--dry-run'], ['pmode', 'diff']]) {
    const refused = await ask(...argv);
    assert.equal(refused.code, EXIT.failed, argv.join(' '));
    assert.match(refused.err, /oots\.yaml:1:1 profil/);
  }
  writeFileSync(pmode, `${pmodeText()}legDefaults: { security: { encrypt: false } }\n`);
  assert.match((await ask('reload', '--dry-run')).out, /^ {2}P-Mode oots, all legs: SECURITY WEAKENED/m);
  const json = JSON.parse((await ask('reload', '--dry-run', '--json')).out) as {
    readonly changes: readonly { readonly about: string }[];
  };
  assert.ok(json.changes.length > 0 && json.changes.every(({ about }) => about === 'pmode'));
});

test('certs list --running shows what is in force: ours and the partner’s, with the days left', async (t) => {
  const { config } = accessPoint();
  const gateway = await startGateway(loadConfig({ file: config, env: {} }).config!);
  t.after(() => gateway.stop());
  const { code, out } = await quoin('--api', gateway.api, 'certs', 'list', '--running', '--json');
  assert.equal(code, EXIT.done);
  const listed = JSON.parse(out) as readonly Record<string, unknown>[];
  assert.deepEqual(
    listed.map(({ use, parties }) => [use, parties]),
    [
      [['sign', 'decrypt'], []],
      [['verify', 'encrypt'], ['AP_XB_01']],
    ],
  );
  for (const { daysLeft, serialNumber, subject, issuer, notAfter } of listed) {
    assert.ok(Number(daysLeft) > 300 && Number(daysLeft) <= 365, String(daysLeft));
    for (const text of [serialNumber, subject, issuer, notAfter]) assert.ok(String(text).length > 4);
  }
  const lines = await quoin('--api', gateway.api, 'certs', 'list', '--running');
  assert.match(lines.out, /^verify, encrypt +AP_XB_01 +36\d/m);
});
