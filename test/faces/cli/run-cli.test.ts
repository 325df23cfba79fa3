import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeDevelopmentPki } from '../../../src/development-pki.ts';
import { cliWorld } from '../../../src/cli-world.ts';
import { EXIT, commandManual } from '../../../src/faces/cli/index.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { quoin } from './terminals.ts';

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
  assert.match(out, /^Exit codes:\n +0 +done/m);
});

test('every command that does something has an example that begins with its name, and a sentence', () => {
  const pages = commandManual(cliWorld()).filter(({ commands }) => commands.length === 0);
  assert.ok(pages.length > 15, 'the commands are read');
  for (const { path, examples, says } of pages) {
    assert.ok(says.length > 10, path);
    assert.ok(examples.length > 0, `quoin ${path} has no example: give it one with examples() of manual.ts`);
    // The first command below a word may be left out when it is what the word alone does.
    const word = path.split(' ')[0]!;
    for (const example of examples) assert.ok(example.includes(`quoin ${word}`), `${path}: ${example}`);
  }
});

test('wrong usage ends with its own exit code and says what to do next', async () => {
  const wrong: readonly (readonly [argv: readonly string[], says: RegExp, advice: RegExp])[] = [
    [['sned'], /Unknown command 'sned'\./, /Did you mean send\?/],
    [['pmode', 'chekc'], /Unknown command 'chekc'\./, /Did you mean check\?/],
    [['xyzzy'], /Unknown command 'xyzzy'\./, /quoin --help lists the commands/],
    [['send', '--actoin', 'x'], /Unknown option '--actoin'\./, /Did you mean --action\?/],
    [['status'], /Missing required argument 'message-id'\./, /quoin messages .* example: quoin status/],
    [['pmode'], /quoin pmode needs to be told what to do\./, /One of: list, check, explain, diff\./],
    [['completion', 'tcsh'], /'tcsh' is invalid.* bash, zsh, fish\./, /quoin completion --help/],
    [['inbox', 'list', '--limit', 'x'], /'x' is invalid\. It must be a whole number/, /inbox list --help/],
    [['health', 'now'], /Too many arguments/, /quoin health --help/],
  ];
  for (const [argv, says, advice] of wrong) {
    const { code, out, err } = await quoin(...argv);
    assert.equal(code, EXIT.usage, argv.join(' '));
    assert.match(err, says);
    assert.match(err, advice);
    assert.equal(out, '');
    const told = await quoin('--json', ...argv);
    assert.equal(told.code, EXIT.usage);
    const { error } = JSON.parse(told.err) as {
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly finding: { advice: string };
      };
    };
    assert.equal(error.code, 'cli/usage');
    assert.match(error.message, says);
    assert.match(error.finding.advice, advice);
  }
});

test('P-Modes are listed with their partner and what travels either way', async () => {
  const { config } = await accessPoint(false);
  const { code, out } = await quoin('--config', config, 'pmode', 'list');
  assert.equal(code, EXIT.done, out);
  assert.match(out, /AP_XB_01 +query-request +send, receive +ExecuteQueryRequest/);
  assert.match(out, /AP_XB_01 +query-response +send, receive +ExecuteQueryResponse/);
  const names = await quoin('--config', config, 'names', 'party');
  assert.equal(names.out, 'AP_XB_01');
  const nothing = await quoin('--config', `${config}.missing`, 'names', 'party');
  assert.deepEqual([nothing.code, nothing.out, nothing.err], [EXIT.done, '', '']);
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
