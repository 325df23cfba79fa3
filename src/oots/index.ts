/** The evidence exchange: so far the two RegRep documents of the straight answer. */
export {
  REGREP_MIME_TYPE,
  SPECIFICATION,
  writeEvidenceRequest,
  writeEvidenceResponse,
} from './evidence-documents.ts';
export type {
  Agent,
  EvidenceRequest,
  EvidenceResponse,
  EvidenceType,
  NaturalPerson,
} from './evidence-documents.ts';
export { readEvidenceRequest } from './read-evidence-request.ts';
