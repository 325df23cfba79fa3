import type { Submission } from '../../../msh/index.ts';
import { requesterOf } from '../../answer-request.ts';
import { ACTIONS, SERVICE } from '../../exchange-header.ts';
import type { Agent, Identifier } from '../../model/basics.ts';
import type { EvidenceRequest } from '../../model/request.ts';
import { UUID } from '../../rules/patterns.ts';
import { EDM_VERSIONS, LATEST } from '../../versions.ts';
import type { EdmVersion } from '../../versions.ts';
import { REGREP_MIME_TYPE, writeEvidenceRequest } from '../../write-document.ts';
import type { Composed } from './composed.ts';
import { readGiven } from './given-document.ts';
import { wishError } from '../refuse-wish.ts';
import type { RequestContent, RequestWish } from '../wishes.ts';

/** What a request is given that nobody asked for: new UUIDs, and the time. */
export interface RequestIds {
  readonly requestId: string;
  readonly conversationId: string;
  readonly exchangeId: string;
  /** ISO 8601. */
  readonly issuedAt: string;
}

/** The one way in which an answer may come (R-EDM-REQ-C024). */
const RETURN_TYPE = 'LeafClassWithRepositoryItem';

/** The one kind of question (R-EDM-REQ-C025). */
const QUERY_DEFINITION = 'DocumentQuery';

/**
 * Makes the message for a wish. The same wish with the same ids gives the same, byte for byte; a document that was given
 * goes as it is. Throws `oots/…` naming the field: whatever the rules say of a document beyond that, the P-Mode has checked.
 */
export function composeRequest(wish: RequestWish, ids: RequestIds): Composed {
  const { request, document, version } = wish.document === undefined ? written(wish, ids) : given(wish);
  return { submission: submissionOf(wish, ids, request, version), document };
}

interface Asked {
  readonly request: EvidenceRequest;
  readonly document: Uint8Array;
  readonly version: EdmVersion;
}

function written({ request: content, version: name }: RequestWish, ids: RequestIds): Asked {
  if (content === undefined)
    throw wishError('oots/incomplete-wish', 'There is nothing to ask: give request, or document.', {
      field: 'request',
    });
  const version = name === undefined ? LATEST : EDM_VERSIONS[name];
  const request = completed(content, version, ids);
  return { request, document: Buffer.from(writeEvidenceRequest(request)), version };
}

/** The request with the values that are always the same, and what only the portal can know. */
function completed(content: RequestContent, version: EdmVersion, ids: RequestIds): EvidenceRequest {
  requireKnown(content);
  requireOfVersion(content, version);
  return {
    issueDateTime: ids.issuedAt,
    ...content,
    id: content.id ?? `urn:uuid:${ids.requestId}`,
    specificationIdentifier: version.specification,
    ...procedureOf(content, version),
    ...requestersOf(content),
    responseOption: { returnType: RETURN_TYPE },
    query: { queryDefinition: QUERY_DEFINITION, ...content.query },
  };
}

const FACTS = [
  ['possibilityForPreview', 'whether the citizen can be sent to a preview'],
  ['explicitRequestGiven', 'whether the citizen asked for the exchange'],
] as const;

/** Only the portal knows these, and the law wants them said (R-EDM-REQ-S009, -S010). */
function requireKnown(content: RequestContent): void {
  for (const [name, meaning] of FACTS)
    if (content[name] === undefined)
      throw wishError('oots/incomplete-wish', `The request does not say ${meaning}.`, {
        field: `request.${name}`,
        expected: 'true or false',
      });
}

function requireOfVersion(
  { specificationIdentifier, returnLocation }: RequestContent,
  version: EdmVersion,
): void {
  if (specificationIdentifier !== undefined && specificationIdentifier !== version.specification)
    throw wrongVersion('request.specificationIdentifier', version.specification, specificationIdentifier);
  if (returnLocation !== undefined && version.returnAddress !== 'slot')
    throw wrongVersion('request.returnLocation', `no return location in EDM ${version.name}`, returnLocation);
}

/** Before EDM 2.0 the code has a language, which means nothing (R-EDM-REQ-C004). */
function procedureOf({ procedure }: RequestContent, version: EdmVersion): Pick<RequestContent, 'procedure'> {
  if (procedure === undefined || version.procedureType === 'StringValueType') return {};
  return { procedure: { lang: 'EN', ...procedure } };
}

/** An agent that says nothing of what it is, is the one that asks. */
function requestersOf({ evidenceRequester }: RequestContent): Pick<RequestContent, 'evidenceRequester'> {
  if (evidenceRequester === undefined) return {};
  return { evidenceRequester: evidenceRequester.map((agent) => ({ classification: 'ER', ...agent })) };
}

function given({ request: content, document = '', version: name }: RequestWish): Asked {
  if (content !== undefined)
    throw wishError('oots/incomplete-wish', 'Give either request or document.', { field: 'request' });
  const { document: request, version, bytes } = readGiven(document, ['request']);
  if (name !== undefined && name !== version.name) throw wrongVersion('version', version.name, name);
  return { request, document: bytes, version };
}

function submissionOf(
  { accessPoint, pmode, conversationId, exchangeId }: RequestWish,
  ids: RequestIds,
  request: EvidenceRequest,
  version: EdmVersion,
): Submission {
  const hasExchange = version.headerProperties.includes('ExchangeId');
  if (exchangeId !== undefined && !hasExchange)
    throw wrongVersion('exchangeId', `no exchangeId in EDM ${version.name}`, exchangeId);
  const values: Readonly<Record<string, Identifier>> = {
    originalSender: agentIn(requesterOf(request.evidenceRequester ?? []), 'evidenceRequester'),
    finalRecipient: agentIn(request.evidenceProvider, 'evidenceProvider'),
    ExchangeId: { value: uuidIn('exchangeId', exchangeId ?? ids.exchangeId) },
    SpecificationId: { value: version.specification },
  };
  return {
    ...(pmode === undefined ? {} : { pmode }),
    ...(accessPoint === undefined ? {} : { to: { partyIds: [partyIdOf(accessPoint)] } }),
    service: SERVICE,
    action: ACTIONS.request,
    conversationId: uuidIn('conversationId', conversationId ?? ids.conversationId),
    messageProperties: version.headerProperties.map((name) => ({ name, ...partyIdOf(values[name]!) })),
    parts: [{ mimeType: REGREP_MIME_TYPE }],
  };
}

const partyIdOf = ({ value, scheme }: Identifier): { readonly value: string; readonly type?: string } => ({
  value,
  ...(scheme === undefined ? {} : { type: scheme }),
});

/** The corners of the message are those of its document. */
function agentIn(agent: Agent | undefined, name: 'evidenceRequester' | 'evidenceProvider'): Identifier {
  if (agent !== undefined && agent.identifier.value.trim() !== '') return agent.identifier;
  throw wishError('oots/incomplete-wish', `The request does not say who its ${name} is.`, {
    field: `request.${name}`,
    expected:
      name === 'evidenceRequester' ? 'an agent with classification ER' : 'an agent with its identifier',
  });
}

function uuidIn(field: string, value: string): string {
  if (UUID.test(value)) return value;
  throw wishError('oots/not-a-uuid', `${field} is no UUID.`, { field, expected: 'a UUID', found: value });
}

function wrongVersion(field: string, expected: string, found: string): Error {
  return wishError('oots/wrong-version', `${field} does not fit the version that is spoken.`, {
    field,
    expected,
    found,
  });
}
