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

test('the demonstration exchanges evidence for real and says so', async (t) => {
  const folder = join(await scratch(t), 'demo');
  const { stdout } = await run(process.execPath, [...quoin, 'demo', '--trace', '--folder', folder]);
  assert.match(
    stdout,
    /Both messages were signed, encrypted, delivered and acknowledged by verified receipts\./,
  );

  const pdf = readFileSync(join(folder, 'birth-certificate.pdf'));
  assert.equal(pdf.toString('latin1', 0, 8), '%PDF-1.4');
  assert.ok(pdf.includes('Zo\u00eb', 0, 'latin1'));

  assert.match(stdout, /posts an evidence request/);
  // Lines of different processes may overtake each other; these follow from one another.
  const steps = [
    'keeps ExecuteQueryRequest durably and queues it',
    'verified the signature of AP_XA_01',
    'reads the request: Birth certificate of Zoë',
    'keeps ExecuteQueryResponse durably and answers with a signed receipt',
    'takes the evidence from its inbox',
  ];
  let at = 0;
  for (const step of steps) {
    const found = stdout.indexOf(step, at);
    assert.ok(found >= 0, `"${step}" is told, after what comes before it:\n${stdout}`);
    at = found;
  }
});

test('what the trace records is what travelled: signed, encrypted, never plain', async (t) => {
  const folder = join(await scratch(t), 'demo');
  await run(process.execPath, [...quoin, 'demo', '--trace', '--folder', folder]);
  const wire = readdirSync(join(folder, 'wire')).map((file) => readFileSync(join(folder, 'wire', file)));
  assert.equal(wire.length, 4, 'two requests and two responses');
  for (const bytes of wire) {
    assert.ok(
      bytes.includes('ds:Signature') || bytes.includes(':Signature'),
      'every message and receipt is signed',
    );
    assert.ok(!bytes.includes('%PDF'), 'no payload travels in the clear');
    assert.ok(
      !bytes.includes('QueryRe', 0, 'latin1') || bytes.includes('ExecuteQueryRe'),
      'no RegRep travels in the clear',
    );
    assert.ok(!bytes.includes('sdg:Person'));
  }
  const request = readdirSync(join(folder, 'wire')).find((file) =>
    file.includes('AP_XA_01-to-AP_XB_01-request'),
  );
  const config = join(folder, 'AP_XB_01', 'quoin.yaml');
  const inspected = await run(process.execPath, [
    ...quoin,
    'inspect',
    join(folder, 'wire', request!),
    '--config',
    config,
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
