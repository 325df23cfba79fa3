import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Database from 'libsql';
import type { Gateway } from '../../src/gateway.ts';
import { EXIT } from '../../src/faces/cli/index.ts';
import { noPostgres, postgresDatabase } from '../support/postgres-server.ts';
import { noRedis, startRedis } from '../support/redis-server.ts';
import { testPki, writeEntry } from '../support/pki.ts';
import { quoin } from '../faces/cli/terminals.ts';
import { A, B, makePair } from './examined-pair.ts';
import type { ExaminedPair, Told } from './examined-pair.ts';

let pair: ExaminedPair;
let partner: Gateway;

before(async () => {
  pair = await makePair();
  partner = await pair.startB();
});
after(async () => {
  await partner.stop();
});

/** Checks that ended in a certain way. */
const named = (checks: ReadonlyMap<string, Told>, outcome: string): readonly string[] =>
  [...checks.values()].filter((told) => told.outcome === outcome).map(({ check }) => check);

/** Changes a file while something runs, and puts it back. */
async function changed<T>(file: string, change: (text: string) => string, run: () => Promise<T>): Promise<T> {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, change(text));
  try {
    return await run();
  } finally {
    writeFileSync(file, text);
  }
}

test('before the first start everything is sound, nothing is made, and the ping waits for a gateway', async () => {
  const { code, checks } = await pair.doctor();
  assert.deepEqual(named(checks, 'failed'), []);
  assert.deepEqual(
    named(checks, 'warning'),
    ['listener-tls', 'tls'],
    'the certificate of the test lasts a day',
  );
  assert.equal(code, EXIT.done);
  assert.match(checks.get('database')!.found, /will be made/);
  assert.match(checks.get('listener-as4')!.found, /is free/);
  assert.match(checks.get('tls')!.found, /^TLSv1\.3 TLS_\w+; .*CN=127\.0\.0\.1.* by CN=Test CA/);
  assert.match(checks.get('http')!.found, /^HTTP 405/);
  assert.equal(checks.get('clock')!.outcome, 'ok');
  assert.equal(checks.get('ping')!.outcome, 'skipped');
  assert.match(checks.get('ping')!.advice!, /quoin serve/);
  assert.ok(!readdirSync(pair.folder).includes(`data-${A}`));
});

test('with a gateway its database, doors and a real ping are told', async () => {
  const gateway = await pair.startA();
  try {
    const { code, checks } = await pair.doctor(B);
    assert.deepEqual(named(checks, 'failed'), []);
    assert.equal(code, EXIT.done);
    assert.match(checks.get('database')!.found, /in use by process \d+/);
    for (const door of ['listener-as4', 'listener-api', 'listener-operations'])
      assert.match(checks.get(door)!.found, /taken, and the access point runs/);
    assert.match(checks.get('ping')!.found, /^receipt verified after \d+ ms$/);
    const quiet = await pair.doctor('--no-ping');
    assert.equal(quiet.checks.get('ping')!.outcome, 'skipped');
    const strict = await pair.doctor('--strict', '--no-ping');
    assert.equal(strict.code, EXIT.failed);
  } finally {
    await gateway.stop();
  }
  const { checks } = await pair.doctor();
  assert.match(checks.get('database')!.found, /schema \d+$/);
});

test('a partner that is held back is told at once, with what lets messages out; no ping waits for it', async () => {
  const gateway = await pair.startA();
  try {
    await gateway.msh.partners.pause(B, 'ops', 'until 17:00');
    const { code, checks } = await pair.doctor(B);
    assert.equal(code, EXIT.done);
    const { outcome, found, advice } = checks.get('ping')!;
    assert.equal(outcome, 'warning');
    assert.match(found, /^paused since \S+ by ops: until 17:00/);
    assert.match(advice!, /quoin partners resume AP_XB_01/);
    assert.equal((await gateway.msh.partners.find(B))!.waiting, 0, 'nothing was submitted');
    await gateway.msh.partners.resume(B);
    assert.match((await pair.doctor(B)).checks.get('ping')!.found, /^receipt verified/);
  } finally {
    await gateway.stop();
  }
});

test('a disk below limits.freeSpace fails, one below twice as much is warned of', async () => {
  const { bavail, bsize } = statfsSync(pair.folder);
  const cases = [
    ['8000000GiB', 'failed', /limits\.freeSpace.*every message is refused until/],
    [`${Math.floor((bavail * bsize * 3) / 4)}B`, 'warning', /limits\.freeSpace.*before every message/],
  ] as const;
  for (const [freeSpace, outcome, says] of cases) {
    const { checks } = await changed(
      pair.config,
      (text) => `${text}limits: { freeSpace: ${freeSpace} }\n`,
      () => pair.doctor(),
    );
    assert.equal(checks.get('disk-payloads')!.outcome, outcome);
    assert.match(
      checks
        .get('disk-payloads')!
        .notes!.map(({ text }) => text)
        .join(),
      says,
    );
  }
});

test('a person sees each check with its mark, and the cure below it', async () => {
  const { code, out } = await quoin('--config', pair.config, 'doctor');
  assert.equal(code, EXIT.done, out);
  assert.match(out, /^ok +access point +configuration +\S+AP_XA_01\.yaml$/m);
  assert.match(
    out,
    /^skipped +access point +running +no access point answers at http:\S+: nothing is asked of it\n +advice +Start it/m,
  );
  assert.match(out, /^\d+ checks: \d+ ok, 2 to look at, 0 failed, \d skipped$/m);
});

test('a partner that nobody knows is a usage error with the nearest name', async () => {
  const { code, err } = await quoin('--config', pair.config, 'doctor', 'AP_XB_1');
  assert.equal(code, EXIT.usage);
  assert.match(err, /Did you mean "AP_XB_01"/);
});

test('every problem of the configuration is told, and what depends on it is skipped', async () => {
  const { code, checks } = await changed(
    pair.config,
    (text) => text.replace('pmodes:', 'pmode:').replace('level: silent', 'level: loud'),
    () => pair.doctor(),
  );
  assert.equal(code, EXIT.failed);
  const { outcome, notes } = checks.get('configuration')!;
  assert.equal(outcome, 'failed');
  assert.match(
    notes!.map(({ text }) => text).join('\n'),
    /AP_XA_01\.yaml:\d+.*pmodes[^]*AP_XA_01\.yaml:\d+.*level/,
  );
  assert.equal(checks.get('database')!.outcome, 'skipped');
  assert.equal(checks.get('running')!.outcome, 'skipped');
  assert.match(
    checks.get('running')!.found,
    /nothing says where/,
    'no stranger on the default port is asked',
  );
});

test('a P-Mode that cannot be loaded is told with its place', async () => {
  const { code, checks } = await changed(
    pair.pmode,
    (text) => `${text}retries: many\n`,
    () => pair.doctor(),
  );
  assert.equal(code, EXIT.failed);
  assert.equal(checks.get('pmodes')!.outcome, 'failed');
  assert.match(checks.get('pmodes')!.notes![0]!.text, /oots\.yaml:\d+|Without P-Modes/);
});

test('a key that is not that of its certificate, and a certificate partners do not expect', async () => {
  const other = await changed(
    pair.config,
    (text) => text.replace(/ap_xa_01\.key\.pem/, 'ap_xb_01.key.pem'),
    () => pair.doctor(),
  );
  assert.equal(other.code, EXIT.failed);
  assert.equal(other.checks.get('keys')!.outcome, 'failed');
  assert.equal(other.checks.get('sign-and-decrypt')!.outcome, 'skipped');

  const { key, certificate } = writeEntry(await (await testPki()).party('AP_NEW'), join(pair.folder, 'new'));
  const unexpected = await changed(
    pair.config,
    (text) => text.replace(/\{ path: .* \}/, `{ path: ${key}, certificate: ${certificate} }`),
    () => pair.doctor(),
  );
  assert.equal(unexpected.checks.get('sign-and-decrypt')!.outcome, 'ok');
  assert.equal(unexpected.checks.get('agreed-certificate')!.outcome, 'warning');
  assert.match(unexpected.checks.get('agreed-certificate')!.certificate!.subject, /AP_NEW/);
  const unreadable = unexpected.checks.get('agreed-encryption')!;
  assert.equal(unreadable.outcome, 'failed');
  assert.match(unreadable.certificate!.subject, /AP_XA_01/);
  assert.equal((await pair.doctor()).checks.get('agreed-encryption')!.outcome, 'ok');
});

test('an expired certificate of a partner is named, with what to do', async () => {
  const expired = await (await testPki()).bad('expired');
  const { code, checks } = await changed(
    join(pair.folder, 'certs', 'ap_xb_01.pem'),
    () => expired.certificate.pem,
    () => pair.doctor(),
  );
  assert.equal(code, EXIT.failed);
  for (const check of ['signing-certificate', 'encryption-certificate']) {
    const told = checks.get(check)!;
    assert.equal(told.outcome, 'failed', check);
    assert.match(JSON.stringify(told), /notAfter should be .*2021-01-01/);
  }
});

test('an authority we do not trust fails TLS, shows the certificate, and nothing behind it is tried', async () => {
  const { code, checks } = await changed(
    pair.config,
    (text) => text.replace('authorities: [certs/tls-ca.pem]', 'authorities: [certs/ca.pem]'),
    () => pair.doctor(),
  );
  assert.equal(code, EXIT.failed);
  const tls = checks.get('tls')!;
  assert.equal(tls.outcome, 'failed');
  assert.match(tls.found, /does not chain to a trusted authority/);
  assert.match(tls.advice!, /authority/);
  assert.match(tls.certificate!.subject, /127\.0\.0\.1/);
  assert.deepEqual([checks.get('tcp')!.outcome, checks.get('http')!.outcome], ['ok', 'skipped']);
});

test('a partner that is away fails at TCP, an unknown name at DNS', async () => {
  const address = /(?<=address: https:\/\/)127\.0\.0\.1:\d+(?=\/as4)/g;
  const cases: readonly (readonly [host: string, check: string, says: RegExp])[] = [
    ['127.0.0.1:1', 'tcp', /nothing listens there/],
    ['ap.partner.invalid', 'dns', /could not be resolved/],
  ];
  for (const [host, check, says] of cases) {
    const { code, checks } = await changed(
      pair.pmode,
      (text) => text.replace(address, host),
      () => pair.doctor(),
    );
    assert.equal(code, EXIT.failed);
    assert.deepEqual(named(checks, 'failed'), [check]);
    assert.match(checks.get(check)!.found, says);
    assert.equal(checks.get('clock')!.outcome, 'skipped');
  }
});

test('a port somebody else holds is told', async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(pair.ports.as4, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  const { code, checks } = await pair.doctor();
  assert.equal(code, EXIT.failed);
  assert.deepEqual(named(checks, 'failed'), ['listener-as4']);
  assert.match(checks.get('listener-as4')!.found, /another process listens there/);
});

test('a database of a newer version, one that is none, and a data folder that is a file', async () => {
  const data = join(pair.folder, `data-${A}`);
  const file = join(data, 'quoin.db');
  copyFileSync(file, `${file}.kept`);
  const database = new Database(file);
  database.exec("insert into store_schema (version, name, applied_at) values (999, 'of-tomorrow', 0)");
  database.close();
  const newer = await pair.doctor();
  assert.match(newer.checks.get('database')!.found, /newer version.*schema 999/);
  assert.match(newer.checks.get('database')!.advice!, /newer version|backup/);
  writeFileSync(file, 'this is no database, whatever its name says'.repeat(100));
  const none = await pair.doctor();
  assert.equal(none.checks.get('database')!.outcome, 'failed');
  assert.match(none.checks.get('database')!.found, /SQLITE_NOTADB/);
  renameSync(data, `${data}.kept`);
  writeFileSync(data, '');
  const { code, checks } = await pair.doctor();
  assert.equal(code, EXIT.failed);
  assert.equal(checks.get('disk-data')!.outcome, 'failed');
  assert.match(checks.get('disk-data')!.found, /cannot be written|ENOTDIR/);
  rmSync(data);
  mkdirSync(data);
});

test('a Redis server is asked, and what speaks against it told', { skip: noRedis() }, async (t) => {
  const { url } = await startRedis({ test: t });
  const withRedis = (address: string) => (text: string) => `${text}redis: ${address}\n`;
  const good = await changed(pair.config, withRedis(url), () => pair.doctor());
  assert.match(good.checks.get('queue')!.found, /^127\.0\.0\.1:\d+ answers and fits$/);
  const evicting = await startRedis({ test: t, args: ['--maxmemory-policy', 'allkeys-lru'] });
  const bad = await changed(pair.config, withRedis(evicting.url), () => pair.doctor());
  assert.equal(bad.code, EXIT.failed);
  assert.match(bad.checks.get('queue')!.found, /allkeys-lru/);
  assert.match(bad.checks.get('queue')!.advice!, /noeviction/);
  const away = (text: string): string => `${text}redis: redis://127.0.0.1:1\n`;
  const cannotStart = await changed(pair.config, away, () => pair.doctor());
  assert.equal(cannotStart.checks.get('queue')!.outcome, 'failed');
  const gateway = await pair.startA();
  t.after(() => gateway.stop());
  const goesOn = await changed(pair.config, away, () => pair.doctor('--no-ping'));
  assert.equal(goesOn.checks.get('queue')!.outcome, 'warning');
  assert.match(goesOn.checks.get('queue')!.advice!, /sends what it has by itself/);
});

test('a PostgreSQL database is asked instead of the embedded one', { skip: noPostgres() }, async (t) => {
  const url = await postgresDatabase(t);
  const withDatabase = (address: string) => (text: string) => `${text}database: ${address}\n`;
  const good = await changed(pair.config, withDatabase(url), () => pair.doctor());
  assert.match(
    good.checks.get('database')!.found,
    /^PostgreSQL at \S+:\d+\/\S+, schema 0; \d+ migrations will run/,
  );
  const away = await changed(pair.config, withDatabase('postgres://u:secret@127.0.0.1:1/q'), () =>
    pair.doctor(),
  );
  assert.equal(away.code, EXIT.failed);
  const told = away.checks.get('database')!;
  assert.match(told.found, /cannot serve.*ECONNREFUSED/);
  assert.match(told.advice!, /PostgreSQL server runs/);
  assert.doesNotMatch(JSON.stringify([...away.checks.values()]), /secret/);
});
