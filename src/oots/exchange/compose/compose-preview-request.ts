import type { InboundMessage } from '../../../msh/index.ts';
import { ACTIONS, SERVICE } from '../../exchange-header.ts';
import type { EvidenceRequest } from '../../model/request.ts';
import { LATEST, versionOf } from '../../versions.ts';
import type { EdmVersion } from '../../versions.ts';
import { REGREP_MIME_TYPE, writeEvidenceRequest } from '../../write-document.ts';
import type { Composed } from './composed.ts';
import { requireHttps } from './links.ts';
import { wishError } from '../refuse-wish.ts';

type UserMessage = InboundMessage['userMessage'];

/** What the second request is made of. */
export interface PreviewFacts {
  /** The first one, as it was sent. */
  readonly request: EvidenceRequest;
  readonly message: UserMessage;
  readonly pmodeId: string;
  /** The link the provider gave. */
  readonly previewLocation: string;
  /** `https://` link the citizen comes back to. */
  readonly returnLocation?: string | undefined;
  /** A new UUID. */
  readonly requestId: string;
  /** ISO 8601. */
  readonly issuedAt: string;
}

/**
 * Makes the second request: the first one with a new id and time, the link of the preview, and in EDM 2.0 where the citizen
 * is to come back to; in the same conversation and exchange (TDD 4.9). Throws `oots/bad-preview-location`,
 * `oots/bad-return-location`.
 */
export function composePreviewRequest(facts: PreviewFacts): Composed {
  const { request, message, pmodeId, previewLocation, returnLocation } = facts;
  const version = versionOfRequest(request);
  requireHttps('oots/bad-preview-location', 'previewLocation', previewLocation);
  if (returnLocation !== undefined)
    requireHttps('oots/bad-return-location', 'returnLocation', returnLocation);
  if (returnLocation === undefined && version.returnAddress === 'slot')
    throw wishError('oots/bad-return-location', 'The request must say where the citizen comes back to.', {
      field: 'returnLocation',
      expected: 'an https:// link',
    });
  const second: EvidenceRequest = {
    ...request,
    id: `urn:uuid:${facts.requestId}`,
    issueDateTime: facts.issuedAt,
    previewLocation,
    ...(version.returnAddress === 'slot' && returnLocation !== undefined ? { returnLocation } : {}),
  };
  return {
    submission: {
      pmode: pmodeId,
      to: { partyIds: message.to.partyIds },
      service: SERVICE,
      action: ACTIONS.request,
      conversationId: message.collaborationInfo.conversationId,
      messageProperties: message.messageProperties,
      parts: [{ mimeType: REGREP_MIME_TYPE }],
    },
    document: Buffer.from(writeEvidenceRequest(second)),
  };
}

const versionOfRequest = ({ specificationIdentifier }: EvidenceRequest): EdmVersion =>
  versionOf(specificationIdentifier?.trim()) ?? LATEST;
