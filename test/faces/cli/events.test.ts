import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { EXIT, runCli } from '../../../src/faces/cli/index.ts';
import { cliWorld } from '../../../src/cli-world.ts';
import { notifyWorld } from '../../support/notify-world.ts';
import { createWatch } from '../../support/waiting.ts';
import { startApi } from '../rest/api.ts';
import { quoin } from './terminals.ts';

test('events are listed for a person and for a program', async (t) => {
  const world = await notifyWorld(t, []);
  const api = await startApi(t, { notifier: world.notifier });
  const ids = [await world.receive('a'), await world.receive('b'), await world.receive('a')];
  const some = await quoin('--api', api.url, 'events', '--limit', '2');
  assert.equal(some.code, EXIT.done);
  assert.deepEqual(
    some.out
      .trim()
      .split('\n')
      .map((line) => line.split(/ +/)[2]),
    ids.slice(0, 2),
  );
  assert.match(some.err, /quoin events --after \d{12}/);
  const json = await quoin('--api', api.url, 'events', '--conversation', 'a', '--json');
  const events = json.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { subject: string });
  assert.deepEqual(
    events.map(({ subject }) => subject),
    [ids[0], ids[2]],
  );
  const wrong = await quoin('--api', api.url, 'events', '--since', 'yesterday');
  assert.equal(wrong.code, EXIT.usage);
  const unknown = await quoin('--api', api.url, 'events', '--type', 'sent');
  assert.equal(unknown.code, EXIT.failed);
});

test('--follow connects again after the last event it told, until it is refused', async (t) => {
  const asked: string[] = [];
  const event = (id: number) =>
    `id: ${id}\nevent: t\ndata: ${JSON.stringify({ type: 'x.received', time: 'now', subject: `m${id}`, partitionkey: 'c', data: {} })}\n\n`;
  const answers = ['retry: 1\nid: 4\n\n', `${event(5)}${event(6)}data: half`, `: alive\nid: 9\n\n`];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers.shift();
    if (answer === undefined) return void response.writeHead(410).end();
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(answer, () => setImmediate(() => response.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const out: string[] = [];
  const watch = createWatch();
  const terminal = {
    out: (line: string) => {
      out.push(line);
      watch.tell();
    },
    err: () => undefined,
    colour: false,
    progress: undefined,
  } as unknown as Parameters<typeof runCli>[2];
  const code = await runCli(
    ['--api', `http://127.0.0.1:${port}`, 'events', '--follow', '--json'],
    cliWorld(),
    terminal,
  );
  assert.equal(code, EXIT.failed);
  const afters = asked.map((url) => new URL(url, 'http://x').searchParams.get('after'));
  assert.deepEqual(afters, [null, '4', '6', '9']);
  assert.deepEqual(
    out.map((line) => (JSON.parse(line) as { subject?: string }).subject).filter((one) => one !== undefined),
    ['m5', 'm6'],
  );
});
