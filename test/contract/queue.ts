import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Queue, QueueHealth } from '../../src/msh/ports/index.ts';
import { createSignal, createWatch } from '../support/waiting.ts';

/** What the suite needs of an adapter: an empty queue on the real clock, closed when the test ends. */
export interface QueueUnderTest {
  readonly open: (test: TestContext) => Promise<Queue & QueueHealth>;
}

/** Records what a queue does: which rows it handles, how many at once, and what it reports. */
class Worker {
  readonly handled: string[] = [];
  readonly errors: { rowId: string; error: unknown }[] = [];
  running = 0;
  most = 0;
  readonly twice: string[] = [];
  readonly #now = new Set<string>();
  readonly #watch = createWatch();
  /** Resolves once this is true; looked at whenever a handler starts, ends or fails. */
  readonly until = this.#watch.until;
  #gate: Promise<void> | undefined;

  listen(queue: Queue, concurrency: number, act?: (rowId: string) => Promise<void>): void {
    queue.listen((rowId) => this.#handle(rowId, act), {
      concurrency,
      onError: (rowId, error) => {
        this.errors.push({ rowId, error });
        this.#watch.tell();
      },
    });
  }

  /** Makes handlers wait until the returned function is called. */
  hold(): () => void {
    const { given, give } = createSignal();
    this.#gate = given;
    return () => {
      this.#gate = undefined;
      give();
    };
  }

  async #handle(rowId: string, act?: (rowId: string) => Promise<void>): Promise<void> {
    if (this.#now.has(rowId)) this.twice.push(rowId);
    this.#now.add(rowId);
    this.handled.push(rowId);
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    this.#watch.tell();
    try {
      await this.#gate;
      await act?.(rowId);
    } finally {
      this.#now.delete(rowId);
      this.running -= 1;
      this.#watch.tell();
    }
  }
}

/** The contract of Queue; every adapter passes it unchanged. */
export function queueContract(name: string, under: QueueUnderTest): void {
  describe(`queue contract: ${name}`, () => {
    ringTests(under);
    timeTests(under);
    handlerTests(under);
    healthTests(under);
    closeTests(under);
  });
}

function ringTests(under: QueueUnderTest): void {
  test('a ring reaches the handler, also one from before it listened', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    await queue.ring('before');
    worker.listen(queue, 2);
    await queue.ring('after');
    await worker.until(() => worker.handled.length === 2 && worker.running === 0);
    assert.deepEqual(worker.handled.toSorted(), ['after', 'before']);
  });

  test('rows are handled in the order of their rings', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    const rows = Array.from({ length: 50 }, (_, index) => `row-${index}`);
    for (const row of rows) await queue.ring(row);
    worker.listen(queue, 1);
    await worker.until(() => worker.handled.length === rows.length);
    assert.deepEqual(worker.handled, rows);
  });

  test('many rings for a waiting row are one', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    const release = worker.hold();
    worker.listen(queue, 1);
    await queue.ring('first');
    await worker.until(() => worker.running === 1);
    for (let index = 0; index < 20; index += 1) await queue.ring('second');
    await queue.ring('last');
    release();
    await worker.until(() => worker.handled.includes('last') && worker.running === 0);
    assert.deepEqual(worker.handled, ['first', 'second', 'last']);
  });

  test('a ring while the row is handled is kept for afterwards; the row is never handled twice at a time', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    const release = worker.hold();
    worker.listen(queue, 5);
    await queue.ring('row');
    await worker.until(() => worker.running === 1);
    for (let index = 0; index < 5; index += 1) await queue.ring('row');
    await queue.ring('other');
    await worker.until(() => worker.handled.includes('other'));
    assert.deepEqual(worker.handled, ['row', 'other']);
    release();
    await worker.until(() => worker.handled.length === 3 && worker.running === 0);
    assert.deepEqual(worker.handled, ['row', 'other', 'row']);
    assert.deepEqual(worker.twice, []);
  });

  test('a row that rings itself without end does not keep others waiting', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    worker.listen(queue, 1, async (rowId) => {
      if (rowId === 'busy') await queue.ring('busy');
    });
    await queue.ring('busy');
    await worker.until(() => worker.handled.length > 3);
    await queue.ring('quiet');
    await worker.until(() => worker.handled.includes('quiet'));
  });

  test('nothing is lost under load', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    worker.listen(queue, 8, () => new Promise((resolve) => setImmediate(resolve)));
    const rows = Array.from({ length: 500 }, (_, index) => `row-${index}`);
    await Promise.all(
      rows.map((row, index) => queue.ring(row, index % 3 === 0 ? Date.now() + (index % 40) : undefined)),
    );
    await worker.until(() => new Set(worker.handled).size === rows.length && worker.running === 0);
    assert.deepEqual(worker.twice, []);
  });
}

function timeTests(under: QueueUnderTest): void {
  test('a ring for later comes at its time, not before, and in the order of times', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    const handledAt = new Map<string, number>();
    worker.listen(queue, 1, (rowId) => Promise.resolve(void handledAt.set(rowId, Date.now())));
    const start = Date.now();
    const times = { third: start + 600, first: start + 200, second: start + 400 };
    for (const [row, at] of Object.entries(times)) await queue.ring(row, at);
    await worker.until(() => handledAt.size === 3);
    assert.deepEqual(worker.handled, ['first', 'second', 'third']);
    for (const [row, at] of Object.entries(times)) assert.ok(handledAt.get(row)! >= at, row);
  });

  test('a time that has passed is now', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    worker.listen(queue, 1);
    await queue.ring('past', Date.now() - 60_000);
    await queue.ring('now', Date.now());
    await worker.until(() => worker.handled.length === 2);
  });

  test('a ring far ahead does not hold up a nearer one', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    worker.listen(queue, 1);
    await queue.ring('far', Date.now() + 90 * 24 * 3_600_000);
    await queue.ring('near', Date.now() + 20);
    await worker.until(() => worker.handled.includes('near'));
    assert.deepEqual(worker.handled, ['near']);
  });

  test('each time a row was rung for is kept: a ring for now does not use up the one for later', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    worker.listen(queue, 1);
    await queue.ring('row', Date.now() + 200);
    await queue.ring('row');
    await worker.until(() => worker.handled.length === 2);
    assert.deepEqual(worker.handled, ['row', 'row']);
  });
}

function handlerTests(under: QueueUnderTest): void {
  test('never more handlers run than asked for, and that many do', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    const release = worker.hold();
    worker.listen(queue, 4);
    for (let index = 0; index < 30; index += 1) await queue.ring(`row-${index}`);
    await worker.until(() => worker.running === 4);
    release();
    await worker.until(() => worker.handled.length === 30 && worker.running === 0);
    assert.equal(worker.most, 4);
  });

  test('a handler that throws is reported once and not called again by the queue', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    const failure = new Error('no');
    worker.listen(queue, 1, (rowId) => (rowId === 'bad' ? Promise.reject(failure) : Promise.resolve()));
    for (const row of ['bad', 'good', 'better']) await queue.ring(row);
    await worker.until(() => worker.handled.length === 3 && worker.errors.length === 1);
    assert.equal(worker.errors[0]?.rowId, 'bad');
    assert.equal((worker.errors[0].error as Error).message, 'no');
    assert.deepEqual(worker.handled, ['bad', 'good', 'better']);
    await queue.ring('bad');
    await worker.until(() => worker.errors.length === 2);
  });
}

function healthTests(under: QueueUnderTest): void {
  test('its depth is what waits for a worker, not what runs or comes later', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    assert.equal(queue.state(), 'connected');
    assert.equal(await queue.depth(), 0);
    const release = worker.hold();
    worker.listen(queue, 1);
    await queue.ring('running');
    await worker.until(() => worker.running === 1);
    for (const row of ['a', 'b', 'a', 'c']) await queue.ring(row);
    await queue.ring('later', Date.now() + 3_600_000);
    assert.equal(await queue.depth(), 3);
    release();
    await worker.until(() => worker.handled.length === 4 && worker.running === 0);
    assert.equal(await queue.depth(), 0);
  });
}

function closeTests(under: QueueUnderTest): void {
  test('close waits for what runs and starts nothing more', async (t) => {
    const queue = await under.open(t);
    const worker = new Worker();
    const release = worker.hold();
    worker.listen(queue, 1);
    await queue.ring('running');
    await worker.until(() => worker.running === 1);
    await queue.ring('waiting');
    await queue.ring('running');
    await queue.ring('later', Date.now() + 5);
    let closed = false;
    const closing = queue.close().then(() => (closed = true));
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(closed, false, 'a handler still runs');
    release();
    await closing;
    assert.equal(worker.running, 0);
    await queue.ring('after');
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.deepEqual(worker.handled, ['running']);
  });

  test('a queue closes without ever having listened, and twice', async (t) => {
    const queue = await under.open(t);
    await queue.ring('row');
    await queue.close();
    await queue.close();
  });
}
