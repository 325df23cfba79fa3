import { objectListOf } from './evidence-bundles.ts';
import type { EvidenceBundle } from './evidence-bundles.ts';
import type { Agent } from './model/basics.ts';
import { EXCEPTIONS } from './model/error-response.ts';
import type { ErrorResponse, ExceptionType, ExchangeException } from './model/error-response.ts';
import type { EvidenceRequest } from './model/request.ts';
import type { EvidenceResponse, EvidenceSubject } from './model/response.ts';
import { LATEST, versionOf } from './versions.ts';

const STATUS = 'urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:';

/** Severity of an exception that only asks for a preview (R-EDM-ERR-C022). */
export const PREVIEW_REQUIRED =
  'urn:sr.oots.tech.ec.europa.eu:codes:ErrorSeverity:EDMErrorResponse:PreviewRequired';

/** Severity of every other exception (R-EDM-ERR-C015). */
export const ERROR_SEVERITY = 'urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error';

/** What every answer needs. */
export interface AnswerFacts {
  /** Who answers, with an address: it is classified as the answer needs it. */
  readonly provider: Agent;
  /** ISO 8601. */
  readonly issuedAt: string;
  /** A new UUID, each time. */
  readonly newId: () => string;
}

/** Answers a request with evidence; without any, nothing matched or the citizen declined (TDD 4.5.2). */
export function evidenceResponse(
  request: EvidenceRequest,
  facts: AnswerFacts,
  bundles: readonly EvidenceBundle[],
): EvidenceResponse {
  const version = versionOf(request.specificationIdentifier?.trim()) ?? LATEST;
  return { ...response(request, facts), objectList: objectListOf(bundles, version, facts.newId) };
}

/** Answers that the evidence will be there later: the portal asks again then, with a new request (TDD 4.5.2). */
export function deferredResponse(
  request: EvidenceRequest,
  facts: AnswerFacts,
  availableAt: string,
): EvidenceResponse {
  return {
    ...response(request, facts),
    status: `${STATUS}Unavailable`,
    responseAvailableDateTime: availableAt,
    objectList: {},
  };
}

function response(request: EvidenceRequest, { provider, issuedAt, newId }: AnswerFacts): EvidenceResponse {
  return {
    requestId: request.id,
    status: `${STATUS}Success`,
    specificationIdentifier:
      versionOf(request.specificationIdentifier?.trim())?.specification ?? LATEST.specification,
    evidenceResponseIdentifier: newId(),
    issueDateTime: issuedAt,
    evidenceProvider: [{ ...provider, classification: 'EP' }],
    ...requesterSlot(request),
  };
}

/** Answers that a request cannot be answered, or only after a preview (TDD 4.5.3). */
export function errorResponse(
  request: EvidenceRequest,
  { provider, issuedAt, newId }: AnswerFacts,
  exception: ExchangeException,
): ErrorResponse {
  return {
    requestId: request.id,
    status: `${STATUS}Failure`,
    specificationIdentifier:
      versionOf(request.specificationIdentifier?.trim())?.specification ?? LATEST.specification,
    evidenceResponseIdentifier: newId(),
    errorProvider: { ...provider, classification: 'ERRP' },
    ...requesterSlot(request),
    exceptions: [{ timestamp: issuedAt, ...exception }],
  };
}

/** One of the eight exceptions with the code, message and severity that belong to it. */
export function exchangeException(type: ExceptionType, detail?: string): ExchangeException {
  const { code, message } = EXCEPTIONS[type];
  return { type, severity: ERROR_SEVERITY, message, code, ...(detail === undefined ? {} : { detail }) };
}

/** The exception that sends the citizen to a preview (EDM:ERR:0002); before EDM 2.0 it names the method. */
export function previewRequired(location: string, method?: 'GET' | 'POST' | 'PUT'): ExchangeException {
  return {
    ...exchangeException('AuthorizationExceptionType'),
    severity: PREVIEW_REQUIRED,
    previewLocation: location,
    ...(method === undefined ? {} : { previewMethod: method }),
  };
}

/** The requester by name and identifier only, as answers have it (R-EDM-RESP-S028). */
function requesterSlot({ evidenceRequester }: EvidenceRequest): { readonly evidenceRequester?: Agent } {
  const requester = requesterOf(evidenceRequester ?? []);
  return requester === undefined
    ? {}
    : { evidenceRequester: { identifier: requester.identifier, names: requester.names } };
}

/** The agent that asks, among the intermediary platforms beside it. */
export function requesterOf(agents: readonly Agent[]): Agent | undefined {
  return agents.find(({ classification }) => classification === 'ER');
}

/** Whom a request is about, with as much as a response may repeat (R-EDM-RESP-S041, -S042). */
export function subjectOf({ query }: EvidenceRequest): EvidenceSubject {
  const { naturalPerson: person, legalPerson } = query;
  if (person !== undefined) {
    const { identifier, familyName, givenName, dateOfBirth, placeOfBirth } = person;
    return {
      naturalPerson: {
        ...(identifier === undefined ? {} : { identifier }),
        familyName,
        givenName,
        dateOfBirth,
        ...(placeOfBirth === undefined ? {} : { placeOfBirth }),
      },
    };
  }
  if (legalPerson === undefined) return {};
  const { legalPersonIdentifier, legalName } = legalPerson;
  return {
    legalPerson: { ...(legalPersonIdentifier === undefined ? {} : { legalPersonIdentifier }), legalName },
  };
}
