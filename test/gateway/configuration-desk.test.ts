import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/index.ts';
import { startGateway } from '../../src/gateway.ts';
import { makeKeys, pmodeText, writeAccessPoint } from '../support/access-point.ts';
import { scratchFolder } from '../support/scratch.ts';
import { checkAnswer, operationFor } from '../faces/rest/openapi-document.ts';

test('the API reloads, tells in words what has changed, and shows what is in force', async (context) => {
  const certs = scratchFolder();
  await makeKeys(certs);
  const files = writeAccessPoint(scratchFolder(), 'AP_XA_01', certs);
  const gateway = await startGateway(loadConfig({ file: files.config, env: {} }).config!);
  context.after(() => gateway.stop());
  const call = async (
    method: string,
    path: string,
  ): Promise<{ status: number; json: Record<string, unknown> }> => {
    const response = await fetch(`${gateway.api}${path}`, { method });
    const json = (await response.json()) as Record<string, unknown>;
    checkAnswer(
      operationFor(method, path)!,
      response.status,
      response.headers.get('content-type'),
      () => json,
    );
    return { status: response.status, json };
  };
  writeFileSync(files.pmode, pmodeText({ addresses: { AP_XB_01: 'https://new.example/as4' } }));
  const before = await call('GET', '/v1/configuration');
  const dry = await call('POST', '/v1/reload?dryRun=true');
  assert.equal(dry.json['outcome'], 'changed');
  assert.deepEqual((await call('GET', '/v1/configuration')).json['digest'], before.json['digest']);
  const done = await call('POST', '/v1/reload');
  assert.deepEqual(done.json['changes'], dry.json['changes']);
  writeFileSync(files.pmode, 'profil: x\n');
  const refused = await call('POST', '/v1/reload');
  assert.equal(refused.status, 422);
  assert.equal(refused.json['code'], 'rest/reload-refused');
  assert.match(JSON.stringify(refused.json['errors']), /oots\.yaml:1:1 profil/);
  const { json } = await call('GET', '/v1/configuration');
  assert.equal(json['digest'], done.json['digest']);
  assert.equal(json['agree'], true);
  assert.equal((json['nodes'] as unknown[]).length, 1);
  assert.match(JSON.stringify(json['refusal']), /profil/);
  assert.equal((await call('POST', '/v1/reload?dryRun=maybe')).status, 400);
});
