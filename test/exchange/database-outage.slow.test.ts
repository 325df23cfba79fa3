import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { NODE_CONFIG, NODE_LEGS, acknowledged, digest, startNode, submit } from '../support/nodes.ts';
import type { Item, TestNode } from '../support/nodes.ts';
import { asSuperuser, noPostgres, startPostgres } from '../support/postgres-server.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { ask, askJson, writeServed } from '../support/served-gateways.ts';
import type { ServedFiles } from '../support/served-gateways.ts';
import { reversed } from '../support/test-pair.ts';

/** Both gateways on a server of the test's own, each with a database of its own. */
async function openBoth(t: TestContext): Promise<{ server: PostgresServer; a: TestNode; b: TestNode }> {
  const server = await startPostgres();
  reversed(t).after(() => server.end('SIGKILL'));
  const { AP_A, AP_B } = await writeServed({ config: NODE_CONFIG, legs: NODE_LEGS });
  const on = async (place: ServedFiles): Promise<TestNode> => {
    const name = place.name.toLowerCase();
    await asSuperuser(server.url(), `create database ${name}`);
    return await startNode(t, place, { DATABASE_URL: server.url(name) });
  };
  return { server, a: await on(AP_A), b: await on(AP_B) };
}

/** What was accepted, with the digest of its content, and every answer that was none of that. */
interface Traffic {
  readonly accepted: Map<string, string>;
  readonly refusals: Set<string>;
}

async function produce(
  from: TestNode,
  name: string,
  { accepted, refusals }: Traffic,
  isOver: () => boolean,
): Promise<void> {
  for (let number = 0; !isOver(); number += 1) {
    const content = randomBytes(number % 4 === 0 ? 300_000 : 700);
    const messageId = `${name}-${number}@outage.test`;
    const answer = await submit(from, 'AP_B', messageId, content);
    if (answer?.status === 202) accepted.set(messageId, digest(content));
    else refusals.add(`${answer?.status} ${answer?.body.toString()}`);
  }
}

async function untilReadiness({ operations }: TestNode, status: number): Promise<void> {
  while ((await fetch(`${operations}/health/ready`)).status !== status) await delay(50);
}

/** The digest of each received message; none is there twice. */
async function received(by: TestNode): Promise<ReadonlyMap<string, string>> {
  const items = new Map<string, string>();
  for (let path: string | undefined = '/v1/inbox?limit=100'; path !== undefined;) {
    const page: { items: readonly Item[]; links: { next?: string } } = await askJson(by, path);
    for (const { messageId, parts } of page.items) {
      assert.ok(!items.has(messageId), `${messageId} is there twice`);
      items.set(messageId, parts[0]!.sha256);
    }
    path = page.links.next;
  }
  return items;
}

test(
  'PostgreSQL is killed in the middle of traffic and comes back: 503 meanwhile, nothing is lost',
  { skip: noPostgres() },
  async (t) => {
    const { server, a, b } = await openBoth(t);
    const traffic: Traffic = { accepted: new Map(), refusals: new Set() };
    let isOver = false;
    const producing = ['one', 'two'].map((name) => produce(a, name, traffic, () => isOver));
    for (let outage = 1; outage <= 2; outage += 1) {
      while (traffic.accepted.size < 12 * outage) await delay(20);
      await server.end('SIGKILL');
      for (const node of [a, b]) {
        await untilReadiness(node, 503);
        assert.equal((await fetch(`${node.operations}/health/live`)).status, 200);
        assert.equal((await ask(node, '/v1/inbox'))?.status, 503);
      }
      await server.start();
    }
    while (traffic.accepted.size < 30) await delay(20);
    isOver = true;
    await Promise.all(producing);
    assert.ok(traffic.refusals.size > 0);
    for (const refusal of traffic.refusals) assert.match(refusal, /^503 .*"code":"store\/unavailable"/);
    for (const node of [a, b]) await untilReadiness(node, 200);
    for (const messageId of traffic.accepted.keys()) await acknowledged(a, messageId);
    const items = await received(b);
    for (const [messageId, sha256] of traffic.accepted) assert.equal(items.get(messageId), sha256, messageId);
  },
);
