import { randomUUID } from 'node:crypto';
import {
  EDM_VERSIONS,
  REGREP_MIME_TYPE,
  evidenceResponse,
  readExchangeDocument,
  requesterOf,
  subjectOf,
  writeEvidenceResponse,
} from '../../oots/index.ts';
import { QuoinError } from '../../protocol/errors/index.ts';
import type {
  Agent,
  DataServiceEvidenceType,
  EvidenceRequest,
  EvidenceResponse,
  NaturalPerson,
  Procedure,
} from '../../oots/index.ts';
import type { Backend, InboundView } from './api.ts';
import { cornerProperty } from './corner-property.ts';
import { birthCertificatePdf } from './certificate-pdf.ts';
import type { Narrator } from './narrator.ts';

/** What the provider sent back. */
export interface ProviderAnswer {
  readonly messageId: string;
  readonly pdf: Buffer;
}

/** s; the exchange is over well before. */
const PATIENCE = 20;

/**
 * A simulated evidence provider behind an access point: takes one request from the inbox, reads it, answers with a
 * RegRep QueryResponse and a PDF in the same conversation, and acknowledges the request.
 */
export async function provideEvidence(backend: Backend, narrator: Narrator): Promise<ProviderAnswer> {
  const inbound = await backend.next('ExecuteQueryRequest', PATIENCE);
  const request = requestIn(await backend.download(inbound.id, 0));
  const { person, evidenceType, procedure, requester } = request;
  narrator.step({
    at: Date.now(),
    who: 'provider',
    text: `reads the request: ${evidenceType.titles[0]?.text} of ${person.givenName} ${person.familyName}`,
    details: [`asked by ${requester.names[0]?.text}, procedure ${procedure.code}`],
  });
  const pdf = certificateFor(request);
  const { messageId } = await answer(backend, inbound, request, pdf);
  await backend.acknowledge(inbound.id);
  narrator.step({
    at: Date.now(),
    who: 'provider',
    text: 'answers with a QueryResponse and a PDF, and takes the request from the inbox',
    details: [`message ${messageId}, PDF of ${pdf.length} bytes`],
  });
  return { messageId, pdf };
}

/** What the provider needs of a request to answer it. */
interface AnswerableRequest {
  readonly document: EvidenceRequest;
  readonly procedure: Procedure;
  readonly requester: Agent;
  readonly provider: Agent;
  readonly person: NaturalPerson;
  readonly evidenceType: DataServiceEvidenceType;
}

function requestIn(bytes: Uint8Array): AnswerableRequest {
  const { exchange, findings } = readExchangeDocument(bytes);
  if (exchange?.kind !== 'request') throw unanswerable(findings[0]?.field ?? 'the document', 'a request');
  const { document } = exchange;
  const needed = <T>(value: T | undefined, name: string): T => {
    if (value === undefined) throw unanswerable(name, 'a value');
    return value;
  };
  return {
    document,
    procedure: needed(document.procedure, 'Procedure'),
    requester: needed(requesterOf(document.evidenceRequester ?? []), 'EvidenceRequester'),
    provider: needed(document.evidenceProvider, 'EvidenceProvider'),
    person: needed(document.query.naturalPerson, 'NaturalPerson'),
    evidenceType: needed(document.query.evidenceRequest, 'EvidenceRequest'),
  };
}

function unanswerable(field: string, expected: string): QuoinError {
  return new QuoinError(
    'demo/unanswerable-request',
    `The demonstration cannot answer the request: ${field}.`,
    {
      finding: { check: 'answerable-request', field, expected },
    },
  );
}

function certificateFor({ person, provider }: AnswerableRequest): Buffer {
  return birthCertificatePdf(
    {
      'Family name': person.familyName,
      'Given name': person.givenName,
      'Date of birth': person.dateOfBirth,
      'Issued by': provider.names[0]?.text ?? provider.identifier.value,
    },
    'Made by the Quoin demonstration. It certifies nothing.',
  );
}

function responseTo(request: AnswerableRequest, documentId: string): EvidenceResponse {
  const { document, provider, evidenceType } = request;
  const now = new Date().toISOString();
  const facts = { provider: { ...provider, address: { country: 'XB' } }, issuedAt: now, newId: randomUUID };
  const metadata = {
    identifier: randomUUID(),
    isAbout: subjectOf(document),
    issuingAuthority: provider,
    isConformantTo: {
      evidenceTypeClassification: evidenceType.evidenceTypeClassification,
      titles: evidenceType.titles,
    },
    issuingDate: now.slice(0, 10),
    distribution: { format: 'application/pdf' },
  };
  const main = { metadata, href: `cid:${documentId}`, title: 'Birth certificate' };
  return evidenceResponse(document, facts, [{ main }]);
}

async function answer(
  backend: Backend,
  inbound: InboundView,
  request: AnswerableRequest,
  pdf: Buffer,
): Promise<{ readonly messageId: string }> {
  const documentId = `${randomUUID()}@provider.example`;
  const response = writeEvidenceResponse(responseTo(request, documentId));
  const exchangeId = inbound.messageProperties.find((property) => property.name === 'ExchangeId')?.value;
  return await backend.submit(
    {
      action: 'ExecuteQueryResponse',
      conversationId: inbound.conversationId,
      messageProperties: [
        cornerProperty('originalSender', request.provider.identifier),
        cornerProperty('finalRecipient', request.requester.identifier),
        { name: 'ExchangeId', value: exchangeId ?? randomUUID() },
        { name: 'SpecificationId', value: EDM_VERSIONS['2.0'].specification },
      ],
    },
    [
      {
        contentId: `${randomUUID()}@provider.example`,
        mimeType: REGREP_MIME_TYPE,
        bytes: Buffer.from(response),
      },
      { contentId: documentId, mimeType: 'application/pdf', bytes: pdf },
    ],
  );
}
