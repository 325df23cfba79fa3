import type { DocumentCheck } from '../msh/index.ts';
import { checkExchangeDocument, isInvalid } from './check-document.ts';
import { ACTIONS, documentPartOf, headerFacts, isOfExchange } from './exchange-header.ts';
import { DOCUMENT_LIMITS } from './read-document.ts';
import { isAnswerable, refuseRequest } from './refuse-request.ts';
import { versionOf } from './versions.ts';

/** The check of the documents of the evidence exchange, for whoever handles their messages. */
export function createDocumentCheck(): DocumentCheck {
  return {
    maxBytes: DOCUMENT_LIMITS.maxBytes!,
    partOf(message) {
      return isOfExchange(message) ? documentPartOf(message) : undefined;
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
      if (message.collaborationInfo.action !== ACTIONS.request) return 'deliver';
      return isAnswerable(headerFacts(message)) ? 'answer' : 'withhold';
    },
    answer: (refused) => refuseRequest(refused, headerFacts(refused.message)),
  };
}
