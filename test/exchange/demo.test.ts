import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const quoin = [join(import.meta.dirname, '../../bin/quoin.js')];

async function scratch(t: { after: (done: () => Promise<void>) => void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quoin-demo-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Lines of different processes may overtake each other; these follow from one another. */
function assertTold(stdout: string, steps: readonly string[]): void {
  let at = 0;
  for (const step of steps) {
    const found = stdout.indexOf(step, at);
    assert.ok(found >= 0, `"${step}" is told, after what comes before it:\n${stdout}`);
    at = found;
  }
}

test('the demonstration goes through the user journey for real, and what travels is never plain', async (t) => {
  const folder = join(await scratch(t), 'demo');
  const { stdout } = await run(process.execPath, [...quoin, 'demo', '--trace', '--folder', folder]);
  assert.match(stdout, /delivered and acknowledged by verified receipts, and both sides agree\./);
  assertTold(stdout, [
    '=== School leaving certificate from the School Office of Oldport: EDM 2.0',
    'Step 1  Authentication',
    'Step 2  Evidence location',
    'Civil Registry of Eastport, behind AP_XB_01: EDM 1.2, P-Mode oots.AP_XA_01.AP_XB_01',
    'Step 3  Evidence request',
    'verified the signature of AP_XA_01',
    'reads the request: School leaving certificate of Zoë',
    'Step 4  Redirection to preview: not needed',
    'Step 6  Evidence response',
    'keeps ExecuteQueryResponse durably and answers with a signed receipt',
    'saves the evidence, then acknowledges',
    'Step 7  Submit procedure',
    'answered, evidence',
    'answer taken by the backend',
    '=== Birth certificate from the Civil Registry of Eastport: EDM 1.2',
    'Step 3  Evidence request',
    'Step 4  Redirection to preview',
    'keeps ExceptionResponse durably and answers with a signed receipt',
    'makes the second request, and redirects',
    'Step 5  Preview',
    'sees the Birth certificate in the preview space, and agrees that it is sent',
    'Step 6  Evidence response',
    'saves the evidence, then acknowledges',
    'Step 7  Submit procedure',
    'answered, evidence',
  ]);

  const pdfs = readdirSync(folder).filter((name) => name.endsWith('.pdf'));
  assert.equal(pdfs.length, 2);
  for (const name of pdfs) {
    const pdf = readFileSync(join(folder, name));
    assert.equal(pdf.toString('latin1', 0, 8), '%PDF-1.4');
    assert.ok(pdf.includes('Zoë', 0, 'latin1'));
  }

  const wire = readdirSync(join(folder, 'wire'));
  assert.equal(wire.length, 12, 'a request and a response of each message');
  for (const file of wire) {
    const bytes = readFileSync(join(folder, 'wire', file));
    assert.ok(bytes.includes(':Signature'), 'every message and receipt is signed');
    for (const plain of ['%PDF', 'query:Query', 'sdg:Person'])
      assert.ok(!bytes.includes(plain), `no ${plain} travels in the clear`);
  }
  const request = wire.find((file) => file.includes('AP_XA_01-to-AP_XB_01-request'))!;
  const config = ['--config', join(folder, 'AP_XB_01', 'quoin.yaml')];
  const inspected = await run(process.execPath, [
    ...quoin,
    'inspect',
    join(folder, 'wire', request),
    ...config,
  ]);
  assert.match(inspected.stdout, /would be accepted: a signed receipt/);
});

test('a demonstration that cannot finish ends with an error and leaves nothing running', async (t) => {
  const folder = join(await scratch(t), 'demo');
  // A folder that cannot be written is the operator's likeliest mistake.
  const failed = run(process.execPath, [...quoin, 'demo', '--folder', join(process.execPath, 'demo')]);
  await assert.rejects(
    failed,
    (error: { code: number; stderr: string }) =>
      error.code === 2 && error.stderr.includes('a part of this path is a file'),
  );
  assert.equal(existsSync(folder), false);
});

test('an access point that cannot start ends at once, and its words are those of the demonstration', async (t) => {
  const folder = join(await scratch(t), 'demo');
  const env = { ...process.env, QUOIN_NO_SUCH_SETTING: '1' };
  const failed = run(process.execPath, [...quoin, 'demo', '--folder', folder], { env });
  await assert.rejects(failed, ({ code, stderr }: { code: number; stderr: string }) => {
    assert.match(stderr, /no setting belongs to the variable QUOIN_NO_SUCH_SETTING/);
    // It was not waited for until it was ended by force.
    assert.match(stderr, /AP_X[AB]_01 ended with code 1/);
    return code !== 0;
  });
});
