import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../src/config/index.ts';
import { makeDevelopmentPki } from '../../src/development-pki.ts';
import { createReloading } from '../../src/gateway/open-reloading.ts';
import type { Reloader } from '../../src/gateway/reloader.ts';
import type { ReadConfig } from '../../src/gateway/snapshot.ts';
import { watchFiles } from '../../src/gateway/watch-files.ts';
import type { MshEvent } from '../../src/msh/index.ts';
import { problemError } from '../../src/problem-error.ts';
import { formatProblem } from '../../src/protocol/pmode/index.ts';
import { makeKeys, pmodeText, writeAccessPoint } from '../support/access-point.ts';
import type { AccessPointFiles } from '../support/access-point.ts';
import { scratchFolder } from '../support/scratch.ts';

const certs = scratchFolder();
before(() => makeKeys(certs));

interface Opened {
  readonly files: AccessPointFiles;
  readonly reloader: Reloader;
  readonly events: MshEvent[];
}

function readAt(file: string): ReadConfig {
  const { config, problems, settings } = loadConfig({ file, env: {} });
  if (config === undefined)
    throw problemError('config/invalid', 'configuration', problems.map(formatProblem));
  return { config, settings, warnings: problems.map(formatProblem) };
}

async function open(files = writeAccessPoint(scratchFolder(), 'AP_XA_01', certs)): Promise<Opened> {
  const events: MshEvent[] = [];
  const read = readAt(files.config);
  const reloader = await createReloading({
    config: read.config,
    observer: { emit: (event) => void events.push(event) },
    origin: { read, reread: () => Promise.resolve().then(() => readAt(files.config)) },
  });
  return { files, reloader, events };
}

const named = (events: readonly MshEvent[], name: string): readonly MshEvent[] =>
  events.filter(({ event }) => event === name);

test('a valid set is swapped as a whole, and log and state say what has changed', async () => {
  const { files, reloader, events } = await open();
  const old = reloader.current;
  writeFileSync(files.pmode, pmodeText({ addresses: { AP_XB_01: 'https://new.example/as4' } }));
  const report = await reloader.reload('signal');
  assert.equal(report.outcome, 'changed');
  const words =
    'P-Mode oots: party AP_XB_01: address changes from https://ap-xb-01.example/as4 to https://new.example/as4';
  assert.deepEqual(report.changes, [{ about: 'pmode', words, weakens: false }]);
  assert.notEqual(reloader.current.digest, old.digest);
  assert.equal(reloader.state.digest, reloader.current.digest);
  assert.equal(reloader.state.trigger, 'signal');
  const [told] = named(events, 'gateway/reloaded');
  assert.deepEqual(told?.['changes'], [words]);
  // Who took the old set keeps it, P-Modes and keys together.
  assert.equal(old.loaded.agreements.pmodes[0]?.responder.party.address, 'https://ap-xb-01.example/as4');
});

test('an invalid set leaves the old one in force and names every problem with file and line', async () => {
  const { files, reloader, events } = await open();
  const old = reloader.current;
  writeFileSync(files.pmode, `${pmodeText()}legDefaults: { compres: true }\nprofil: x\n`);
  const report = await reloader.reload('api');
  assert.equal(report.outcome, 'refused');
  assert.equal(reloader.current, old);
  assert.equal(report.digest, old.digest);
  assert.equal(report.problems.length, 2);
  assert.match(report.problems[0] ?? '', /oots\.yaml:1\d:\d+ .*compres.*Did you mean "compress"/);
  assert.match(report.problems[1] ?? '', /oots\.yaml:1\d:\d+ .*profil/);
  assert.deepEqual(reloader.state.refusal?.problems, report.problems);
  assert.deepEqual(named(events, 'gateway/reload-refused')[0]?.['problems'], report.problems);

  writeFileSync(files.pmode, pmodeText());
  assert.equal((await reloader.reload('api')).outcome, 'unchanged');
  assert.equal(reloader.state.refusal, undefined, 'what is right again is refused no longer');
});

test('what weakens is said loudly', async () => {
  const { files, reloader, events } = await open();
  writeFileSync(files.pmode, pmodeText({ extraPMode: 'legDefaults: { security: { encrypt: false } }\n' }));
  const { changes } = await reloader.reload('files');
  assert.ok(changes[0]?.weakens);
  assert.match(changes[0].words, /SECURITY WEAKENED: payloads are neither encrypted/);
  assert.equal(named(events, 'gateway/security-weakened')[0]?.['change'], changes[0].words);
  assert.equal(named(events, 'gateway/weaker-mode').length, 1);
});

test('a key that is added to the configuration is used; what needs a restart is named', async () => {
  const { files, reloader, events } = await open();
  const fresh = scratchFolder();
  await makeDevelopmentPki({ folder: fresh, parties: ['AP_NEW'], demonstration: false, bits: 2048, days: 9 });
  const text = readFileSync(files.config, 'utf8');
  const key = `  - { path: ${join(fresh, 'ap_new.key.pem')}, certificate: ${join(fresh, 'ap_new.pem')} }\n`;
  writeFileSync(
    files.config,
    text.replace('keys:\n', `keys:\n${key}`).replace('log: {', 'limits: { inbound: 5 }\nlog: {'),
  );
  const report = await reloader.reload('signal');
  assert.equal(report.outcome, 'changed');
  assert.match(report.changes[0]!.words, /^key of ours added: CN=AP_NEW.* 8 days left, for decrypt, sign/);
  assert.match(report.changes[1]!.words, /^what we send is signed with CN=AP_NEW/);
  assert.deepEqual(report.atRestart, ['limits.inbound changes from 64 to 5']);
  assert.equal(
    reloader.current.loaded.agreements.keyRing.signingKey().certificate.facts.subject.includes('AP_NEW'),
    true,
  );
  assert.equal(reloader.current.read.config.limits.inbound, 64, 'it is not in force');
  assert.match(
    String(named(events, 'gateway/configuration-warning')[0]?.['warning']),
    /ap_new\.key\.pem.*expires on/,
  );

  writeFileSync(files.config, text.replace('party: AP_XA_01', 'party: AP_XA_01, idDomian: x'));
  const refused = await reloader.reload('signal');
  assert.match(refused.problems[0]!, /quoin\.yaml:1:\d+ .*idDomian.*idDomain/);
});

test('a reload that takes away the key partners encrypt for warns of it, and so does each start', async () => {
  const { files, reloader, events } = await open();
  const fresh = scratchFolder();
  await makeDevelopmentPki({
    folder: fresh,
    parties: ['AP_NEW'],
    demonstration: false,
    bits: 2048,
    days: 90,
  });
  const text = readFileSync(files.config, 'utf8');
  const key = `keys:\n  - { path: ${join(fresh, 'ap_new.key.pem')}, certificate: ${join(fresh, 'ap_new.pem')} }\n`;
  writeFileSync(files.config, text.replace(/keys:\n(?: +.*\n)+/, key));
  assert.equal((await reloader.reload('signal')).outcome, 'changed');
  const warnings = named(events, 'gateway/configuration-warning').map(({ warning }) => String(warning));
  assert.equal(
    warnings.filter((text) => /tell partners to encrypt for .*AP_XA_01.*role: decrypt/.test(text)).length,
    1,
  );
});

test('a dry run says what would change and changes nothing', async () => {
  const { files, reloader, events } = await open();
  const old = reloader.current;
  writeFileSync(files.pmode, pmodeText({ extraPMode: 'omitLegs: [lcm-request, lcm-response, lcm-error]\n' }));
  const { outcome, changes } = await reloader.preview();
  assert.equal(outcome, 'changed');
  assert.match(changes[0]!.words, /legs lcm-request, lcm-response, lcm-error: removed/);
  assert.equal(reloader.current, old);
  assert.deepEqual(events, []);
});

test('how files are written and where they lie makes no difference to the digest', async () => {
  const { files, reloader } = await open();
  const { digest } = reloader.current;
  const moved = await open(writeAccessPoint(scratchFolder(), 'AP_XA_01', certs));
  assert.equal(moved.reloader.current.digest, digest);
  renameSync(files.pmode, join(files.folder, 'pmodes', 'other-name.yaml'));
  appendFileSync(join(files.folder, 'pmodes', 'other-name.yaml'), '# a remark\n');
  const report = await reloader.reload('api');
  assert.deepEqual([report.outcome, report.changes, report.digest], ['unchanged', [], digest]);
});

/** Looks again and again until something holds; the bound is for a machine that is very busy. */
async function until(holds: () => boolean): Promise<void> {
  for (const hangs = Date.now() + 60_000; !holds(); await delay(10))
    if (Date.now() > hangs) throw new Error('it does not come to hold');
}

test('changed files are found once they stand still; half a file is left alone', async (context) => {
  const { files, reloader, events } = await open();
  const text = pmodeText({ addresses: { AP_XB_01: 'https://new.example/as4' } });
  let looks = 0;
  const fingerprint = reloader.fingerprint.bind(reloader);
  // A writer that is seen half done at each of the first looks.
  reloader.fingerprint = async () => {
    looks += 1;
    if (looks <= 5) writeFileSync(files.pmode, text.slice(0, looks * 40));
    if (looks === 6) writeFileSync(files.pmode, text);
    return await fingerprint();
  };
  context.after(watchFiles(reloader, 20, { emit: () => undefined }));
  await until(() => reloader.state.trigger === 'files');
  assert.equal(named(events, 'gateway/reload-refused').length, 0);
  assert.equal(named(events, 'gateway/reloaded').length, 1);
});

test('a folder that is a link turned to another one, as Kubernetes does it, is found', async (context) => {
  const files = writeAccessPoint(scratchFolder(), 'AP_XA_01', certs);
  const mount = join(files.folder, 'mounted');
  const version = (name: string, text: string): void => {
    mkdirSync(join(mount, name), { recursive: true });
    writeFileSync(join(mount, name, 'oots.yaml'), text);
    symlinkSync(name, join(mount, '..data_tmp'));
    renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
  };
  version('..2026_01', pmodeText());
  symlinkSync('..data/oots.yaml', join(mount, 'oots.yaml'));
  writeFileSync(
    files.config,
    readFileSync(files.config, 'utf8').replace('pmodes: pmodes', 'pmodes: mounted'),
  );
  const { reloader } = await open(files);
  context.after(watchFiles(reloader, 20, { emit: () => undefined }));
  version('..2026_02', pmodeText({ addresses: { AP_XB_01: 'https://turned.example/as4' } }));
  await until(() => reloader.state.trigger === 'files');
  assert.match(reloader.state.changes[0]!.words, /to https:\/\/turned\.example\/as4$/);
});

test('a refused set is told once, not at every look; the file it lacked makes it good', async (context) => {
  const { files, reloader, events } = await open();
  const missing = join(files.folder, 'later.pem');
  const text = readFileSync(files.config, 'utf8');
  const ring = writeAccessPoint(scratchFolder(), 'AP_XB_01', certs);
  writeFileSync(files.config, text.replace(/certificate: .*ap_xa_01\.pem/, `certificate: ${missing}`));
  context.after(watchFiles(reloader, 20, { emit: () => undefined }));
  await until(() => reloader.state.refusal !== undefined);
  await delay(200);
  assert.equal(named(events, 'gateway/reload-refused').length, 1);
  assert.match(reloader.state.refusal!.problems[0]!, /later\.pem does not exist/);
  writeFileSync(missing, readFileSync(join(ring.certs, 'ap_xa_01.pem')));
  await until(() => reloader.state.refusal === undefined);
});

test('many reloads at once run one after the other', async () => {
  const { files, reloader } = await open();
  const reports = await Promise.all(
    [1, 2, 3, 4].map(async (number) => {
      writeFileSync(files.pmode, pmodeText({ addresses: { AP_XB_01: `https://b${number}.example/as4` } }));
      return await reloader.reload('api');
    }),
  );
  assert.equal(reloader.state.digest, reports.at(-1)?.digest);
  assert.match(JSON.stringify(reloader.current.loaded.agreements.pmodes), /https:\/\/b4\.example/);
});

const keysText = (...names: readonly string[]): string =>
  JSON.stringify({
    keys: names.map((name, index) => ({
      name,
      hash: `sha256:${String(index).repeat(64)}`,
      scopes: ['read'],
      created: '2027-01-31T12:00:00Z',
    })),
  });

test('a key is revoked whatever else is wrong; a mistake in the file of keys leaves the old ones', async () => {
  const files = writeAccessPoint(scratchFolder(), 'AP_XA_01', certs);
  const keysFile = join(files.folder, 'api-keys.yaml');
  const text = readFileSync(files.config, 'utf8').replace('api: {', 'api: { keysFile: api-keys.yaml,');
  writeFileSync(files.config, text);
  writeFileSync(keysFile, keysText('stays', 'leaked'));
  const { reloader, events } = await open(files);
  const { digest, loaded } = reloader.current;
  const names = (): unknown => reloader.current.apiKeys?.map(({ name }) => name);

  writeFileSync(files.pmode, `${pmodeText()}profil: x\n`);
  writeFileSync(keysFile, keysText('stays'));
  const foreseen = await reloader.preview();
  assert.deepEqual(names(), ['stays', 'leaked'], 'a dry run swaps no keys');
  const report = await reloader.reload('files');
  assert.deepEqual(report, foreseen);
  assert.equal(report.outcome, 'refused');
  assert.deepEqual(names(), ['stays']);
  assert.equal(reloader.current.loaded, loaded);
  assert.deepEqual(
    report.changes.map(({ words }) => words),
    ['API key leaked is revoked'],
  );
  assert.deepEqual(named(events, 'gateway/reload-refused')[0]?.['changes'], ['API key leaked is revoked']);
  assert.notEqual(report.digest, digest);
  assert.deepEqual([reloader.state.digest, reloader.current.digest], [report.digest, report.digest]);

  writeFileSync(keysFile, 'keys: [{ nam: x }]');
  const both = await reloader.reload('files');
  assert.match(both.problems.join('\n'), /oots\.yaml.*profil[^]*api-keys\.yaml.*nam/);
  assert.deepEqual([names(), both.changes], [['stays'], []]);

  // Settings that cannot be read either: which file the keys are in is known from the start.
  writeFileSync(files.config, 'accessPoint: [');
  writeFileSync(keysFile, keysText());
  await reloader.reload('files');
  assert.deepEqual(names(), []);
});

test('a writer that never rests beside the files, or in one of them, keeps no change from being found', async (context) => {
  const { files, reloader } = await open();
  const told: MshEvent[] = [];
  const before = await reloader.fingerprint();
  for (const name of ['a.log', 'b.tmp', 'oots.yaml~'])
    writeFileSync(join(files.folder, 'pmodes', name), name);
  assert.equal(await reloader.fingerprint(), before, 'what nobody reads does not count');
  const fingerprint = reloader.fingerprint.bind(reloader);
  const text = pmodeText({ addresses: { AP_XB_01: 'https://new.example/as4' } });
  let looks = 0;
  reloader.fingerprint = async () => {
    looks += 1;
    // At rest while it is read, other at the next look.
    if (reloader.state.trigger === 'start' && !told.length) writeFileSync(files.pmode, `${text}# ${looks}\n`);
    return await fingerprint();
  };
  context.after(watchFiles(reloader, 20, { emit: (event) => void told.push(event) }));
  await until(() => reloader.state.trigger === 'files');
  assert.equal(named(told, 'gateway/files-restless').length, 1);
});
