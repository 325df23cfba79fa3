import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { attempt, newOutbound, receipt } from '../../support/records.ts';
import { notifyWorld, SECRET, testWebhook } from '../../support/notify-world.ts';
import type { NotifyWorld } from '../../support/notify-world.ts';
import { startEndpoint, status } from '../../support/webhook-endpoint.ts';
import type { TakenEvent } from '../../support/webhook-endpoint.ts';

const subjects = (taken: readonly TakenEvent[]) => taken.map(({ event }) => event.subject);

/** The signature as a receiver computes it, from the headers and the bytes it got. */
function verified({ headers, body }: TakenEvent, secret: string): boolean {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body.toString('utf8')}`;
  const expected = createHmac('sha256', secret).update(signed).digest('base64');
  return headers['webhook-signature']!.split(' ').includes(`v1,${expected}`);
}

/** Lets an hour pass, after which everything that waits is due. */
function anHourLater(world: NotifyWorld): void {
  world.clock.advance(3_700_000);
}

test('an event arrives as a signed CloudEvent, once', async (t) => {
  const endpoint = await startEndpoint(t);
  const world = await notifyWorld(t, [{ url: endpoint.url, headers: { 'x-backend': 'portal' } }]);
  const messageId = await world.receive('a conversation');
  await world.logged('notify/delivered');
  const [taken] = endpoint.taken;
  const { data, ...envelope } = taken!.event;
  const [delivery] = await world.deliveries();
  assert.deepEqual(envelope, {
    specversion: '1.0',
    id: delivery!.event.id,
    source: 'urn:quoin:party:AP_TEST',
    type: 'eu.quoin.message.received',
    subject: messageId,
    time: '2026-01-15T12:00:00.000Z',
    datacontenttype: 'application/json',
    sequence: delivery!.event.cursor,
    partitionkey: 'a conversation',
  });
  assert.equal(data['conversationId'], 'a conversation');
  assert.equal(data['id'], delivery!.event.rowId);
  assert.equal(taken!.path, '/hook');
  assert.equal(taken!.headers['content-type'], 'application/cloudevents+json; charset=utf-8');
  assert.equal(taken!.headers['x-backend'], 'portal');
  assert.equal(taken!.headers['webhook-id'], envelope.id);
  assert.equal(taken!.headers['webhook-timestamp'], String(world.clock.now / 1000));
  assert.ok(verified(taken!, SECRET));
  assert.ok(!verified({ ...taken!, body: Buffer.concat([taken!.body, Buffer.from(' ')]) }, SECRET));
  assert.equal(delivery!.state, 'DELIVERED');
  assert.equal(endpoint.taken.length, 1);
});

test('the fate of sent messages is told too, with the failure as a backend may see it', async (t) => {
  const endpoint = await startEndpoint(t);
  const world = await notifyWorld(t, [{ url: endpoint.url }]);
  const { store, clock } = world;
  const failure = { step: 'send/push', code: 'http/timeout', message: 'No answer.' };
  for (const settlement of [
    { state: 'ACKNOWLEDGED', receipt: receipt(), at: clock.now },
    { state: 'SEND_FAILURE', failure, at: clock.now },
  ] as const) {
    const message = newOutbound({ submittedAt: clock.now });
    await store.insertOutbound(message);
    await store.claimOutbound(message.rowId, clock.now, 1000);
    await store.settleAttempt(message.rowId, attempt(), settlement);
  }
  await world.logged('notify/delivered', 2);
  const told = endpoint.taken.map(({ event }) => [
    event.type,
    event.data['receiptId'],
    event.data['failure'],
  ]);
  assert.deepEqual(told, [
    ['eu.quoin.message.acknowledged', 'receipt@example.test', undefined],
    ['eu.quoin.message.failed', undefined, failure],
  ]);
});

test('500, then 200: told again later with the same id and a signature of its own', async (t) => {
  const endpoint = await startEndpoint(t, status(500));
  const world = await notifyWorld(t, [{ url: endpoint.url }]);
  await world.receive();
  const [waiting] = await world.logged('notify/waiting-for-retry');
  assert.equal((waiting!['failure'] as { code: string }).code, 'notify/endpoint-failed');
  const [delivery] = await world.deliveries();
  assert.equal(delivery!.state, 'PENDING');
  assert.equal(delivery!.httpStatus, 500);
  const pause = delivery!.nextAttemptAt! - world.clock.now;
  assert.ok(pause >= 4000 && pause <= 6000, `${pause} ms`);
  const [hook] = await world.notifier.webhooks();
  assert.equal(hook!.failingSince, world.clock.now);
  endpoint.answer = status(200);
  world.clock.advance(pause);
  await world.logged('notify/delivered');
  const [first, second] = endpoint.taken;
  assert.deepEqual(second!.body, first!.body);
  assert.equal(second!.headers['webhook-id'], first!.headers['webhook-id']);
  assert.notEqual(second!.headers['webhook-signature'], first!.headers['webhook-signature']);
  assert.equal(second!.headers['quoin-attempt'], '2');
  assert.ok(verified(second!, SECRET));
});

test('order within a conversation holds through failures; other conversations go on', async (t) => {
  const endpoint = await startEndpoint(t, ({ event }, response) =>
    response.writeHead(event.partitionkey === 'stuck' ? 503 : 204).end(),
  );
  const world = await notifyWorld(t, [{ url: endpoint.url }]);
  const stuck = [await world.receive('stuck'), await world.receive('stuck')];
  const free = [await world.receive('free'), await world.receive('free')];
  stuck.push(await world.receive('stuck'));
  await world.logged('notify/delivered', 2);
  await world.logged('notify/waiting-for-retry');
  assert.deepEqual(
    subjects(endpoint.taken).filter((one) => one !== stuck[0]),
    free,
  );
  for (let round = 2; round <= 4; round += 1) {
    anHourLater(world);
    await world.logged('notify/waiting-for-retry', round);
  }
  assert.deepEqual(new Set(subjects(endpoint.taken)), new Set([stuck[0], ...free]));
  endpoint.answer = status(204);
  anHourLater(world);
  await world.logged('notify/delivered', 5);
  assert.deepEqual(subjects(endpoint.taken).slice(-3), stuck);
});

test('a slow endpoint holds up no other, and no more attempts are under way than granted', async (t) => {
  const held: (() => void)[] = [];
  let mostAtOnce = 0;
  const slow = await startEndpoint(t, (_taken, response) => {
    held.push(() => void response.writeHead(204).end());
    mostAtOnce = Math.max(mostAtOnce, held.length);
  });
  const quick = await startEndpoint(t);
  const world = await notifyWorld(t, [
    { name: 'slow', url: slow.url, concurrency: 2 },
    { name: 'quick', url: quick.url },
  ]);
  for (let i = 0; i < 10; i += 1) await world.receive(`c${i}`);
  await quick.until(10);
  await slow.until(2);
  await world.logged('notify/delivered', 10);
  assert.equal(slow.taken.length, 2);
  for (let told = 0; told < 10; told += 1) {
    await world.watch.until(() => true);
    await slow.until(told + 1);
    held.shift()!();
    await world.logged('notify/delivered', 11 + told);
  }
  assert.equal(mostAtOnce, 2);
});

test('what always fails is given up at the end of its window, told loudly, and what waited as long with it', async (t) => {
  const endpoint = await startEndpoint(t, status(503));
  const world = await notifyWorld(t, [{ url: endpoint.url }]);
  for (const conversation of ['a', 'a', 'b']) await world.receive(conversation);
  await world.logged('notify/waiting-for-retry', 2);
  world.clock.advance(25 * 3_600_000);
  const failed = await world.logged('notify/failed');
  assert.equal(failed[0]!.level, 'error');
  await world.watch.until(() => world.log.filter(({ event }) => /failed|given-up/.test(event)).length >= 2);
  const states = async () => (await world.deliveries()).map(({ state }) => state);
  while ((await states()).includes('PENDING')) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(await states(), ['FAILED', 'FAILED', 'FAILED']);
  assert.ok((await world.deliveries()).every(({ failure }) => failure?.code === 'notify/endpoint-failed'));
  const [hook] = await world.notifier.webhooks();
  assert.deepEqual([hook!.waiting, hook!.failed], [0, 3]);
});

test('410: given up at once', async (t) => {
  const endpoint = await startEndpoint(t, status(410));
  const world = await notifyWorld(t, [{ url: endpoint.url }]);
  await world.receive();
  const [failed] = await world.logged('notify/failed');
  assert.equal((failed!['failure'] as { code: string }).code, 'notify/endpoint-gone');
  assert.equal((await world.deliveries())[0]!.state, 'FAILED');
});

test('a redirect is a failure, and goes nowhere', async (t) => {
  const elsewhere = await startEndpoint(t);
  const endpoint = await startEndpoint(t, status(302, { Location: elsewhere.url }));
  const world = await notifyWorld(t, [{ url: endpoint.url }]);
  await world.receive();
  const [waiting] = await world.logged('notify/waiting-for-retry');
  const failure = waiting!['failure'] as { code: string; finding: { advice: string } };
  assert.equal(failure.code, 'notify/redirected');
  assert.match(failure.finding.advice, /final address/);
  assert.equal(elsewhere.taken.length, 0);
});

test('an endpoint that works again gets what waited at once, not an hour later', async (t) => {
  const endpoint = await startEndpoint(t, status(503));
  const world = await notifyWorld(t, [{ url: endpoint.url }]);
  for (let i = 0; i < 6; i += 1) await world.receive(`c${i}`);
  // The attempts that began side by side, then one at a time.
  for (let round = 0; round < 12; round += 1) {
    const told = world.log.length;
    anHourLater(world);
    await world.watch.until(() => world.log.length > told);
  }
  endpoint.answer = status(204);
  anHourLater(world);
  await world.logged('notify/endpoint-works-again');
  await world.logged('notify/delivered', 6);
  assert.ok((await world.deliveries()).every(({ state }) => state === 'DELIVERED'));
});

test('only what the webhook wants is told; what it no longer wants is dropped', async (t) => {
  const endpoint = await startEndpoint(t, status(503));
  const clock = (await notifyWorld(t, [])).clock;
  const first = await notifyWorld(
    t,
    [
      { name: 'hook', url: endpoint.url, actions: ['ExecuteQueryRequest'] },
      { name: 'none', url: endpoint.url, actions: ['Other'] },
      { name: 'acks', url: endpoint.url, events: ['eu.quoin.message.acknowledged'] },
      { name: 'partner', url: endpoint.url, partners: ['AP_XB'] },
      { name: 'party', url: endpoint.url, parties: ['urn:nobody'] },
    ],
    { clock },
  );
  await first.receive();
  await first.logged('notify/waiting-for-retry');
  for (const name of ['none', 'acks', 'partner', 'party'])
    assert.deepEqual(await first.deliveries(name), [], name);
  await first.notifier.stop();
  endpoint.answer = status(204);
  const narrowed = await notifyWorld(t, [{ url: endpoint.url, actions: ['Other'] }], {
    store: first.store,
    clock,
  });
  anHourLater(narrowed);
  await narrowed.logged('notify/dropped');
  assert.equal((await narrowed.deliveries())[0]!.state, 'DROPPED');
  assert.equal(endpoint.taken.length, 1);
});

test('a replay tells again, in order, with the same ids', async (t) => {
  const endpoint = await startEndpoint(t);
  const world = await notifyWorld(t, [{ url: endpoint.url }]);
  for (let i = 0; i < 3; i += 1) await world.receive('one conversation');
  await world.logged('notify/delivered', 3);
  const ids = endpoint.taken.map(({ event }) => event.id);
  assert.equal(await world.notifier.replay('hook', { after: endpoint.taken[0]!.event.sequence }), 2);
  await world.logged('notify/delivered', 5);
  assert.equal(await world.notifier.replay('hook', { eventIds: [ids[0]!] }), 1);
  await world.logged('notify/delivered', 6);
  assert.deepEqual(
    endpoint.taken.slice(3).map(({ event }) => event.id),
    [ids[1], ids[2], ids[0]],
  );
  await assert.rejects(world.notifier.replay('unknown', { after: '0' }), { code: 'notify/unknown-webhook' });
});

test('stopping ends what is under way without holding it against the endpoint', async (t) => {
  const endpoint = await startEndpoint(t, () => undefined);
  const stopping = new AbortController();
  const { createWebhookSender } = await import('../../../src/world/http/index.ts');
  const sender = createWebhookSender({ allowPrivate: true, connections: 1 });
  const world = await notifyWorld(t, [
    {
      url: endpoint.url,
      sender: { ...sender, send: (request) => sender.send({ signal: stopping.signal, ...request }) },
    },
  ]);
  await world.receive();
  await endpoint.until(1);
  stopping.abort();
  await world.notifier.stop();
  const [delivery] = await world.deliveries();
  assert.deepEqual(
    [delivery!.state, delivery!.nextAttemptAt, delivery!.leasedUntil, delivery!.failure],
    ['PENDING', world.clock.now, undefined, undefined],
  );
  assert.equal((await world.notifier.webhooks())[0]!.failingSince, undefined);
});

test('two nodes on one store: each event is sent once', async (t) => {
  const endpoint = await startEndpoint(t);
  const one = await notifyWorld(t, [{ url: endpoint.url }]);
  const two = await notifyWorld(t, [{ url: endpoint.url }], { store: one.store, clock: one.clock });
  await Promise.all(Array.from({ length: 60 }, (_, i) => one.receive(`c${i % 9}`)));
  const delivered = () => [...one.log, ...two.log].filter(({ event }) => event === 'notify/delivered').length;
  while (delivered() < 60) await new Promise((resolve) => setTimeout(resolve, 5));
  const ids = endpoint.taken.map(({ event }) => event.id);
  assert.equal(new Set(ids).size, 60);
  assert.equal(ids.length, 60);
  const byConversation = new Map<string, string[]>();
  for (const { event } of endpoint.taken)
    byConversation.set(event.partitionkey, [
      ...(byConversation.get(event.partitionkey) ?? []),
      event.sequence,
    ]);
  for (const sequence of byConversation.values()) assert.deepEqual(sequence.toSorted(), sequence);
});

test('a reader that wants little is moved on; a cursor from another database is refused', async (t) => {
  const world = await notifyWorld(t, []);
  await world.receive('wanted');
  for (let i = 0; i < 3; i += 1) await world.receive('other');
  const last = await world.notifier.lastEvent();
  const page = await world.notifier.events({ conversationId: 'wanted' }, { limit: 10 });
  assert.deepEqual([page.items.length, page.cursor, page.more], [1, last, false]);
  const part = await world.notifier.events({ conversationId: 'other' }, { limit: 1 });
  assert.ok(part.more && part.cursor < last);
  await assert.rejects(world.notifier.events({}, { after: '999', limit: 1 }), {
    code: 'notify/cursor-ahead',
  });
});

test('another list of webhooks holds from then on: what has not changed goes on, what is gone is told nothing', async (t) => {
  const [kept, gone, fresh] = [await startEndpoint(t), await startEndpoint(t), await startEndpoint(t)];
  const same = testWebhook(t, { name: 'same', url: kept.url });
  const moving = testWebhook(t, { name: 'moving', url: gone.url });
  const world = await notifyWorld(t, [same, moving, { name: 'leaving', url: gone.url }]);
  const first = await world.receive();
  await world.logged('notify/delivered', 3);

  const secret = `another ${SECRET}`;
  const moved = { ...moving, url: fresh.url, secrets: [secret] };
  const added = testWebhook(t, { name: 'added', url: fresh.url });
  await world.notifier.renew([same, moved, added]);
  assert.deepEqual(
    (await world.notifier.webhooks()).map(({ name, url }) => [name, url]),
    [
      ['same', kept.url],
      ['moving', fresh.url],
      ['added', fresh.url],
    ],
  );
  const second = await world.receive();
  await world.logged('notify/delivered', 6);
  assert.deepEqual(subjects(kept.taken), [first, second]);
  assert.deepEqual(subjects(gone.taken), [first, first], 'it gets nothing more');
  assert.deepEqual(subjects(fresh.taken), [second, second], 'a new one begins with what happens now');
  assert.equal(fresh.taken.filter((taken) => verified(taken, secret)).length, 1);
  assert.equal((await world.deliveries('leaving')).length, 1);
  await assert.rejects(world.notifier.replay('leaving', {}), { code: 'notify/unknown-webhook' });
});

test('an attempt of a webhook that goes is ended first; what waits for it goes to its new address', async (t) => {
  const [old, fresh] = [await startEndpoint(t), await startEndpoint(t)];
  const responses: ServerResponse[] = [];
  old.answer = (_taken, response) => void responses.push(response);
  const world = await notifyWorld(t, [{ url: old.url }]);
  await world.receive('one');
  await old.until(1);
  let renewed = false;
  const renewing = world.notifier.renew([testWebhook(t, { url: fresh.url })]).then(() => {
    renewed = true;
  });
  const second = await world.receive('two');
  await fresh.until(1);
  assert.equal(renewed, false, 'the attempt still runs');
  responses[0]!.writeHead(500).end();
  await renewing;
  assert.deepEqual(subjects(fresh.taken), [second]);
  anHourLater(world);
  await world.receive('three');
  await fresh.until(3);
  assert.equal(old.taken.length, 1, 'the retry went to the new address');
});
