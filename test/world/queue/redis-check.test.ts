import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { checkServer, judgeServer } from '../../../src/world/queue/bullmq/check-server.ts';
import { noRedis, startRedis } from '../../support/redis-server.ts';

const GOOD = {
  redis_version: '7.0.15',
  redis_mode: 'standalone',
  maxmemory_policy: 'noeviction',
  role: 'master',
};

const answerOf = (facts: Readonly<Record<string, string>>): string =>
  ['# Server', ...Object.entries({ ...GOOD, ...facts }).map(([name, value]) => `${name}:${value}`), ''].join(
    '\r\n',
  );

const refused = (code: string, found: RegExp) => (error: unknown) => {
  assert.ok(error instanceof QuoinError);
  assert.equal(error.code, code);
  assert.match(error.finding?.found ?? '', found);
  assert.ok(error.finding?.advice);
  assert.doesNotMatch(JSON.stringify([error.message, error.finding]), /hush/, 'no password');
  return true;
};

test('versions from 6.2 on and every Valkey may be the queue', () => {
  for (const version of ['6.2.0', '6.2.14', '7.0.15', '8.4.0', '10.0.0'])
    judgeServer(answerOf({ redis_version: version }), 'here');
  judgeServer(answerOf({ redis_version: '7.2.4', server_name: 'valkey', valkey_version: '8.0.1' }), 'here');
  for (const version of ['6.0.16', '5.0.14', '2.8', 'unstable'])
    assert.throws(
      () => judgeServer(answerOf({ redis_version: version }), 'here'),
      refused('queue/redis-too-old', new RegExp(version)),
    );
  assert.throws(
    () => judgeServer(answerOf({ loading: '1' }), 'here'),
    refused('queue/redis-unreachable', /loading/),
  );
  assert.throws(() => judgeServer('', 'here'), refused('queue/redis-too-old', /unknown/));
});

test(
  'real servers that cannot be the queue are refused by what is wrong with them',
  { skip: noRedis() },
  async (t) => {
    const good = await startRedis({ test: t, password: 'hush' });
    await checkServer(good.url);
    const wrong = good.url.replace('hush', 'hushhush');
    await assert.rejects(checkServer(wrong), refused('queue/redis-login-refused', /WRONGPASS/));
    const none = good.url.replace(':hush@', '');
    await assert.rejects(checkServer(none), refused('queue/redis-login-refused', /NOAUTH/));
    await good.command('acl', 'setuser', 'weak', 'on', '>hush', '~*', '+ping', '+hello', '+auth');
    const weak = good.url.replace(':hush@', 'weak:hush@');
    await assert.rejects(checkServer(weak), refused('queue/redis-login-refused', /NOPERM/));

    await good.command('config', 'set', 'maxmemory-policy', 'allkeys-lru');
    await assert.rejects(checkServer(good.url), refused('queue/redis-evicts', /allkeys-lru/));
    await good.command('config', 'set', 'maxmemory-policy', 'noeviction');
    await good.command('replicaof', '127.0.0.1', '1');
    await assert.rejects(checkServer(good.url), refused('queue/redis-replica', /replica/));
    await good.command('replicaof', 'no', 'one');
    await checkServer(good.url);

    await good.stop();
    await assert.rejects(checkServer(good.url), refused('queue/redis-unreachable', /ECONNREFUSED/));
    const cluster = await startRedis({ test: t, args: ['--cluster-enabled', 'yes'] });
    await assert.rejects(checkServer(cluster.url), refused('queue/redis-cluster', /cluster/));
    const withTls = cluster.url.replace('redis:', 'rediss:');
    await assert.rejects(checkServer(withTls), refused('queue/redis-unreachable', /./));
  },
);

test(
  'a server that has hung up or hangs, and a name nobody knows, do not keep the start waiting',
  { skip: noRedis() },
  async (t) => {
    const redis = await startRedis({ test: t });
    redis.freeze();
    await assert.rejects(checkServer(redis.url), refused('queue/redis-unreachable', /time/i));
    redis.thaw();
    await checkServer(redis.url);
    await assert.rejects(
      checkServer('redis://redis.invalid'),
      refused('queue/redis-unreachable', /redis\.invalid/),
    );
  },
);
