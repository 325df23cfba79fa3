/** The common services: what the Evidence Broker and the Data Service Directory answer. */
export { DIGEST_HEADER, SIGNATURE_HEADER, verifyAnswer } from './signed-answer.ts';
export type { AnswerProof, AnswerTrust, SignedAnswer } from './signed-answer.ts';
export type * from './answers.ts';
export { ANSWER_LIMITS, readDataServices, readRequirements } from './read-answer.ts';
export { dataServicesQuery, evidenceTypesQuery, requirementsQuery } from './queries.ts';
export type {
  DataServicesQuestion,
  EvidenceTypesQuestion,
  RequirementsQuestion,
  ServiceQuery,
} from './queries.ts';
export { addressIn, discoveryName } from './discovery.ts';
export type { ServicePlace } from './discovery.ts';
