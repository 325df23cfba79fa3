import assert from 'node:assert/strict';
import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createObserver, systemNature } from '../../../src/world/observe/index.ts';
import type { LogLevel } from '../../../src/world/observe/index.ts';
import type { MshEvent } from '../../../src/msh/index.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';

function logged(level: LogLevel = 'debug', pretty = false) {
  const lines: string[] = [];
  const observer = createObserver({ level, pretty, destination: { write: (line) => void lines.push(line) } });
  return {
    observer,
    lines,
    last: () => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown>,
  };
}

const event = (fields: Record<string, unknown> = {}): MshEvent => ({
  event: 'test/happened',
  level: 'info',
  ...fields,
});

test('an event is one JSON line with level, ISO time, name and fields', () => {
  const log = logged();
  log.observer.emit(event({ messageId: 'a@b', tookMs: 12 }));
  const { time, ...rest } = log.last();
  assert.deepEqual(rest, { level: 'info', event: 'test/happened', messageId: 'a@b', tookMs: 12 });
  assert.equal(new Date(time as string).toISOString(), time);
  assert.equal(log.lines.length, 1);
});

test('a field cannot overwrite the time of the line', () => {
  const log = logged();
  log.observer.emit(event({ time: 'yesterday' }));
  assert.equal(log.last().event_time, 'yesterday');
  assert.notEqual(log.last().time, 'yesterday');
});

test('events below the level stay out of the log, and listeners still see them', () => {
  const log = logged('warn');
  const seen: string[] = [];
  const stop = log.observer.observe((e) => void seen.push(e.event));
  log.observer.emit(event());
  stop();
  log.observer.emit(event());
  assert.deepEqual([log.lines.length, seen], [0, ['test/happened']]);
});

test('what looks like key material never reaches the log, wherever it stands', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const jwk = privateKey.export({ format: 'jwk' });
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  const body = pem.split('\n').slice(1, -2).join('\n');
  const longBase64 = Buffer.alloc(200, 7).toString('base64');
  const log = logged();
  log.observer.emit(
    event({
      password: 'hunter2',
      keyStore: { passphrase: 'hunter2', path: 'keys.p12' },
      headers: { Authorization: 'Bearer hunter2hunter2hunter2', cookie: 'hunter2' },
      sessionKey: 'hunter2',
      text: `failed with ${pem} inside`,
      bare: body,
      bearer: 'sent Bearer hunter2hunter2hunter2 there',
      address: 'https://user:hunter2@example.org/as4',
      privateStuff: privateKey,
      secretKey: createSecretKey(Buffer.from('hunter2')),
      found: jwk,
      bytes: der,
      list: [[longBase64]],
      error: new Error(`cannot read ${pem}`),
    }),
  );
  const line = log.lines[0] ?? '';
  for (const secret of ['hunter2', 'MIG', String(jwk.d), body.slice(70, 120), longBase64.slice(50, 90)]) {
    assert.ok(!line.includes(secret), `${secret} in ${line}`);
  }
  assert.equal(log.last().bytes, `[${der.byteLength} bytes]`);
  assert.equal((log.last().keyStore as Record<string, unknown>).path, 'keys.p12');
  assert.match(log.last().text as string, /^failed with \[redacted\]\n? inside$/);
});

test('ordinary identifiers, digests and wording stay readable', () => {
  const log = logged();
  const fields = {
    digest: Buffer.alloc(32, 5).toString('base64'),
    thumbprint: 'ab'.repeat(32),
    keyReference: 'BST X509v3',
    advice: 'The leaf lacks basic constraints; bearer of bad news.',
    messageId: '3f0e6f0c-2f6b-4a8e-9a55-0f4cf20b4a8e@ap.example.eu',
    remote: '::ffff:192.0.2.1',
  };
  log.observer.emit(event(fields));
  const { time: _time, level: _level, event: _event, ...rest } = log.last();
  assert.deepEqual(rest, fields);
});

test('errors are logged by name, code, message and finding, without stack', () => {
  const log = logged();
  const error = new QuoinError('http/timeout', 'no answer', { finding: { check: 'answers-in-time' } });
  log.observer.emit(event({ error }));
  assert.deepEqual(log.last().error, {
    name: 'QuoinError',
    code: 'http/timeout',
    message: 'no answer',
    finding: { check: 'answers-in-time', advice: error.finding?.advice },
  });
});

test('emit never throws, whatever it is given', () => {
  const log = logged();
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  const hostile = Object.defineProperty({}, 'trap', {
    enumerable: true,
    get: () => {
      throw new Error('trap');
    },
  });
  log.observer.emit(event({ loop, big: 10n, nan: NaN, nothing: undefined, when: new Date(NaN) }));
  assert.equal((log.last().loop as Record<string, unknown>).self, '[circular]');
  assert.equal(log.last().big, '10');
  log.observer.emit(event({ hostile }));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything({ withBigInt: true, withDate: true })), (fields) => {
      log.observer.emit({ ...fields, event: 'test/any', level: 'info' });
      assert.equal(log.last().event, 'test/any');
    }),
    { numRuns: 200 },
  );
});

test('a listener that throws is reported and does not disturb the others', () => {
  const log = logged();
  const seen: string[] = [];
  log.observer.observe(() => {
    throw new Error('listener broke');
  });
  log.observer.observe((e) => void seen.push(e.event));
  log.observer.emit(event());
  assert.deepEqual(seen, ['test/happened']);
  assert.equal(log.last().event, 'observe/listener-failed');
  assert.equal(log.last().during, 'test/happened');
});

test('a log that cannot be written does not stop the sender', () => {
  const observer = createObserver({
    level: 'info',
    destination: {
      write: () => {
        throw new Error('disk full');
      },
    },
  });
  assert.doesNotThrow(() => observer.emit(event()));
});

test('pretty lines are readable and cannot carry terminal controls', () => {
  const log = logged('info', true);
  log.observer.emit(event({ messageId: 'x\u001b[2Jy', note: 'two words', count: 3, tricky: '\u202eabc' }));
  assert.match(
    log.lines[0] ?? '',
    /^\d\d:\d\d:\d\d\.\d{3} info {2}test\/happened messageId="?x\\u001b\[2Jy"? note="two words" count=3 tricky=\\u202eabc\n$/,
  );
});

test('nature is the real clock, and UUIDs that carry its time before what is random', () => {
  const before = Date.now();
  const now = systemNature.now();
  assert.ok(now >= before && now <= Date.now());
  const uuid = systemNature.uuid();
  assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const time = parseInt(uuid.replaceAll('-', '').slice(0, 12), 16);
  assert.ok(time >= before && time <= Date.now());
  assert.notEqual(uuid.slice(15), systemNature.uuid().slice(15));
});
