import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { asSuperuser, noPostgres, postgresDatabase } from '../../support/postgres-server.ts';

const skip = noPostgres();

test('each test has a database of its own, on a server that syncs every commit', { skip }, async (t) => {
  const [one, two] = [await postgresDatabase(t), await postgresDatabase(t)];
  await asSuperuser(one, 'create table here (a integer)');
  await assert.rejects(asSuperuser(two, 'select * from here'), /does not exist/);
  assert.deepEqual(await asSuperuser(one, 'show fsync'), [{ fsync: 'on' }]);
});

test('a server ends with the process that started it, however that ends', { skip }, async () => {
  const module = fileURLToPath(new URL('../../support/postgres-server.ts', import.meta.url));
  const script = `
    import { asSuperuser, startPostgres } from ${JSON.stringify(module)};
    const server = await startPostgres();
    console.log(JSON.stringify(await asSuperuser(server.url(), "show data_directory")));
    console.log(server.url());
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const [{ data_directory: folder }] = JSON.parse((await lines.next()).value as string) as [
    { data_directory: string },
  ];
  const url = (await lines.next()).value as string;
  await asSuperuser(url, 'select 1');
  child.kill('SIGKILL');
  await once(child, 'exit');
  while (existsSync(folder)) await delay(20);
  await assert.rejects(asSuperuser(url, 'select 1'), { code: 'ECONNREFUSED' });
});
