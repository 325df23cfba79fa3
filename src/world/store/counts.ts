import type { Kysely } from 'kysely';
import { CLAIMABLE_STATES } from '../../msh/ports/index.ts';
import type { OutboundState, StoreCounts } from '../../msh/ports/index.ts';
import type { Tables } from './tables.ts';

/** Counts what is open. Not one transaction: numbers of one moment are worth no lock. */
export async function counts(db: Kysely<Tables>, now: number): Promise<StoreCounts> {
  return {
    outbound: await openOutbound(db),
    due: await dueOutbound(db, now),
    inbox: await waitingInbox(db),
    journalEntries: await journalEntries(db),
  };
}

async function openOutbound(db: Kysely<Tables>): Promise<StoreCounts['outbound']> {
  const rows = await db
    .selectFrom('outbound')
    .select((eb) => ['pmode_id', 'state', eb.fn.countAll<number>().as('messages')])
    .where('state', 'in', CLAIMABLE_STATES)
    .groupBy(['pmode_id', 'state'])
    .execute();
  return rows.map((row) => ({
    pmodeId: row.pmode_id,
    state: row.state as OutboundState,
    messages: Number(row.messages),
  }));
}

/** A row in work is next due when its lease ends, so what is due now is in nobody's hands. */
async function dueOutbound(db: Kysely<Tables>, now: number): Promise<StoreCounts['due']> {
  const rows = await db
    .selectFrom('outbound')
    .select((eb) => [
      'pmode_id',
      eb.fn.countAll<number>().as('messages'),
      eb.fn.min('next_attempt_at').as('oldest'),
    ])
    .where('next_attempt_at', '<=', now)
    .groupBy('pmode_id')
    .execute();
  return rows.map((row) => ({
    pmodeId: row.pmode_id,
    messages: Number(row.messages),
    oldestAt: Number(row.oldest),
  }));
}

async function waitingInbox(db: Kysely<Tables>): Promise<StoreCounts['inbox']> {
  const waiting = db.selectFrom('inbound').where('deliverable', '=', 1).where('state', '=', 'RECEIVED');
  const { messages } = await waiting
    .select((eb) => eb.fn.countAll<number>().as('messages'))
    .executeTakeFirstOrThrow();
  const first = await waiting.select('received_at').orderBy('received_at').limit(1).executeTakeFirst();
  return {
    messages: Number(messages),
    ...(first === undefined ? {} : { oldestAt: Number(first.received_at) }),
  };
}

/** Entries are numbered without end and go from the oldest, so the first and the last number tell how many there are. */
async function journalEntries(db: Kysely<Tables>): Promise<number> {
  const { first, last } = await db
    .selectFrom('journal')
    .select((eb) => [eb.fn.min('seq').as('first'), eb.fn.max('seq').as('last')])
    .executeTakeFirstOrThrow();
  return last === null ? 0 : Number(last) - Number(first) + 1;
}
