import assert from 'node:assert/strict';
import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { OutboundStatus } from '../../src/msh/index.ts';
import { envelopeOf, messageIdOf, referencesOf } from '../support/attacker-partner.ts';
import { scratchFolder } from '../support/scratch.ts';
import { createClock, openTestGateway, ringDue, statusOf, submitParts } from '../support/test-gateway.ts';
import type { TestGateway, TestGatewayOptions, TestWorld } from '../support/test-gateway.ts';
import {
  ADDRESS,
  inReverse,
  keysOf,
  oneWayYaml,
  pairGateways,
  PARTY_TYPE,
  SERVICE,
} from '../support/test-pair.ts';
import type { Pair, PairOptions } from '../support/test-pair.ts';
import { networkDown } from '../support/test-wire.ts';
import type { Interceptor, createWire } from '../support/test-wire.ts';

/** Reception awareness: attempts by the clock, and everything that may be lost between two access points. */

const MINUTE = 60_000;
const ending = inReverse({ after });

const ASK = { service: SERVICE, action: 'Ask', to: { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] } };
const NOTE = { contentId: 'note', mimeType: 'application/xml', content: '<note>of something</note>' };

async function open(options: PairOptions = {}): Promise<Pair> {
  return await pairGateways(ending, options);
}

/** Submits a note under these circumstances and waits for the first attempt. */
async function send({ a, wire }: Pair, intercept: Interceptor | undefined): Promise<string> {
  wire.intercept = intercept;
  const { messageId } = await submitParts(a, ASK, [NOTE]);
  await a.settled();
  return messageId;
}

/** Moves the clock to the next attempt and lets it happen. */
async function nextAttempt(
  { a, clock, wire }: Pair,
  messageId: string,
  intercept: Interceptor | undefined,
): Promise<OutboundStatus> {
  const { message } = await statusOf(a, messageId);
  assert.equal(message.state, 'WAITING_FOR_RETRY', JSON.stringify(message.failure));
  wire.intercept = intercept;
  clock.now = message.nextAttemptAt!;
  await ringDue(a);
  return await statusOf(a, messageId);
}

async function delivered({ b }: Pair, messageId: string): Promise<number> {
  return (await b.inbox()).filter((message) => message.messageId === messageId).length;
}

const unavailable: Interceptor = () =>
  Promise.resolve({ status: 503, contentType: undefined, body: Buffer.alloc(0) });
/** Nothing is sent with its submission: it is kept and rung for. */
const NO_PLACE = { perPartner: 0 };
const nothing = { status: 202, contentType: undefined, body: Buffer.alloc(0) };
/** The partner receives, its answer does not come back. */
const answerLost: Interceptor = async (_, forward) => {
  await forward();
  return nothing;
};

describe('the schedule', () => {
  test('four retries in twelve minutes, one every three, then EBMS:0301', async () => {
    const pair = await open();
    const start = pair.clock.now;
    const messageId = await send(pair, unavailable);
    const planned = [3, 6, 9, 12].map((minutes) => start + minutes * MINUTE);
    assert.deepEqual((await statusOf(pair.a, messageId)).upcoming, planned);
    for (const [i, at] of planned.entries()) {
      pair.clock.now = at - 1;
      await ringDue(pair.a);
      assert.equal((await statusOf(pair.a, messageId)).attempts.length, i + 1, 'not before its time');
      pair.clock.now = at;
      await ringDue(pair.a);
      const { message, attempts, upcoming } = await statusOf(pair.a, messageId);
      assert.equal(attempts.length, i + 2);
      assert.equal(attempts.at(-1)!.startedAt, at);
      assert.deepEqual(upcoming, planned.slice(i + 1));
      assert.equal(message.state, i < 3 ? 'WAITING_FOR_RETRY' : 'SEND_FAILURE');
    }
    const { message } = await statusOf(pair.a, messageId);
    assert.equal(message.failure?.ebms, 'EBMS:0301');
    assert.equal(message.nextAttemptAt, undefined);
    pair.clock.advance(60 * MINUTE);
    await ringDue(pair.a);
    assert.equal(pair.wire.exchanges.length, 5, 'nothing more is sent');
  });

  test('an attempt that comes late does not push the others', async () => {
    const pair = await open();
    const start = pair.clock.now;
    const messageId = await send(pair, unavailable);
    pair.clock.now = start + 4 * MINUTE;
    await ringDue(pair.a);
    assert.deepEqual(
      (await statusOf(pair.a, messageId)).upcoming,
      [6, 9, 12].map((m) => start + m * MINUTE),
    );
  });

  test('after a standstill longer than the window nothing is sent any more', async () => {
    const pair = await open();
    const messageId = await send(pair, unavailable);
    pair.clock.advance(2 * 60 * MINUTE);
    await ringDue(pair.a);
    const { message } = await statusOf(pair.a, messageId);
    assert.equal(message.state, 'SEND_FAILURE');
    assert.equal(message.failure?.ebms, 'EBMS:0301');
    assert.equal(pair.wire.exchanges.length, 1);
  });

  test('other strategies, by P-Mode', async () => {
    const yaml = oneWayYaml('AP_A', 'AP_B').replace(
      'action: Ask }',
      'action: Ask, receptionAwareness: { strategy: once, window: 1m } }',
    );
    const pair = await open({ pmodes: { 'a-b.yaml': yaml } });
    const messageId = await send(pair, unavailable);
    const { message, attempts } = await statusOf(pair.a, messageId);
    assert.equal(message.state, 'SEND_FAILURE');
    assert.equal(attempts.length, 1);
  });
});

describe('every attempt', () => {
  test('has the MessageId and the signed digests of the first, and a session key of its own', async () => {
    const pair = await open();
    const messageId = await send(pair, unavailable);
    for (let retry = 1; retry <= 3; retry += 1) await nextAttempt(pair, messageId, unavailable);
    const requests = pair.wire.exchanges.map(({ request }) => request);
    assert.equal(requests.length, 4);
    const envelopes = requests.map(envelopeOf);
    const all = (pattern: RegExp): Set<string> => new Set(envelopes.map((xml) => pattern.exec(xml)![0]));
    assert.deepEqual(new Set(requests.map(messageIdOf)), new Set([messageId]));
    assert.equal(new Set(requests.map((request) => referencesOf(request).join())).size, 1);
    assert.equal(all(/<ds:Signature.*<\/ds:Signature>/s).size, 1, 'one signature');
    assert.equal(all(/<eb:Messaging.*<\/eb:Messaging>/s).size, 1, 'one header');
    assert.equal(all(/<xenc:CipherValue>[^<]*/).size, 4, 'four session keys');
    const payloads = requests.map(({ body }) =>
      body.subarray(body.indexOf('</S12:Envelope>') + 15).toString('latin1'),
    );
    assert.equal(
      new Set(payloads.map((text) => text.slice(text.indexOf('\r\n\r\n')))).size,
      4,
      'four ciphertexts',
    );
  });

  test('is one row: when, where, what came back, for which certificate', async () => {
    const pair = await open();
    const start = pair.clock.now;
    const messageId = await send(pair, unavailable);
    const { attempts } = await nextAttempt(pair, messageId, undefined);
    const recipient = pair.b.keys.signing.certificate.thumbprintSha256;
    assert.deepEqual(
      attempts.map(({ number, startedAt, address, outcome, httpStatus, recipient: r }) => ({
        number,
        startedAt,
        address,
        outcome,
        httpStatus,
        r,
      })),
      [
        {
          number: 1,
          startedAt: start,
          address: ADDRESS.AP_B,
          outcome: 'retry',
          httpStatus: 503,
          r: recipient,
        },
        {
          number: 2,
          startedAt: start + 3 * MINUTE,
          address: ADDRESS.AP_B,
          outcome: 'acknowledged',
          httpStatus: 200,
          r: recipient,
        },
      ],
    );
  });
});

describe('what may be lost', () => {
  test('the answer: the retry gets the first receipt, the message is delivered once', async () => {
    const pair = await open();
    const messageId = await send(pair, answerLost);
    assert.equal(await delivered(pair, messageId), 1);
    await nextAttempt(pair, messageId, answerLost);
    const { message, attempts } = await nextAttempt(pair, messageId, undefined);
    assert.equal(message.state, 'ACKNOWLEDGED');
    assert.equal(attempts.length, 3);
    assert.equal(await delivered(pair, messageId), 1);
    const [kept] = await pair.b.world.store.findInbound(messageId);
    assert.equal(kept!.duplicates, 2);
    assert.deepEqual(message.receipt!.bytes, kept!.receipt.bytes);
  });

  const losses: Readonly<Record<string, Interceptor>> = {
    'the connection, before anything arrived': ({ address }) => Promise.reject(networkDown(address)),
    'the connection, after everything arrived': async ({ address }, forward) => {
      await forward();
      throw networkDown(address);
    },
    'the second half of the body': ({ body }, forward) =>
      forward({ body: body.subarray(0, body.length / 2) }),
    'the last bytes of the body': ({ body }, forward) => forward({ body: body.subarray(0, -3) }),
    'everything but the SOAP part': ({ body }, forward) =>
      forward({ body: body.subarray(0, body.indexOf('</S12:Envelope>') + 15) }),
    'half of the answer': async (_, forward) => {
      const reply = await forward();
      return { ...reply, body: reply.body.subarray(0, reply.body.length / 2) };
    },
    'the Content-Type of the answer': async (_, forward) => ({
      ...(await forward()),
      contentType: undefined,
    }),
    'a bit of the ciphertext': ({ body }, forward) => {
      const damaged = Buffer.from(body);
      const at = damaged.lastIndexOf('\r\n--') - 5;
      damaged[at] = damaged[at]! ^ 1;
      return forward({ body: damaged });
    },
  };
  for (const [name, intercept] of Object.entries(losses)) {
    test(`${name}: the next attempt succeeds, the message is delivered once`, async () => {
      const pair = await open();
      const messageId = await send(pair, intercept);
      const { message } = await nextAttempt(pair, messageId, undefined);
      assert.equal(message.state, 'ACKNOWLEDGED', JSON.stringify(message.failure));
      assert.equal(await delivered(pair, messageId), 1);
      const [kept] = await pair.b.world.store.findInbound(messageId);
      assert.equal((await pair.b.content(kept!.parts[0]!)).toString(), NOTE.content);
      assert.equal(pair.b.payloadFiles().length, 1);
    });
  }
});

describe('workers', () => {
  test('a row that is rung many times is pushed once', async () => {
    const pair = await open();
    const messageId = await send(pair, async (_, forward) => {
      const { queue } = pair.a.context;
      const { message } = await statusOf(pair.a, messageIdOf(pair.wire.exchanges.at(-1)!.request));
      for (let i = 0; i < 20; i += 1) await queue.ring(message.rowId);
      return await forward();
    });
    await pair.a.settled();
    assert.equal(pair.wire.exchanges.length, 1);
    assert.equal((await statusOf(pair.a, messageId)).attempts.length, 1);
  });

  test('the lease is held as long as a push runs', async () => {
    const extended = new EventEmitter();
    const leaseMs = 90;
    const pair = await open({
      times: { leaseMs },
      aroundA: (world) => ({
        ...world,
        store: {
          ...world.store,
          extendLease: async (...args) => {
            const held = await world.store.extendLease(...args);
            extended.emit('done', held);
            return held;
          },
        },
      }),
    });
    const messageId = await send(pair, async (_, forward) => {
      for (let i = 0; i < 4; i += 1) {
        assert.deepEqual(await once(extended, 'done'), [true]);
        pair.clock.advance(leaseMs - 10);
        assert.deepEqual(
          await pair.a.world.store.dueOutbound(pair.clock.now, 10),
          [],
          'nobody else may take it',
        );
      }
      return await forward();
    });
    const { message, attempts } = await statusOf(pair.a, messageId);
    assert.equal(message.state, 'ACKNOWLEDGED', JSON.stringify(message.failure));
    assert.equal(attempts.length, 1);
  });

  test('a worker that dies leaves the row to another when its lease has run out', async () => {
    const pair = await open({ times: { leaseMs: 60_000 } });
    let revive = (): void => undefined;
    pair.wire.intercept = () => new Promise((resolve) => (revive = () => resolve(nothing)));
    const { messageId } = await submitParts(pair.a, ASK, [NOTE]);
    while (pair.wire.exchanges.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const row = await pair.a.world.store.findOutbound(messageId);
    assert.equal(row!.state, 'WAITING_FOR_RECEIPT');
    assert.deepEqual(await pair.a.world.store.dueOutbound(pair.clock.now, 10), []);
    pair.clock.advance(59_999);
    assert.equal(await pair.a.world.store.claimOutbound(row!.rowId, pair.clock.now, 60_000), undefined);
    pair.clock.advance(1);
    const taken = await pair.a.world.store.claimOutbound(row!.rowId, pair.clock.now, 60_000);
    assert.equal(taken!.attempts, 2, 'the attempt that nobody settled counts');
    assert.deepEqual(taken!.envelope?.references.length, 3);
    // The dead worker comes back to life: what it brings is of no use any more.
    assert.equal(await pair.a.world.store.extendLease(row!.rowId, 1, pair.clock.now + 60_000), false);
    revive();
    await pair.a.settled();
    const { message, attempts } = await statusOf(pair.a, messageId);
    assert.equal(message.state, 'WAITING_FOR_RECEIPT', 'it is still the row of the other worker');
    assert.deepEqual(attempts, []);
  });
});

describe('bells that are lost', () => {
  const sender = async (
    folder: string,
    wire: ReturnType<typeof createWire>,
    options: Partial<TestGatewayOptions> = {},
  ): Promise<TestGateway> => {
    const gateway = await openTestGateway({
      party: 'AP_A',
      pmodes: { 'a-b.yaml': oneWayYaml('AP_A', 'AP_B') },
      keys: await keysOf('AP_A', ['AP_B']),
      folder: join(folder, 'sender'),
      transport: wire.transport,
      ...options,
    });
    await gateway.msh.start();
    return gateway;
  };
  const deaf: TestGatewayOptions['around'] = (world) => ({
    ...world,
    queue: {
      ...world.queue,
      ring: () => Promise.resolve(),
      listen: (...args) => world.queue.listen(...args),
      close: () => world.queue.close(),
    },
  });
  const broken: TestGatewayOptions['around'] = (world) => ({
    ...world,
    queue: {
      ring: () => Promise.reject(new Error('the queue is gone')),
      listen: (...args) => world.queue.listen(...args),
      close: () => world.queue.close(),
    },
  });

  for (const [name, around] of Object.entries({ 'hears nothing': deaf, 'is gone': broken })) {
    test(`a queue that ${name}: the submission stands, and the sweeper of the next start rings`, async () => {
      const pair = await open();
      const folder = scratchFolder();
      const clock = createClock();
      const before = await sender(folder, pair.wire, {
        clock,
        sending: NO_PLACE,
        ...(around === undefined ? {} : { around }),
      });
      const { messageId, outcome } = await submitParts(before, ASK, [NOTE]);
      assert.equal(outcome, 'accepted');
      assert.equal((await statusOf(before, messageId)).message.state, 'SEND_ENQUEUED');
      await before.stop();
      const restarted = await sender(folder, pair.wire, { clock });
      try {
        await restarted.settled();
        assert.equal((await statusOf(restarted, messageId)).message.state, 'ACKNOWLEDGED');
      } finally {
        await restarted.stop();
      }
    });
  }

  test('a sweeper rings while the access point runs, too', async () => {
    const pair = await open();
    const folder = scratchFolder();
    let lose = true;
    // The first message has the only place until the second was submitted, whose ring is lost.
    let free!: () => void;
    const second = new Promise<void>((resolve) => (free = resolve));
    pair.wire.intercept = async (_, forward) => {
      await second;
      return await forward();
    };
    const gateway = await sender(folder, pair.wire, {
      times: { sweepIntervalMs: 10 },
      sending: { perPartner: 1 },
      around: (world) => ({
        ...world,
        queue: {
          ring: (rowId, at) => (lose ? Promise.resolve() : world.queue.ring(rowId, at)),
          listen: (...args) => world.queue.listen(...args),
          close: () => world.queue.close(),
        },
      }),
    });
    try {
      await submitParts(gateway, ASK, [NOTE]);
      const { messageId } = await submitParts(gateway, ASK, [NOTE]);
      free();
      await gateway.idle();
      assert.equal((await statusOf(gateway, messageId)).message.state, 'SEND_ENQUEUED');
      lose = false;
      await gateway.settled();
      assert.equal((await statusOf(gateway, messageId)).message.state, 'ACKNOWLEDGED');
    } finally {
      await gateway.stop();
    }
  });

  test('a P-Mode that was taken away: the message waits for it', async () => {
    const pair = await open();
    const folder = scratchFolder();
    const clock = createClock();
    pair.wire.intercept = unavailable;
    const before = await sender(folder, pair.wire, { clock });
    const { messageId } = await submitParts(before, ASK, [NOTE]);
    await before.settled();
    await before.stop();
    pair.wire.intercept = undefined;

    clock.advance(3 * MINUTE);
    const without = await sender(folder, pair.wire, { clock, pmodes: {} });
    await without.idle();
    const waiting = await statusOf(without, messageId);
    assert.equal(waiting.message.state, 'WAITING_FOR_RETRY');
    assert.equal(waiting.attempts.length, 1);
    await without.stop();

    clock.advance(3 * MINUTE);
    const again = await sender(folder, pair.wire, { clock });
    try {
      await again.settled();
      assert.equal((await statusOf(again, messageId)).message.state, 'ACKNOWLEDGED');
    } finally {
      await again.stop();
    }
  });
});

/** A sender of its own on one folder, opened again and again. */
async function senderOn(
  folder: string,
  { clock, wire }: Pair,
  pmodes: TestGatewayOptions['pmodes'],
  more: Partial<TestGatewayOptions> = {},
): Promise<TestGateway> {
  const gateway = await openTestGateway({
    party: 'AP_A',
    pmodes,
    keys: await keysOf('AP_A', ['AP_B']),
    folder: join(folder, 'sender'),
    transport: wire.transport,
    clock,
    ...more,
  });
  await gateway.msh.start();
  return gateway;
}

/** Rings for what is due, which may stay due. */
async function ringOnce(gateway: TestGateway): Promise<void> {
  const { store, queue } = gateway.world;
  for (const rowId of await store.dueOutbound(gateway.clock.now, 100)) await queue.ring(rowId);
  await gateway.idle();
}

/** Nothing is rung for, as if the process ended right after it had kept the submission. */
const silent = (world: TestWorld): TestWorld => ({
  ...world,
  queue: { ...world.queue, ring: () => Promise.resolve() },
});

describe('a P-Mode that is taken away', () => {
  const PMODES = {
    'a-b.yaml': oneWayYaml('AP_A', 'AP_B').replace(
      'sender: either',
      'sender: either, receptionAwareness: { retries: 60, window: 3m }',
    ),
  };
  const HALF_A_MINUTE = 30_000;

  /** Five attempts in the first twelve seconds of three minutes, and the P-Mode is gone. */
  async function afterFive(pair: Pair): Promise<{ folder: string; messageId: string; end: number }> {
    const folder = scratchFolder();
    const end = pair.clock.now + 3 * MINUTE;
    pair.wire.intercept = unavailable;
    const before = await senderOn(folder, pair, PMODES);
    const { messageId } = await submitParts(before, ASK, [NOTE]);
    await before.settled();
    for (let retry = 1; retry <= 4; retry += 1) {
      pair.clock.advance(3000);
      await ringDue(before);
    }
    assert.equal((await statusOf(before, messageId)).attempts.length, 5);
    await before.stop();
    return { folder, messageId, end };
  }

  test('costs no attempt and ends nothing within the window; put back, the message goes out', async () => {
    const pair = await open();
    const { folder, messageId, end } = await afterFive(pair);
    const without = await senderOn(folder, pair, {});
    for (; pair.clock.now < end - 3000; pair.clock.advance(3000)) await ringOnce(without);
    const { message, upcoming } = await statusOf(without, messageId);
    assert.equal(message.state, 'WAITING_FOR_RETRY', JSON.stringify(message.failure));
    assert.equal(message.attempts, 5);
    assert.equal(upcoming.at(-1), end, 'its own window is told');
    const told = without.events.filter(({ event }) => event === 'send/waiting-for-pmode');
    assert.equal(told.length, 1, 'told once, not at every look');
    assert.equal(told[0]?.['pmode'], message.pmodeId);
    await without.stop();
    pair.wire.intercept = undefined;
    const again = await senderOn(folder, pair, PMODES);
    await again.settled();
    const { message: sent } = await statusOf(again, messageId);
    await again.stop();
    assert.equal(sent.state, 'ACKNOWLEDGED', JSON.stringify(sent.failure));
    assert.equal(sent.attempts, 6);
  });

  test('fails the message when its window is over, and says so', async () => {
    const pair = await open();
    const { folder, messageId, end } = await afterFive(pair);
    const without = await senderOn(folder, pair, {});
    pair.clock.now = end + HALF_A_MINUTE;
    await ringOnce(without);
    assert.equal((await statusOf(without, messageId)).message.state, 'WAITING_FOR_RETRY');
    pair.clock.advance(1);
    await ringOnce(without);
    const { message } = await statusOf(without, messageId);
    await without.stop();
    assert.equal(message.state, 'SEND_FAILURE');
    assert.equal(message.failure?.ebms, 'EBMS:0301');
    assert.match(
      message.failure?.message ?? '',
      /^No receipt after 5 attempts\. .*P-Mode .* no longer loaded/,
    );
  });

  test('a message that was never tried waits for it as long as one window', async () => {
    const pair = await open();
    const folder = scratchFolder();
    const before = await senderOn(folder, pair, PMODES, { around: silent, sending: NO_PLACE });
    const { messageId } = await submitParts(before, ASK, [NOTE]);
    await before.stop();
    const without = await senderOn(folder, pair, {});
    pair.clock.advance(3 * MINUTE);
    await ringOnce(without);
    const { message } = await statusOf(without, messageId);
    assert.deepEqual([message.state, message.attempts], ['SEND_ENQUEUED', 0]);
    pair.clock.advance(HALF_A_MINUTE + 1);
    await ringOnce(without);
    const { message: failed } = await statusOf(without, messageId);
    await without.stop();
    assert.equal(failed.state, 'SEND_FAILURE');
    assert.match(failed.failure?.message ?? '', /^No receipt after 0 attempts\./);
  });

  test('a pause of the partner stops the clock all the same', async () => {
    const pair = await open();
    const { folder, messageId, end } = await afterFive(pair);
    const without = await senderOn(folder, pair, {}, { times: { roundMs: 5 } });
    await without.world.store.pausePartner('AP_B', { at: pair.clock.now, by: 'operator' });
    while (!without.events.some(({ event }) => event === 'partner/paused'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    pair.clock.now = end + 60 * MINUTE;
    await ringOnce(without);
    const { message } = await statusOf(without, messageId);
    await without.stop();
    assert.equal(message.state, 'WAITING_FOR_RETRY', JSON.stringify(message.failure));
  });
});

describe('a process that was killed', () => {
  const PMODES = { 'a-b.yaml': oneWayYaml('AP_A', 'AP_B') };

  /** A message that a worker has claimed for longer than its window, and nobody will settle. */
  async function claimed(pair: Pair, leaseMs: number): Promise<{ folder: string; messageId: string }> {
    const folder = scratchFolder();
    const dying = await senderOn(folder, pair, PMODES, { around: silent, sending: NO_PLACE });
    const { messageId } = await submitParts(dying, ASK, [NOTE]);
    const { rowId } = (await statusOf(dying, messageId)).message;
    assert.ok(await dying.world.store.claimOutbound(rowId, pair.clock.now, leaseMs));
    await dying.stop();
    return { folder, messageId };
  }

  test('its successor sends at once what it had begun', async () => {
    const pair = await open();
    const { folder, messageId } = await claimed(pair, 5 * MINUTE);
    const next = await senderOn(folder, pair, PMODES);
    await next.settled();
    const { message } = await statusOf(next, messageId);
    await next.stop();
    assert.equal(message.state, 'ACKNOWLEDGED', JSON.stringify(message.failure));
  });

  test('a lease longer than the window costs no message its retries', async () => {
    const pair = await open();
    const { folder, messageId } = await claimed(pair, 5 * MINUTE);
    pair.clock.advance(20 * MINUTE);
    const next = await senderOn(folder, pair, PMODES);
    await next.settled();
    const { message } = await statusOf(next, messageId);
    await next.stop();
    assert.equal(message.state, 'ACKNOWLEDGED', JSON.stringify(message.failure));
    assert.equal(message.attempts, 2);
  });

  test('what fails then tells the pushes that were made, and those that were cut off', async () => {
    const pair = await open();
    const { folder, messageId } = await claimed(pair, 5 * MINUTE);
    pair.clock.advance(20 * MINUTE);
    pair.wire.intercept = unavailable;
    const next = await senderOn(folder, pair, PMODES);
    await next.settled();
    const { message, attempts } = await statusOf(next, messageId);
    await next.stop();
    assert.equal(message.state, 'SEND_FAILURE');
    assert.equal(attempts.length, 1);
    assert.match(
      message.failure?.message ?? '',
      /^No receipt after 1 attempt, and 1 that was cut off\. Last: /,
    );
  });
});
