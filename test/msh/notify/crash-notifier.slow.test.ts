import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createWebhookSender } from '../../../src/world/http/index.ts';
import { openSqliteStore } from '../../../src/world/store/index.ts';
import type { DeliveryStore, EventStore, Store } from '../../../src/msh/index.ts';
import { MISHAPS, mortalCalls } from '../../support/mortal-world.ts';
import type { Mishap, MortalCalls } from '../../support/mortal-world.ts';
import { notifyWorld } from '../../support/notify-world.ts';
import type { NotifyWorld, TestWebhook } from '../../support/notify-world.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { createClock } from '../../support/test-gateway.ts';
import type { TestClock } from '../../support/test-gateway.ts';
import { startEndpoint } from '../../support/webhook-endpoint.ts';
import type { WebhookEndpoint } from '../../support/webhook-endpoint.ts';

/**
 * Events on their way to a webhook, with a mishap at every single call to the store and the endpoint: each is told at
 * least once, and those of a conversation in their order.
 */

/** In this order; the endpoint refuses the very first event once. */
const CONVERSATIONS = ['first', 'second', 'first'];

/** Beyond the lease of an attempt, and beyond any pause between two. */
const NEXT_MS = 45_000;

/** ms between two looks of the test. */
const PAUSE_MS = 10;

interface Run {
  readonly folder: string;
  readonly clock: TestClock;
  readonly endpoint: WebhookEndpoint;
}

/** A notifier, whether it works on attempts, and the end of its connections. */
interface Life extends NotifyWorld {
  readonly isBusy: () => boolean;
  /** Has it look, which it does not do of itself: how often would depend on the machine. */
  readonly wake: () => void;
  readonly cut: () => Promise<void>;
}

type Notified = EventStore & DeliveryStore;

/** Knows whether an attempt is being taken, made or settled: until it is, no lease may run out. */
function attemptsUnderWay(): {
  around: (store: Notified) => Notified;
  isBusy: () => boolean;
  wake: () => void;
} {
  let busy = 0;
  let listeners: readonly (() => void)[] = [];
  const around = (store: Notified): Notified => ({
    ...store,
    onEvent: (listener) => {
      listeners = [...listeners, listener];
      return store.onEvent(listener);
    },
    claimDeliveries: async (...how) => {
      busy += 1;
      try {
        const claimed = await store.claimDeliveries(...how);
        busy += claimed.length;
        return claimed;
      } finally {
        busy -= 1;
      }
    },
    settleDelivery: async (...how) => {
      try {
        return await store.settleDelivery(...how);
      } finally {
        busy -= 1;
      }
    },
  });
  const wake = (): void => {
    for (const listener of listeners) listener();
  };
  return { around, isBusy: () => busy > 0, wake };
}

/** A notifier that is not stopped with the test: a dead one cannot be waited for. */
async function live({ clock, endpoint }: Run, store: Store, mortal?: MortalCalls): Promise<Life> {
  const real = createWebhookSender({ allowPrivate: true, connections: 4 });
  const sender = mortal === undefined ? real : mortal.guarded('sender', real, ['close']);
  const work = attemptsUnderWay();
  const webhook: TestWebhook = {
    url: endpoint.url,
    sender,
    timeoutMs: 10_000,
    retry: { firstMs: 1000, longestMs: 10_000, windowMs: 1e11 },
  };
  const world = await notifyWorld({ after: () => undefined }, [webhook], {
    store,
    clock,
    times: { pollMs: 3_600_000 },
    start: false,
    around: (all) =>
      work.around(mortal === undefined ? all : mortal.guarded('store', all, ['onEvent', 'close'])),
  });
  return { ...world, isBusy: work.isBusy, wake: work.wake, cut: () => real.close() };
}

/** Lets time pass until every event has been told, or the process has died. */
async function untilTold({ clock, deliveries, isBusy, wake }: Life, isDead: () => boolean): Promise<void> {
  while (!isDead()) {
    const all = await deliveries();
    if (all.length >= CONVERSATIONS.length && all.every(({ state }) => state === 'DELIVERED')) return;
    for (const { state } of all) assert.match(state, /^(DELIVERED|PENDING)$/);
    await delay(PAUSE_MS);
    if (isBusy()) continue;
    clock.advance(NEXT_MS);
    wake();
  }
}

/** Starts as whatever watches the process does: once more when it did not start. */
async function start({ notifier }: NotifyWorld, mortal: MortalCalls): Promise<void> {
  try {
    await notifier.start();
  } catch (error) {
    if (mortal.struck() === undefined) throw error;
    await notifier.start();
  }
}

/** Receives what is to be told, one message after the other. */
async function receiveAll({ receive }: NotifyWorld): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const conversation of CONVERSATIONS) ids.push(await receive(conversation));
  return ids;
}

/** One run with one mishap. Resolves to the call that went wrong; undefined when the run has fewer calls. */
async function survive(endpoint: WebhookEndpoint, at: number, mishap: Mishap): Promise<string | undefined> {
  const run: Run = { folder: scratchFolder(), clock: createClock(), endpoint };
  const open = (): Promise<Store> => openSqliteStore({ file: join(run.folder, 'quoin.db'), lockWait: 5000 });
  const before = endpoint.taken.length;
  refuseOnce(endpoint);
  const mortal = mortalCalls(at, mishap);
  let isDead = false;
  void mortal.died.then(() => (isDead = true));
  let store = await open();
  let world = await live(run, store, mortal);
  let ids: readonly string[] = [];
  await Promise.race([start(world, mortal), mortal.died]);
  // Who died before a webhook was noted has received nothing either.
  if (!isDead) {
    ids = await receiveAll(world);
    await untilTold(world, () => isDead);
  }
  mortal.spare();
  const place = mortal.struck();
  const where = `${mishap} at ${place ?? 'nothing'} (${at})`;
  // It may be struck in a call that ran when everything had been told already: such a one cannot be stopped either.
  if (place !== undefined && mishap.startsWith('dies')) {
    await mortal.died;
    isDead = true;
  }
  if (isDead) {
    // Connections and locks go with the process.
    await world.cut();
    await store.close();
    store = await open();
    world = await live(run, store);
    await world.notifier.start();
    if (ids.length === 0) ids = await receiveAll(world);
    await untilTold(world, () => false);
  }
  await world.notifier.stop();
  await world.cut();
  await store.close();
  check(endpoint.taken.slice(before), ids, where, place === undefined);
  return place;
}

/** The first event is refused, and taken the next time. */
function refuseOnce(endpoint: WebhookEndpoint): void {
  let refused = false;
  endpoint.answer = (_taken, response) => {
    response.writeHead(refused ? 204 : 500).end();
    refused = true;
  };
}

function check(
  taken: WebhookEndpoint['taken'],
  ids: readonly string[],
  where: string,
  isUndisturbed: boolean,
): void {
  const subjects = taken.map(({ event }) => event.subject);
  assert.deepEqual(new Set(subjects), new Set(ids), `${where}: each is told`);
  // The first is told twice because it is refused once; without a mishap nothing else is.
  if (isUndisturbed) assert.equal(subjects.length, CONVERSATIONS.length + 1, where);
  for (const conversation of new Set(CONVERSATIONS)) {
    const sequence = taken
      .filter(({ event }) => event.partitionkey === conversation)
      .map(({ event }) => event.sequence);
    assert.deepEqual(sequence, sequence.toSorted(), `${where}: those of ${conversation} in their order`);
  }
}

describe('a mishap at every call of the notifier', () => {
  for (const mishap of MISHAPS) {
    test(mishap, async (t) => {
      const endpoint = await startEndpoint(t);
      const places = new Set<string>();
      for (let at = 1; ; at += 1) {
        const place = await survive(endpoint, at, mishap);
        if (place === undefined) break;
        places.add(place);
      }
      for (const step of [
        'openWebhooks',
        'dropAbandoned',
        'trimEvents',
        'fanOut',
        'claimDeliveries',
        'settleDelivery',
      ])
        assert.ok(places.has(`store.${step}`), `${step} was struck: ${[...places].join(' ')}`);
      assert.ok(places.has('sender.send'), [...places].join(' '));
    });
  }
});
