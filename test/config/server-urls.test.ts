import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseAddress } from '../../src/config/index.ts';
import { configOf, load, minimal } from './loading.ts';

test('DATABASE_URL is the setting database; it is read whole, and a secret', () => {
  const url = 'postgres://q%C3%BCoin:p%40ss%2Fword@[::1]:6000/db%20name?sslmode=verify-full&sslkey=%2Fk.pem';
  const { config, settings } = load(minimal, { env: { DATABASE_URL: url } });
  assert.ok(config);
  const { password, ...address } = databaseAddress(config.database!);
  assert.equal(password?.(), 'p@ss/word');
  assert.deepEqual(address, {
    host: '::1',
    port: 6000,
    user: 'qüoin',
    name: 'db name',
    tls: { verify: 'full', key: '/k.pem' },
  });
  const { value, origin } = settings.find(({ path }) => path === 'database')!;
  assert.deepEqual([value, origin], ['(secret)', 'environment DATABASE_URL']);
  for (const wrong of ['postgres://quoin:hu/sh@db/quoin', 'postgres://quoin:hush@db/quoin?hush=hush']) {
    const { problems } = load(minimal, { env: { DATABASE_URL: wrong } });
    assert.deepEqual(
      problems.map(({ check, file }) => [check, file]),
      [['database-url', 'environment DATABASE_URL']],
    );
    assert.doesNotMatch(JSON.stringify(problems), /hush|hu\/sh/);
  }
  assert.equal(databaseAddress(() => 'postgres://quoin@db/quoin').port, 5432);
});

test('REDIS_URL is the setting redis; our own variable wins, and an empty one is none', () => {
  const withEnv = (env: Record<string, string>) => configOf(minimal, { env }).redis?.();
  assert.equal(withEnv({ REDIS_URL: 'redis://a' }), 'redis://a');
  assert.equal(withEnv({ REDIS_URL: 'redis://a', QUOIN_REDIS: 'redis://b' }), 'redis://b');
  assert.equal(withEnv({ REDIS_URL: '' }), undefined);
  assert.equal(withEnv({ REDIS_URL: 'redis://a', QUOIN_REDIS: '' }), 'redis://a');
  for (const [env, name] of [
    [{ REDIS_URL: 'http://a' }, 'REDIS_URL'],
    [{ REDIS_URL: 'http://a', QUOIN_REDIS: '' }, 'REDIS_URL'],
    [{ REDIS_URL: 'redis://a', QUOIN_REDIS: 'http://b' }, 'QUOIN_REDIS'],
    [{ REDIS_URL: 'x'.repeat(2000) }, 'REDIS_URL'],
  ] as const)
    assert.equal(
      load(minimal, { env }).problems.find(({ severity }) => severity === 'error')?.file,
      `environment ${name}`,
    );
  const origins = load(minimal, { env: { REDIS_URL: 'redis://a' } }).settings;
  assert.equal(origins.find(({ path }) => path === 'redis')?.origin, 'environment REDIS_URL');
  const inFile = { ...minimal, redis: 'redis://file' };
  assert.equal(configOf(inFile, { env: { REDIS_URL: 'redis://env' } }).redis?.(), 'redis://env');
});

test('the URL of the Redis server is a secret: neither shown nor repeated when it is wrong', () => {
  const { settings } = load({ ...minimal, redis: 'redis://:hush@redis.example' });
  assert.doesNotMatch(JSON.stringify(settings), /hush/);
  const { problems } = load({ ...minimal, redis: 'amqp://:hush@redis.example' });
  assert.deepEqual(
    problems.map(({ check }) => check),
    ['redis-url'],
  );
  assert.doesNotMatch(JSON.stringify(problems), /hush/);
});
