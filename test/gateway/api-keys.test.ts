import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { loadConfig } from '../../src/config/index.ts';
import { startGateway } from '../../src/gateway.ts';
import { makeKeys, writeAccessPoint } from '../support/access-point.ts';
import { scratchFolder } from '../support/scratch.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** Runs the command line in a process of its own. */
async function quoin(...argv: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', MAIN, ...argv]);
  return stdout;
}

interface Made {
  readonly key: string;
  readonly file: string;
}

async function accessPoint(): Promise<{ readonly config: string; readonly keysFile: string }> {
  const certs = scratchFolder();
  await makeKeys(certs);
  const { config, folder } = writeAccessPoint(scratchFolder(), 'AP_XA_01', certs);
  const text = readFileSync(config, 'utf8');
  writeFileSync(config, text.replace('api: {', 'api: { keysFile: api-keys.yaml,'));
  return { config, keysFile: join(folder, 'api-keys.yaml') };
}

test('keys come and go without a restart, and a file with a mistake leaves the old ones in force', async (t) => {
  const { config, keysFile } = await accessPoint();
  const add = async (...argv: string[]): Promise<Made> =>
    JSON.parse(await quoin('--json', '--config', config, 'keys', 'add', ...argv)) as Made;
  const reader = await add('reader', '--scope', 'read', '--scope', 'operate');
  assert.equal(reader.file, keysFile);
  const gateway = await startGateway(loadConfig({ file: config, env: {} }).config!);
  t.after(() => gateway.stop());
  const status = async (key: string, method = 'GET', path = '/v1/messages'): Promise<number> => {
    const headers = { Authorization: `Bearer ${key}` };
    const response = await fetch(`${gateway.api}${path}`, { method, headers });
    await response.arrayBuffer();
    return response.status;
  };
  assert.equal(await status(reader.key), 200);
  assert.equal(await status(reader.key, 'GET', '/v1/inbox'), 403);
  assert.equal(await status(`${reader.key}x`), 401);

  const late = await add('late', '--scope', 'inbox');
  assert.equal(await status(late.key, 'GET', '/v1/inbox'), 401, 'not yet read');
  const added = await gateway.reload('signal');
  assert.equal(added.outcome, 'changed');
  assert.deepEqual(
    added.changes.map(({ words }) => words),
    ['API key late is added: inbox; for every party'],
  );
  assert.equal(await status(late.key, 'GET', '/v1/inbox'), 200);

  const good = readFileSync(keysFile, 'utf8');
  writeFileSync(keysFile, good.replace('name: late', 'nam: late'));
  const refused = await gateway.reload('signal');
  assert.equal(refused.outcome, 'refused');
  assert.match(refused.problems.join('\n'), /api-keys\.yaml:\d+:\d+ .*nam/);
  assert.equal(await status(late.key, 'GET', '/v1/inbox'), 200);

  writeFileSync(keysFile, good);
  await quoin('--config', config, 'keys', 'revoke', 'late');
  assert.equal((await gateway.reload('signal')).outcome, 'changed');
  assert.equal(await status(late.key, 'GET', '/v1/inbox'), 401);
  assert.equal(await status(reader.key), 200);
});

test('the command line adds, lists and revokes; edits at the same time lose none, and keep what people wrote', async () => {
  const file = join(scratchFolder(), 'keys.yaml');
  writeFileSync(file, '# who may do what\nkeys: []\n', { mode: 0o640 });
  const names = ['one', 'two', 'three'];
  const out = await Promise.all(
    names.map((name) => quoin('keys', 'add', name, '--scope', 'submit', '--party', 'XA1', '--file', file)),
  );
  for (const text of out) assert.match(text, /^quoin_[A-Za-z0-9_-]{43}\n/);
  const text = readFileSync(file, 'utf8');
  assert.match(text, /^# who may do what/);
  for (const said of out) assert.ok(!text.includes(said.split('\n')[0]!), 'the key itself is kept nowhere');
  assert.equal(statSync(file).mode & 0o777, 0o640);
  const listed = JSON.parse(await quoin('--json', 'keys', 'list', '--file', file)) as {
    readonly keys: readonly { readonly name: string; readonly parties: readonly string[] }[];
  };
  assert.deepEqual(listed.keys.map(({ name }) => name).sort(), [...names].sort());
  assert.deepEqual(listed.keys[0]?.parties, ['XA1']);
  await assert.rejects(
    quoin('keys', 'add', 'one', '--scope', 'read', '--file', file),
    /another key has the same name/,
  );
  await assert.rejects(
    quoin('keys', 'add', 'x', '--scope', 'reed', '--file', file),
    /There is no scope reed/,
  );
  await quoin('keys', 'revoke', 'two', '--file', file);
  await assert.rejects(quoin('keys', 'revoke', 'two', '--file', file), /There is no key two/);
  assert.doesNotMatch(readFileSync(file, 'utf8'), /two/);
});

test('a file that the command line makes is for its owner only', async () => {
  const file = join(scratchFolder(), 'keys.yaml');
  await quoin('keys', 'add', 'one', '--scope', 'submit', '--file', file);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});
