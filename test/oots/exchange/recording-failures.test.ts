import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import { createRecorder } from '../../../src/oots/index.ts';
import type { Recorder, RecorderContext } from '../../../src/oots/index.ts';
import { recordingOf } from '../../../src/oots/exchange/follow/recording.ts';
import type { Exchange, ExchangeMove, Recording } from '../../../src/oots/ports/index.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { openSqliteStore } from '../../../src/world/store/index.ts';
import type { WholeStore } from '../../../src/world/store/index.ts';
import { sampleNamed } from '../../support/exchange-pair.ts';
import { TIMES } from '../../support/exchange-recorders.ts';
import { newInbound, userMessage } from '../../support/records.ts';
import { scratchFolder } from '../../support/scratch.ts';

/** A recorder on a real store in which some messages cannot be recorded, until they can. */
class Failing {
  readonly store: WholeStore;
  readonly cannot = new Set<string>();
  readonly refused: string[] = [];
  readonly begun = Date.parse('2026-01-15T12:00:00Z');
  now = this.begun;

  constructor(store: WholeStore) {
    this.store = store;
  }

  static async open(test: TestContext): Promise<Failing> {
    const store = await openSqliteStore({ file: join(scratchFolder(), 'quoin.db') });
    test.after(() => store.close());
    return new Failing(store);
  }

  recorder(changes: Partial<RecorderContext['store']> = {}): Recorder {
    const store: RecorderContext['store'] = {
      ...this.store,
      record: async (recordings) => {
        if (recordings.some(({ document }) => this.cannot.has(document.messageId)))
          throw new QuoinError('store/unavailable', 'This one cannot be kept.');
        return this.store.record(recordings);
      },
      ...changes,
    };
    return createRecorder({
      store,
      msh: {
        openPayload: () => {
          throw new Error('these messages have no parts');
        },
      },
      observer: { emit: () => undefined },
      nature: { now: () => this.now, uuid: () => randomUUID() },
      times: TIMES,
      refuse: async ({ messageId }) => {
        if (this.cannot.has(messageId)) throw new Error('This one cannot be refused.');
        this.refused.push(messageId);
        await Promise.resolve();
      },
    });
  }

  async received(messageId: string): Promise<string> {
    const header = userMessage(messageId, { service: 'QueryManager', conversationId: randomUUID() });
    await this.store.insertInbound(
      newInbound({ messageId, userMessage: header, receivedAt: this.now, parts: [] }),
    );
    return (await this.store.findInbound(messageId))[0]!.rowId;
  }

  async isRecorded(rowId: string): Promise<boolean> {
    return (await this.store.documentBytes(rowId)) !== undefined;
  }
}

test('messages that cannot be recorded, however many, hold up none that came after them', async (t) => {
  const failing = await Failing.open(t);
  for (let n = 0; n < 230; n += 1) {
    failing.cannot.add(`${n}@bad.example`);
    await failing.received(`${n}@bad.example`);
  }
  failing.now += 1;
  const rowId = await failing.received('good@example.test');
  await failing.recorder().record();
  assert.equal(await failing.isRecorded(rowId), true);
});

test('what is kept while a recorder runs needs no look, and those that cannot be recorded hold up no other', async (t) => {
  const failing = await Failing.open(t);
  let looks = 0;
  const recorder = failing.recorder({
    unrecorded: async (...asked) => {
      looks += 1;
      return looks > 1 ? [] : await failing.store.unrecorded(...asked);
    },
  });
  recorder.start();
  await recorder.record();
  failing.cannot.add('bad@example.test');
  const bad = await failing.received('bad@example.test');
  const good = await failing.received('good@example.test');
  while (!(await failing.isRecorded(good))) await setTimeout(20);
  await recorder.stop();
  assert.equal(await failing.isRecorded(bad), false);
  failing.cannot.clear();
  await failing.recorder().record();
  assert.equal(await failing.isRecorded(bad), true);
});

test('a message that could not be recorded for hours is recorded when it can be, by a recorder that begins then too', async (t) => {
  const failing = await Failing.open(t);
  const [first, second] = ['first@example.test', 'second@example.test'];
  failing.cannot.add(first).add(second);
  const rows = [await failing.received(first), await failing.received(second)];
  const recorder = failing.recorder();
  for (let minute = 0; minute < 180; minute += 1) {
    await recorder.record();
    failing.now += 60_000;
  }
  const other = await failing.received('other@example.test');
  await recorder.record();
  assert.equal(await failing.isRecorded(other), true);
  failing.cannot.delete(first);
  failing.now += 60_000;
  await recorder.record();
  await recorder.record();
  assert.equal(await failing.isRecorded(rows[0]!), true);
  failing.cannot.delete(second);
  await failing.recorder().record();
  assert.equal(await failing.isRecorded(rows[1]!), true);
});

test('a recorder that begins after the clock was set back records what is kept from then on', async (t) => {
  const failing = await Failing.open(t);
  failing.now += 7 * 86_400_000;
  await failing.received('future@example.test');
  await failing.recorder().record();
  failing.now = failing.begun;
  const rowId = await failing.received('today@example.test');
  failing.now += 20 * 60_000;
  await failing.recorder().record();
  assert.equal(await failing.isRecorded(rowId), true);
});

test('a recorder whose clock is set back while it runs goes on looking, and after what waits', async (t) => {
  const failing = await Failing.open(t);
  let waited = 0;
  const recorder = failing.recorder({
    failUndelivered: (at) => {
      waited += 1;
      return failing.store.failUndelivered(at);
    },
  });
  for (let pass = 0; pass < 3; pass += 1) {
    await recorder.record();
    failing.now += TIMES.pollMs;
  }
  failing.now -= 60 * 60_000;
  const [rowId, before] = [await failing.received('today@example.test'), waited];
  for (let pass = 0; pass < 3; pass += 1) {
    await recorder.record();
    failing.now += TIMES.pollMs;
  }
  assert.equal(await failing.isRecorded(rowId), true);
  assert.equal(waited, before + 3);
});

test('what was at hand and could not be recorded is found however long the store was away', async (t) => {
  const failing = await Failing.open(t);
  let isAway = false;
  const recorder = failing.recorder({
    unrecorded: async (...asked) => {
      if (isAway) throw new QuoinError('store/unavailable', 'The message store cannot serve.');
      return await failing.store.unrecorded(...asked);
    },
  });
  recorder.start();
  for (let pass = 0; pass < 4; pass += 1) {
    await recorder.record();
    failing.now += TIMES.pollMs;
  }
  // Its commit took longer than the last look goes behind.
  failing.now -= 8000;
  failing.cannot.add('late@example.test');
  const rowId = await failing.received('late@example.test');
  failing.now += 8000;
  isAway = true;
  await recorder.record();
  failing.now += 11 * 60_000;
  isAway = false;
  failing.cannot.clear();
  for (let pass = 0; pass < 3; pass += 1) {
    await recorder.record();
    failing.now += TIMES.pollMs;
  }
  await recorder.stop();
  assert.equal(await failing.isRecorded(rowId), true);
});

test('messages are recorded in the order of their times, in which another node would', async (t) => {
  const failing = await Failing.open(t);
  const order: string[] = [];
  const recorder = failing.recorder({
    unrecorded: () => Promise.resolve([]),
    record: (recordings) => {
      order.push(...recordings.map(({ document }) => document.messageId));
      return failing.store.record(recordings);
    },
  });
  recorder.start();
  failing.now += 5;
  await failing.received('second@example.test');
  failing.now -= 5;
  await failing.received('first@example.test');
  await recorder.record();
  await recorder.stop();
  assert.deepEqual(order, ['first@example.test', 'second@example.test']);
});

test('a recorder that is to stop while the store is away tries no more of a batch one by one', async (t) => {
  const failing = await Failing.open(t);
  for (let n = 0; n < 20; n += 1) await failing.received(`${n}@example.test`);
  let tries = 0;
  let stopping: Promise<void> | undefined;
  const recorder = failing.recorder({
    record: () => {
      tries += 1;
      if (tries === 2) stopping = recorder.stop();
      return Promise.reject(new QuoinError('store/unavailable', 'The message store cannot serve.'));
    },
  });
  await recorder.record();
  await stopping;
  assert.equal(tries, 2);
});

test('an answer that was recorded before its request moves the exchange, however long the request could not be', async (t) => {
  const failing = await Failing.open(t);
  const id = randomUUID();
  const recorder = failing.recorder({
    record: async (recordings) => {
      if (recordings.some(({ document }) => failing.cannot.has(document.messageId)))
        throw new QuoinError('store/unavailable', 'This one cannot be kept.');
      return await failing.store.record(recordings.map(asRequestOrAnswer));
    },
  });
  const asRequestOrAnswer = (one: Recording): Recording => {
    const isRequest = one.document.messageId === 'request@example.test';
    const { at, rowId } = one.document;
    const facts = { kind: isRequest ? 'request' : 'response', version: '2.0', requestId: 'q' } as const;
    const begun: Exchange = {
      id,
      role: 'requester',
      partner: 'AP_A',
      pmodeId: 'oots',
      conversationId: 'c',
      version: '2.0',
      state: 'requested',
      requestId: 'q',
      requestRowId: rowId,
      createdAt: at,
      changedAt: at,
    };
    const answered = (exchange: Exchange | undefined): ExchangeMove =>
      exchange === undefined ? { flaw: 'unknown-request' } : { exchange: { ...exchange, state: 'answered' } };
    return {
      ...one,
      document: { ...one.document, facts },
      place: { role: 'requester', partner: 'AP_A', ...(isRequest ? { id } : { answers: 'q' }) },
      move: ({ exchange }) => (isRequest ? { exchange: begun } : answered(exchange)),
    };
  };
  failing.cannot.add('request@example.test');
  await failing.received('request@example.test');
  failing.now += 60_000;
  await failing.received('answer@example.test');
  for (let minute = 0; minute < 20; minute += 1) {
    await recorder.record();
    failing.now += 60_000;
  }
  failing.cannot.clear();
  for (let pass = 0; pass < 3; pass += 1) {
    await recorder.record();
    failing.now += 60_000;
  }
  assert.equal((await failing.store.getExchange(id))?.state, 'answered');
});

test('refusals that cannot be given, however many, hold up none that are due after them', async (t) => {
  const failing = await Failing.open(t);
  const names = [...Array.from({ length: 130 }, (_, n) => `${n}@bad.example`), 'good@example.test'];
  for (const name of names) {
    const rowId = await failing.received(name);
    const message = (await failing.store.getInbound(rowId))!;
    await failing.store.record([
      {
        document: {
          rowId,
          direction: 'in',
          messageId: name,
          at: failing.now,
          facts: { kind: 'request', version: '2.0', requestId: name },
        },
        bytes: Buffer.from('<request/>'),
        message,
        place: { role: 'provider', partner: 'AP_A', id: randomUUID() },
        move: () => ({ flaw: 'repeated-request', refusal: 'due' }),
      },
    ]);
    if (name.endsWith('bad.example')) failing.cannot.add(name);
  }
  const recorder = failing.recorder();
  for (let pass = 0; pass < 3; pass += 1) {
    await recorder.record();
    failing.now += TIMES.pollMs;
  }
  assert.deepEqual(failing.refused, ['good@example.test']);
  failing.cannot.clear();
  for (let pass = 0; pass < 3; pass += 1) {
    await recorder.record();
    failing.now += TIMES.pollMs;
  }
  assert.equal(failing.refused.length, names.length);
});

test('a corner that is longer than an index takes, or said twice, is nobody, and the document is recorded', async (t) => {
  const failing = await Failing.open(t);
  const long = Array.from({ length: 250 }, () => randomUUID())
    .join('')
    .slice(0, 8192);
  for (const [name, corners] of [
    ['long@example.test', [long]],
    ['twice@example.test', ['4711000022', '0815']],
  ] as const) {
    const rowId = await failing.received(name);
    const message = (await failing.store.unrecorded('QueryManager', 0, 10)).find(
      (one) => one.rowId === rowId,
    )!;
    const messageProperties = corners.map((value) => ({ name: 'finalRecipient', value }));
    const userMessage = { ...message.userMessage, messageProperties };
    const bytes = Buffer.from(sampleNamed('2.0', 'request-natural'));
    const { move } = recordingOf({ ...message, userMessage }, bytes, TIMES);
    const { exchange } = move({ exchange: undefined, isRepeated: false });
    assert.deepEqual([exchange?.state, exchange?.party], ['requested', undefined]);
  }
});
