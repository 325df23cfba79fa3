import { isQuoinError } from '../../../protocol/errors/index.ts';
import type { InboundMessage } from '../../../msh/index.ts';
import { contentIdOf } from '../../content-id.ts';
import { evidenceIn } from '../../evidence-bundles.ts';
import { kindOfAction } from '../../exchange-header.ts';
import type { ErrorResponse } from '../../model/error-response.ts';
import type { EvidenceRequest } from '../../model/request.ts';
import type { EvidenceResponse, ExtrinsicObject } from '../../model/response.ts';
import type { DocumentFacts, RecordedEvidence } from '../../ports/index.ts';
import { readExchangeDocument } from '../../read-document.ts';
import type { ExchangeDocument } from '../../read-document.ts';
import { LONGEST_LINK } from '../compose/links.ts';
import { questionOf } from './question.ts';

type UserMessage = InboundMessage['userMessage'];

/** Documents that are named in the log of one response. */
const MOST_NAMED = 500;

/** Characters of a text that is noted. */
const MOST_CHARACTERS = 2000;

/** What the document of a message says, as far as its exchange needs it. Never throws for what a partner wrote. */
export function readFacts(message: UserMessage, bytes: Uint8Array): DocumentFacts {
  try {
    const { exchange, version } = readExchangeDocument(bytes);
    const isExpected = exchange?.kind === kindOfAction(message.collaborationInfo.action);
    const facts = exchange === undefined || !isExpected ? undefined : factsOf(exchange);
    // An answer could not name a request without an id.
    return facts === undefined || (facts.kind === 'request' && !facts.requestId)
      ? { kind: 'unreadable', version }
      : present({ version, ...facts });
  } catch (error) {
    if (isQuoinError(error)) return { kind: 'unreadable', version: '' };
    throw error;
  }
}

type Facts = Omit<DocumentFacts, 'version'>;

function factsOf(exchange: ExchangeDocument): Facts {
  if (exchange.kind === 'request') return requestFacts(exchange.document);
  return exchange.kind === 'response' ? responseFacts(exchange.document) : errorFacts(exchange.document);
}

function requestFacts(request: EvidenceRequest): Facts {
  return {
    kind: 'request',
    documentId: short(request.id),
    requestId: short(request.id),
    issuedAt: short(request.issueDateTime),
    procedure: short(request.procedure?.code),
    evidenceType: short(request.query.evidenceRequest?.evidenceTypeClassification),
    previewLocation: trimmed(request.previewLocation),
    returnLocation: trimmed(request.returnLocation),
    question: questionOf(request),
  };
}

function responseFacts(response: EvidenceResponse): Facts {
  const evidence = evidenceOf(response).slice(0, MOST_NAMED);
  const isDeferred = response.status.endsWith(':Unavailable');
  const answered = evidence.length > 0 ? 'evidence' : 'no-match';
  return {
    kind: 'response',
    documentId: short(response.evidenceResponseIdentifier),
    requestId: short(response.requestId),
    issuedAt: short(response.issueDateTime),
    outcome: isDeferred ? 'deferred' : answered,
    availableAt: isDeferred ? short(response.responseAvailableDateTime) : undefined,
    evidence,
  };
}

function evidenceOf({ objectList }: EvidenceResponse): readonly RecordedEvidence[] {
  return evidenceIn(objectList).flatMap(({ main, annexes, humanReadableVersions, translations }) => [
    ...(main === undefined ? [] : [noted('MainEvidence', main)]),
    ...annexes.map((document) => noted('Annex', document)),
    ...humanReadableVersions.map((document) => noted('HumanReadableVersion', document)),
    ...translations.map((document) => noted('Translation', document)),
  ]);
}

function noted(role: RecordedEvidence['role'], document: ExtrinsicObject): RecordedEvidence {
  const { metadata, repositoryItemRef } = document;
  return present({
    role,
    identifier: short(metadata?.identifier),
    contentId: short(contentIdOf(repositoryItemRef?.href)),
    title: short(repositoryItemRef?.title),
    format: short(metadata?.distribution?.format),
  });
}

function errorFacts(error: ErrorResponse): Facts {
  const [first] = error.exceptions ?? [];
  const preview = error.exceptions?.find(({ previewLocation }) => previewLocation !== undefined);
  const common = {
    kind: 'error',
    documentId: short(error.evidenceResponseIdentifier),
    requestId: short(error.requestId),
    issuedAt: short(first?.timestamp),
  } as const;
  return preview === undefined
    ? { ...common, outcome: 'exception', exception: short(first?.code) ?? '' }
    : { ...common, previewLocation: trimmed(preview.previewLocation) };
}

function short(text: string | undefined): string | undefined {
  return text?.trim().slice(0, MOST_CHARACTERS);
}

/** A link must be whole: one that is cut would lead somewhere else, so one that nobody could follow is none. */
function trimmed(link: string | undefined): string | undefined {
  const whole = link?.trim();
  return whole !== undefined && whole.length > LONGEST_LINK ? '' : whole;
}

function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
