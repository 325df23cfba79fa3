import { citizenLink, EDM_VERSIONS, isHttps, timelineOf } from '../../oots/index.ts';
import type {
  EdmVersionName,
  EvidenceRequest,
  Exchange,
  ExchangeException,
  ExchangeRecord,
  Preview,
  RecordedDocument,
  RecordedEvidence,
} from '../../oots/index.ts';
import type { StoredPart } from '../../msh/index.ts';
import { contentIdOf } from './views.ts';

const iso = (ms: number): string => new Date(ms).toISOString();
const isoIf = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : iso(ms));

/** Path of an exchange. */
export const exchangePath = (id: string): string => `/v1/exchanges/${encodeURIComponent(id)}`;

/** An exchange in a list. */
export const exchangeView = (exchange: Exchange) => ({
  id: exchange.id,
  role: exchange.role,
  state: exchange.state,
  outcome: exchange.outcome,
  exception: exchange.exception,
  partner: exchange.partner,
  pmode: exchange.pmodeId,
  party: exchange.party,
  counterparty: exchange.counterparty,
  version: exchange.version,
  conversationId: exchange.conversationId,
  exchangeId: exchange.exchangeId,
  requestId: exchange.requestId,
  procedure: exchange.procedure,
  evidenceType: exchange.evidenceType,
  previewLocation: exchange.previewLocation,
  availableAt: exchange.availableAt,
  createdAt: iso(exchange.createdAt),
  changedAt: iso(exchange.changedAt),
  dueAt: isoIf(exchange.dueAt),
  takenAt: isoIf(exchange.takenAt),
  links: { self: exchangePath(exchange.id) },
});

/** What is read of the documents of an exchange beside its record. */
export interface Contents {
  readonly request: EvidenceRequest | undefined;
  readonly exceptions: readonly ExchangeException[];
}

/** The answer to the last request, in which evidence stands. */
export function answerIn({ exchange, documents }: ExchangeRecord): RecordedDocument | undefined {
  const answers = exchange.role === 'requester' ? 'in' : 'out';
  return documents.findLast(
    ({ direction, facts, flaw }) =>
      direction === answers &&
      flaw === undefined &&
      (facts.kind === 'response' || facts.kind === 'error') &&
      facts.requestId === exchange.requestId,
  );
}

/** A document of evidence and the part that holds it, where it is kept. */
export interface EvidencePart {
  readonly evidence: RecordedEvidence;
  readonly part: StoredPart | undefined;
}

/** The evidence of an exchange in the order of its answer. */
export function evidenceOf(record: ExchangeRecord): readonly EvidencePart[] {
  const answer = answerIn(record);
  if (answer === undefined) return [];
  const { rowId, facts } = answer;
  const parts = (record.received.get(rowId) ?? record.sent.get(rowId)?.message)?.parts ?? [];
  return (facts.evidence ?? []).map((evidence) => ({
    evidence,
    part: parts.find(({ href }) => contentIdOf(href) === evidence.contentId),
  }));
}

const evidenceView = ({ evidence, part }: EvidencePart, path: string) => ({
  title: evidence.title,
  role: evidence.role,
  format: part?.mimeType ?? evidence.format,
  identifier: evidence.identifier,
  size: part?.originalSize,
  sha256: part?.sha256,
  links: { content: part && path },
});

const messagePath = ({ direction, messageId, rowId }: RecordedDocument): string =>
  direction === 'out' ? `/v1/messages/${encodeURIComponent(messageId)}` : `/v1/inbox/${rowId}`;

const documentView = (document: RecordedDocument, path: string) => ({
  kind: document.facts.kind,
  direction: document.direction,
  at: iso(document.at),
  messageId: document.messageId,
  documentId: document.facts.documentId,
  requestId: document.facts.requestId,
  flaw: document.flaw,
  links: { content: path, message: messagePath(document) },
});

/**
 * The link to send the citizen to, as far as it is known and one that anybody may be sent to: before EDM 2.0 the way back
 * stands in it, and nowhere else.
 */
export function citizenLinkOf(exchange: Exchange, returnLocation?: string): string | undefined {
  const { previewLocation, state, role } = exchange;
  const version = EDM_VERSIONS[exchange.version as EdmVersionName] as
    (typeof EDM_VERSIONS)[EdmVersionName] | undefined;
  if (previewLocation === undefined || role !== 'requester' || version === undefined) return undefined;
  const isUnderWay = state === 'preview-requested' || state === 'preview-required';
  const isWhole = version.returnAddress === 'slot' || returnLocation !== undefined;
  return isUnderWay && isWhole && isHttps(previewLocation)
    ? citizenLink(version, previewLocation, returnLocation)
    : undefined;
}

/** A preview whose link was made here. */
export const previewView = (preview: Preview) => ({
  state: preview.state,
  linkedAt: iso(preview.linkedAt),
  expiresAt: iso(preview.expiresAt),
  openedAt: isoIf(preview.openedAt),
  sessionExpiresAt: isoIf(preview.sessionExpiresAt),
  decidedAt: isoIf(preview.decidedAt),
  expiredAt: isoIf(preview.expiredAt),
  accepted: preview.accepted,
  returnLocation: preview.returnLocation,
});

/** An exchange with everything in it. */
export const exchangeRecordView = (record: ExchangeRecord, contents: Contents, returnLocation?: string) => {
  const { exchange, documents } = record;
  const path = exchangePath(exchange.id);
  return {
    ...exchangeView(exchange),
    citizenLink: citizenLinkOf(exchange, returnLocation),
    preview: record.preview && previewView(record.preview),
    exceptions: contents.exceptions,
    request: contents.request,
    evidence: evidenceOf(record).map((one, n) => evidenceView(one, `${path}/evidence/${n}`)),
    documents: documents.map((one, n) => documentView(one, `${path}/documents/${n}`)),
    timeline: timelineOf(record).map(({ at, ...entry }) => ({ at: iso(at), ...entry })),
  };
};
