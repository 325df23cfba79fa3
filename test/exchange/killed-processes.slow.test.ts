import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openFilePayloads } from '../../src/world/payloads/index.ts';
import { openSqliteStore } from '../../src/world/store/index.ts';
import { SERVED, ask, askJson, formOf, serve, writeServed } from '../support/served-gateways.ts';
import type { ServedFiles, ServedGateway, ServedName } from '../support/served-gateways.ts';

/** Kills of each of the two. */
const KILLS = 6;

/** Submissions of each side that must have been accepted at least, whatever the kills leave. */
const LEAST = 25;

/** Kept in the row, as a file, and as a file that takes its time to be written, sent and received. */
const SIZES = [300, 20_000, 150_000, 300, 20_000, 2_500_000];

const CONFIG = `timeouts: { connect: 2s, response: 4s, lease: 7s, sweep: 500ms, shutdown: 20s }
limits: { inlineSize: 4KiB, freeSpace: 0B }
breaker: { failures: 3, wait: 200ms, longestWait: 1s }
log: { level: info }
`;
const LEGS = ', receptionAwareness: { retries: 100, window: 5m, strategy: constant }';

/** Numbers that look like chance and are the same for the same seed. */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const otherOf = (name: ServedName): ServedName => (name === 'AP_A' ? 'AP_B' : 'AP_A');
const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What was submitted: digests of the parts by MessageId, and which of them the producer knows to be accepted. */
interface Told {
  readonly submitted: Map<string, readonly string[]>;
  readonly accepted: Set<string>;
}

/** Submits until it is told to end. Half of what got no good answer is submitted again, the other half is given up. */
async function produce(
  place: ServedFiles,
  chance: () => number,
  told: Told,
  isOver: () => boolean,
): Promise<void> {
  for (let number = 0; !isOver(); number += 1) {
    const messageId = `${place.name}-${Math.floor(chance() * 2 ** 32)}-${number}@killed.test`;
    const sizes =
      chance() < 0.3 ? [SIZES[0]!, SIZES[number % SIZES.length]!] : [SIZES[number % SIZES.length]!];
    const parts = sizes.map((size) => Buffer.alloc(size, `${messageId} ${chance()} `));
    told.submitted.set(messageId, parts.map(digest));
    const insists = chance() < 0.5;
    do {
      const answer = await ask(place, '/v1/messages', {
        method: 'POST',
        body: formOf(messageId, otherOf(place.name), parts),
      });
      if (answer?.status === 202 || answer?.status === 200) told.accepted.add(messageId);
      else {
        assert.ok(answer === undefined || answer.status === 503, `${messageId}: ${answer?.body.toString()}`);
        await delay(50);
      }
    } while (insists && !told.accepted.has(messageId));
    await delay(chance() * 60);
  }
}

/** Kills it again and again, at any moment of its life; the last one lives. */
async function killing(t: TestContext, place: ServedFiles, chance: () => number): Promise<ServedGateway> {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const gateway = serve(t, place);
    // Some do not live to see the end of their start.
    if (chance() < 0.8) await gateway.logged('gateway/listening');
    await delay(chance() * 1500);
    gateway.signal('SIGKILL');
    assert.deepEqual(await gateway.ended, { code: null, signal: 'SIGKILL' }, gateway.output.err);
  }
  return serve(t, place);
}

interface InboxItem {
  readonly id: string;
  readonly messageId: string;
  readonly parts: readonly { readonly sha256: string; readonly links: { readonly content: string } }[];
}

interface ListPage<T> {
  readonly items: readonly T[];
  readonly links: { readonly next?: string };
}

async function all<T>(place: ServedFiles, path: string): Promise<readonly T[]> {
  const items: T[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const page: ListPage<T> = await askJson(place, next);
    items.push(...page.items);
    next = page.links.next;
  }
  return items;
}

/** Whatever was accepted is acknowledged in the end, without anybody doing anything. */
async function untilAcknowledged(place: ServedFiles, { accepted }: Told): Promise<void> {
  for (const messageId of accepted) {
    const state = async (): Promise<string> =>
      (await askJson<{ readonly state: string }>(place, `/v1/messages/${encodeURIComponent(messageId)}`))
        .state;
    for (let now = await state(); now !== 'ACKNOWLEDGED'; now = await state()) {
      assert.notEqual(now, 'SEND_FAILURE', messageId);
      await delay(100);
    }
  }
  const left = await all<{ readonly messageId: string; readonly state: string }>(
    place,
    '/v1/messages?limit=100',
  );
  // What was kept although nobody heard of it is sent as well.
  for (const { messageId, state } of left)
    if (state !== 'ACKNOWLEDGED') {
      accepted.add(messageId);
      return await untilAcknowledged(place, { submitted: new Map(), accepted });
    }
}

/** Each accepted message once, nothing twice, nothing nobody has sent, every byte as it was. */
async function checkInbox(place: ServedFiles, { submitted, accepted }: Told): Promise<void> {
  const items = await all<InboxItem>(place, '/v1/inbox?limit=100');
  const arrived = new Map(items.map((item) => [item.messageId, item]));
  assert.equal(items.length, arrived.size, 'nothing is in the inbox twice');
  for (const messageId of accepted)
    assert.ok(arrived.has(messageId), `${messageId} was accepted and arrived`);
  for (const { messageId, parts } of items) {
    const digests: string[] = [];
    for (const { links } of parts) digests.push(digest((await ask(place, links.content))!.body));
    assert.deepEqual(digests, submitted.get(messageId), messageId);
  }
}

/** After a sweep every file belongs to a message, and every message has its files. */
async function checkFiles({ folder }: ServedFiles): Promise<void> {
  const store = await openSqliteStore({ file: join(folder, 'data', 'quoin.db'), lockWait: 5000 });
  const payloads = await openFilePayloads({ folder: join(folder, 'data', 'payloads') });
  const named = new Set<string>();
  await payloads.sweep(0, async (handles) => {
    const referenced = await store.referencedPayloads(handles);
    for (const handle of referenced) named.add(handle);
    return referenced;
  });
  await store.close();
  const files = readdirSync(join(folder, 'data', 'payloads'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .filter((name) => /^[0-9a-f-]{36}$/.test(name));
  assert.deepEqual(files.toSorted(), [...named].toSorted());
  assert.ok(files.length > 0, 'some payloads are files');
}

test('two processes, each killed again and again: what was accepted arrives, once and whole', async (t) => {
  const seed = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
  t.diagnostic(`TEST_SEED=${seed}`);
  const chance = chanceOf(seed);
  const places = await writeServed({ config: CONFIG, legs: LEGS });
  const told = Object.fromEntries(
    SERVED.map((name) => [name, { submitted: new Map(), accepted: new Set() }]),
  ) as unknown as Record<ServedName, Told>;
  let isOver = false;
  const producing = SERVED.flatMap((name) =>
    [1, 2].map(() =>
      produce(places[name], chance, told[name], () => isOver && told[name].accepted.size >= LEAST),
    ),
  );
  const gateways = await Promise.all(SERVED.map((name) => killing(t, places[name], chance)));
  isOver = true;
  await Promise.all(producing);
  for (const name of SERVED) await untilAcknowledged(places[name], told[name]);
  for (const name of SERVED) await checkInbox(places[otherOf(name)], told[name]);
  const counts = SERVED.map((name) => `${told[name].accepted.size} of ${told[name].submitted.size}`);
  t.diagnostic(`accepted: ${counts.join(' and ')}`);
  for (const gateway of gateways) gateway.signal('SIGTERM');
  for (const { ended, output } of gateways)
    assert.deepEqual(await ended, { code: 0, signal: null }, output.err + output.out.slice(-2000));
  for (const name of SERVED) await checkFiles(places[name]);
});
