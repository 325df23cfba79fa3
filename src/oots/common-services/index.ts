/** The common services: what the Evidence Broker and the Data Service Directory answer. */
export { DIGEST_HEADER, SIGNATURE_HEADER, verifyAnswer } from './signed-answer.ts';
export type { AnswerProof, AnswerTrust, SignedAnswer } from './signed-answer.ts';
