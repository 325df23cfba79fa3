import { QuoinError } from '../../protocol/errors/index.ts';
import type { Page, PageRequest } from '../../msh/ports/index.ts';

/** The most rows a page may ask for. */
export const MAX_PAGE = 1000;

/** A page request as the statements need it. */
export interface Slice {
  /** One more than asked for: the extra row says that there is a next page. */
  readonly fetch: number;
  /** `seq` of the last row of the page before. */
  readonly after: number | undefined;
}

/** Checks a page request. Throws `store/bad-page`. */
export function sliceOf(page: PageRequest): Slice {
  if (!Number.isInteger(page.limit) || page.limit < 1 || page.limit > MAX_PAGE) {
    throw badPage('limit', `1 to ${MAX_PAGE}`, String(page.limit));
  }
  return { fetch: page.limit + 1, after: page.cursor === undefined ? undefined : seqOf(page.cursor) };
}

/** Cuts what was fetched to a page; the cursor is the number of its last row. */
export function pageOf<Row extends { readonly seq: number }, T>(
  rows: readonly Row[],
  slice: Slice,
  record: (row: Row) => T,
): Page<T> {
  const kept = rows.slice(0, slice.fetch - 1);
  const last = kept.at(-1);
  const more = rows.length >= slice.fetch && last !== undefined;
  return { items: kept.map(record), ...(more ? { cursor: last.seq.toString(36) } : {}) };
}

function seqOf(cursor: string): number {
  const seq = /^[0-9a-z]{1,10}$/.test(cursor) ? parseInt(cursor, 36) : NaN;
  if (seq > 0) return seq;
  throw badPage('cursor', 'a cursor that a page before gave', cursor.slice(0, 40));
}

function badPage(field: string, expected: string, found: string): QuoinError {
  return new QuoinError('store/bad-page', 'This page cannot be asked for.', {
    finding: { check: 'page-request', field, expected, found },
  });
}
