import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { NodeRegistry, NodeReport } from '../../src/msh/ports/index.ts';

/** What the suite needs of an adapter: a registry, empty for every test. */
export interface NodeRegistryUnderTest {
  readonly open: (test: TestContext) => Promise<NodeRegistry>;
  /** Why the adapter cannot be had here. */
  readonly skip?: string | false;
}

const T = 1_772_000_000_000;

function node(nodeId: string, changes: Partial<NodeReport> = {}): NodeReport {
  return {
    nodeId,
    host: 'host-1',
    pid: 4711,
    version: '0.1.0',
    startedAt: T,
    digest: 'aa',
    since: T,
    generation: 0,
    ...changes,
  };
}

/** The contract of NodeRegistry; every adapter passes it unchanged. */
export function nodeRegistryContract(name: string, under: NodeRegistryUnderTest): void {
  describe(`node registry contract: ${name}`, { skip: under.skip ?? false }, () => {
    test('what a node says last is what is known of it', async (context) => {
      const registry = await under.open(context);
      assert.deepEqual(await registry.listNodes(), []);
      await registry.reportNode(node('a', { refusal: 'pmodes/x.yaml:3: bad' }), T + 1, 0);
      assert.deepEqual(await registry.listNodes(), [
        { ...node('a', { refusal: 'pmodes/x.yaml:3: bad' }), seenAt: T + 1 },
      ]);
      const later = node('a', { digest: 'bb', since: T + 5, generation: 3 });
      await registry.reportNode(later, T + 6, 0);
      assert.deepEqual(await registry.listNodes(), [{ ...later, seenAt: T + 6 }]);
    });

    test('nodes come by the time they started; who is gone or long unseen is forgotten', async (context) => {
      const registry = await under.open(context);
      const names = async (): Promise<readonly string[]> =>
        (await registry.listNodes()).map(({ nodeId }) => nodeId);
      await registry.reportNode(node('c', { startedAt: T + 2 }), T + 10, 0);
      await registry.reportNode(node('b'), T + 20, 0);
      await registry.reportNode(node('a'), T + 30, 0);
      assert.deepEqual(await names(), ['a', 'b', 'c']);
      await registry.reportNode(node('a'), T + 40, T + 20);
      assert.deepEqual(await names(), ['a', 'b']);
      await registry.removeNode('b');
      await registry.removeNode('never-there');
      assert.deepEqual(await names(), ['a']);
    });

    test('requests to reload are counted, none is lost, and every report hears of the newest', async (context) => {
      const registry = await under.open(context);
      assert.deepEqual(await registry.lastReloadRequest(), { generation: 0, at: 0 });
      assert.deepEqual(await registry.reportNode(node('a'), T, 0), { generation: 0, at: 0 });
      const made = await Promise.all([1, 2, 3].map((after) => registry.requestReload(T + after)));
      assert.deepEqual(made.map(({ generation }) => generation).toSorted(), [1, 2, 3]);
      assert.equal((await registry.reportNode(node('a'), T + 9, 0)).generation, 3);
      assert.equal((await registry.lastReloadRequest()).generation, 3);
      assert.deepEqual(await registry.requestReload(T + 20), { generation: 4, at: T + 20 });
    });
  });
}
