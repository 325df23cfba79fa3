/**
 * The one base of every error Quoin raises on purpose, and the facts an error carries so that one look explains it.
 * Three audiences read it: the partner (an ebMS code only), the backend and the operator (problem+json, CLI, log).
 */
export { QuoinError, Refusal, isQuoinError, describeError } from './quoin-error.ts';
export type { CertificateFacts, Finding } from './quoin-error.ts';
export type { EbmsErrorCode, ErrorCode } from './codes.ts';
export { ERROR_CATALOGUE, cataloguedError } from './catalogue/index.ts';
export type { CataloguedError, ErrorRoom } from './catalogue/index.ts';
