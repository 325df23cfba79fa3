/** The common services: what the Evidence Broker and the Data Service Directory are asked, and what they answer. */
export { DIGEST_HEADER, SIGNATURE_HEADER, verifyAnswer } from './signed-answer.ts';
export type { AnswerProof, AnswerTrust, SignedAnswer } from './signed-answer.ts';
export type * from './answers.ts';
export { ANSWER_LIMITS, readDataServices, readRequirements } from './read-answer.ts';
export { dataServicesQuery, evidenceTypesQuery, QUERIES, requirementsQuery } from './queries.ts';
export type {
  DataServicesQuestion,
  EvidenceTypesQuestion,
  RequirementsQuestion,
  ServiceQuery,
} from './queries.ts';
export { addressIn, discoveryName } from './discovery.ts';
export type { ServicePlace } from './discovery.ts';
export { createCommonServices } from './common-services.ts';
export type { CommonServices } from './common-services.ts';
export type { CommonServicesOptions, ProvenAnswer, ServicePlaces } from './ask.ts';
export type { KeepingLimits } from './kept-answers.ts';
export { accessPointsIn, findEvidence, outcomesIn, verdictOn } from './find-evidence.ts';
export type * from './find-evidence.ts';
export { jwsHeader, signAnswer } from './sign-answer.ts';
export type { AnswerSigner } from './sign-answer.ts';
export { writeDataServices, writeProblem, writeRequirements } from './write-answer.ts';
