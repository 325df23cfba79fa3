import type { DocumentCheck, InboundMessage } from '../msh/index.ts';
import { checkExchangeDocument, isInvalid } from './check-document.ts';
import { contentIdOf } from './content-id.ts';
import { DOCUMENT_LIMITS } from './read-document.ts';
import { isAnswerable, refuseRequest } from './refuse-request.ts';
import type { HeaderFacts } from './rules/index.ts';
import { versionOf } from './versions.ts';
import { REGREP_MIME_TYPE } from './write-document.ts';

type UserMessage = InboundMessage['userMessage'];

/** The service of the exchange and its type (TDD 4.7.1). */
const SERVICE = 'QueryManager';
const SERVICE_TYPE = 'urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0';

const REQUEST = 'ExecuteQueryRequest';

/** The check of the documents of the evidence exchange, for whoever handles their messages. */
export function createDocumentCheck(): DocumentCheck {
  return {
    maxBytes: DOCUMENT_LIMITS.maxBytes!,
    partOf(message) {
      if (!isOfExchange(message)) return undefined;
      const regrep = partsOf(message).findIndex(({ mimeType }) => mimeType === REGREP_MIME_TYPE);
      return Math.max(0, regrep);
    },
    check(message, document, specification) {
      const version = versionOf(specification)?.name;
      const checked = checkExchangeDocument(document, {
        header: headerFacts(message),
        ...(version === undefined ? {} : { version }),
      });
      return {
        verdict: isInvalid(checked) ? 'invalid' : 'valid',
        version: checked.version,
        findings: checked.findings,
      };
    },
    whenRefused(message) {
      if (message.collaborationInfo.action !== REQUEST) return 'deliver';
      return isAnswerable(headerFacts(message)) ? 'answer' : 'withhold';
    },
    answer: (refused) => refuseRequest(refused, headerFacts(refused.message)),
  };
}

function isOfExchange({ collaborationInfo: { service } }: UserMessage): boolean {
  return service.value === SERVICE && service.type === SERVICE_TYPE;
}

/** What the rules look at, from the header of a message. */
function headerFacts(message: UserMessage): HeaderFacts {
  const { action, conversationId } = message.collaborationInfo;
  const sides = [
    ['From', message.from],
    ['To', message.to],
  ] as const;
  return {
    action,
    conversationId,
    parties: sides.flatMap(([name, { partyIds }]) => partyIds.map((id) => ({ name, ...id }))),
    messageProperties: message.messageProperties,
    parts: partsOf(message),
  };
}

function partsOf({ payloadInfo }: UserMessage): HeaderFacts['parts'] {
  return payloadInfo.map(({ href, properties }) => ({
    contentId: contentIdOf(href),
    mimeType: properties.find(({ name }) => name === 'MimeType')?.value,
  }));
}
