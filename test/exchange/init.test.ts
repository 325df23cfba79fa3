import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { loadConfig } from '../../src/config/index.ts';
import { EXIT } from '../../src/faces/cli/index.ts';
import { initialise } from '../../src/new-access-point.ts';
import { parseCertificate, parsePrivateKey } from '../../src/protocol/pki/index.ts';
import { quoin } from '../faces/cli/terminals.ts';
import { scratchFolder } from '../support/scratch.ts';

const program = join(import.meta.dirname, '../../bin/quoin.js');

/** Bounds what can hang; the machine may be busy. */
const timeout = 300_000;

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

const WRITTEN = [
  'certs/ap_xa_01.pem',
  'keys/ap_xa_01.key.pem',
  'keys/ap_xa_01.pem',
  'keys/api-token',
  'quoin.yaml',
];

test('what is written loads without a word, and secrets are for their owner only', async () => {
  const folder = join(scratchFolder(), 'new', 'place');
  const { code, out } = await quoin('init', 'AP_XA_01', '--folder', folder, '--organisation', 'Ministry, XA');
  assert.equal(code, EXIT.done);
  assert.deepEqual(filesIn(folder), WRITTEN);
  for (const file of WRITTEN) assert.ok(out.includes(join(folder, file)), file);
  assert.match(out, /FOR TRYING: .* quoin certs request/);
  for (const step of ['pmode check', 'doctor', 'serve'])
    assert.ok(out.includes(`quoin ${step} --config ${join(folder, 'quoin.yaml')}`), step);

  const { config, problems } = loadConfig({ file: join(folder, 'quoin.yaml') });
  assert.deepEqual(problems, []);
  assert.equal(config?.accessPoint.party, 'AP_XA_01');
  assert.equal(config.listeners.api.token?.().length, 43);

  const modeOf = (file: string): number => statSync(join(folder, file)).mode & 0o777;
  assert.deepEqual(['keys/ap_xa_01.key.pem', 'keys/api-token'].map(modeOf), [0o600, 0o600]);
  const pem = readFileSync(join(folder, 'keys/ap_xa_01.pem'), 'utf8');
  assert.equal(readFileSync(join(folder, 'certs/ap_xa_01.pem'), 'utf8'), pem);
  const certificate = parseCertificate(pem);
  assert.equal(certificate.subject, 'CN=AP_XA_01,C=EU,O=Ministry\\, XA,OU=Self-signed for trying');
  assert.equal(certificate.issuer, certificate.subject);
  const key = parsePrivateKey(readFileSync(join(folder, 'keys/ap_xa_01.key.pem'), 'utf8'));
  assert.equal(key.asymmetricKeyDetails?.modulusLength, 3072);
  assert.match(readFileSync(join(folder, 'quoin.yaml'), 'utf8'), /FOR TRYING ONLY/);
});

test('nothing is overwritten, and then nothing is written: the file in the way is named', async () => {
  for (const file of ['quoin.yaml', 'keys-as-file']) {
    const folder = scratchFolder();
    const inTheWay = join(folder, file === 'quoin.yaml' ? file : 'keys');
    writeFileSync(inTheWay, 'mine');
    const { code, err } = await quoin('init', 'AP_XA_01', '--folder', folder, '--json');
    assert.equal(code, EXIT.usage, err);
    const { error } = JSON.parse(err) as { error: { code: string; message: string } };
    assert.equal(error.code, 'cli/file-unusable');
    assert.ok(error.message.includes(inTheWay), error.message);
    assert.deepEqual(readdirSync(folder), [inTheWay.slice(folder.length + 1)]);
    assert.equal(readFileSync(inTheWay, 'utf8'), 'mine');
  }
});

test('a party that cannot name files and a country that is none are refused', async () => {
  const folder = join(scratchFolder(), 'new');
  assert.equal((await quoin('init', '../x', '--folder', folder)).code, EXIT.usage);
  const { code, err } = await quoin('init', '--folder', folder, '--country', 'Belgium');
  assert.equal(code, EXIT.usage);
  assert.match(err, /two capital letters/);
  assert.ok(!existsSync(folder));
});

/** An access point that was written by init and runs as a process of its own; addresses are URLs. */
interface Served {
  readonly folder: string;
  readonly as4: string;
  readonly api: string;
  readonly operations: string;
  readonly process: ChildProcess;
}

const FREE_PORTS = {
  QUOIN_LISTENERS_AS4_PORT: '0',
  QUOIN_LISTENERS_API_PORT: '0',
  QUOIN_LISTENERS_OPERATIONS_PORT: '0',
};

async function serveNew(
  t: { after: (done: () => void) => void },
  folder: string,
  party: string,
): Promise<Served> {
  const init = await promisify(execFile)(process.execPath, [program, 'init', party, '--json'], {
    cwd: folder,
  });
  assert.equal((JSON.parse(init.stdout) as { party: string }).party, party);
  const child = spawn(process.execPath, [program, 'serve'], {
    cwd: folder,
    env: { ...process.env, ...FREE_PORTS },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const told = JSON.parse(line) as { readonly event: string } & Omit<Served, 'folder' | 'process'>;
    if (told.event !== 'gateway/listening') continue;
    child.stdout.resume();
    return { ...told, folder, process: child };
  }
  assert.fail('it ended before it listened');
}

async function ended({ process: child }: Served): Promise<unknown> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  return (await exit)[0];
}

test(
  'init, serve: ready at once; one agreement later two of them exchange a message',
  { timeout },
  async (t) => {
    const a = await serveNew(t, scratchFolder(), 'AP_XA_01');
    const b = await serveNew(t, scratchFolder(), 'AP_XB_01');
    for (const { operations, api } of [a, b])
      for (const url of [`${operations}/health/live`, `${operations}/health/ready`, `${api}/health`])
        assert.equal((await fetch(url)).status, 200, url);
    assert.equal((await fetch(`${a.api}/v1/messages`)).status, 401, 'the API asks for the token');

    copyFileSync(join(a.folder, 'certs/ap_xa_01.pem'), join(b.folder, 'certs/ap_xa_01.pem'));
    copyFileSync(join(b.folder, 'certs/ap_xb_01.pem'), join(a.folder, 'certs/ap_xb_01.pem'));
    const example = readFileSync(join(import.meta.dirname, '../../pmodes/examples/oots-xa-xb.yaml'), 'utf8');
    const agreement = example
      .replace('https://ap.xa.example/as4', `${a.as4}/as4`)
      .replace('https://ap.xb.example/as4', `${b.as4}/as4`);
    for (const { folder, api } of [a, b]) {
      writeFileSync(join(folder, 'pmodes/oots.yaml'), agreement);
      const token = readFileSync(join(folder, 'keys/api-token'), 'utf8').trim();
      const headers = { authorization: `Bearer ${token}` };
      const reloaded = await fetch(`${api}/v1/reload`, { method: 'POST', headers });
      assert.equal(reloaded.status, 200, await reloaded.text());
    }
    const args = ['--config', join(a.folder, 'quoin.yaml'), '--api', a.api];
    const token = readFileSync(join(a.folder, 'keys/api-token'), 'utf8').trim();
    const pinged = await quoin(...args, '--token', token, 'ping', 'AP_XB_01', '--wait');
    assert.equal(pinged.code, EXIT.done, pinged.out + pinged.err);
    assert.deepEqual([await ended(a), await ended(b)], [0, 0]);
  },
);

test('a folder that cannot be finished is left as it was', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'pmodes'), 'mine');
  await assert.rejects(
    initialise({ folder, party: 'AP_XA_01', organisation: 'XA', country: 'EU' }),
    (error: Error) => error.message.includes(join(folder, 'pmodes')),
  );
  assert.deepEqual(filesIn(folder), ['pmodes']);
  assert.deepEqual(readdirSync(folder), ['pmodes']);
});
