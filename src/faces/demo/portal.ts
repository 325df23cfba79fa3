import { randomUUID } from 'node:crypto';
import { REGREP_MIME_TYPE, SPECIFICATION, writeEvidenceRequest } from '../../oots/index.ts';
import type { EvidenceRequest } from '../../oots/index.ts';
import type { Backend } from './api.ts';
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

/** A citizen of XB who studies in XA: everything the request says, fictitious and with letters beyond ASCII. */
export function exampleRequest(): EvidenceRequest {
  return {
    id: randomUUID(),
    issuedAt: new Date().toISOString(),
    procedure: 'T3',
    requirement: {
      identifier: 'https://sr.oots.tech.ec.europa.eu/requirements/f8a6a284-34e9-42c7-9733-63b5c4f4aa42',
      name: 'Proof of birth',
    },
    requester: {
      identifier: 'XA22233223',
      scheme: 'urn:cef.eu:names:identifier:EAS:0096',
      name: 'Universität von XA – Zulassungsstelle',
      language: 'DE',
      country: 'XA',
    },
    provider: {
      identifier: 'XB73524311',
      scheme: 'urn:cef.eu:names:identifier:EAS:9930',
      name: 'Registre civil de XB',
      language: 'FR',
      country: 'XB',
    },
    person: {
      identifier: 'XB/XA/123123123',
      familyName: 'Łukasiewicz-Ñandú',
      givenName: 'Zoë',
      dateOfBirth: '1998-02-17',
    },
    evidenceType: {
      identifier: '41170824-15d9-4c16-984e-63b75b937b8c',
      classification:
        'https://sr.oots.tech.ec.europa.eu/evidencetypeclassifications/XB/ca8afed6-2dc0-422a-a931-d21c3d8d370e',
      title: 'Birth certificate',
      format: 'application/pdf',
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
        { name: 'originalSender', value: request.requester.identifier, type: request.requester.scheme },
        { name: 'finalRecipient', value: request.provider.identifier, type: request.provider.scheme },
        { name: 'ExchangeId', value: randomUUID() },
        { name: 'SpecificationId', value: SPECIFICATION },
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
