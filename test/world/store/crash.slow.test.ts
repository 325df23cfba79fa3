import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openFilePayloads } from '../../../src/world/payloads/index.ts';
import { openSqliteStore } from '../../../src/world/store/index.ts';
import type {
  MessageStore,
  Page,
  PageRequest,
  PayloadStore,
  StoredPart,
} from '../../../src/msh/ports/index.ts';
import type { QuoinError } from '../../../src/protocol/errors/index.ts';
import { scratchFolder } from '../../support/scratch.ts';

const CHILD = fileURLToPath(new URL('crash-child.ts', import.meta.url));
const ROUNDS = 5;

/** What a child promised: `in`, `out` and `sent`, each with the rows. */
type Promises = ReadonlyMap<string, Set<string>>;

test('killed at any moment, no promise is broken and no row lacks a payload', async (t) => {
  const folder = scratchFolder();
  const promised: Promises = new Map(['ready', 'in', 'out', 'sent'].map((what) => [what, new Set<string>()]));
  for (let round = 0; round < ROUNDS; round += 1) {
    await runAndKill(t, folder, promised, 5 + Math.floor(Math.random() * 60));
    const store = await openSqliteStore({ file: join(folder, 'quoin.db'), lockWait: 5000 });
    const payloads = await openFilePayloads({ folder: join(folder, 'payloads') });
    await checkPromises(store, promised);
    const named = await checkRows(store, payloads);
    await checkSweep(store, payloads, named);
    await store.close();
  }
  for (const what of ['in', 'out', 'sent']) assert.ok(promised.get(what)!.size > 0, `some rows were ${what}`);
});

test('a second process is refused, told by whom, and let in once the first is killed', async (t) => {
  const folder = scratchFolder();
  const file = join(folder, 'quoin.db');
  const child = start(t, folder);
  await once(createInterface({ input: child.stdout! }), 'line');
  await assert.rejects(openSqliteStore({ file, lockWait: 0 }), (error: QuoinError) => {
    assert.equal(error.code, 'store/in-use');
    assert.match(error.message, new RegExp(`process ${child.pid} on `));
    return true;
  });
  await killed(child);
  const store = await openSqliteStore({ file, lockWait: 5000 });
  await store.close();
});

function start(t: TestContext, folder: string): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => killed(child));
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Lets a child work until it has made so many promises, then kills it wherever it is. */
async function runAndKill(t: TestContext, folder: string, promised: Promises, enough: number): Promise<void> {
  const child = start(t, folder);
  const lines = createInterface({ input: child.stdout! });
  let seen = 0;
  lines.on('line', (line) => {
    const [what, row] = line.split(' ');
    promised.get(what!)?.add(row!);
    seen += 1;
    if (seen === enough) setTimeout(() => child.kill('SIGKILL'), Math.random() * 10);
  });
  await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  assert.equal(child.signalCode, 'SIGKILL', 'the child works until it is killed');
}

async function checkPromises(store: MessageStore, promised: Promises): Promise<void> {
  for (const row of promised.get('in')!) assert.ok(await store.getInbound(row), `received ${row} is there`);
  for (const row of promised.get('out')!)
    assert.ok(await store.getOutbound(row), `submitted ${row} is there`);
  for (const row of promised.get('sent')!) {
    const message = await store.getOutbound(row);
    assert.equal(message?.state, 'ACKNOWLEDGED');
    assert.ok(message.receipt && message.envelope);
    assert.equal((await store.attemptsOf(row)).length, 1);
  }
}

/** Every row, promised or not, has its payloads whole; every unfinished one is or becomes due. */
async function checkRows(store: MessageStore, payloads: PayloadStore): Promise<Set<string>> {
  const inbound = await all((page) => store.listInbound({}, page));
  const outbound = await all((page) => store.listOutbound({}, page));
  const named = new Set<string>();
  for (const message of [...inbound, ...outbound]) {
    for (const part of message.parts) {
      await checkPayload(payloads, part);
      named.add(part.payload);
    }
  }
  const due = new Set(await store.dueOutbound(Date.now() + 60_000, 100_000));
  for (const message of outbound) assert.equal(due.has(message.rowId), message.state !== 'ACKNOWLEDGED');
  return named;
}

async function checkPayload(payloads: PayloadStore, part: StoredPart): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of payloads.open(part.payload)) hash.update(chunk);
  assert.equal(hash.digest('hex'), part.sha256);
}

/** A sweep takes what no row names, and after it every named payload is still there. */
async function checkSweep(
  store: MessageStore,
  payloads: PayloadStore,
  named: ReadonlySet<string>,
): Promise<void> {
  const left = new Set<string>();
  await payloads.sweep(0, async (handles) => {
    const referenced = await store.referencedPayloads(handles);
    for (const handle of referenced) left.add(handle);
    return referenced;
  });
  assert.deepEqual(left, named);
}

async function all<T>(list: (page: PageRequest) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit: 200, cursor });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}
