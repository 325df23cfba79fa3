import type { Kysely, Selectable } from 'kysely';
import type { NodeRecord, NodeReport, ReloadRequest } from '../../msh/ports/index.ts';
import type { NodeTable, Tables } from './tables.ts';

/** See `NodeRegistry.reportNode`. */
export async function reportNode(
  db: Kysely<Tables>,
  report: NodeReport,
  at: number,
  forgetBefore: number,
): Promise<ReloadRequest> {
  return await db.transaction().execute(async (transaction) => {
    const { node_id, ...said } = rowOf(report, at);
    await transaction
      .insertInto('nodes')
      .values({ node_id, ...said })
      .onConflict((conflict) => conflict.column('node_id').doUpdateSet(said))
      .execute();
    await transaction.deleteFrom('nodes').where('seen_at', '<', forgetBefore).execute();
    return await lastReloadRequest(transaction);
  });
}

/** See `NodeRegistry.removeNode`. */
export async function removeNode(db: Kysely<Tables>, nodeId: string): Promise<void> {
  await db.deleteFrom('nodes').where('node_id', '=', nodeId).execute();
}

/** See `NodeRegistry.listNodes`. */
export async function listNodes(db: Kysely<Tables>): Promise<readonly NodeRecord[]> {
  const rows = await db.selectFrom('nodes').selectAll().orderBy('started_at').orderBy('node_id').execute();
  return rows.map(recordOf);
}

/** See `NodeRegistry.requestReload`: the count goes on in the database, so that no request is lost to another. */
export async function requestReload(db: Kysely<Tables>, at: number): Promise<ReloadRequest> {
  return await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('reload_request')
      .values({ id: 1, generation: 1, requested_at: at })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((eb) => ({
          generation: eb('reload_request.generation', '+', 1),
          requested_at: at,
        })),
      )
      .execute();
    return await lastReloadRequest(transaction);
  });
}

/** See `NodeRegistry.lastReloadRequest`. */
export async function lastReloadRequest(db: Kysely<Tables>): Promise<ReloadRequest> {
  const row = await db.selectFrom('reload_request').selectAll().where('id', '=', 1).executeTakeFirst();
  return { generation: row?.generation ?? 0, at: row?.requested_at ?? 0 };
}

function rowOf(report: NodeReport, at: number): Selectable<NodeTable> {
  return {
    node_id: report.nodeId,
    host: report.host,
    pid: report.pid,
    version: report.version,
    started_at: report.startedAt,
    seen_at: at,
    digest: report.digest,
    in_force_since: report.since,
    refusal: report.refusal ?? null,
    generation: report.generation,
  };
}

function recordOf(row: Selectable<NodeTable>): NodeRecord {
  return {
    nodeId: row.node_id,
    host: row.host,
    pid: row.pid,
    version: row.version,
    startedAt: row.started_at,
    seenAt: row.seen_at,
    digest: row.digest,
    since: row.in_force_since,
    ...(row.refusal === null ? {} : { refusal: row.refusal }),
    generation: row.generation,
  };
}
