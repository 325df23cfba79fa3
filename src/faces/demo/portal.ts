import { randomUUID } from 'node:crypto';
import { EDM_VERSIONS, REGREP_MIME_TYPE, writeEvidenceRequest } from '../../oots/index.ts';
import type { Agent, EvidenceRequest } from '../../oots/index.ts';
import type { Backend } from './api.ts';
import { cornerProperty } from './corner-property.ts';
import type { Narrator } from './narrator.ts';

/** What the portal got back. */
export interface PortalResult {
  readonly requestMessageId: string;
  readonly responseMessageId: string;
  readonly regrep: Uint8Array;
  readonly pdf: Uint8Array;
}

/** s; the exchange is over well before. */
const PATIENCE = 20;

const REQUESTER: Agent = {
  identifier: { value: 'XA22233223', scheme: 'urn:cef.eu:names:identifier:EAS:0096' },
  names: [{ text: 'Universität von XA – Zulassungsstelle', lang: 'DE' }],
  address: { country: 'XA' },
  classification: 'ER',
};

const PROVIDER: Agent = {
  identifier: { value: 'XB73524311', scheme: 'urn:cef.eu:names:identifier:EAS:9930' },
  names: [{ text: 'Registre civil de XB', lang: 'FR' }],
};

/** A citizen of XB who studies in XA: everything the request says, fictitious and with letters beyond ASCII. */
export function exampleRequest(): EvidenceRequest {
  return {
    id: `urn:uuid:${randomUUID()}`,
    specificationIdentifier: EDM_VERSIONS['2.0'].specification,
    issueDateTime: new Date().toISOString(),
    procedure: { code: 'T3' },
    possibilityForPreview: false,
    explicitRequestGiven: true,
    requirements: [
      {
        identifier: {
          value: 'https://sr.oots.tech.ec.europa.eu/requirements/f8a6a284-34e9-42c7-9733-63b5c4f4aa42',
        },
        names: [{ text: 'Proof of birth', lang: 'EN' }],
      },
    ],
    evidenceRequester: [REQUESTER],
    evidenceProvider: PROVIDER,
    responseOption: { returnType: 'LeafClassWithRepositoryItem' },
    query: {
      queryDefinition: 'DocumentQuery',
      evidenceRequest: {
        identifier: { value: '41170824-15d9-4c16-984e-63b75b937b8c' },
        evidenceTypeClassification:
          'https://sr.oots.tech.ec.europa.eu/evidencetypeclassifications/XB/ca8afed6-2dc0-422a-a931-d21c3d8d370e',
        titles: [{ text: 'Birth certificate', lang: 'EN' }],
        distributedAs: [{ format: 'application/pdf', languages: ['EN'] }],
      },
      naturalPerson: {
        levelOfAssurance: 'High',
        identifier: { value: 'XB/XA/123123123', scheme: 'eidas' },
        familyName: 'Łukasiewicz-Ñandú',
        givenName: 'Zoë',
        dateOfBirth: '1998-02-17',
      },
    },
  };
}

/** Posts an evidence request and resolves to its MessageId, once the access point has kept it. */
export async function askForEvidence(
  backend: Backend,
  narrator: Narrator,
): Promise<{ readonly messageId: string; readonly conversationId: string }> {
  const request = exampleRequest();
  const submitted = await backend.submit(
    {
      action: 'ExecuteQueryRequest',
      messageProperties: [
        cornerProperty('originalSender', REQUESTER.identifier),
        cornerProperty('finalRecipient', PROVIDER.identifier),
        { name: 'ExchangeId', value: randomUUID() },
        { name: 'SpecificationId', value: EDM_VERSIONS['2.0'].specification },
      ],
    },
    [
      {
        contentId: `${randomUUID()}@portal.example`,
        mimeType: REGREP_MIME_TYPE,
        bytes: Buffer.from(writeEvidenceRequest(request)),
      },
    ],
  );
  narrator.step({
    at: Date.now(),
    who: 'portal',
    text: 'posts an evidence request for a birth certificate',
    details: [`message ${submitted.messageId}`, `conversation ${submitted.conversationId}`],
  });
  return submitted;
}

/** Waits for the answer in the portal's inbox, takes its documents and acknowledges it. */
export async function collectEvidence(
  backend: Backend,
  narrator: Narrator,
  requestMessageId: string,
): Promise<PortalResult> {
  const inbound = await backend.next('ExecuteQueryResponse', PATIENCE);
  const regrep = await backend.download(inbound.id, 0);
  const pdf = await backend.download(inbound.id, 1);
  await backend.acknowledge(inbound.id);
  narrator.step({
    at: Date.now(),
    who: 'portal',
    text: 'takes the evidence from its inbox',
    details: inbound.parts.map(
      (part) => `${part.mimeType}, ${part.size} bytes, SHA-256 ${part.sha256.slice(0, 16)}…`,
    ),
  });
  return { requestMessageId, responseMessageId: inbound.messageId, regrep, pdf };
}
