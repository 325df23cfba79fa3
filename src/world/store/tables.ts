import type { Generated } from 'kysely';

/**
 * The tables as the statements see them. `seq` counts rows in the order in which they were kept; times are ms since the
 * epoch; text columns named like a record hold it as JSON; no column is a boolean (0 and 1 work in every engine).
 */
export interface Tables {
  readonly outbound: OutboundTable;
  readonly outbound_parts: PartTable;
  readonly outbound_envelopes: EnvelopeTable;
  readonly attempts: AttemptTable;
  readonly inbound: InboundTable;
  readonly inbound_parts: PartTable;
  readonly inbound_envelopes: ReceivedEnvelopeTable;
  readonly journal: JournalTable;
  readonly events: EventTable;
  readonly events_gone: EventsGoneTable;
  readonly webhooks: WebhookTable;
  readonly webhook_deliveries: DeliveryTable;
  readonly partner_controls: PartnerControlTable;
  readonly exchanges: ExchangeTable;
  readonly exchange_documents: ExchangeDocumentTable;
  readonly exchange_document_bytes: ExchangeDocumentBytesTable;
  readonly preview_links: PreviewLinkTable;
  readonly nodes: NodeTable;
  readonly reload_request: ReloadRequestTable;
  readonly store_probe: ProbeTable;
  readonly store_schema: SchemaTable;
}

/** One row a message we send. */
export interface OutboundTable {
  readonly seq: Generated<number>;
  readonly row_id: string;
  readonly message_id: string;
  readonly pmode_id: string;
  readonly leg: string;
  readonly state: string;
  readonly conversation_id: string;
  readonly user_message: string;
  readonly fingerprint: string;
  readonly submitted_at: number;
  readonly attempts: number;
  readonly next_attempt_at: number | null;
  readonly leased_until: number | null;
  readonly first_attempt_at: number | null;
  readonly finished_at: number | null;
  readonly receipt: string | null;
  readonly receipt_bytes: Uint8Array | null;
  readonly failure: string | null;
  readonly partner: string | null;
  readonly action: string | null;
  readonly service: string | null;
  readonly ref_to_message_id: string | null;
  readonly original_sender: string | null;
  readonly final_recipient: string | null;
  readonly business: string | null;
  readonly attempts_before: number | null;
  readonly resent_at: number | null;
  readonly resent_by: string | null;
  readonly retry_policy: string | null;
}

/** Payload parts in the order of PayloadInfo; `payload` is indexed so that an orphan is told by one look. */
export interface PartTable {
  readonly row_id: string;
  readonly position: number;
  readonly payload: string;
  readonly part: string;
  /** Of a small payload: null where a file holds it, and once it may go. */
  readonly bytes: Uint8Array | null;
}

/** The signed envelope, apart from its message: written once, while the message changes with every attempt. */
export interface EnvelopeTable {
  readonly row_id: string;
  readonly bytes: Uint8Array;
  readonly encryption_offset: number;
  readonly signed_references: string;
  readonly signer: string;
}

/** One row a push. */
export interface AttemptTable {
  readonly row_id: string;
  readonly number: number;
  readonly started_at: number;
  readonly ended_at: number;
  readonly address: string;
  readonly outcome: string;
  readonly http_status: number | null;
  readonly recipient: string | null;
  readonly failure: string | null;
}

/** One row a message we received. */
export interface InboundTable {
  readonly seq: Generated<number>;
  readonly row_id: string;
  readonly message_id: string;
  readonly sender: string;
  readonly pmode_id: string;
  readonly leg: string;
  readonly state: string;
  readonly conversation_id: string;
  readonly action: string;
  readonly user_message: string;
  readonly signed_references: string;
  readonly signer: string | null;
  readonly receipt: string;
  readonly receipt_bytes: Uint8Array;
  readonly deliverable: number;
  readonly received_at: number;
  readonly duplicates: number;
  readonly downloaded_at: number | null;
  readonly partner: string | null;
  readonly service: string | null;
  readonly ref_to_message_id: string | null;
  readonly original_sender: string | null;
  readonly final_recipient: string | null;
  readonly business: string | null;
  readonly lease_id: string | null;
  readonly leased_by: string | null;
  readonly lease_until: number | null;
  readonly document: string | null;
  readonly answer: string | null;
}

/** The SOAP part of a received message as it came, apart from its message: large, and seldom asked for. */
export interface ReceivedEnvelopeTable {
  readonly row_id: string;
  readonly content_type: string;
  readonly bytes: Uint8Array;
}

/** One row a refusal or notable event. */
export interface JournalTable {
  readonly seq: Generated<number>;
  readonly at: number;
  readonly direction: string;
  readonly message_id: string | null;
  readonly conversation_id: string | null;
  readonly pmode_id: string | null;
  readonly remote: string | null;
  readonly failure: string;
}

/** One row a thing that happened to a message; the message itself may be gone. */
export interface EventTable {
  readonly seq: Generated<number>;
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly direction: string;
  readonly row_id: string;
  readonly message_id: string;
  readonly conversation_id: string;
  readonly ref_to_message_id: string | null;
  readonly service: string;
  readonly action: string;
  readonly partner: string | null;
  readonly pmode_id: string;
  readonly original_sender: string | null;
  readonly final_recipient: string | null;
  readonly data: string;
}

/** One row: up to which event none is kept any more. */
export interface EventsGoneTable {
  readonly id: number;
  readonly through: number;
}

/** One row a webhook that is or was configured; `cursor` is the last event that became deliveries. */
export interface WebhookTable {
  readonly name: string;
  readonly cursor: number;
  readonly seen_at: number;
  readonly last_success_at: number | null;
  readonly last_failure_at: number | null;
  readonly last_failure: string | null;
  readonly failing_since: number | null;
}

/** One row an event on its way to a webhook. */
export interface DeliveryTable {
  readonly seq: Generated<number>;
  readonly id: string;
  readonly webhook: string;
  readonly event_seq: number;
  readonly conversation_id: string;
  readonly state: string;
  readonly attempts: number;
  readonly created_at: number;
  readonly give_up_at: number;
  readonly next_attempt_at: number | null;
  readonly leased_until: number | null;
  readonly finished_at: number | null;
  readonly http_status: number | null;
  readonly failure: string | null;
  readonly replay: number;
}

/** One row a partner that operators ever said something about; `pauses` are those that are over, as JSON. */
export interface PartnerControlTable {
  readonly partner: string;
  readonly paused_at: number | null;
  readonly paused_by: string | null;
  readonly pause_reason: string | null;
  readonly pauses: string | null;
  readonly reset_at: number | null;
}

/** One row an exchange on one side of it; `moves` counts its changes, `facts` holds what is not searched by. */
export interface ExchangeTable {
  readonly seq: Generated<number>;
  readonly id: string;
  readonly moves: number;
  readonly role: string;
  readonly partner: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly party: string | null;
  readonly conversation_id: string;
  readonly exchange_id: string | null;
  readonly request_id: string;
  readonly request_row_id: string;
  readonly preview_location: string | null;
  readonly created_at: number;
  readonly changed_at: number;
  readonly due_at: number | null;
  readonly taken_at: number | null;
  readonly facts: string;
}

/** One row a document that was sent or received, under the row id of its message; the message itself may be gone. */
export interface ExchangeDocumentTable {
  readonly seq: Generated<number>;
  readonly row_id: string;
  readonly exchange: string | null;
  readonly role: string;
  readonly partner: string;
  readonly direction: string;
  readonly message_id: string;
  readonly kind: string;
  readonly request_id: string | null;
  readonly at: number;
  readonly flaw: string | null;
  readonly refusal: string | null;
  readonly facts: string;
}

/** The document itself. */
export interface ExchangeDocumentBytesTable {
  readonly row_id: string;
  readonly bytes: Uint8Array;
}

/** One row a link to a preview; of its token and that of its session only hashes, `accepted` as JSON. */
export interface PreviewLinkTable {
  readonly seq: Generated<number>;
  readonly hash: string;
  readonly exchange: string;
  readonly request_id: string;
  readonly linked_at: number;
  readonly expires_at: number;
  readonly opened_at: number | null;
  readonly session: string | null;
  readonly session_expires_at: number | null;
  readonly return_location: string | null;
  readonly decision: string | null;
  readonly decided_at: number | null;
  readonly accepted: string | null;
}

/** One row a gateway that works on this database. */
export interface NodeTable {
  readonly node_id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly started_at: number;
  readonly seen_at: number;
  readonly digest: string;
  readonly in_force_since: number;
  readonly refusal: string | null;
  readonly generation: number;
}

/** One row: how often all gateways were asked to read their configuration again. */
export interface ReloadRequestTable {
  readonly id: number;
  readonly generation: number;
  readonly requested_at: number;
}

/** One row, changed by every health check: only a write proves that the store can write. */
export interface ProbeTable {
  readonly id: number;
  readonly checks: number;
}

/** One row a migration that has run. */
export interface SchemaTable {
  readonly version: number;
  readonly name: string;
  readonly applied_at: number;
}
