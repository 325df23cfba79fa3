/** The evidence exchange: documents of the Exchange Data Model 1.0 to 2.0 read, written and checked. */
export * from './model/index.ts';
export { EDM_VERSIONS, versionOf } from './versions.ts';
export type { EdmVersion, EdmVersionName } from './versions.ts';
export { DOCUMENT_LIMITS, readExchangeDocument } from './read-document.ts';
export type { DocumentKind, ExchangeDocument, ReadDocument } from './read-document.ts';
export {
  REGREP_MIME_TYPE,
  writeErrorResponse,
  writeEvidenceRequest,
  writeEvidenceResponse,
  writeExchangeDocument,
} from './write-document.ts';
export { evidenceIn, objectListOf } from './evidence-bundles.ts';
export type { EvidenceBundle, EvidenceDocument, EvidenceRole, ReceivedEvidence } from './evidence-bundles.ts';
export {
  deferredResponse,
  errorResponse,
  evidenceResponse,
  exchangeException,
  previewRequired,
  requesterOf,
  subjectOf,
} from './answer-request.ts';
export type { AnswerFacts } from './answer-request.ts';
export { checkExchangeDocument, isInvalid } from './check-document.ts';
export type { CheckedDocument, CheckFacts } from './check-document.ts';
export { createDocumentCheck } from './document-check.ts';
export { EXCHANGE_SERVICE } from './exchange-header.ts';
export { createExchanges } from './exchange/exchanges.ts';
export type {
  Caller,
  ExchangeRecord,
  Exchanges,
  ExchangesContext,
  Granted,
  PreviewTimes,
} from './exchange/types.ts';
export type { MintedLink, Preview, PreviewState, PreviewVisit } from './exchange/preview/preview-types.ts';
export { citizenLink, isHttps } from './exchange/compose/links.ts';
export { timelineOf } from './exchange/timeline.ts';
export type { TimelineEntry, TimelineEvent } from './exchange/timeline.ts';
export type {
  AnsweredDocument,
  AnswerWish,
  PreviewLinkWish,
  RequestContent,
  RequestWish,
} from './exchange/wishes.ts';
export { createRecorder } from './exchange/follow/recorder.ts';
export type { Recorder, RecorderContext } from './exchange/follow/recorder.ts';
export type { ExchangeTimes } from './exchange/follow/move.ts';
export { refuseDocument } from './exchange/follow/refuse.ts';
export type { RefusalContext } from './exchange/follow/refuse.ts';
export { HEADER_RULES, RULES } from './rules/index.ts';
export type {
  HeaderFacts,
  HeaderRule,
  PartFacts,
  PropertyFacts,
  Rule,
  RuleFinding,
  Severity,
} from './rules/index.ts';
export * from './common-services/index.ts';
export type * from './ports/index.ts';
