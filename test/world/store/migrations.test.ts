import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Kysely, sql } from 'kysely';
import type { Engine } from '../../../src/world/store/engine.ts';
import { MIGRATIONS } from '../../../src/world/store/migrations/index.ts';
import { openPostgres } from '../../../src/world/store/postgres/open.ts';
import { openSqlite } from '../../../src/world/store/sqlite/open.ts';
import { createStore } from '../../../src/world/store/store.ts';
import type { Tables } from '../../../src/world/store/tables.ts';
import { newInbound, newOutbound, receipt, storedPart } from '../../support/records.ts';
import { noPostgres, postgresDatabase } from '../../support/postgres-server.ts';
import { settingsOf } from '../../support/postgres-store.ts';
import { scratchFolder } from '../../support/scratch.ts';

/** A database of the first schema, with rows as the code of that time wrote them. */
async function firstSchema(file: string, count: number): Promise<{ sent: string[]; received: string[] }> {
  const engine = openSqlite({ file });
  const db = new Kysely<Tables>({ dialect: engine.dialect });
  const sent: string[] = [];
  const received: string[] = [];
  await db.transaction().execute(async (transaction) => {
    await transaction.schema
      .createTable('store_schema')
      .addColumn('version', 'integer')
      .addColumn('name', 'text')
      .addColumn('applied_at', 'bigint')
      .execute();
    await MIGRATIONS[0]!.up(transaction, engine);
    await transaction
      .insertInto('store_schema')
      .values({ version: 1, name: MIGRATIONS[0]!.name, applied_at: 1 })
      .execute();
    for (let index = 0; index < count; index += 1) {
      const common = { row_id: randomUUID(), message_id: `m${index}`, pmode_id: 'oots', leg: 'request' };
      const { userMessage } = newOutbound({ messageId: common.message_id });
      const { conversationId } = userMessage.collaborationInfo;
      const kept = { ...common, conversation_id: conversationId, user_message: JSON.stringify(userMessage) };
      const { bytes, ...facts } = receipt();
      await transaction
        .insertInto('outbound')
        .values({
          ...kept,
          state: 'SEND_FAILURE',
          fingerprint: 'f',
          submitted_at: index,
          attempts: 5,
        })
        .execute();
      const inbound = {
        ...kept,
        row_id: randomUUID(),
        sender: 's',
        state: 'RECEIVED',
        action: 'a',
        signed_references: JSON.stringify(newInbound().references),
        receipt: JSON.stringify(facts),
        receipt_bytes: bytes,
        deliverable: 1,
        received_at: index,
        duplicates: 0,
      };
      await transaction.insertInto('inbound').values(inbound).execute();
      sent.push(common.row_id);
      received.push(inbound.row_id);
    }
  });
  await db.destroy();
  await engine.release();
  return { sent, received };
}

test('messages kept before a search was possible are found by it, are leased, and sent again', async (t) => {
  const file = join(scratchFolder(), 'old.db');
  const { sent, received } = await firstSchema(file, 1203);
  const store = await createStore(openSqlite({ file }), { journalEntries: 10 });
  t.after(() => store.close());
  const filter = {
    action: 'ExecuteQueryRequest',
    service: 'QueryManager',
    refToMessageId: 'earlier@example.test',
    conversationId: 'conversation-1',
  };
  const to = await store.listOutbound(
    { ...filter, partner: 'urn:party:c3', originalSenders: ['tab\there'] },
    { limit: 1000 },
  );
  assert.equal(to.items.length, 1000);
  const rest = await store.listOutbound(filter, { limit: 1000, cursor: to.cursor });
  assert.equal(rest.items.length, 203);
  const from = await store.listInbound({ ...filter, partner: 'C2-ÅÄÖ "quoted" \\ 😀' }, { limit: 1 });
  assert.equal(from.items[0]?.rowId, received[0]);
  const message = rest.items.at(-1)!;
  assert.equal(message.rowId, sent[0]);
  assert.ok(!('resend' in message) && !('business' in message));
  assert.equal(await store.resendOutbound(sent[0]!, { at: 5, by: 'o' }), true);
  assert.equal((await store.getOutbound(sent[0]!))?.resend?.attemptsBefore, 5);
  assert.equal(await store.inboundEnvelope(received[0]!), undefined);
  const now = Date.now();
  const request = { leaseId: 'l', consumer: 'c', now, until: now + 1, limit: 2, filter: {} };
  assert.deepEqual(
    (await store.leaseInbound(request)).map((m) => m.rowId),
    received.slice(0, 2),
  );
});

/** What a message was before its small payloads were kept with its parts: one message each way, the second part in a file. */
async function withInlinePayloads(engine: Engine): Promise<void> {
  const db = new Kysely<Tables>({ dialect: engine.dialect });
  await db.transaction().execute(async (transaction) => {
    await transaction.schema
      .createTable('store_schema')
      .addColumn('version', 'integer')
      .addColumn('name', 'text')
      .addColumn('applied_at', 'bigint')
      .execute();
    for (const [index, { name, up }] of MIGRATIONS.slice(0, 12).entries()) {
      await up(transaction, engine);
      await transaction
        .insertInto('store_schema')
        .values({ version: index + 1, name, applied_at: 1 })
        .execute();
    }
    const sent = newOutbound({ rowId: 'sent', messageId: 'm' });
    const { bytes, ...facts } = receipt();
    const kept = {
      message_id: 'm',
      pmode_id: 'oots',
      leg: 'request',
      conversation_id: 'c',
      user_message: JSON.stringify(sent.userMessage),
    };
    await transaction
      .insertInto('outbound')
      .values({
        ...kept,
        row_id: 'sent',
        state: 'ACKNOWLEDGED',
        fingerprint: 'f',
        submitted_at: 1,
        attempts: 1,
        finished_at: 2,
      })
      .execute();
    await transaction
      .insertInto('inbound')
      .values({
        ...kept,
        row_id: 'received',
        sender: 's',
        state: 'RECEIVED',
        action: 'a',
        signed_references: '[]',
        receipt: JSON.stringify(facts),
        receipt_bytes: bytes,
        deliverable: 1,
        received_at: 1,
        duplicates: 0,
      })
      .execute();
    for (const [direction, rowId] of [
      ['outbound', 'sent'],
      ['inbound', 'received'],
    ] as const) {
      for (const [position, payload] of [`inline-${rowId}`, `file-${rowId}`].entries()) {
        const { payload: _handle, ...part } = storedPart(payload);
        await transaction
          .insertInto(`${direction}_parts`)
          .values({ row_id: rowId, position, payload, part: JSON.stringify(part) })
          .execute();
      }
      await sql`insert into inline_payloads values (${`inline-${rowId}`}, ${Buffer.from(`bytes of ${rowId}`)})`.execute(
        transaction,
      );
    }
  });
  await db.destroy();
  await engine.release();
}

const ENGINES: readonly {
  readonly name: string;
  readonly skip: string | false;
  readonly opener: (t: TestContext) => Promise<() => Engine>;
}[] = [
  {
    name: 'SQLite',
    skip: false,
    opener: (_t) => {
      const file = join(scratchFolder(), 'inline.db');
      return Promise.resolve(() => openSqlite({ file }));
    },
  },
  {
    name: 'PostgreSQL',
    skip: noPostgres(),
    opener: async (t) => {
      const url = await postgresDatabase(t);
      return () => openPostgres(settingsOf(url));
    },
  },
];

for (const { name, skip, opener } of ENGINES)
  test(
    `small payloads kept apart from their parts are found, and may go, on ${name}`,
    { skip },
    async (t) => {
      const open = await opener(t);
      await withInlinePayloads(open());
      const store = await createStore(open(), { journalEntries: 10 });
      t.after(() => store.close());
      assert.equal(String(await store.inlinePayload('inline-sent')), 'bytes of sent');
      assert.equal(String(await store.inlinePayload('inline-received')), 'bytes of received');
      assert.equal(await store.inlinePayload('file-sent'), undefined);
      const { parts } = (await store.getOutbound('sent'))!;
      assert.deepEqual(parts, [storedPart('inline-sent'), storedPart('file-sent')]);
      assert.deepEqual(await store.purge('out', 'sent'), ['inline-sent', 'file-sent']);
      assert.equal(await store.inlinePayload('inline-sent'), undefined);
      assert.equal((await store.getOutbound('sent'))?.parts.length, 2);
      assert.equal(String(await store.inlinePayload('inline-received')), 'bytes of received');
    },
  );
