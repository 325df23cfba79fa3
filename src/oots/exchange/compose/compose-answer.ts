import type { InboundMessage, Submission, SubmittedPart } from '../../../msh/index.ts';
import {
  deferredResponse,
  errorResponse,
  evidenceResponse,
  exchangeException,
  previewRequired,
} from '../../answer-request.ts';
import type { AnswerFacts } from '../../answer-request.ts';
import { checkExchangeDocument } from '../../check-document.ts';
import { ACTIONS, answerProperties, SERVICE } from '../../exchange-header.ts';
import type { Agent } from '../../model/basics.ts';
import type { EvidenceRequest } from '../../model/request.ts';
import type { ExchangeDocument } from '../../read-document.ts';
import type { RuleFinding } from '../../rules/index.ts';
import { LATEST, versionOf } from '../../versions.ts';
import type { EdmVersion } from '../../versions.ts';
import { REGREP_MIME_TYPE, writeExchangeDocument } from '../../write-document.ts';
import { bundlesOf } from './answered-documents.ts';
import type { NamedDocument } from './answered-documents.ts';
import type { Composed } from './composed.ts';
import { requireHttps } from './links.ts';
import { readGiven } from './given-document.ts';
import { wishError } from '../refuse-wish.ts';
import type { AnsweredDocument, AnswerWish } from '../wishes.ts';

type UserMessage = InboundMessage['userMessage'];

/** What an answer is made of beside the wish. */
export interface AnswerSources {
  readonly request: EvidenceRequest;
  /** The message it came in. */
  readonly message: UserMessage;
  /** The P-Mode its answers travel on; left to what fits when absent. */
  readonly pmodeId?: string | undefined;
  /** ISO 8601. */
  readonly issuedAt: string;
  /** A new UUID, each time; the same ones in a repetition. */
  readonly newId: () => string;
  /** Domain of our Content-IDs. */
  readonly idDomain: string;
  /** Country of this access point, for a provider that is given no address. */
  readonly country?: string | undefined;
}

/**
 * Makes the message that answers a request, in its version, from its final recipient to its sender: the document first, then
 * the parts it names, in the order of the wish. Throws `oots/…` naming the field.
 */
export function composeAnswer(wish: AnswerWish, sources: AnswerSources): Composed {
  if (wish.outcome === 'document') return givenAnswer(wish, sources);
  const named = wish.outcome === 'evidence' ? wish.documents.map((one) => withContentId(one, sources)) : [];
  const answer = answerOf(wish, named, sources);
  return {
    submission: submissionOf(
      answer.kind,
      named.map(({ part }) => part),
      sources,
    ),
    document: Buffer.from(writeExchangeDocument(answer)),
  };
}

const versionIn = ({ request }: AnswerSources): EdmVersion =>
  versionOf(request.specificationIdentifier?.trim()) ?? LATEST;

function withContentId(document: AnsweredDocument, { newId, idDomain }: AnswerSources): NamedDocument {
  const contentId = document.part.contentId ?? `${newId()}@${idDomain}`;
  return { ...document, part: { ...document.part, contentId } };
}

type Written = Exclude<AnswerWish, { readonly outcome: 'document' }>;

function answerOf(
  wish: Written,
  documents: readonly NamedDocument[],
  sources: AnswerSources,
): ExchangeDocument {
  const { request, issuedAt, newId } = sources;
  const provider = providerOf(wish, sources);
  const facts: AnswerFacts = { provider, issuedAt, newId };
  switch (wish.outcome) {
    case 'evidence':
    case 'no-match': {
      const bundles = bundlesOf(documents, { ...facts, request, version: versionIn(sources) });
      return { kind: 'response', document: evidenceResponse(request, facts, bundles) };
    }
    case 'deferred':
      return { kind: 'response', document: deferredResponse(request, facts, wish.availableAt) };
    case 'exception': {
      const exception = exchangeException(wish.exception, wish.detail);
      return { kind: 'error', document: errorResponse(request, facts, exception) };
    }
    case 'preview-required':
      return { kind: 'error', document: errorResponse(request, facts, previewOf(wish, sources)) };
  }
}

/** The preview, where the request leaves room for one, as its version says it. */
function previewOf(
  { location, method, description }: Extract<Written, { readonly outcome: 'preview-required' }>,
  sources: AnswerSources,
): ReturnType<typeof previewRequired> {
  if (location === undefined)
    throw wishError('oots/incomplete-answer', 'The answer does not say where the preview is.', {
      field: 'location',
      expected: 'location, or link to have one made',
    });
  requireHttps('oots/bad-preview-location', 'location', location);
  requireRoomForPreview(sources.request, 'outcome');
  const { name, previewMethods } = versionIn(sources);
  if (method !== undefined && !previewMethods.includes(method))
    throw wishError('oots/wrong-version', `A preview cannot be opened with ${method} in EDM ${name}.`, {
      field: 'method',
      expected: previewMethods.join(', ') || 'none: it is always GET',
      found: method,
    });
  const needed = previewMethods.length === 0 ? undefined : (method ?? 'GET');
  const exception = previewRequired(location, needed);
  return description === undefined ? exception : { ...exception, previewDescription: description };
}

/** Throws `oots/no-preview` naming the field when a request cannot be answered with a preview. */
export function requireRoomForPreview(request: EvidenceRequest, field: string): void {
  const refuses = request.possibilityForPreview === false;
  if (!refuses && request.previewLocation === undefined) return;
  throw wishError('oots/no-preview', 'This request cannot be answered with a preview.', {
    field,
    expected: 'an answer without a preview',
    found: refuses ? 'a request without possibilityForPreview' : 'a request that comes from a preview',
  });
}

const NATIONAL = /:unregistered:([A-Z]{2})$/;

/** Who answers, with the address an answer needs. */
function providerOf({ provider }: Written, { request, country }: AnswerSources): Agent {
  const agent = provider ?? request.evidenceProvider;
  if (agent === undefined)
    throw wishError('oots/incomplete-answer', 'Neither answer nor request say who the provider is.', {
      field: 'provider',
    });
  const known = agent.address?.country ?? NATIONAL.exec(agent.identifier.scheme ?? '')?.[1] ?? country;
  if (known === undefined)
    throw wishError('oots/incomplete-answer', 'It is not known in which country the provider is.', {
      field: 'provider.address.country',
      expected: 'a country code',
      advice:
        'Have the operator set country for this access point among the parties of the P-Mode; or give provider with identifier, names and address in the answer.',
    });
  return { ...agent, address: agent.address ?? { country: known } };
}

/** Rules about what a document and its message have to do with each other. */
const TOGETHER = /^(TDD-|XML$)/;

/** RegRep XML that was given goes as it is, when it answers this request and its parts are the ones it names. */
function givenAnswer(
  { document: text, parts }: Extract<AnswerWish, { readonly outcome: 'document' }>,
  sources: AnswerSources,
): Composed {
  const { kind, document, version, bytes } = readGiven(text, ['response', 'error']);
  const asked = versionIn(sources);
  if (version.name !== asked.name)
    throw wishError('oots/wrong-version', 'The answer speaks another version than its request.', {
      field: 'document',
      expected: asked.specification,
      found: version.specification,
    });
  if (document.requestId?.trim() !== sources.request.id.trim())
    throw wishError('oots/wrong-request', 'The document answers another request.', {
      field: 'document',
      expected: sources.request.id,
      found: document.requestId ?? 'no requestId',
    });
  const submission = submissionOf(kind, parts, sources);
  const broken = brokenTogether(bytes, submission);
  if (broken === undefined) return { submission, document: bytes };
  throw wishError('oots/parts-disagree', `Document and parts do not fit (${broken.rule}): ${broken.text}`, {
    field: broken.place.startsWith('eb:') ? 'parts' : `document ${broken.place}`,
    expected: broken.text,
    found: broken.found,
  });
}

function brokenTogether(
  bytes: Uint8Array,
  { action, conversationId, messageProperties, parts }: Submission,
): RuleFinding | undefined {
  const header = {
    action,
    conversationId: conversationId ?? '',
    messageProperties: messageProperties ?? [],
    parts,
  };
  return checkExchangeDocument(bytes, { header }).findings.find(({ rule }) => TOGETHER.test(rule));
}

function submissionOf(
  kind: ExchangeDocument['kind'],
  parts: readonly SubmittedPart[],
  sources: AnswerSources,
): Submission {
  const { message, pmodeId } = sources;
  return {
    ...(pmodeId === undefined ? {} : { pmode: pmodeId }),
    from: { partyIds: message.to.partyIds },
    to: { partyIds: message.from.partyIds },
    service: SERVICE,
    action: ACTIONS[kind],
    conversationId: message.collaborationInfo.conversationId,
    messageProperties: answerProperties(message, versionIn(sources)),
    parts: [{ mimeType: REGREP_MIME_TYPE }, ...parts],
  };
}
