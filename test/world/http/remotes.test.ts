import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import type { As4Reply } from '../../../src/msh/index.ts';
import { Remotes, remoteName } from '../../../src/world/http/remotes.ts';
import { eventually, openDoor, remembering, reply } from './doors.ts';

const MINUTE = 60_000;

function watch(limits: { messagesPerRemote?: number; refusalsPerMinute?: number }) {
  const clock = { now: 5_000 };
  const observer = remembering();
  const remotes = new Remotes(
    { messagesPerRemote: 0, refusalsPerMinute: 0, ...limits },
    observer,
    () => clock.now,
  );
  return { clock, remotes, throttled: () => observer.named('http/remote-throttled') };
}

test('a remote may have so many messages at once; another is not concerned', () => {
  const { remotes, throttled } = watch({ messagesPerRemote: 2 });
  const first = remotes.enter('192.0.2.1');
  remotes.enter('192.0.2.1');
  assert.equal(remotes.refusal('192.0.2.1')?.status, 503);
  assert.equal(remotes.refusal('192.0.2.2'), undefined);
  first(false);
  assert.equal(remotes.refusal('192.0.2.1'), undefined);
  assert.deepEqual(
    throttled().map(({ event: _event, ...fields }) => fields),
    [{ level: 'warn', remote: '192.0.2.1', limit: 'inboundPerRemote', refused: 0, retryAfterSeconds: 30 }],
  );
});

test('after so many refusals a remote is turned away until its minute is over, and told of once', () => {
  const { clock, remotes, throttled } = watch({ refusalsPerMinute: 2 });
  for (const refused of [true, false, false, true]) {
    assert.equal(remotes.refusal('192.0.2.1'), undefined);
    remotes.enter('192.0.2.1')(refused);
    clock.now += 1_000;
  }
  const answer = remotes.refusal('192.0.2.1');
  assert.equal(answer?.status, 503);
  // The minute began with the first refusal, and 4 s of it are over.
  assert.equal(answer?.headers?.['Retry-After'], '56');
  remotes.refusal('192.0.2.1');
  assert.equal(throttled().length, 1);
  assert.equal(throttled()[0]?.['refused'], 2);
  clock.now = 5_000 + MINUTE - 1;
  assert.equal(remotes.refusal('192.0.2.1')?.headers?.['Retry-After'], '1');
  clock.now += 1;
  assert.equal(remotes.refusal('192.0.2.1'), undefined);
  for (const _ of [1, 2]) remotes.enter('192.0.2.1')(true);
  assert.ok(remotes.refusal('192.0.2.1'));
  assert.equal(throttled().length, 2, 'each minute is told once');
});

test('0 is no bound', () => {
  const { remotes, throttled } = watch({});
  for (let i = 0; i < 100; i += 1) remotes.enter('192.0.2.1')(true);
  for (let i = 0; i < 100; i += 1) remotes.enter('192.0.2.1');
  assert.equal(remotes.refusal('192.0.2.1'), undefined);
  assert.equal(throttled().length, 0);
});

test('the table of remotes does not grow without end, and forgets the oldest first', () => {
  const { remotes } = watch({ refusalsPerMinute: 1 });
  const address = (n: number): string => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
  for (let n = 0; n < 10_001; n += 1) remotes.enter(address(n))(true);
  assert.equal(remotes.refusal(address(0)), undefined, 'the first is forgotten');
  assert.ok(remotes.refusal(address(1)), 'the second is not');
  assert.ok(remotes.refusal(address(10_000)));
});

test('minutes that are over make room before any other', () => {
  const { clock, remotes } = watch({ refusalsPerMinute: 1 });
  remotes.enter('192.0.2.1')(true);
  clock.now += MINUTE;
  remotes.enter('192.0.2.2')(true);
  assert.equal(remotes.refusal('192.0.2.1'), undefined);
  assert.ok(remotes.refusal('192.0.2.2'));
});

test('an IPv4 address is one however it is written, an IPv6 address counts by its /64', () => {
  for (const [address, name] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    [undefined, 'unknown'],
  ] as const)
    assert.equal(remoteName(address), name);
});

/** A POST from one of the addresses of this machine; undefined when there is no such address. */
function post(
  url: string,
  localAddress: string,
): Promise<{ status: number; retryAfter?: string } | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'POST', localAddress, agent: false }, (response) => {
      response.resume();
      const retryAfter = response.headers['retry-after'];
      resolve({ status: response.statusCode!, ...(retryAfter === undefined ? {} : { retryAfter }) });
    });
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRNOTAVAIL') resolve(undefined);
      else reject(error);
    });
    request.end('x');
  });
}

test('one remote that holds its places leaves the door open for another', async (t) => {
  const held: ((reply: As4Reply) => void)[] = [];
  const door = await openDoor(t, {
    limits: { concurrentMessages: 3, messagesPerRemote: 2 },
    receive: ({ remote }) =>
      remote === '127.0.0.1' ? new Promise((resolve) => held.push(resolve)) : Promise.resolve(reply(200)),
  });
  const slow = [post(door.as4, '127.0.0.1'), post(door.as4, '127.0.0.1')];
  await eventually(() => held.length === 2, 'two messages of one remote');
  assert.deepEqual(await post(door.as4, '127.0.0.1'), { status: 503, retryAfter: '30' });
  const other = await post(door.as4, '127.0.0.2');
  for (const release of held) release(reply(200));
  assert.deepEqual(await Promise.all(slow), [{ status: 200 }, { status: 200 }]);
  if (other === undefined) return t.skip('this machine has no second loopback address');
  assert.equal(other.status, 200);
  assert.equal(door.observer.named('http/remote-throttled').length, 1);
});

test('a remote whose messages are refused is turned away before they are looked at; another is served', async (t) => {
  let received = 0;
  const door = await openDoor(t, {
    limits: { refusalsPerMinute: 3 },
    receive: async () => {
      received += 1;
      return { ...reply(400), refused: true };
    },
  });
  for (let i = 0; i < 3; i += 1) assert.equal((await post(door.as4, '127.0.0.1'))?.status, 400);
  for (let i = 0; i < 20; i += 1) {
    const answer = await post(door.as4, '127.0.0.1');
    assert.equal(answer?.status, 503);
    assert.match(answer?.retryAfter ?? '', /^[1-9]\d?$/);
  }
  assert.equal(received, 3);
  assert.equal(door.observer.named('http/remote-throttled').length, 1);
  assert.ok(door.observer.named('http/message-refused').every(({ level }) => level === 'debug'));
  const other = await post(door.as4, '127.0.0.2');
  if (other === undefined) return t.skip('this machine has no second loopback address');
  assert.equal(other.status, 400);
});

test('a message that breaks off or is too large counts as refused, one that is taken does not', async (t) => {
  const door = await openDoor(t, { limits: { refusalsPerMinute: 1, messageBytes: 10 } });
  for (let i = 0; i < 5; i += 1) assert.equal((await post(door.as4, '127.0.0.1'))?.status, 200);
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(Buffer.alloc(100));
      controller.close();
    },
  });
  const large = await fetch(door.as4, { method: 'POST', body, duplex: 'half' });
  assert.equal(large.status, 413);
  assert.equal((await post(door.as4, '127.0.0.1'))?.status, 503);
});
