import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/index.ts';
import { EXIT } from '../../../src/faces/cli/index.ts';
import { startGateway } from '../../../src/gateway.ts';
import { makeKeys, writeAccessPoint } from '../../support/access-point.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { quoin } from './terminals.ts';

const TOKEN = 'a-token-of-more-than-sixteen-characters';

interface Told {
  readonly key?: string;
  readonly standing?: { readonly state: string; readonly why?: readonly string[] };
}

test('a key that is added or revoked is in force when the command says so, whatever else is wrong with the files', async (t) => {
  const certs = scratchFolder();
  await makeKeys(certs);
  const { config, pmode, folder } = writeAccessPoint(scratchFolder(), 'AP_XA_01', certs);
  const written = readFileSync(config, 'utf8');
  writeFileSync(config, written.replace('api: {', `api: { keysFile: keys.yaml, token: ${TOKEN},`));
  writeFileSync(join(folder, 'keys.yaml'), 'keys: []\n', { mode: 0o600 });
  const gateway = await startGateway(loadConfig({ file: config, env: {} }).config!);
  let runs = true;
  const stop = async (): Promise<void> => {
    if (runs) await gateway.stop();
    runs = false;
  };
  t.after(stop);
  const api = gateway.api;
  const keys = async (...argv: string[]): Promise<Told> => {
    const { code, out } = await quoin('--json', '--config', config, '--api', api, 'keys', ...argv);
    assert.equal(code, EXIT.done, out);
    return JSON.parse(out) as Told;
  };
  const asked = async (key: string | undefined): Promise<number> => {
    const headers = { Authorization: `Bearer ${key}` };
    const answer = await fetch(`${api}/v1/messages`, { headers });
    await answer.arrayBuffer();
    return answer.status;
  };

  const added = await keys('add', 'portal', '--scope', 'read', '--token', TOKEN);
  assert.deepEqual(added.standing, { state: 'in-force' });
  assert.equal(await asked(added.key), 200);

  writeFileSync(pmode, 'profil: x\n');
  const revoked = await keys('revoke', 'portal', '--token', TOKEN);
  assert.deepEqual(revoked.standing, { state: 'in-force' });
  assert.equal(await asked(added.key), 401);

  const unknown = await keys('add', 'portal', '--scope', 'read', '--token', 'not-the-token-of-this-one');
  assert.equal(unknown.standing?.state, 'not-told');

  const elsewhere = join(folder, 'other-keys.yaml');
  const other = await keys('add', 'other', '--scope', 'read', '--token', TOKEN, '--file', elsewhere);
  assert.equal(other.standing?.state, 'not-yet');
  assert.match(other.standing.why!.join('\n'), /oots\.yaml:1:1 profil/);

  await stop();
  assert.deepEqual((await keys('revoke', 'portal')).standing, { state: 'not-reachable' });
  const lines = await quoin('--config', config, '--api', api, 'keys', 'add', 'portal', '--scope', 'read');
  assert.match(lines.out, /^quoin_\S+\n.*\nNo access point answers: it reads the file when it starts\.$/);
});
