import type { Kysely } from 'kysely';
import type { NewPart, PayloadHandle, RowId, StoredPart } from '../../msh/ports/index.ts';
import { repeated } from './lists.ts';
import { asBuffer } from './rows.ts';
import { prepared } from './statement.ts';
import type { PartTable, Tables } from './tables.ts';
import { step } from './work.ts';
import type { Step, Work } from './work.ts';

type Direction = 'outbound' | 'inbound';

/** Handles one statement asks for: every engine takes that many parameters. */
const HANDLES_AT_ONCE = 500;

/** Writes the parts of a message in their order, and the bytes of those kept inline; belongs inside the transaction that inserts the message. */
export function* insertParts(direction: Direction, rowId: RowId, parts: readonly NewPart[]): Work<void> {
  for (const [position, { payload, inline: bytes = null, ...part }] of parts.entries())
    yield* insertPart[direction]({ row_id: rowId, position, payload, part: JSON.stringify(part), bytes });
}

const insertPart: Readonly<Record<Direction, ReturnType<typeof prepared<PartTable>>>> = {
  outbound: prepared((db, row) => db.insertInto('outbound_parts').values(row)),
  inbound: prepared((db, row) => db.insertInto('inbound_parts').values(row)),
};

/** A part as it is read again: without its bytes. */
export function storedPartOf({ inline: _bytes, ...part }: NewPart): StoredPart {
  return part;
}

/** The bytes kept inline under this handle. */
export function* inlinePayload(handle: PayloadHandle): Work<Buffer | undefined> {
  const { rows } = yield* selectInline({ handle });
  const bytes = rows[0]?.bytes ?? null;
  return bytes === null ? undefined : asBuffer(bytes);
}

const selectInline = prepared((db, { handle }: { readonly handle: PayloadHandle }) =>
  inlineIn(db, 'outbound', handle).unionAll(inlineIn(db, 'inbound', handle)),
);

function inlineIn(db: Kysely<Tables>, direction: Direction, handle: PayloadHandle) {
  // Both tables have the same columns, so the type of one serves for both.
  const table = `${direction as 'outbound'}_parts` as const;
  return db.selectFrom(table).select('bytes').where('payload', '=', handle).where('bytes', 'is not', null);
}

/** Lets go of the bytes a message has inline; what it says of its parts stays. */
export function forgetInline(direction: Direction, rowId: RowId): Step<unknown> {
  return step((db) =>
    db
      .updateTable(`${direction as 'outbound'}_parts`)
      .set({ bytes: null })
      .where('row_id', '=', rowId)
      .where('bytes', 'is not', null),
  );
}

/** The parts of these messages, by row id, each in its order. */
export function* partsOf(
  direction: Direction,
  rowIds: readonly RowId[],
): Work<ReadonlyMap<RowId, readonly StoredPart[]>> {
  const found = new Map<RowId, StoredPart[]>(rowIds.map((rowId) => [rowId, []]));
  if (rowIds.length === 0) return found;
  const [only, ...more] = rowIds;
  const { rows } =
    more.length === 0
      ? yield* selectParts[direction]({ rowId: only! })
      : yield* step((db) => partsIn(db, direction).where('row_id', 'in', repeated(rowIds)));
  for (const row of rows) {
    const part = JSON.parse(row.part) as Omit<StoredPart, 'payload'>;
    found.get(row.row_id)?.push({ ...part, payload: row.payload });
  }
  return found;
}

const selectParts = {
  outbound: selectPartsOf('outbound'),
  inbound: selectPartsOf('inbound'),
};

function selectPartsOf(direction: Direction) {
  return prepared((db, { rowId }: { readonly rowId: RowId }) =>
    partsIn(db, direction).where('row_id', '=', rowId),
  );
}

function partsIn(db: Kysely<Tables>, direction: Direction) {
  // Both tables have the same columns, so the type of one serves for both.
  const table = `${direction as 'outbound'}_parts` as const;
  return db.selectFrom(table).select(['row_id', 'payload', 'part']).orderBy('row_id').orderBy('position');
}

/** Which of these payloads a message still names; a deleted message names none. */
export async function referencedPayloads(
  db: Kysely<Tables>,
  handles: readonly PayloadHandle[],
): Promise<ReadonlySet<PayloadHandle>> {
  const found = new Set<PayloadHandle>();
  for (let start = 0; start < handles.length; start += HANDLES_AT_ONCE) {
    const some = handles.slice(start, start + HANDLES_AT_ONCE);
    for (const row of await namedBy(db, 'outbound', some)) found.add(row.payload);
    for (const row of await namedBy(db, 'inbound', some)) found.add(row.payload);
  }
  return found;
}

async function namedBy(
  db: Kysely<Tables>,
  direction: Direction,
  handles: readonly PayloadHandle[],
): Promise<readonly { readonly payload: string }[]> {
  // Both directions have the columns named here, so the types of one serve for both.
  const messages = direction as 'outbound';
  const parts = `${messages}_parts` as const;
  return await db
    .selectFrom(parts)
    .innerJoin(messages, `${messages}.row_id`, `${parts}.row_id`)
    .select(`${parts}.payload`)
    .where(`${parts}.payload`, 'in', handles)
    .where(`${messages}.state`, '!=', 'DELETED')
    .execute();
}
