import type { Insertable } from 'kysely';
import { FINAL_STATES } from '../../msh/ports/index.ts';
import type { Attempt, EventType, OutboundMessage, RowId, Settlement } from '../../msh/ports/index.ts';
import { attemptFrom, failureColumn, receiptColumns } from './rows.ts';
import type { OutboundRow } from './rows.ts';
import { prepared } from './statement.ts';
import type { AttemptTable } from './tables.ts';
import { summaryOf } from './tell.ts';
import type { Tell } from './tell.ts';
import { step } from './work.ts';
import type { Work } from './work.ts';

/** Moves the message and writes the attempt in one transaction, if the attempt still holds the row. */
export function* settleAttempt(
  tell: Tell,
  rowId: RowId,
  attempt: Attempt,
  settlement: Settlement,
): Work<boolean> {
  const { rows } = yield* settleRow({ at_row: rowId, at_attempt: attempt.number, ...settled(settlement) });
  const [moved] = rows;
  if (moved === undefined) return false;
  yield* insertAttempt(attemptColumns(rowId, attempt));
  yield* tellOutcome(tell, { rowId, ...moved }, settlement);
  return true;
}

const settleRow = prepared(
  (
    db,
    {
      at_row,
      at_attempt,
      ...changes
    }: ReturnType<typeof settled> & { readonly at_row: RowId; readonly at_attempt: number },
  ) =>
    db
      .updateTable('outbound')
      .set(changes)
      .where('row_id', '=', at_row)
      .where('state', '=', 'WAITING_FOR_RECEIPT')
      .where('attempts', '=', at_attempt)
      .returning(['pmode_id', 'partner', 'user_message', 'attempts']),
);

const insertAttempt = prepared((db, row: Insertable<AttemptTable>) => db.insertInto('attempts').values(row));

function attemptColumns(rowId: RowId, attempt: Attempt): Insertable<AttemptTable> {
  return {
    row_id: rowId,
    number: attempt.number,
    started_at: attempt.startedAt,
    ended_at: attempt.endedAt,
    address: attempt.address,
    outcome: attempt.outcome,
    http_status: attempt.httpStatus ?? null,
    recipient: attempt.recipient ?? null,
    failure: failureColumn(attempt.failure),
  };
}

/** What a final state is told as. */
const OUTCOMES: Readonly<Partial<Record<Settlement['state'], EventType>>> = {
  ACKNOWLEDGED: 'eu.quoin.message.acknowledged',
  SEND_FAILURE: 'eu.quoin.message.failed',
};

function* tellOutcome(
  tell: Tell,
  row: Pick<OutboundRow, 'pmode_id' | 'partner' | 'user_message' | 'attempts'> & { readonly rowId: RowId },
  settlement: Settlement,
): Work<void> {
  const type = OUTCOMES[settlement.state];
  if (type === undefined) return;
  const receiptId = settlement.receipt?.messageId;
  yield* tell({
    type,
    at: settlement.at,
    direction: 'out',
    rowId: row.rowId,
    pmodeId: row.pmode_id,
    partner: row.partner,
    userMessage: JSON.parse(row.user_message) as OutboundMessage['userMessage'],
    data: {
      attempts: row.attempts,
      ...(receiptId === undefined ? {} : { receiptId }),
      ...summaryOf(settlement.failure),
    },
  });
}

/** The columns a settlement changes. The failure of an earlier attempt does not outlive an acknowledgement. */
function settled(settlement: Settlement) {
  const final = FINAL_STATES.includes(settlement.state);
  return {
    state: settlement.state,
    // A row that waits must be due some time, or it would never be looked at again.
    next_attempt_at: final ? null : (settlement.nextAttemptAt ?? settlement.at),
    leased_until: null,
    finished_at: final ? settlement.at : null,
    failure: failureColumn(settlement.failure),
    ...(settlement.receipt === undefined ? {} : receiptColumns(settlement.receipt)),
  };
}

/** The attempts of a message by number. */
export function* attemptsOf(rowId: RowId): Work<readonly Attempt[]> {
  const { rows } = yield* step((db) =>
    db.selectFrom('attempts').selectAll().where('row_id', '=', rowId).orderBy('number'),
  );
  return rows.map(attemptFrom);
}
