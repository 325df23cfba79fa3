import type { Finding } from '../protocol/errors/index.ts';
import { attribute, childrenNamed, isElement, withXml } from '../protocol/xml/index.ts';
import type { XmlDoc, XmlElement, XmlLimits } from '../protocol/xml/index.ts';
import type { ElementCodec } from './codec/codec.ts';
import { rootPlace } from './codec/places.ts';
import type { ErrorResponse } from './model/error-response.ts';
import type { EvidenceRequest } from './model/request.ts';
import type { EvidenceResponse } from './model/response.ts';
import { displayName, NAMESPACES } from './namespaces.ts';
import { ERROR_RESPONSE, EVIDENCE_REQUEST, EVIDENCE_RESPONSE } from './shapes/documents.ts';
import { LATEST, versionOf } from './versions.ts';
import type { EdmVersion, EdmVersionName } from './versions.ts';

/** What a document of the exchange is. */
export type DocumentKind = 'request' | 'response' | 'error';

/** A document of the exchange by its kind. */
export type ExchangeDocument =
  | { readonly kind: 'request'; readonly document: EvidenceRequest }
  | { readonly kind: 'response'; readonly document: EvidenceResponse }
  | { readonly kind: 'error'; readonly document: ErrorResponse };

/** What was read, the version it was read as, and everything that was noticed on the way. */
export interface ReadDocument {
  /** Undefined when the root element is of another kind or lacks what the schema requires; the findings say why. */
  readonly exchange: ExchangeDocument | undefined;
  readonly version: EdmVersionName;
  readonly findings: readonly Finding[];
}

/** A large response with a hundred documents has 3 000 elements and a depth of 16; texts are short. */
export const DOCUMENT_LIMITS: Partial<XmlLimits> = {
  maxBytes: 1024 * 1024,
  maxDepth: 48,
  maxElements: 10_000,
  allowProcessingInstructions: false,
};

/** More findings than anybody reads; a document can be made to have thousands. */
export const MAX_FINDINGS = 100;

const CODECS: Readonly<Record<DocumentKind, ElementCodec<object>>> = {
  request: EVIDENCE_REQUEST,
  response: EVIDENCE_RESPONSE,
  error: ERROR_RESPONSE,
};

/**
 * Reads an Evidence Request, Evidence Response or Error Response (TDD 4.5.1 to 4.5.3). Nothing that stands in the
 * document is lost: what the model has no name for is kept and written again. Throws the QuoinError of the parser
 * (`xml/…`) for what is not well-formed or over a limit; everything else is a finding.
 */
export function readExchangeDocument(
  bytes: Uint8Array,
  limits: Partial<XmlLimits> = DOCUMENT_LIMITS,
): ReadDocument {
  return withXml(bytes, { ...DOCUMENT_LIMITS, ...limits }, readParsed);
}

function readParsed({ root }: XmlDoc): ReadDocument {
  const announced = versionOf(announcedSpecification(root));
  const read = readAs(root, announced ?? LATEST);
  // A slot that cannot be read announces nothing to whoever writes the document again.
  const written = versionOf(read.exchange?.document.specificationIdentifier?.trim()) ?? LATEST;
  return read.exchange === undefined || written.name === read.version ? read : readAs(root, written);
}

function readAs(root: XmlElement, version: EdmVersion): ReadDocument {
  const findings: Finding[] = [];
  const note = (finding: Finding): void => {
    if (findings.length < MAX_FINDINGS) findings.push(finding);
  };
  noteVersion(root, note);
  const kind = kindOf(root);
  if (kind === undefined) {
    note({
      check: 'root-element',
      field: rootPlace(root),
      expected: 'query:QueryRequest or query:QueryResponse',
      found: displayName(root),
    });
    return { exchange: undefined, version: version.name, findings };
  }
  const document = CODECS[kind].read(root, rootPlace(root), { version, note });
  const exchange = document === undefined ? undefined : ({ kind, document } as ExchangeDocument);
  return { exchange, version: version.name, findings };
}

/** The kind of a document by its root element; a response with an exception or status Failure is an error response. */
export function kindOf(root: XmlElement): DocumentKind | undefined {
  if (isElement(root, NAMESPACES.query, 'QueryRequest')) return 'request';
  if (!isElement(root, NAMESPACES.query, 'QueryResponse')) return undefined;
  const failed = attribute(root, 'status')?.endsWith(':Failure') === true;
  return failed || childrenNamed(root, NAMESPACES.rs, 'Exception').length > 0 ? 'error' : 'response';
}

/** The specification a document announces in its slot; undefined when it has none that can be read. */
export function announcedSpecification(root: XmlElement): string | undefined {
  const slot = childrenNamed(root, NAMESPACES.rim, 'Slot').find(
    (candidate) => attribute(candidate, 'name') === 'SpecificationIdentifier',
  );
  return slot?.content.trim();
}

function noteVersion(root: XmlElement, note: (finding: Finding) => void): void {
  const announced = announcedSpecification(root);
  if (versionOf(announced) !== undefined) return;
  note({
    check: 'known-version',
    field: `${rootPlace(root)}/rim:Slot[@name='SpecificationIdentifier']`,
    expected: 'oots-edm:v1.0, v1.1, v1.2 or v2.0',
    found: announced?.slice(0, 80) ?? 'nothing',
  });
}
