import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  NODE_CONFIG,
  NODE_LEGS,
  acknowledged,
  besides,
  digest,
  inbox,
  startNode,
  submit,
} from '../support/nodes.ts';
import type { Item, TestNode } from '../support/nodes.ts';
import { noPostgres, postgresDatabase } from '../support/postgres-server.ts';
import { noRedis, startRedis } from '../support/redis-server.ts';
import { ask, askJson, writeServed } from '../support/served-gateways.ts';
import { reversed } from '../support/test-pair.ts';

interface Leased {
  readonly lease: { readonly id: string };
  readonly items: readonly Item[];
}

interface InForce {
  readonly digest: string;
  readonly agree: boolean;
  readonly refusal?: { readonly problems: readonly string[] };
  readonly nodes: readonly { readonly self: boolean; readonly refusal?: string }[];
}

/** Two nodes of A on one database, one Redis and one folder of payloads, and B. */
async function threeNodes(t: TestContext): Promise<{ one: TestNode; other: TestNode; b: TestNode }> {
  const { AP_A, AP_B } = await writeServed({ config: NODE_CONFIG, legs: NODE_LEGS });
  const servers = {
    DATABASE_URL: await postgresDatabase(reversed(t)),
    REDIS_URL: (await startRedis({ test: reversed(t) })).url,
  };
  const [one, other] = [
    await startNode(t, AP_A, servers),
    await startNode(t, AP_A, { ...servers, ...besides(AP_A, 'other') }),
  ];
  const b = await startNode(t, AP_B, { DATABASE_URL: await postgresDatabase(reversed(t)) });
  return { one, other, b };
}

describe('gateways on PostgreSQL', { skip: noPostgres() || noRedis() }, () => {
  test('two of them exchange small and large payloads', async (t) => {
    const { AP_A, AP_B } = await writeServed({ config: NODE_CONFIG, legs: NODE_LEGS });
    const a = await startNode(t, AP_A, { DATABASE_URL: await postgresDatabase(reversed(t)) });
    const b = await startNode(t, AP_B, { DATABASE_URL: await postgresDatabase(reversed(t)) });
    const contents = [300, 100_000, 30_000_000].map((size) => randomBytes(size));
    for (const [from, to, at] of [
      [a, 'AP_B', b],
      [b, 'AP_A', a],
    ] as const) {
      for (const [index, content] of contents.entries()) {
        const messageId = `${to}-${index}@postgres.test`;
        assert.equal((await submit(from, to, messageId, content))?.status, 202);
        assert.equal((await acknowledged(from, messageId)).attempts.length, 1);
      }
      const items = await inbox(at);
      assert.deepEqual(
        items.map(({ parts }) => parts[0]?.sha256),
        contents.map(digest),
      );
      for (const [index, { id }] of items.entries())
        assert.ok((await ask(at, `/v1/inbox/${id}/parts/0`))?.body.equals(contents[index]!));
    }
  });

  test('two nodes swap together, with messages on their way: none is lost, refused or tried again', async (t) => {
    const { one, other, b } = await threeNodes(t);
    const file = join(one.folder, 'pmodes', 'a-b.yaml');
    const valid = readFileSync(file, 'utf8');
    const sent: string[] = [];
    let isOver = false;
    const produce = async (node: TestNode, name: string): Promise<void> => {
      for (let number = 0; !isOver; number += 1) {
        const messageId = `${name}-${number}@swap.test`;
        const answer = await submit(node, 'AP_B', messageId, randomBytes(number % 5 === 0 ? 200_000 : 500));
        assert.equal(answer?.status, 202, answer?.body.toString());
        sent.push(messageId);
      }
    };
    const producing = [produce(one, 'one'), produce(other, 'other')];
    const inForce = (node: TestNode): Promise<InForce> => askJson(node, '/v1/configuration');
    const digests = new Set([(await inForce(one)).digest]);
    for (let swap = 1; swap <= 5; swap += 1) {
      writeFileSync(file, valid.replace('retries: 100', `retries: ${100 - swap}`));
      const asked = swap % 2 === 0 ? one : other;
      const report = await askJson<{ digest: string; outcome: string }>(asked, '/v1/reload', {
        method: 'POST',
      });
      assert.equal(report.outcome, 'changed');
      for (const node of [one, other]) while ((await inForce(node)).digest !== report.digest) await delay(50);
      digests.add(report.digest);
    }
    assert.equal(digests.size, 6);
    isOver = true;
    await Promise.all(producing);
    for (const messageId of sent)
      assert.equal((await acknowledged(one, messageId)).attempts.length, 1, messageId);
    assert.ok(sent.length > 10, `${sent.length} messages`);

    writeFileSync(file, valid.replace('retries: 100', 'retris: 100'));
    const before = (await inForce(one)).digest;
    const refused = await ask(one, '/v1/reload', { method: 'POST' });
    assert.equal(refused?.status, 422, refused?.body.toString());
    assert.match(refused.body.toString(), /a-b\.yaml:\d+:\d+ .*retris/);
    for (const node of [one, other]) assert.equal((await inForce(node)).digest, before);
    assert.match((await inForce(one)).refusal!.problems.join(' '), /retris/);
    // The one that was not asked knows why the other has refused.
    while (!(await inForce(other)).nodes.some(({ refusal }) => refusal?.includes('retris'))) await delay(50);
    assert.equal((await submit(other, 'AP_B', 'after@swap.test', Buffer.from('still works')))?.status, 202);
    await acknowledged(other, 'after@swap.test');
    assert.equal((await inbox(b)).length, Math.min(100, sent.length + 1));
  });

  test('consumers at two nodes at once: no message is held by two of them', async (t) => {
    const { one, other, b } = await threeNodes(t);
    const count = 40;
    for (let number = 0; number < count; number += 1)
      assert.equal((await submit(b, 'AP_A', `${number}@lease.test`, Buffer.from(`${number}`)))?.status, 202);
    const held = new Map<string, string>();
    const taken: string[] = [];
    const consume = async (node: TestNode, consumer: string): Promise<void> => {
      while (taken.length < count) {
        const body = JSON.stringify({ consumer, limit: 4, seconds: 300 });
        const { lease, items } = await askJson<Leased>(node, '/v1/inbox/lease', { method: 'POST', body });
        for (const { id, messageId } of items) {
          assert.equal(
            held.get(id),
            undefined,
            `${messageId} is held by ${held.get(id)} and given to ${consumer}`,
          );
          held.set(id, consumer);
        }
        for (const { id, messageId } of items) {
          const acknowledge = { method: 'POST', body: JSON.stringify({ lease: lease.id }) };
          // Said at the other node: a lease holds on all of them.
          await askJson(node === one ? other : one, `/v1/inbox/${id}/acknowledge`, acknowledge);
          taken.push(messageId);
        }
      }
    };
    await Promise.all(
      [one, other, one, other, one, other].map((node, index) => consume(node, `consumer-${index}`)),
    );
    assert.equal(new Set(taken).size, count);
    assert.equal(taken.length, count);
  });
});
