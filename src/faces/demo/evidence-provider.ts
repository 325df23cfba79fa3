import { randomUUID } from 'node:crypto';
import {
  REGREP_MIME_TYPE,
  SPECIFICATION,
  readEvidenceRequest,
  writeEvidenceResponse,
} from '../../oots/index.ts';
import type { EvidenceRequest } from '../../oots/index.ts';
import type { Backend, InboundView } from './api.ts';
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
  const request = readEvidenceRequest(await backend.download(inbound.id, 0));
  narrator.step({
    at: Date.now(),
    who: 'provider',
    text: `reads the request: ${request.evidenceType.title} of ${request.person.givenName} ${request.person.familyName}`,
    details: [`asked by ${request.requester.name}, procedure ${request.procedure}`],
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

function certificateFor(request: EvidenceRequest): Buffer {
  const { person, provider } = request;
  return birthCertificatePdf(
    {
      'Family name': person.familyName,
      'Given name': person.givenName,
      'Date of birth': person.dateOfBirth,
      'Issued by': provider.name,
    },
    'Made by the Quoin demonstration. It certifies nothing.',
  );
}

async function answer(
  backend: Backend,
  inbound: InboundView,
  request: EvidenceRequest,
  pdf: Buffer,
): Promise<{ readonly messageId: string }> {
  const documentId = `${randomUUID()}@provider.example`;
  const response = writeEvidenceResponse({
    request,
    ids: {
      response: randomUUID(),
      package: randomUUID(),
      object: randomUUID(),
      evidence: randomUUID(),
      classification: randomUUID(),
    },
    issuedAt: new Date().toISOString(),
    documentHref: `cid:${documentId}`,
    issuingDate: new Date().toISOString().slice(0, 10),
  });
  const exchangeId = inbound.messageProperties.find((property) => property.name === 'ExchangeId')?.value;
  return await backend.submit(
    {
      action: 'ExecuteQueryResponse',
      conversationId: inbound.conversationId,
      messageProperties: [
        { name: 'originalSender', value: request.provider.identifier, type: request.provider.scheme },
        { name: 'finalRecipient', value: request.requester.identifier, type: request.requester.scheme },
        { name: 'ExchangeId', value: exchangeId ?? randomUUID() },
        { name: 'SpecificationId', value: SPECIFICATION },
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
