import type { Insertable, Selectable } from 'kysely';
import type { Exchange, RecordedDocument, Recording } from '../../oots/ports/index.ts';
import { present } from './rows.ts';
import { clip } from './search.ts';
import type { ExchangeDocumentTable, ExchangeTable } from './tables.ts';

/** What of an exchange has no column of its own. */
type Facts = Pick<
  Exchange,
  | 'pmodeId'
  | 'counterparty'
  | 'conversationId'
  | 'version'
  | 'procedure'
  | 'evidenceType'
  | 'exception'
  | 'previewLocation'
  | 'availableAt'
  | 'requestId'
>;

/** The columns of an exchange; what is longer than an index takes stands whole among the facts. */
export function exchangeColumns(exchange: Exchange): Omit<Insertable<ExchangeTable>, 'seq' | 'moves'> {
  const facts: Facts = {
    pmodeId: exchange.pmodeId,
    counterparty: exchange.counterparty,
    conversationId: exchange.conversationId,
    version: exchange.version,
    procedure: exchange.procedure,
    evidenceType: exchange.evidenceType,
    exception: exchange.exception,
    previewLocation: exchange.previewLocation,
    availableAt: exchange.availableAt,
    requestId: exchange.requestId,
  };
  return {
    id: exchange.id,
    role: exchange.role,
    partner: exchange.partner,
    state: exchange.state,
    outcome: exchange.outcome ?? null,
    party: exchange.party ?? null,
    conversation_id: clip(exchange.conversationId),
    exchange_id: exchange.exchangeId ?? null,
    request_id: clip(exchange.requestId),
    request_row_id: exchange.requestRowId,
    preview_location: exchange.previewLocation === undefined ? null : clip(exchange.previewLocation),
    created_at: exchange.createdAt,
    changed_at: exchange.changedAt,
    due_at: exchange.dueAt ?? null,
    taken_at: exchange.takenAt ?? null,
    facts: JSON.stringify(facts),
  };
}

/** An exchange from its row. */
export function exchangeFrom(row: Selectable<ExchangeTable>): Exchange {
  return present<Exchange>({
    ...(JSON.parse(row.facts) as Facts),
    id: row.id,
    role: row.role as Exchange['role'],
    partner: row.partner,
    party: row.party ?? undefined,
    exchangeId: row.exchange_id ?? undefined,
    state: row.state as Exchange['state'],
    outcome: (row.outcome ?? undefined) as Exchange['outcome'],
    requestRowId: row.request_row_id,
    createdAt: row.created_at,
    changedAt: row.changed_at,
    dueAt: row.due_at ?? undefined,
    takenAt: row.taken_at ?? undefined,
  });
}

/** The columns of a document that is recorded now. */
export function documentColumns({
  document,
  place,
}: Recording): Omit<Insertable<ExchangeDocumentTable>, 'seq' | 'exchange' | 'flaw' | 'refusal'> {
  const { rowId, direction, messageId, at, facts } = document;
  return {
    row_id: rowId,
    role: place.role,
    partner: place.partner,
    direction,
    message_id: messageId,
    kind: facts.kind,
    request_id: facts.requestId === undefined ? null : clip(facts.requestId),
    at,
    facts: JSON.stringify(facts),
  };
}

/** A document from its row. */
export function documentFrom(row: Selectable<ExchangeDocumentTable>): RecordedDocument {
  return present<RecordedDocument>({
    rowId: row.row_id,
    direction: row.direction as RecordedDocument['direction'],
    messageId: row.message_id,
    exchange: row.exchange ?? undefined,
    at: row.at,
    facts: JSON.parse(row.facts) as RecordedDocument['facts'],
    flaw: (row.flaw ?? undefined) as RecordedDocument['flaw'],
    refusal: (row.refusal ?? undefined) as RecordedDocument['refusal'],
  });
}
