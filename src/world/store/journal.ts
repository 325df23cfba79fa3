import type { Kysely } from 'kysely';
import type { JournalEntry, MessageStore, Page, PageRequest } from '../../msh/ports/index.ts';
import { pageOf, sliceOf } from './paging.ts';
import { journalEntryFrom } from './rows.ts';
import type { Tables } from './tables.ts';

/** Characters a value of an unproven message may take up; a longer one is cut. */
const MAX_CHARACTERS = 4096;

/** Characters of a name that an index holds: the smallest entry of any engine takes them, whatever their bytes. */
const MAX_NAME = 512;

/** How many entries may come before the oldest are looked at again. */
const TRIM_EVERY = 256;

/**
 * Appends an entry. Anybody may cause one, so values are cut to a length and the oldest entries go once there are more
 * than `keep`: the journal cannot fill the disk.
 */
export async function appendJournal(db: Kysely<Tables>, entry: JournalEntry, keep: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const { seq } = await transaction
      .insertInto('journal')
      .values({
        at: entry.at,
        direction: entry.direction,
        message_id: clip(entry.messageId),
        conversation_id: clip(entry.conversationId),
        pmode_id: clip(entry.pmodeId),
        remote: clip(entry.remote),
        failure: JSON.stringify(entry.failure, (_key, value: unknown) => cut(value)),
      })
      .returning('seq')
      .executeTakeFirstOrThrow();
    if (seq % Math.min(TRIM_EVERY, keep) === 0)
      await transaction
        .deleteFrom('journal')
        .where('seq', '<=', seq - keep)
        .execute();
  });
}

/** Entries, the last appended first. */
export async function listJournal(
  db: Kysely<Tables>,
  filter: Parameters<MessageStore['listJournal']>[0],
  page: PageRequest,
): Promise<Page<JournalEntry>> {
  const slice = sliceOf(page);
  let query = db.selectFrom('journal').selectAll().orderBy('seq', 'desc').limit(slice.fetch);
  if (slice.after !== undefined) query = query.where('seq', '<', slice.after);
  if (filter.messageId !== undefined) query = query.where('message_id', '=', clip(filter.messageId));
  return pageOf(await query.execute(), slice, journalEntryFrom);
}

/** A claimed value as a text column can hold it in any engine: no NUL, no half character, not without end. */
function clip(value: string | undefined): string | null {
  return value === undefined ? null : cut(value, MAX_NAME).replaceAll(/\0|\p{Surrogate}/gu, '\ufffd');
}

function cut<T>(value: T, most = MAX_CHARACTERS): T {
  return (typeof value === 'string' && value.length > most ? `${value.slice(0, most)}…` : value) as T;
}
