import type { ElementCodec } from './codec/codec.ts';
import type { ErrorResponse } from './model/error-response.ts';
import type { EvidenceRequest } from './model/request.ts';
import type { EvidenceResponse } from './model/response.ts';
import { declarations } from './namespaces.ts';
import type { ExchangeDocument } from './read-document.ts';
import { ERROR_RESPONSE, EVIDENCE_REQUEST, EVIDENCE_RESPONSE } from './shapes/documents.ts';
import { LATEST, versionOf } from './versions.ts';

/** Media type of the RegRep part, which comes first (R-EDM-ebMS-030, -032). */
export const REGREP_MIME_TYPE = 'application/x-ebrs+xml';

/** Writes an Evidence Request as `query:QueryRequest`, in the version it announces. */
export function writeEvidenceRequest(request: EvidenceRequest): string {
  return written('query:QueryRequest', EVIDENCE_REQUEST, request);
}

/** Writes an Evidence Response as `query:QueryResponse`, in the version it announces. */
export function writeEvidenceResponse(response: EvidenceResponse): string {
  return written('query:QueryResponse', EVIDENCE_RESPONSE, response);
}

/** Writes an Error Response as `query:QueryResponse`, in the version it announces. */
export function writeErrorResponse(response: ErrorResponse): string {
  return written('query:QueryResponse', ERROR_RESPONSE, response);
}

/** Writes a document of any kind; what was kept on reading stands where it stood. */
export function writeExchangeDocument({ kind, document }: ExchangeDocument): string {
  if (kind === 'request') return writeEvidenceRequest(document);
  return kind === 'response' ? writeEvidenceResponse(document) : writeErrorResponse(document);
}

function written<T extends { readonly specificationIdentifier?: string }>(
  name: string,
  codec: ElementCodec<T>,
  document: T,
): string {
  const version = versionOf(document.specificationIdentifier?.trim()) ?? LATEST;
  const xml = codec.write(name, document, { version });
  return `<${name}${declarations()}${xml.slice(name.length + 1)}`;
}
