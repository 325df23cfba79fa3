import type { Kysely } from 'kysely';
import type { NewPart, PayloadHandle, RowId, StoredPart } from '../../msh/ports/index.ts';
import { repeated } from './lists.ts';
import { asBuffer } from './rows.ts';
import { statement } from './statement.ts';
import type { Tables } from './tables.ts';

type Direction = 'outbound' | 'inbound';

/** Handles one statement asks for: every engine takes that many parameters. */
const HANDLES_AT_ONCE = 500;

/** Writes the parts of a message in their order, and the bytes of those kept inline; belongs inside the transaction that inserts the message. */
export async function insertParts(
  db: Kysely<Tables>,
  direction: Direction,
  rowId: RowId,
  parts: readonly NewPart[],
): Promise<void> {
  for (const [position, { payload, inline: bytes, ...part }] of parts.entries()) {
    await insertPart[direction](db, { row_id: rowId, position, payload, part: JSON.stringify(part) });
    if (bytes !== undefined) await insertInline(db, { payload, bytes });
  }
}

type PartRow = Readonly<Record<'row_id' | 'payload' | 'part', string>> & { readonly position: number };

const insertPart: Readonly<Record<Direction, ReturnType<typeof statement<PartRow>>>> = {
  outbound: statement((db, row) => db.insertInto('outbound_parts').values(row)),
  inbound: statement((db, row) => db.insertInto('inbound_parts').values(row)),
};

const insertInline = statement((db, row: { readonly payload: PayloadHandle; readonly bytes: Uint8Array }) =>
  db.insertInto('inline_payloads').values(row),
);

/** A part as it is read again: without its bytes. */
export function storedPartOf({ inline: _bytes, ...part }: NewPart): StoredPart {
  return part;
}

/** The bytes kept inline under this handle. */
export async function inlinePayload(db: Kysely<Tables>, handle: PayloadHandle): Promise<Buffer | undefined> {
  const { rows } = await selectInline(db, { handle });
  return rows[0] === undefined ? undefined : asBuffer(rows[0].bytes);
}

const selectInline = statement((db, { handle }: { readonly handle: PayloadHandle }) =>
  db.selectFrom('inline_payloads').select('bytes').where('payload', '=', handle),
);

/** The parts of these messages, by row id, each in its order. */
export async function partsOf(
  db: Kysely<Tables>,
  direction: Direction,
  rowIds: readonly RowId[],
): Promise<ReadonlyMap<RowId, readonly StoredPart[]>> {
  const found = new Map<RowId, StoredPart[]>(rowIds.map((rowId) => [rowId, []]));
  if (rowIds.length === 0) return found;
  const [only, ...more] = rowIds;
  const rows =
    more.length === 0
      ? (await selectParts[direction](db, { rowId: only! })).rows
      : await partsIn(db, direction).where('row_id', 'in', repeated(rowIds)).execute();
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
  return statement((db, { rowId }: { readonly rowId: RowId }) =>
    partsIn(db, direction).where('row_id', '=', rowId),
  );
}

function partsIn(db: Kysely<Tables>, direction: Direction) {
  // Both tables have the same columns, so the type of one serves for both.
  const table = `${direction as 'outbound'}_parts` as const;
  return db.selectFrom(table).selectAll().orderBy('row_id').orderBy('position');
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
