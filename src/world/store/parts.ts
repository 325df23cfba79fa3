import type { Kysely } from 'kysely';
import type { NewPart, PayloadHandle, RowId, StoredPart } from '../../msh/ports/index.ts';
import { asBuffer } from './rows.ts';
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
  if (parts.length === 0) return;
  const rows = parts.map(({ payload, inline: _bytes, ...part }, position) => ({
    row_id: rowId,
    position,
    payload,
    part: JSON.stringify(part),
  }));
  await db.insertInto(`${direction}_parts`).values(rows).execute();
  const inline = parts.flatMap(({ payload, inline: bytes }) =>
    bytes === undefined ? [] : [{ payload, bytes }],
  );
  if (inline.length > 0) await db.insertInto('inline_payloads').values(inline).execute();
}

/** A part as it is read again: without its bytes. */
export function storedPartOf({ inline: _bytes, ...part }: NewPart): StoredPart {
  return part;
}

/** The bytes kept inline under this handle. */
export async function inlinePayload(db: Kysely<Tables>, handle: PayloadHandle): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('inline_payloads')
    .select('bytes')
    .where('payload', '=', handle)
    .executeTakeFirst();
  return row === undefined ? undefined : asBuffer(row.bytes);
}

/** The parts of these messages, by row id, each in its order. */
export async function partsOf(
  db: Kysely<Tables>,
  direction: Direction,
  rowIds: readonly RowId[],
): Promise<ReadonlyMap<RowId, readonly StoredPart[]>> {
  const found = new Map<RowId, StoredPart[]>(rowIds.map((rowId) => [rowId, []]));
  if (rowIds.length === 0) return found;
  const rows = await db
    .selectFrom(`${direction}_parts`)
    .selectAll()
    .where('row_id', 'in', rowIds)
    .orderBy('row_id')
    .orderBy('position')
    .execute();
  for (const row of rows) {
    const part = JSON.parse(row.part) as Omit<StoredPart, 'payload'>;
    found.get(row.row_id)?.push({ ...part, payload: row.payload });
  }
  return found;
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
