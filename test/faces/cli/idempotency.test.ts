import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EXIT } from '../../../src/faces/cli/index.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { inReverse, pairGateways, PARTY_TYPE, SERVICE } from '../../support/test-pair.ts';
import { serveApi } from '../rest/api.ts';
import { quoin } from './terminals.ts';

const ending = inReverse({ after });

test('send --idempotency-key: repeated it is the same message, with other content it is refused', async () => {
  const { a } = await pairGateways(ending);
  const api = await serveApi(ending, a.msh);
  const note = join(scratchFolder(), 'note.xml');
  const send = (content: string, key: string): ReturnType<typeof quoin> => {
    writeFileSync(note, content);
    const header = [
      '--to',
      `${PARTY_TYPE}#AP_B`,
      '--service',
      SERVICE.value,
      '--service-type',
      SERVICE.type,
      '--action',
      'Ask',
    ];
    return quoin('--api', api.url, 'send', note, ...header, '--no-wait', '--json', '--idempotency-key', key);
  };
  const first = await send('<note/>', 'order 4711');
  assert.equal(first.code, EXIT.done, first.err);
  const again = await send('<note/>', 'order 4711');
  assert.equal(again.code, EXIT.done, again.err);
  const idOf = ({ out }: { readonly out: string }): unknown =>
    (JSON.parse(out) as { messageId: string }).messageId;
  assert.equal(idOf(again), idOf(first));
  const other = await send('<other/>', 'order 4711');
  assert.equal(other.code, EXIT.failed);
  assert.match(other.err, /idempotency/i);
  assert.notEqual(idOf(await send('<note/>', 'order 4712')), idOf(first));
  assert.equal((await a.outbox()).length, 2);
  assert.equal((await send('<note/>', 'ä')).code, EXIT.usage);
});
