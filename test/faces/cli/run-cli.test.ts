import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cliWorld } from '../../../src/cli-world.ts';
import { makeDevelopmentPki } from '../../../src/development-pki.ts';
import { EXIT, runCli } from '../../../src/faces/cli/index.ts';
import { scratchFolder } from '../../support/scratch.ts';

/** Runs one command line against the real program; what it wrote and how it ended. */
async function quoin(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    colour: false,
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
  };
  const code = await runCli(argv, cliWorld(), terminal);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** A folder with the configuration of AP_XA_01, ready to serve once its keys are there. */
async function accessPoint(demonstration: boolean): Promise<{ folder: string; config: string }> {
  const folder = scratchFolder();
  const parties = ['AP_XA_01', 'AP_XB_01'];
  const { parties: keys } = await makeDevelopmentPki({
    folder: join(folder, 'certs'),
    parties,
    demonstration,
    bits: 2048,
    days: 30,
  });
  mkdirSync(join(folder, 'pmodes'));
  const example = readFileSync(join(import.meta.dirname, '../../../pmodes/examples/oots-xa-xb.yaml'), 'utf8');
  const named = (party: string): string => keys.get(party)!.certificate.split('/').at(-1)!;
  writeFileSync(
    join(folder, 'pmodes', 'oots.yaml'),
    example.replaceAll('ap_xa_01.pem', named('AP_XA_01')).replaceAll('ap_xb_01.pem', named('AP_XB_01')),
  );
  const { key, certificate } = keys.get('AP_XA_01')!;
  const config = join(folder, 'quoin.yaml');
  writeFileSync(
    config,
    `accessPoint: { party: AP_XA_01 }
listeners:
  as4: { host: 127.0.0.1, port: 0 }
  api: { host: 127.0.0.1, port: 0 }
  operations: { host: 127.0.0.1, port: 0 }
data: data
pmodes: pmodes
certificates: certs
keys:
  - { path: ${key}, certificate: ${certificate} }
log: { level: silent }
`,
  );
  return { folder, config };
}

test('help names every command and the exit codes', async () => {
  const { code, out } = await quoin('--help');
  assert.equal(code, EXIT.done);
  for (const command of ['demo', 'serve', 'send', 'status', 'inbox', 'ping', 'inspect', 'pmode', 'certs']) {
    assert.match(out, new RegExp(`^  ${command}\\b`, 'm'));
  }
  assert.match(out, /Exit codes: 0 done/);
});

test('wrong usage ends with its own exit code', async () => {
  assert.equal((await quoin('sned')).code, EXIT.usage);
  assert.equal((await quoin('status')).code, EXIT.usage);
});

test('an access point that does not answer is told with where it was looked for', async () => {
  const { code, err } = await quoin('--api', 'http://127.0.0.1:1', 'status', 'some-id');
  assert.equal(code, EXIT.unreachable);
  assert.match(err, /127\.0\.0\.1:1/);
});

test('a configuration with mistakes names all of them with line and cure, and nothing is started', async () => {
  const folder = scratchFolder();
  const config = join(folder, 'quoin.yaml');
  writeFileSync(
    config,
    'accessPoint: { party: AP_XA_01 }\nlisteners:\n  as5: { port: 1 }\npmodes: nowhere\n',
  );
  const { code, err } = await quoin('--config', config, 'serve');
  assert.notEqual(code, EXIT.done);
  assert.match(err, /quoin\.yaml:3/);
  assert.match(err, /as4/, 'the nearest name is suggested');
  assert.deepEqual(readdirSync(folder), ['quoin.yaml']);
});

test('keys of the demonstration do not serve outside it', async () => {
  const { config, folder } = await accessPoint(true);
  const { code, err } = await quoin('--config', config, 'serve');
  assert.notEqual(code, EXIT.done);
  assert.match(err, /demonstration/i);
  assert.ok(!readdirSync(folder).includes('data'), 'nothing was started');
});

test('what is loaded is listed with its expiry', async () => {
  const { config } = await accessPoint(false);
  const { code, out } = await quoin('--config', config, 'certs', 'list');
  assert.equal(code, EXIT.done, out);
  assert.match(out, /sign, decrypt/);
  assert.match(out, /verify, encrypt/);
  assert.match(out, /CN=AP_XB_01/);
});

test('a P-Mode is explained by what disagrees', async () => {
  const { config } = await accessPoint(false);
  const checked = await quoin('--config', config, 'pmode', 'check');
  assert.equal(checked.code, EXIT.done, checked.out);
  const send = ['--config', config, 'pmode', 'explain', '--send'];
  const right = await quoin(...send, '--action', 'ExecuteQueryRequest');
  assert.equal(right.code, EXIT.done, right.out);
  assert.match(right.out, /query-request: governs/);
  const wrong = await quoin(...send, '--action', 'ExecuteQueryReques');
  assert.notEqual(wrong.code, EXIT.done);
  assert.match(wrong.out, /no action +expected ExecuteQueryRequest, found ExecuteQueryReques/);
});

test('garbage is inspected without a stack trace', async () => {
  const file = join(scratchFolder(), 'garbage.bin');
  writeFileSync(file, Buffer.from([0, 1, 2, 3, 255]));
  const { out, err } = await quoin('inspect', file);
  assert.match(out, /5 bytes/);
  assert.doesNotMatch(out + err, /\bat .*\.ts:\d+/);
});
