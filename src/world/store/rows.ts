import type { Insertable, Selectable } from 'kysely';
import type {
  Attempt,
  BusinessAcceptance,
  Failure,
  InboundMessage,
  InboxLease,
  JournalEntry,
  KeptEnvelope,
  KeptReceipt,
  OutboundMessage,
  ReceivedEnvelope,
  Resend,
  RowId,
  StoredPart,
} from '../../msh/ports/index.ts';
import type {
  AttemptTable,
  EnvelopeTable,
  InboundTable,
  JournalTable,
  OutboundTable,
  ReceivedEnvelopeTable,
} from './tables.ts';

/** An outbound row joined with its envelope, if it has one. */
export type OutboundRow = Selectable<OutboundTable> & {
  readonly envelope_bytes: Uint8Array | null;
  readonly encryption_offset: number | null;
  readonly signed_references: string | null;
  readonly envelope_signer: string | null;
};

/** An outbound message from its row and parts; what the row does not have, the record does not name. */
export function outboundFrom(row: OutboundRow, parts: readonly StoredPart[]): OutboundMessage {
  return present<OutboundMessage>({
    rowId: row.row_id,
    messageId: row.message_id,
    pmodeId: row.pmode_id,
    leg: row.leg,
    partner: row.partner ?? '',
    state: row.state as OutboundMessage['state'],
    userMessage: JSON.parse(row.user_message) as OutboundMessage['userMessage'],
    parts,
    fingerprint: row.fingerprint,
    submittedAt: row.submitted_at,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at ?? undefined,
    leasedUntil: row.leased_until ?? undefined,
    firstAttemptAt: row.first_attempt_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    envelope: envelopeFrom(row),
    receipt: receiptFrom(row.receipt, row.receipt_bytes),
    failure: failureFrom(row.failure),
    resend: resendFrom(row),
    business: businessFrom(row.business),
    retryPolicy: retryPolicyFrom(row.retry_policy),
  });
}

/** The retries agreed at the submission, from their column. */
export function retryPolicyFrom(column: string | null): OutboundMessage['retryPolicy'] {
  return column === null ? undefined : (JSON.parse(column) as OutboundMessage['retryPolicy']);
}

function resendFrom({ attempts_before, resent_at, resent_by }: OutboundRow): Resend | undefined {
  if (attempts_before === null || resent_at === null || resent_by === null) return undefined;
  return { at: resent_at, by: resent_by, attemptsBefore: attempts_before };
}

/** What a backend says of the business content, as its column holds it. */
export function businessColumn(business: BusinessAcceptance): string {
  return JSON.stringify(business);
}

function businessFrom(column: string | null): BusinessAcceptance | undefined {
  return column === null ? undefined : (JSON.parse(column) as BusinessAcceptance);
}

/** The columns of a signed envelope. */
export function envelopeColumns(rowId: RowId, envelope: KeptEnvelope): Insertable<EnvelopeTable> {
  return {
    row_id: rowId,
    bytes: envelope.bytes,
    encryption_offset: envelope.encryptionOffset,
    signed_references: JSON.stringify(envelope.references),
    signer: envelope.signer,
  };
}

function envelopeFrom(row: OutboundRow): KeptEnvelope | undefined {
  const { envelope_bytes: bytes, encryption_offset, signed_references, envelope_signer } = row;
  if (bytes === null || encryption_offset === null || signed_references === null || envelope_signer === null)
    return undefined;
  return {
    bytes: asBuffer(bytes),
    encryptionOffset: encryption_offset,
    references: JSON.parse(signed_references) as KeptEnvelope['references'],
    signer: envelope_signer,
  };
}

/** An inbound message from its row and parts. */
export function inboundFrom(row: Selectable<InboundTable>, parts: readonly StoredPart[]): InboundMessage {
  return present<InboundMessage>({
    rowId: row.row_id,
    messageId: row.message_id,
    sender: row.sender,
    pmodeId: row.pmode_id,
    leg: row.leg,
    partner: row.partner ?? '',
    state: row.state as InboundMessage['state'],
    userMessage: JSON.parse(row.user_message) as InboundMessage['userMessage'],
    parts,
    references: JSON.parse(row.signed_references) as InboundMessage['references'],
    signer: row.signer ?? undefined,
    receipt: receiptFrom(row.receipt, row.receipt_bytes)!,
    deliverable: row.deliverable === 1,
    receivedAt: row.received_at,
    duplicates: row.duplicates,
    downloadedAt: row.downloaded_at ?? undefined,
    lease: leaseFrom(row),
    document: row.document === null ? undefined : (JSON.parse(row.document) as InboundMessage['document']),
    answer: (row.answer ?? undefined) as InboundMessage['answer'],
    business: businessFrom(row.business),
  });
}

function leaseFrom({ lease_id, leased_by, lease_until }: Selectable<InboundTable>): InboxLease | undefined {
  if (lease_id === null || leased_by === null || lease_until === null) return undefined;
  return { id: lease_id, consumer: leased_by, until: lease_until };
}

/** A received envelope from its row. */
export function receivedEnvelopeFrom(row: Selectable<ReceivedEnvelopeTable>): ReceivedEnvelope {
  return { bytes: asBuffer(row.bytes), contentType: row.content_type };
}

/** The columns of a receipt: its facts as JSON, its bytes as bytes. */
export function receiptColumns(receipt: KeptReceipt): {
  readonly receipt: string;
  readonly receipt_bytes: Uint8Array;
} {
  const { bytes, ...facts } = receipt;
  return { receipt: JSON.stringify(facts), receipt_bytes: bytes };
}

function receiptFrom(facts: string | null, bytes: Uint8Array | null): KeptReceipt | undefined {
  if (facts === null || bytes === null) return undefined;
  return { bytes: asBuffer(bytes), ...(JSON.parse(facts) as Omit<KeptReceipt, 'bytes'>) };
}

/** An attempt from its row. */
export function attemptFrom(row: Selectable<AttemptTable>): Attempt {
  return present<Attempt>({
    number: row.number,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    address: row.address,
    outcome: row.outcome as Attempt['outcome'],
    httpStatus: row.http_status ?? undefined,
    recipient: row.recipient ?? undefined,
    failure: failureFrom(row.failure),
  });
}

/** A journal entry from its row. */
export function journalEntryFrom(row: Selectable<JournalTable>): JournalEntry {
  return present<JournalEntry>({
    at: row.at,
    direction: row.direction as JournalEntry['direction'],
    messageId: row.message_id ?? undefined,
    conversationId: row.conversation_id ?? undefined,
    pmodeId: row.pmode_id ?? undefined,
    remote: row.remote ?? undefined,
    failure: failureFrom(row.failure)!,
  });
}

/** A failure as its column holds it. */
export function failureColumn(failure: Failure | undefined): string | null {
  return failure === undefined ? null : JSON.stringify(failure);
}

/** A failure from its column. */
export function failureFrom(column: string | null): Failure | undefined {
  return column === null ? undefined : (JSON.parse(column) as Failure);
}

/** Bytes as an engine gives them, as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The same record without the names that have no value, so that what was kept and what is read are equal. */
export function present<T extends object>(record: T): T {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) if (value !== undefined) kept[name] = value;
  return kept as T;
}
