import type { ErrorRoom } from './types.ts';

/** The backend API. */
export const rest: ErrorRoom = {
  about: 'the backend API',
  note: 'problem+json with this status; every wrong field is listed at once where possible.',
  codes: {
    'rest/unknown-exchange': {
      seenBy: 'B',
      cause: 'No exchange is known by this id, or it is not one of the parties of the key (404).',
      cure: 'List exchanges.',
    },
    'rest/other-request': {
      seenBy: 'B',
      cause: 'An answer names another request than the one that waits in the exchange by now (409).',
      cure: 'Read the exchange again.',
    },
    'rest/no-exchanges': {
      seenBy: 'B',
      cause: 'This access point keeps no exchanges (404).',
      cure: 'Set `exchanges.record`, or use messages and inbox.',
    },
    'rest/no-common-services': {
      seenBy: 'B',
      cause: 'This access point asks no common services (404).',
      cure: 'Set `commonServices` in its configuration.',
    },
    'rest/no-document': {
      seenBy: 'B',
      cause: 'The document of an exchange is not kept, or no longer (410).',
      cure: 'Documents of evidence go with their message; `exchanges.keep` says how long the others stay.',
    },
    'rest/bad-base64': {
      seenBy: 'B',
      cause: 'The content of an inline part is not base64 (400).',
      cure: 'Encode with padding and without line breaks.',
    },
    'rest/bad-request': {
      seenBy: 'B',
      cause: 'Path or query cannot be decoded (400).',
      cure: 'Percent-encode ids.',
    },
    'rest/busy': {
      seenBy: 'B',
      cause:
        'As many submissions as `limits.submissions` allows are being taken, or half as many of this caller where there are several (503). Nothing was read.',
      cure: 'Submit again after `Retry-After`; send fewer at once, or raise the limit.',
    },
    'rest/reload-refused': {
      seenBy: 'B O',
      cause: 'A reload found P-Modes, keys or settings that are not valid (422); what was in force still is.',
      cure: 'Correct what `errors` names, file and line, and reload again.',
    },
    'rest/defect': {
      seenBy: 'B',
      cause: 'Something went wrong here (500). The log has it.',
      cure: 'Report it.',
    },
    'rest/foreign-origin': {
      seenBy: 'B',
      cause: 'Without a token only programs of this machine are served, under a local name (403).',
      cure: 'Configure a token.',
    },
    'rest/invalid-field': {
      seenBy: 'B',
      cause: 'A field is missing or not as expected (400).',
      cure: 'Compare the request with the OpenAPI document.',
    },
    'rest/malformed-form': {
      seenBy: 'B',
      cause: 'The form cannot be read, or ends early (400).',
      cure: 'Send it as `curl -F` does.',
    },
    'rest/malformed-json': { seenBy: 'B', cause: 'Not JSON in UTF-8 (400).', cure: 'Send one document.' },
    'rest/message-not-first': {
      seenBy: 'B',
      cause: 'The first field of a form is not `message` (400).',
      cure: 'Put it before the files.',
    },
    'rest/method-not-allowed': {
      seenBy: 'B',
      cause: 'The method is not allowed at this path (405).',
      cure: 'Use a method that the header `Allow` names.',
    },
    'rest/no-envelope': {
      seenBy: 'B',
      cause: 'The message was not signed yet; or it was received before envelopes were kept (404).',
      cure: 'For a sent message, ask again after the first attempt.',
    },
    'rest/no-receipt': {
      seenBy: 'B',
      cause: 'The message has no receipt (404).',
      cure: 'Look at the state of the message.',
    },
    'rest/no-such-route': {
      seenBy: 'B',
      cause: 'There is nothing at this path (404).',
      cure: 'See the OpenAPI document.',
    },
    'rest/part-missing': {
      seenBy: 'B',
      cause: 'The form ended before a declared part (400).',
      cure: 'Send part-0, part-1 and so on.',
    },
    'rest/part-out-of-order': {
      seenBy: 'B',
      cause: 'A part came before its turn, or twice (400).',
      cure: 'Send them in order.',
    },
    'rest/part-undeclared': {
      seenBy: 'B',
      cause: 'A part that the message does not declare (400).',
      cure: 'Declare it in `parts`.',
    },
    'rest/token-required': {
      seenBy: 'O',
      cause: 'The API would be open to other machines without a token.',
      cure: 'Configure `listeners.api.tokenFile`, or listen on 127.0.0.1.',
    },
    'rest/too-large': {
      seenBy: 'B',
      cause: 'The request exceeds its limit (413).',
      cure: 'Send large parts as a form; `limits.apiJsonSize`, `limits.messageSize`.',
    },
    'rest/too-many-streams': {
      seenBy: 'B',
      cause: 'As many event streams are open as `limits.eventStreams` allows (503).',
      cure: 'Close streams that nobody reads, ask `GET /v1/events` from time to time instead, or use a webhook.',
    },
    'rest/scope-missing': {
      seenBy: 'B',
      cause: 'The key lacks the scope that the operation asks for (403).',
      cure: 'Use a key with the scope that is named (`quoin keys add NAME --scope SCOPE`).',
    },
    'rest/party-not-allowed': {
      seenBy: 'B',
      cause:
        'The key is held to parties: the originalSender of the message is none of them, what it answers was received for another, or the operation is about all parties (403).',
      cure: 'Send for a party of the key, or use a key without parties.',
    },
    'rest/unauthorized': {
      seenBy: 'B',
      cause: 'The token or key is missing, wrong, revoked or expired (401).',
      cure: 'Send the header `Authorization: Bearer` with the token or a key in force (`quoin keys list`).',
    },
    'rest/unknown-field': {
      seenBy: 'B',
      cause: 'A field nobody knows (400).',
      cure: 'Compare the request with the OpenAPI document.',
    },
    'rest/ambiguous-message': {
      seenBy: 'B',
      cause: 'Several partners used this MessageId, so it names more than one received message (409).',
      cure: 'Name the message by its id: the answer and the inbox list it.',
    },
    'rest/unknown-message': {
      seenBy: 'B',
      cause: 'No such message (404).',
      cure: 'Look at the other list too: sent and received ones are listed apart.',
    },
    'rest/unknown-partner': {
      seenBy: 'B',
      cause: 'No P-Mode in force names this partner (404).',
      cure: '`quoin partners list` shows those that are known.',
    },
    'rest/unknown-part': {
      seenBy: 'B',
      cause: 'The message has no such part (404).',
      cure: 'Count parts from 0.',
    },
    'rest/unsupported-media-type': {
      seenBy: 'B',
      cause: 'The content type is not supported, or the body is compressed (415).',
      cure: 'Send application/json or multipart/form-data.',
    },
    'rest/too-slow': {
      seenBy: 'B',
      cause:
        'The body paused longer than `timeouts.idle`, or dripped (408). Nothing is kept, and the connection is closed.',
      cure: 'Send the body without pauses, once all of it is at hand.',
    },
    'rest/upload-aborted': {
      seenBy: 'B',
      cause: 'The connection closed before the upload was complete (400). Nothing is kept.',
      cure: 'Send again.',
    },
  },
};
