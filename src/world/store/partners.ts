import type { Kysely } from 'kysely';
import type { Lane, Outlook, PartnerControl, Pause, RowId, WaitingLane } from '../../msh/ports/index.ts';
import { present, retryPolicyFrom } from './rows.ts';
import { prepared } from './statement.ts';
import type { Tables } from './tables.ts';
import { hitOne, step } from './work.ts';
import type { Work } from './work.ts';

/** Pauses kept of those that are over. */
const PAUSES = 100;

/** What decides whether a due message may be taken: a few columns of its row. */
export function* outlook(rowId: RowId): Work<Outlook | undefined> {
  const [row] = (yield* selectOutlook({ rowId })).rows;
  if (row === undefined || row.next_attempt_at === null) return undefined;
  return present<Outlook>({
    rowId,
    pmodeId: row.pmode_id,
    leg: row.leg,
    partner: row.partner ?? '',
    state: row.state as Outlook['state'],
    // A resend opens a window of its own: what was tried before it does not count.
    attempts: row.attempts - (row.attempts_before ?? 0),
    submittedAt: row.resent_at ?? row.submitted_at,
    nextAttemptAt: row.next_attempt_at,
    firstAttemptAt: row.first_attempt_at ?? undefined,
    retryPolicy: retryPolicyFrom(row.retry_policy),
  });
}

const selectOutlook = prepared((db, { rowId }: { readonly rowId: RowId }) =>
  db
    .selectFrom('outbound')
    .select([
      'pmode_id',
      'leg',
      'partner',
      'state',
      'retry_policy',
      'attempts',
      'attempts_before',
      'first_attempt_at',
    ])
    .select(['submitted_at', 'next_attempt_at', 'resent_at'])
    .where('row_id', '=', rowId),
);

/** What waits on which way: one look at the index of unfinished messages. */
export async function waitingLanes(db: Kysely<Tables>): Promise<readonly WaitingLane[]> {
  const rows = await db
    .selectFrom('outbound')
    .select(({ fn }) => [
      'pmode_id',
      'leg',
      fn.countAll<number>().as('messages'),
      fn.min('next_attempt_at').as('due_at'),
    ])
    .where('next_attempt_at', 'is not', null)
    .groupBy(['pmode_id', 'leg'])
    .execute();
  return rows.map((row) => ({
    pmodeId: row.pmode_id,
    leg: row.leg,
    messages: row.messages,
    dueAt: row.due_at!,
  }));
}

/** Row ids of one way that are due, the longest due first. */
export async function dueOnLane(
  db: Kysely<Tables>,
  lane: Lane,
  now: number,
  limit: number,
): Promise<readonly RowId[]> {
  const rows = await onLane(db, lane, now).orderBy('next_attempt_at').orderBy('seq').limit(limit).execute();
  return rows.map((row) => row.row_id);
}

/** Those of them whose time began early enough: with the first attempt, or else when they fell due. */
export async function dueBegunBefore(
  db: Kysely<Tables>,
  lane: Lane,
  now: number,
  begunBefore: number,
  limit: number,
): Promise<readonly RowId[]> {
  const rows = await onLane(db, lane, now)
    .where((eb) => eb(eb.fn.coalesce('first_attempt_at', 'next_attempt_at'), '<=', begunBefore))
    .orderBy((eb) => eb.fn.coalesce('first_attempt_at', 'next_attempt_at'))
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map((row) => row.row_id);
}

function onLane(db: Kysely<Tables>, { pmodeId, leg }: Lane, now: number) {
  return db
    .selectFrom('outbound')
    .select('row_id')
    .where('pmode_id', '=', pmodeId)
    .where('leg', '=', leg)
    .where('next_attempt_at', '<=', now);
}

/** Everything operators have said: one row a partner they ever said something about. */
export async function partnerControls(db: Kysely<Tables>): Promise<readonly PartnerControl[]> {
  const rows = await db.selectFrom('partner_controls').selectAll().orderBy('partner').execute();
  return rows.map((row) => ({
    partner: row.partner,
    pauses: spansFrom(row.pauses),
    ...(row.paused_at === null ? {} : { pause: pauseFrom(row.paused_at, row.paused_by, row.pause_reason) }),
    ...(row.reset_at === null ? {} : { resetAt: row.reset_at }),
  }));
}

function pauseFrom(at: number, by: string | null, reason: string | null): Pause {
  return { at, by: by ?? '', ...(reason === null ? {} : { reason }) };
}

type Spans = PartnerControl['pauses'];

function spansFrom(column: string | null): Spans {
  return column === null ? [] : (JSON.parse(column) as Spans);
}

/** Of several who pause at once the first one does. */
export async function pausePartner(db: Kysely<Tables>, partner: string, pause: Pause): Promise<boolean> {
  const paused = { paused_at: pause.at, paused_by: pause.by, pause_reason: pause.reason ?? null };
  const changed = await db
    .insertInto('partner_controls')
    .values({ partner, ...paused })
    .onConflict((conflict) =>
      conflict.column('partner').doUpdateSet(paused).where('partner_controls.paused_at', 'is', null),
    )
    .executeTakeFirst();
  return changed.numInsertedOrUpdatedRows === 1n;
}

/** Ends the pause by compare-and-set: of several who resume at once one does. */
export function* resumePartner(partner: string, at: number): Work<boolean> {
  const { rows } = yield* step((db) =>
    db.selectFrom('partner_controls').select(['paused_at', 'pauses']).where('partner', '=', partner),
  );
  const { paused_at: pausedAt = null, pauses = null } = rows[0] ?? {};
  if (pausedAt === null) return false;
  const over = { from: pausedAt, until: Math.max(at, pausedAt) };
  const resumed = yield* step((db) =>
    db
      .updateTable('partner_controls')
      .set({
        paused_at: null,
        paused_by: null,
        pause_reason: null,
        pauses: JSON.stringify([...spansFrom(pauses), over].slice(-PAUSES)),
      })
      .where('partner', '=', partner)
      .where('paused_at', '=', pausedAt),
  );
  return hitOne(resumed);
}

/** Notes when a reset was asked for; every node that sees a later time than before acts on it. */
export async function resetPartner(db: Kysely<Tables>, partner: string, at: number): Promise<void> {
  await db
    .insertInto('partner_controls')
    .values({ partner, reset_at: at })
    .onConflict((conflict) => conflict.column('partner').doUpdateSet({ reset_at: at }))
    .execute();
}
