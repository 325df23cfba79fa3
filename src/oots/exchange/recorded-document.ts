import { isQuoinError } from '../../protocol/errors/index.ts';
import type { ExchangeStore } from '../ports/index.ts';
import { readExchangeDocument } from '../read-document.ts';
import type { ExchangeDocument } from '../read-document.ts';

/** A document on record, read; undefined when it is no longer kept, or cannot be read. */
export async function readRecorded(
  { store }: { readonly store: Pick<ExchangeStore, 'documentBytes'> },
  rowId: string,
): Promise<ExchangeDocument | undefined> {
  const bytes = await store.documentBytes(rowId);
  return bytes === undefined ? undefined : documentIn(bytes);
}

/** A document that came from somewhere; undefined when it cannot be read. */
export function documentIn(bytes: Uint8Array): ExchangeDocument | undefined {
  try {
    return readExchangeDocument(bytes).exchange;
  } catch (error) {
    if (isQuoinError(error)) return undefined;
    throw error;
  }
}

/** When a document says it was made, ISO 8601. */
export function issuedAtIn({ kind, document }: ExchangeDocument): string | undefined {
  return kind === 'error' ? document.exceptions?.[0]?.timestamp : document.issueDateTime;
}
