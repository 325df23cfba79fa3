import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { OutboundMessage, SendingLimits } from '../../../src/msh/index.ts';
import { createTransport } from '../../../src/world/http/index.ts';
import { openPartnerDoor } from '../../support/partner-doors.ts';
import type { PartnerDoor } from '../../support/partner-doors.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { createClock, openTestGateway, submitParts } from '../../support/test-gateway.ts';
import type { TestClock, TestGateway } from '../../support/test-gateway.ts';
import { inReverse, keysOf, oneWayYaml, SERVICE } from '../../support/test-pair.ts';

const MINUTE = 60_000;
const PATIENCE_MS = 120_000;

interface Bench {
  readonly clock: TestClock;
  readonly a: TestGateway;
  /** A quick partner, a whole gateway, and one that behaves as it is told. */
  readonly quick: PartnerDoor;
  readonly odd: PartnerDoor;
  readonly submit: (to: 'AP_B' | 'AP_C', times?: number) => Promise<readonly string[]>;
  /** The sent message with this id. */
  readonly message: (messageId: string) => Promise<OutboundMessage>;
  readonly states: (messageIds: readonly string[]) => Promise<readonly string[]>;
  /** Opens A once more on what it has kept, not started. */
  readonly reopen: () => Promise<TestGateway>;
}

/** A and two partners over real HTTP; B answers, C behaves as it is told and can answer too. A is not started. */
async function bench(ending: TestContext, sending: Partial<SendingLimits>): Promise<Bench> {
  const t = inReverse(ending);
  const clock = createClock();
  const folder = scratchFolder();
  const partners = new Map<string, TestGateway>();
  const door = (name: 'AP_B' | 'AP_C', manner: 'serve' | 'hang'): Promise<PartnerDoor> =>
    openPartnerDoor(t, manner, async (body, contentType) => {
      const chunks = (async function* () {
        await Promise.resolve();
        yield body;
      })();
      const request = { contentType, contentLength: body.length, body: chunks, remote: undefined };
      return await partners.get(name)!.msh.receive(request);
    });
  const quick = await door('AP_B', 'serve');
  const odd = await door('AP_C', 'hang');
  const addresses = { AP_A: 'http://127.0.0.1:1/as4', AP_B: quick.address, AP_C: odd.address };
  const pmodes = {
    'a-b.yaml': oneWayYaml('AP_A', 'AP_B', addresses),
    'a-c.yaml': oneWayYaml('AP_A', 'AP_C', addresses),
  };
  for (const party of ['AP_B', 'AP_C'] as const) {
    const file = party === 'AP_B' ? 'a-b.yaml' : 'a-c.yaml';
    const partner = await openTestGateway({
      party,
      pmodes: { [file]: pmodes[file] },
      clock,
      keys: await keysOf(party, ['AP_A']),
      folder: join(folder, party),
      transport: { push: () => Promise.reject(new Error('answers only')), close: () => Promise.resolve() },
    });
    t.after(() => partner.stop());
    partners.set(party, partner);
  }
  const keys = await keysOf('AP_A', ['AP_B', 'AP_C']);
  const open = async (): Promise<TestGateway> => {
    const transport = createTransport();
    const gateway = await openTestGateway({
      party: 'AP_A',
      pmodes,
      clock,
      keys,
      folder: join(folder, 'AP_A'),
      transport,
      sending,
      times: { roundMs: 10 },
    });
    t.after(async () => {
      odd.cut();
      await gateway.stop();
      await transport.close();
    });
    return gateway;
  };
  let a = await open();
  const message = async (messageId: string): Promise<OutboundMessage> =>
    (await a.world.store.findOutbound(messageId))!;
  return {
    clock,
    get a() {
      return a;
    },
    quick,
    odd,
    message,
    submit: async (to, times = 1) => {
      const ids: string[] = [];
      for (let index = 0; index < times; index += 1) {
        const party = {
          partyIds: [{ value: to, type: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:test' }],
        };
        const { messageId } = await submitParts(a, { to: party, service: SERVICE, action: 'Plain' });
        ids.push(messageId);
      }
      return ids;
    },
    states: async (messageIds) => Promise.all(messageIds.map(async (id) => (await message(id)).state)),
    reopen: async () => {
      await a.stop();
      a = await open();
      return a;
    },
  };
}

async function until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const hangs = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > hangs) throw new Error(`did not happen: ${what}`);
    await delay(5);
  }
}

const told = ({ events }: TestGateway, event: string): number =>
  events.filter((one) => one.event === event).length;

const allAre = (states: readonly string[], state: string): boolean => states.every((one) => one === state);

test('a partner that hangs holds its own places only, however many messages were queued for it first', async (t) => {
  const { a, odd, submit, states } = await bench(t, { places: 8, perPartner: 2 });
  await a.msh.start();
  const slow = await submit('AP_C', 40);
  const quick = await submit('AP_B', 25);
  await until(
    async () => allAre(await states(quick), 'ACKNOWLEDGED'),
    'all messages of the quick partner arrive',
  );
  assert.equal(odd.mostOpen(), 2);
  const waiting = await states(slow);
  assert.equal(waiting.filter((state) => state === 'WAITING_FOR_RECEIPT').length, 2);
  assert.equal(waiting.filter((state) => state === 'SEND_ENQUEUED').length, 38);
  odd.behave('serve');
  odd.cut();
  await until(
    async () => (await states(slow)).filter((state) => state === 'ACKNOWLEDGED').length >= 38,
    'those that waited go out as places become free',
  );
  assert.ok(odd.mostOpen() <= 2);
});

test('a backlog of thousands for one partner hides nobody from the sweeper', async (t) => {
  const { a, odd, clock, submit, message, states, reopen } = await bench(t, { places: 8, perPartner: 2 });
  const [sample] = await submit('AP_C');
  const { state: _state, attempts: _attempts, nextAttemptAt: _due, ...kept } = await message(sample!);
  for (let index = 0; index < 2500; index += 1) {
    const messageId = `${randomUUID()}@ap-a.test`;
    await a.world.store.insertOutbound({ ...kept, rowId: randomUUID(), messageId });
  }
  clock.advance(1000);
  const quick = await submit('AP_B', 10);
  // Every ring is lost with the process; what is left is what the sweeper finds.
  const again = await reopen();
  await again.msh.start();
  await until(async () => allAre(await states(quick), 'ACKNOWLEDGED'), 'the quick partner gets its messages');
  assert.equal(odd.mostOpen(), 2);
});

test('a partner that is down is left alone, costs no message its attempts, is probed, and gets all when it is back', async (t) => {
  const breaker = { failures: 3, waitMs: 10_000, longestWaitMs: 60_000 };
  const { a, odd, clock, submit, message, states } = await bench(t, { places: 4, perPartner: 1, breaker });
  odd.behave('fail');
  await a.msh.start();
  const ids = await submit('AP_C', 8);
  await until(() => told(a, 'partner/breaker-opened') === 1, 'the breaker opens');
  await a.idle();
  assert.equal(odd.requests(), 3);
  const opened = a.events.find(({ event }) => event === 'partner/breaker-opened');
  assert.equal(opened?.['partner'], 'AP_C');
  assert.equal(opened?.['nextProbeAt'], new Date(clock.now + 10_000).toISOString());
  const attempts = async (): Promise<readonly number[]> =>
    Promise.all(ids.map(async (id) => (await message(id)).attempts));
  assert.deepEqual([...(await attempts())].sort(), [0, 0, 0, 0, 0, 1, 1, 1]);

  clock.advance(9_000);
  await delay(100);
  assert.equal(odd.requests(), 3, 'nothing goes out before the time');
  clock.advance(1_000);
  await until(() => told(a, 'partner/probe-failed') === 1, 'one message finds out');
  await delay(100);
  assert.equal(odd.requests(), 4);

  odd.behave('serve');
  clock.advance(20_000);
  await until(() => told(a, 'partner/breaker-closed') === 1, 'the breaker closes');
  await until(
    async () => (await states(ids)).filter((state) => state === 'ACKNOWLEDGED').length === 4,
    'all that is due',
  );
  clock.advance(3 * MINUTE);
  await until(async () => allAre(await states(ids), 'ACKNOWLEDGED'), 'the others at their time');
  assert.ok((await attempts()).every((count) => count <= 2));
});

test('nothing is given up untried: behind an open breaker a message has its last chance when its window closes', async (t) => {
  const breaker = { failures: 1, waitMs: 3_600_000, longestWaitMs: 3_600_000 };
  const { a, odd, clock, submit, message } = await bench(t, { places: 4, perPartner: 2, breaker });
  odd.behave('fail');
  await a.msh.start();
  await submit('AP_C');
  await until(() => told(a, 'partner/breaker-opened') === 1, 'the breaker opens');
  const [late] = await submit('AP_C');
  await a.idle();
  assert.equal((await message(late!)).attempts, 0);
  clock.advance(12 * MINUTE);
  await until(async () => (await message(late!)).state === 'WAITING_FOR_RETRY', 'it is tried');
  assert.equal((await message(late!)).attempts, 1);
  clock.advance(12 * MINUTE);
  await until(async () => (await message(late!)).state === 'SEND_FAILURE', 'it is tried for the last time');
  const { attempts, failure } = await message(late!);
  assert.equal(attempts, 2);
  assert.equal(failure?.code, 'send/missing-receipt');
  assert.equal(told(a, 'partner/breaker-opened'), 1);
});

test('a pause holds messages back and stops their clocks; it outlives a restart; resuming sends at once', async (t) => {
  const { a, odd, clock, submit, message, states, reopen } = await bench(t, {});
  odd.behave('fail');
  await a.msh.start();
  const [tried] = await submit('AP_C');
  await until(async () => (await message(tried!)).state === 'WAITING_FOR_RETRY', 'the first attempt');
  await a.world.store.pausePartner('AP_C', { at: clock.now, by: 'operator', reason: 'they asked us to' });
  await until(() => told(a, 'partner/paused') === 1, 'the pause is noticed without being told');
  odd.behave('serve');
  const [fresh] = await submit('AP_C');
  const [other] = await submit('AP_B');
  await until(async () => allAre(await states([other!]), 'ACKNOWLEDGED'), 'another partner is served');
  clock.advance(2 * 60 * MINUTE);
  await delay(100);
  assert.deepEqual(await states([tried!, fresh!]), ['WAITING_FOR_RETRY', 'SEND_ENQUEUED']);
  assert.equal(odd.requests(), 1);

  const again = await reopen();
  await again.msh.start();
  await delay(100);
  assert.equal(odd.requests(), 1, 'still paused after a restart');
  await again.world.store.resumePartner('AP_C', clock.now);
  await until(async () => allAre(await states([tried!, fresh!]), 'ACKNOWLEDGED'), 'both go out');
  assert.deepEqual([(await message(tried!)).attempts, (await message(fresh!)).attempts], [2, 1]);
});
