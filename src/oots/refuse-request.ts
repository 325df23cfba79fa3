import { rulesText } from '../msh/index.ts';
import type { DocumentAnswer, RefusedDocument } from '../msh/index.ts';
import { isQuoinError } from '../protocol/errors/index.ts';
import { errorResponse, exchangeException } from './answer-request.ts';
import type { AnswerFacts } from './answer-request.ts';
import { checkExchangeDocument, isInvalid } from './check-document.ts';
import { derivedUuid } from './derived-uuid.ts';
import { answerProperties, propertyOf } from './exchange-header.ts';
import type { Agent } from './model/basics.ts';
import type { ErrorResponse } from './model/error-response.ts';
import type { EvidenceRequest } from './model/request.ts';
import { readExchangeDocument } from './read-document.ts';
import type { HeaderFacts } from './rules/index.ts';
import { UUID } from './rules/patterns.ts';
import { EDM_VERSIONS, LATEST } from './versions.ts';
import type { EdmVersion } from './versions.ts';
import { REGREP_MIME_TYPE, writeErrorResponse } from './write-document.ts';

/** Scheme of identifiers that no register has given, before the country (ebCore Party Id Type 1.0). */
const UNREGISTERED = 'urn:oasis:names:tc:ebcore:partyid-type:unregistered';

/**
 * Whether a request can be answered by the rules at all: the answer repeats its conversation and exchange and goes to who
 * sent it, so these must be there and be what they must (R-EDM-ebMS-017, -037).
 */
export function isAnswerable(header: HeaderFacts): boolean {
  const exchange = propertyOf(header, 'ExchangeId')?.value;
  const corners = ['originalSender', 'finalRecipient'].map((name) => propertyOf(header, name));
  return (
    UUID.test(header.conversationId.trim()) &&
    (exchange === undefined || UUID.test(exchange.trim())) &&
    corners.every((corner) => corner !== undefined)
  );
}

/**
 * The exception EDM:ERR:0003 for a request that breaks rules, with their ids in its detail (TDD 4.7.1 1). One whose id is that
 * of another request is not named (`isNameless`): whoever reads the answer would take it for the one to the other.
 */
export function refuseRequest(
  refused: RefusedDocument,
  header: HeaderFacts,
  { isNameless = false }: { readonly isNameless?: boolean } = {},
): DocumentAnswer {
  const version = answerVersion(refused, header);
  const response = firstValid(
    candidates(refused, header, version).filter(({ requestId }) => !isNameless || requestId === undefined),
  );
  return {
    service: refused.message.collaborationInfo.service,
    action: 'ExceptionResponse',
    messageProperties: answerProperties(header, version),
    mimeType: REGREP_MIME_TYPE,
    document: Buffer.from(writeErrorResponse(response)),
  };
}

/** The version of the request, unless its header lacks what an answer of that version repeats. */
function answerVersion({ report }: RefusedDocument, header: HeaderFacts): EdmVersion {
  const asked = Object.values(EDM_VERSIONS).find(({ name }) => name === report.version) ?? LATEST;
  const isComplete = asked.headerProperties.every((name) => propertyOf(header, name) !== undefined);
  return isComplete ? asked : EDM_VERSIONS['1.2'];
}

/** The answer with as much of the request as can be; what an invalid request had wrong may be left out (R-EDM-ERR-C025). */
function candidates(
  refused: RefusedDocument,
  header: HeaderFacts,
  version: EdmVersion,
): readonly ErrorResponse[] {
  const request = readRequest(refused.document);
  const facts = answerFacts(refused, header, request);
  const exception = exchangeException('InvalidRequestExceptionType', detailOf(refused));
  const full: ErrorResponse = {
    ...errorResponse(request ?? NOTHING, facts, exception),
    specificationIdentifier: version.specification,
  };
  const { requestId: _unreadable, ...withoutId } = full;
  const { evidenceRequester: _faulty, ...withoutRequester } = full;
  const { evidenceRequester: _both, ...bare } = withoutId;
  const { name, country } = refused.self;
  const names = [{ text: name, lang: 'EN' }];
  const plain = { ...bare, errorProvider: { ...facts.provider, names, classification: 'ERRP' } };
  // Whom the asker had in mind cannot be said by the rules: this access point speaks for itself.
  const identifier = { value: name, scheme: `${UNREGISTERED}:${country}` };
  const own = { ...plain, errorProvider: { ...plain.errorProvider, identifier } };
  return request === undefined ? [bare, own] : [full, withoutRequester, withoutId, bare, plain, own];
}

/** Of a document that is no request at all nothing is repeated. */
const NOTHING = { id: '', query: {} } as unknown as EvidenceRequest;

function readRequest(document: Uint8Array): EvidenceRequest | undefined {
  try {
    const { exchange } = readExchangeDocument(document);
    return exchange?.kind === 'request' ? exchange.document : undefined;
  } catch (error) {
    if (isQuoinError(error)) return undefined;
    throw error;
  }
}

/** Who answers: the party that was asked, with the country of its access point. Everything follows from the request. */
function answerFacts(
  { self, receivedAt, message }: RefusedDocument,
  header: HeaderFacts,
  request: EvidenceRequest | undefined,
): AnswerFacts {
  const { value, type } = propertyOf(header, 'finalRecipient') ?? { value: self.name };
  const asked = request?.evidenceProvider?.names;
  const provider: Agent = {
    identifier: { value, ...(type === undefined ? {} : { scheme: type }) },
    names: asked === undefined || asked.length === 0 ? [{ text: self.name, lang: 'EN' }] : asked,
    address: { country: self.country },
  };
  let ids = 0;
  return {
    provider,
    issuedAt: new Date(receivedAt).toISOString(),
    newId: () => derivedUuid(`${message.messageInfo.messageId} ${(ids += 1)}`),
  };
}

/** The rules, and the place of the first: what must be corrected first. */
function detailOf({ report }: RefusedDocument): string {
  const first = report.findings.find(({ severity }) => severity === 'fatal');
  const place = first === undefined ? '' : ` ${first.place}: ${first.text}`;
  return `${rulesText(report)}.${place}`;
}

function firstValid(responses: readonly ErrorResponse[]): ErrorResponse {
  return (
    responses.find((one) => !isInvalid(checkExchangeDocument(Buffer.from(writeErrorResponse(one))))) ??
    responses.at(-1)!
  );
}
