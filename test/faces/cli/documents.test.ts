import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EXIT } from '../../../src/faces/cli/index.ts';
import { pairExchange, sampleNamed, submitDocument } from '../../support/exchange-pair.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { headerOf } from '../../support/rule-samples.ts';
import { serveApi } from '../rest/api.ts';
import { SERVICE } from '../../../src/oots/exchange-header.ts';
import { quoin } from './terminals.ts';

/** What people at a terminal see of the check of a document. */

const broken = sampleNamed('2.0', 'request-natural')
  .replace(/(<query:QueryRequest[^>]*\bid=")urn:uuid:/, '$1')
  .replace('<rim:Value>T3</rim:Value>', '<rim:Value>T3x</rim:Value>');

test('a message whose document is invalid is shown with each rule it breaks', async (t) => {
  const { a, b } = await pairExchange(t, '{ inbound: warn }');
  await submitDocument(a, '2.0', 'request', broken);
  await a.settled();
  const [message] = await b.inbox();
  const { url } = await serveApi(t, b.msh);
  const { code, out } = await quoin('--api', url, 'inbox', 'show', message!.rowId);
  assert.equal(code, EXIT.done);
  assert.match(out, /document +invalid, EDM 2\.0, \d+ findings/);
  assert.match(out, /fatal +R-EDM-REQ-S004 at \/query:QueryRequest\S*: /);
  assert.match(out, /fatal +R-EDM-REQ-C003 at /);
});

for (const [mode, expected] of [
  ['warn', EXIT.done],
  ['refuse', EXIT.failed],
] as const)
  test(`what is sent though, or because, its document is invalid (${mode}) is told rule by rule`, async (t) => {
    const { a } = await pairExchange(t, `{ outbound: ${mode} }`);
    const { url } = await serveApi(t, a.msh);
    const file = join(scratchFolder(), 'request.xml');
    writeFileSync(file, broken);
    const { action, conversationId, messageProperties } = headerOf('2.0', 'request');
    const properties = messageProperties.flatMap(({ name, value, type }) => [
      '--property',
      type === undefined ? `${name}=${value}` : `${name}:${type}=${value}`,
    ]);
    const { code, err } = await quoin(
      ...['--api', url, 'send', `${file}=application/x-ebrs+xml`, '--no-wait'],
      ...['--service', SERVICE.value, '--service-type', SERVICE.type ?? '', '--action', String(action)],
      ...['--conversation', conversationId, ...properties],
    );
    assert.equal(code, expected, err);
    assert.match(err, /fatal +R-EDM-REQ-S004 at \/query:QueryRequest/);
    assert.match(err, /fatal +R-EDM-REQ-C003 at .* Found: T3x/);
  });
