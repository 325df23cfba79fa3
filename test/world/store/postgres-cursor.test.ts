import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import pg from 'pg';
import type { InboundMessage, MessageStore } from '../../../src/msh/ports/index.ts';
import { openPostgresStore } from '../../../src/world/store/index.ts';
import { noPostgres } from '../../support/postgres-server.ts';
import { openTestStore, settingsOf } from '../../support/postgres-store.ts';
import { newInbound } from '../../support/records.ts';

const skip = noPostgres();

/** Columns of a row apart from its number and names. */
const COPY = `insert into inbound (row_id, message_id, sender, pmode_id, leg, state, conversation_id, action, user_message,
    signed_references, signer, receipt, receipt_bytes, deliverable, received_at, duplicates)
  select $1, $2, sender, pmode_id, leg, state, conversation_id, action, user_message,
    signed_references, signer, receipt, receipt_bytes, deliverable, received_at, duplicates
  from inbound where row_id = $3`;

/** What a reader sees that goes on from the last row it has seen. */
function createReader(store: MessageStore): { readonly seen: string[]; readonly read: () => Promise<void> } {
  const seen: string[] = [];
  let cursor: string | undefined;
  return {
    seen,
    read: async () => {
      for (;;) {
        const page: { items: readonly InboundMessage[]; cursor?: string | undefined } =
          await store.listInbound({}, { limit: 1, cursor });
        seen.push(...page.items.map(({ messageId }) => messageId));
        if (page.cursor === undefined) return;
        cursor = page.cursor;
      }
    },
  };
}

/** The same reader that counts a row once, although the last page is read again. */
const distinct = (seen: readonly string[]): readonly string[] => [...new Set(seen)];

test('a row that is committed after a later one is not skipped by a cursor', { skip }, async (t) => {
  const { store, url } = await openTestStore(t);
  const first = newInbound({ messageId: 'first' });
  await store.insertInbound(first);
  const slow = new pg.Client({ connectionString: url });
  slow.on('error', () => undefined);
  await slow.connect();
  t.after(() => slow.end());
  await slow.query('begin');
  await slow.query(COPY, ['slow', 'slow', first.rowId]);
  for (const messageId of ['later', 'last']) await store.insertInbound(newInbound({ messageId }));
  const reader = createReader(store);
  await reader.read();
  assert.deepEqual(distinct(reader.seen), ['first'], 'what comes after an open writer waits for it');
  await slow.query('commit');
  await reader.read();
  assert.deepEqual(distinct(reader.seen), ['first', 'slow', 'later', 'last']);
});

test(
  'an event that is committed after a later one is missed by no reader and no webhook',
  { skip },
  async (t) => {
    const { store, url } = await openTestStore(t);
    await store.openWebhooks(['w'], 0);
    await store.insertInbound(newInbound({ messageId: 'first' }));
    const slow = new pg.Client({ connectionString: url });
    slow.on('error', () => undefined);
    await slow.connect();
    t.after(() => slow.end());
    await slow.query('begin');
    await slow.query(
      `insert into events (id, type, at, direction, row_id, message_id, conversation_id, service, action, pmode_id, data)
     select 'slow', type, at, direction, row_id, 'slow', conversation_id, service, action, pmode_id, data from events`,
    );
    await store.insertInbound(newInbound({ messageId: 'later' }));
    const ids = async (after?: string): Promise<readonly string[]> =>
      (await store.listEvents({}, { limit: 10, after })).items.map(({ messageId }) => messageId);
    const how = { wants: () => true, now: 0, windowMs: 1000 };
    const before = await store.lastEvent();
    assert.deepEqual(await ids(), ['first']);
    assert.equal(await store.fanOut('w', how), 1);
    await slow.query('commit');
    assert.deepEqual(await ids(before), ['slow', 'later']);
    assert.equal(await store.fanOut('w', how), 2);
  },
);

test('a writer that gives up, or is not heard of any more, holds nobody up', { skip }, async (t) => {
  const { store, url } = await openTestStore(t);
  const first = newInbound({ messageId: 'first' });
  await store.insertInbound(first);
  for (const end of ['rollback', undefined]) {
    const writer = new pg.Client({ connectionString: url });
    writer.on('error', () => undefined);
    await writer.connect();
    await writer.query('begin');
    await writer.query(COPY, ['gone', 'gone', first.rowId]);
    if (end !== undefined) await writer.query(end);
    await writer.end();
  }
  await store.insertInbound(newInbound({ messageId: 'next' }));
  const seen = async (): Promise<readonly string[]> =>
    (await store.listInbound({}, { limit: 10 })).items.map(({ messageId }) => messageId);
  while ((await seen()).length < 2) await turn();
  assert.deepEqual(await seen(), ['first', 'next']);
});

test('many writers on two nodes, and a reader with a cursor who misses none', { skip }, async (t) => {
  const { store, url } = await openTestStore(t);
  const other = await openPostgresStore(settingsOf(url));
  t.after(() => other.close());
  const reader = createReader(store);
  const written: string[] = [];
  const write = async (node: MessageStore): Promise<void> => {
    for (let i = 0; i < 25; i += 1) {
      const message = newInbound();
      await node.insertInbound(message);
      written.push(message.messageId);
    }
  };
  let writing = true;
  const writers = Promise.all([store, other, store, other, store, other].map(write)).finally(() => {
    writing = false;
  });
  while (writing) await reader.read();
  await writers;
  await reader.read();
  const { items } = await store.listInbound({}, { limit: 1000 });
  const inOrder = items.map(({ messageId }) => messageId);
  assert.deepEqual(inOrder.toSorted(), written.toSorted());
  assert.deepEqual(distinct(reader.seen), inOrder);
});
