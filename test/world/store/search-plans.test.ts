import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Kysely } from 'kysely';
import type { CompiledQuery, Dialect } from 'kysely';
import type { InboundFilter, MessageStore, OutboundFilter } from '../../../src/msh/ports/index.ts';
import { openSqlite } from '../../../src/world/store/sqlite/open.ts';
import type { SqliteBinding } from '../../../src/world/store/sqlite/driver.ts';
import { createStore } from '../../../src/world/store/store.ts';
import type { Tables } from '../../../src/world/store/tables.ts';
import { newInbound, newOutbound } from '../../support/records.ts';
import { scratchFolder } from '../../support/scratch.ts';

const ROWS = 5_000;
const T = 1_772_000_000_000;

const seen: CompiledQuery[] = [];
let binding: SqliteBinding;
let store: MessageStore;

/** The dialect with every statement remembered, so that its plan can be asked for. */
function remembering(dialect: Dialect): Dialect {
  return {
    ...dialect,
    createQueryCompiler: () => {
      const compiler = dialect.createQueryCompiler();
      return {
        compileQuery: (node, id) => {
          const compiled = compiler.compileQuery(node, id);
          seen.push(compiled);
          return compiled;
        },
      };
    },
  };
}

/** Many rows of one partner with few distinct values, as an access point of some months has them. */
async function fill(db: Kysely<Tables>): Promise<void> {
  const sent = newOutbound();
  const received = newInbound();
  const columns = (index: number) => ({
    message_id: `m${index}`,
    pmode_id: `pmode-${index % 4}`,
    leg: 'request',
    conversation_id: `conversation-${index >> 2}`,
    ref_to_message_id: index % 2 === 0 ? null : `m${index - (index % 5)}`,
    partner: `partner-${index % 20}`,
    action: index % 2 === 0 ? 'Request' : 'Response',
    service: 'QueryManager',
    original_sender: `sender-${index % 50}`,
    final_recipient: `recipient-${index % 50}`,
    user_message: JSON.stringify(sent.userMessage),
  });
  await db.transaction().execute(async (transaction) => {
    for (let start = 0; start < ROWS; start += 500) {
      const some = Array.from({ length: 500 }, (_, offset) => start + offset);
      await transaction
        .insertInto('outbound')
        .values(
          some.map((index) => ({
            ...columns(index),
            row_id: `out-${index}`,
            state: index % 1000 === 0 ? 'SEND_FAILURE' : 'ACKNOWLEDGED',
            fingerprint: 'f',
            submitted_at: T + index,
            attempts: 1,
          })),
        )
        .execute();
      await transaction
        .insertInto('inbound')
        .values(
          some.map((index) => ({
            ...columns(index),
            row_id: `in-${index}`,
            sender: 's',
            state: index < ROWS - 100 ? 'DOWNLOADED' : 'RECEIVED',
            signed_references: '[]',
            receipt: JSON.stringify({ ...received.receipt, bytes: undefined }),
            receipt_bytes: Buffer.from('r'),
            deliverable: 1,
            received_at: T + index,
            duplicates: 0,
          })),
        )
        .execute();
    }
  });
}

before(async () => {
  const engine = openSqlite({ file: join(scratchFolder(), 'plans.db') });
  binding = engine.binding;
  store = await createStore({ ...engine, dialect: remembering(engine.dialect) }, { journalEntries: 10 });
  await fill(new Kysely<Tables>({ dialect: engine.dialect }));
});

/** The plan of the statement on this table that was run last. */
function planOf(table: 'outbound' | 'inbound', verb: string): string {
  const query = seen.findLast(({ sql }) => sql.startsWith(verb) && sql.includes(`"${table}"`));
  assert.ok(query, `${verb} ${table}`);
  const rows = binding.prepare(`explain query plan ${query.sql}`).all([...query.parameters]) as {
    readonly detail: string;
  }[];
  return rows.map(({ detail }) => detail).join('\n');
}

/** No scan of the table, except where everything is asked for: the order of the table is that of the list. */
function assertServed(plan: string, said: string): void {
  if (said !== '{}') assert.doesNotMatch(plan, /SCAN (outbound|inbound)/, `${said}: a scan\n${plan}`);
  assert.doesNotMatch(plan, /TEMP B-TREE/, `${said}: a sort\n${plan}`);
}

const PLAIN: readonly (InboundFilter & OutboundFilter)[] = [
  {},
  { conversationId: 'conversation-7' },
  { refToMessageId: 'm10' },
  { action: 'Request' },
  { service: 'QueryManager' },
  { partner: 'partner-3' },
  { pmodeId: 'pmode-2' },
  { since: T + 50, until: T + 90 },
  { partner: 'partner-3', since: T + 50, until: T + 4000 },
  { partner: 'partner-3', action: 'Response', service: 'QueryManager' },
];

test('every search, its first page and the next, is served by one index in the order of the list', async () => {
  const sent: readonly OutboundFilter[] = [
    ...PLAIN,
    { state: 'SEND_FAILURE' },
    { originalSenders: ['sender-3'] },
    { state: 'SEND_FAILURE', partner: 'partner-0' },
  ];
  for (const filter of sent) {
    const first = await store.listOutbound(filter, { limit: 2 });
    assert.equal(first.items.length, 2, JSON.stringify(filter));
    assertServed(planOf('outbound', 'select'), JSON.stringify(filter));
    await store.listOutbound(filter, { limit: 2, cursor: first.cursor ?? '5' });
    assertServed(planOf('outbound', 'select'), `next of ${JSON.stringify(filter)}`);
  }
  const received: readonly InboundFilter[] = [
    ...PLAIN,
    { state: 'RECEIVED' },
    { finalRecipients: ['recipient-3'] },
    { state: 'DOWNLOADED', conversationId: 'conversation-9' },
  ];
  for (const filter of received) {
    const first = await store.listInbound(filter, { limit: 2 });
    assert.equal(first.items.length, 2, JSON.stringify(filter));
    assertServed(planOf('inbound', 'select'), JSON.stringify(filter));
    await store.listInbound(filter, { limit: 2, cursor: first.cursor ?? '5' });
    assertServed(planOf('inbound', 'select'), `next of ${JSON.stringify(filter)}`);
  }
});

test('free messages of the inbox are found among those that wait, not among all', async () => {
  const request = { leaseId: 'l', consumer: 'c', now: T, until: T + 1, limit: 2 };
  assert.equal((await store.leaseInbound({ ...request, filter: {} })).length, 2);
  const find = seen.findLast(({ sql }) => sql.includes('lease_until') && sql.startsWith('select "row_id"'));
  assert.ok(find);
  const plan = (
    binding.prepare(`explain query plan ${find.sql}`).all([...find.parameters]) as { detail: string }[]
  )
    .map(({ detail }) => detail)
    .join('\n');
  assert.match(plan, /deliverable_state_seq/);
  assertServed(plan, 'lease');
});
