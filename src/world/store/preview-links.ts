import type { Kysely, Selectable, Transaction } from 'kysely';
import type { DecidedPreview, OpenedPreview, PreviewLink } from '../../oots/ports/index.ts';
import { present } from './rows.ts';
import type { PreviewLinkTable, Tables } from './tables.ts';

/** See `PreviewStore.addPreviewLink`. */
export async function addPreviewLink(db: Kysely<Tables>, link: PreviewLink): Promise<void> {
  const { hash, exchange, requestId, linkedAt, expiresAt } = link;
  await db
    .insertInto('preview_links')
    .values({ hash, exchange, request_id: requestId, linked_at: linkedAt, expires_at: expiresAt })
    .execute();
}

/** See `PreviewStore.previewLink`. */
export function previewLink(db: Kysely<Tables>, hash: string): Promise<PreviewLink | undefined> {
  return linkBy(db, 'hash', hash);
}

/** See `PreviewStore.previewSession`. */
export function previewSession(db: Kysely<Tables>, session: string): Promise<PreviewLink | undefined> {
  return linkBy(db, 'session', session);
}

async function linkBy(
  db: Kysely<Tables>,
  column: 'hash' | 'session',
  hash: string,
): Promise<PreviewLink | undefined> {
  const row = await db.selectFrom('preview_links').selectAll().where(column, '=', hash).executeTakeFirst();
  return row === undefined ? undefined : linkFrom(row);
}

/** See `PreviewStore.openPreviewLink`. One statement looks and changes, so that of two at once one finds it changed. */
export async function openPreviewLink(
  db: Kysely<Tables>,
  hash: string,
  { openedAt, session, sessionExpiresAt, returnLocation }: OpenedPreview,
): Promise<boolean> {
  const opened = await db
    .updateTable('preview_links')
    .set({
      opened_at: openedAt,
      session,
      session_expires_at: sessionExpiresAt,
      return_location: returnLocation ?? null,
    })
    .where('hash', '=', hash)
    .where('opened_at', 'is', null)
    .where('expires_at', '>', openedAt)
    .executeTakeFirst();
  return opened.numUpdatedRows === 1n;
}

/** See `PreviewStore.decidePreview`. */
export async function decidePreview(
  db: Kysely<Tables>,
  session: string,
  { decision, decidedAt, accepted }: DecidedPreview,
): Promise<boolean> {
  const decided = await db
    .updateTable('preview_links')
    .set({
      decision,
      decided_at: decidedAt,
      accepted: accepted === undefined ? null : JSON.stringify(accepted),
    })
    .where('session', '=', session)
    .where('decision', 'is', null)
    .where('session_expires_at', '>', decidedAt)
    .executeTakeFirst();
  return decided.numUpdatedRows === 1n;
}

/** See `PreviewStore.previewLinksOf`. */
export async function previewLinksOf(db: Kysely<Tables>, exchange: string): Promise<readonly PreviewLink[]> {
  const rows = await db
    .selectFrom('preview_links')
    .selectAll()
    .where('exchange', '=', exchange)
    .orderBy('seq')
    .limit(1000)
    .execute();
  return rows.map(linkFrom);
}

/** Removes the links of exchanges that are gone. */
export async function forgetPreviewLinks(
  transaction: Transaction<Tables>,
  exchanges: readonly string[],
): Promise<void> {
  await transaction
    .deleteFrom('preview_links')
    .where('exchange', 'in', exchanges)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('exchanges')
            .select('exchanges.id')
            .whereRef('exchanges.id', '=', 'preview_links.exchange'),
        ),
      ),
    )
    .execute();
}

function linkFrom(row: Selectable<PreviewLinkTable>): PreviewLink {
  return present<PreviewLink>({
    hash: row.hash,
    exchange: row.exchange,
    requestId: row.request_id,
    linkedAt: row.linked_at,
    expiresAt: row.expires_at,
    openedAt: row.opened_at ?? undefined,
    session: row.session ?? undefined,
    sessionExpiresAt: row.session_expires_at ?? undefined,
    returnLocation: row.return_location ?? undefined,
    decision: (row.decision ?? undefined) as PreviewLink['decision'],
    decidedAt: row.decided_at ?? undefined,
    accepted: row.accepted === null ? undefined : (JSON.parse(row.accepted) as readonly string[]),
  });
}
