import type { ErrorRoom } from './types.ts';

/** The evidence exchange. */
export const oots: ErrorRoom = {
  about: 'the evidence exchange',
  note: 'Of wishes of portals and providers, and of questions to the common services and their answers (Evidence Broker, Data Service Directory). Nothing of what is refused is used or kept.',
  codes: {
    'oots/answer-mismatch': {
      seenBy: 'B O',
      cause:
        'A signed answer is to another question: of another country, requirement, procedure or evidence type.',
      cure: 'Look for a cache or proxy that mixes answers up; else ask the operator of the service.',
    },
    'oots/bad-preview-lifetime': {
      seenBy: 'B',
      cause: 'A preview link is to be open for longer than `exchanges.previewWithin`.',
      cure: 'Give a shorter `expiresIn`, or leave it out.',
    },
    'oots/bad-preview-location': {
      seenBy: 'B',
      cause:
        'A preview link is not `https://`, or no URL at all; or the base of one that is to be made has a fragment, a blank, a user or a parameter that is not the provider’s (`token`, `returnurl`, `returnmethod`).',
      cure: 'Give an `https://` link; ask the provider when it comes from its answer.',
    },
    'oots/bad-return-location': {
      seenBy: 'B',
      cause: 'The link the citizen comes back to is missing (EDM 2.0), or is not `https://`.',
      cure: 'Give `returnLocation` as an `https://` link of the portal.',
    },
    'oots/document-alone': {
      seenBy: 'B',
      cause: 'An annex, a human-readable version or a translation belongs to no main evidence of the answer.',
      cure: 'Put it behind its main evidence, or name the position of that in `of`.',
    },
    'oots/incomplete-answer': {
      seenBy: 'B',
      cause: 'An answer lacks what neither the request nor the configuration says.',
      cure: 'Give the field named.',
    },
    'oots/incomplete-wish': {
      seenBy: 'B',
      cause: 'What is asked lacks a field that only the portal can know, or has two that exclude each other.',
      cure: 'Give the field named.',
    },
    'oots/metadata-of-supplement': {
      seenBy: 'B',
      cause:
        'In EDM 2.0 an annex, a human-readable version or a translation repeats what only the main evidence says.',
      cure: 'Leave the field out.',
    },
    'oots/changed-request': {
      seenBy: 'B',
      cause:
        'A second request is for other evidence than the first, about somebody else, or by another requester.',
      cure: 'Repeat the first request with a new id and time, and the links; for anything else begin a new exchange.',
    },
    'oots/no-preview': {
      seenBy: 'B',
      cause:
        'There is no preview to go on with, or a request is answered with one that leaves no room for it.',
      cure: 'Look at the state of the exchange; a preview is asked for once, and used once.',
    },
    'oots/not-answered': {
      seenBy: 'B',
      cause: 'The answer is to be taken, and there is none yet.',
      cure: 'Wait for the state `answered`.',
    },
    'oots/not-a-uuid': {
      seenBy: 'B',
      cause: 'A conversation or an exchange is named by something else than a UUID.',
      cure: 'Give a UUID, or leave the field out to have one made.',
    },
    'oots/not-recorded': {
      seenBy: 'B',
      cause: 'The message is kept and will be sent, but its exchange is not on record yet.',
      cure: 'Look for it in a moment by the MessageId named; do not submit again without the same `Idempotency-Key`.',
    },
    'oots/not-waiting': {
      seenBy: 'B',
      cause: 'No request waits in this exchange: it was answered before, it expired, or it is ours.',
      cure: 'Look at `state` and `timeline`; an answer that was given cannot be changed.',
    },
    'oots/parts-disagree': {
      seenBy: 'B',
      cause:
        'A document names a part that is not there, a part is not named by it, there are two documents, or the media type of a part is not of the list.',
      cure: 'Name each part by its Content-ID in the document, and send exactly those.',
    },
    'oots/preview-decided': {
      seenBy: 'B',
      cause: 'Something else was decided in this preview before.',
      cure: 'Take the decision that `POST /v1/preview/session` shows.',
    },
    'oots/preview-link-expired': {
      seenBy: 'B',
      cause: 'The preview link was opened too late.',
      cure: 'Tell the citizen to ask for the evidence again; a link lasts `exchanges.previewLink`.',
    },
    'oots/preview-link-used': {
      seenBy: 'B',
      cause: 'The preview link was opened before; it opens once.',
      cure: 'Go on with the session it opened; without it the citizen asks for the evidence again.',
    },
    'oots/preview-over': {
      seenBy: 'B',
      cause:
        'The exchange is not at this preview: the link was not given to the portal, or the exchange was answered or expired.',
      cure: 'Look at `state` of the exchange; the token must stand in the location of the answer as a word of its own.',
    },
    'oots/preview-session-expired': {
      seenBy: 'B',
      cause: 'The time in which a preview can be decided is over.',
      cure: 'Answer the request with `TimeoutExceptionType`; a session lasts `exchanges.previewSession`.',
    },
    'oots/repeated-request': {
      seenBy: 'B',
      cause: 'The id of a request was used before.',
      cure: 'Give each request a new id; to repeat one, send the same content with the same `Idempotency-Key`.',
    },
    'oots/unknown-preview': {
      seenBy: 'B',
      cause: 'No preview is known by this token or session, or it is not one of the parties of the key.',
      cure: 'Hand on what stands behind `token=` in the link, or what opening it gave, unchanged.',
    },
    'oots/unknown-version': {
      seenBy: 'B',
      cause: 'A document announces a version of the EDM that is not known here.',
      cure: 'Use one of 1.0, 1.1, 1.2, 2.0.',
    },
    'oots/unreadable-document': {
      seenBy: 'B',
      cause: 'RegRep XML that was given is not well-formed, over a limit, or of another kind.',
      cure: 'Correct the document at the place named.',
    },
    'oots/unsupported-media-type': {
      seenBy: 'B',
      cause: 'A document of an answer is of a media type that is not exchanged.',
      cure: 'Use one of the list OOTSMediaTypes, which the finding has.',
    },
    'oots/wrong-request': {
      seenBy: 'B',
      cause: 'An answer names another request than the one that waits.',
      cure: 'Answer the request that the exchange shows.',
    },
    'oots/wrong-version': {
      seenBy: 'B',
      cause: 'A field does not fit the version of the EDM that is spoken.',
      cure: 'Leave it out, or speak the version that has it.',
    },
    'oots/answer-unreadable': {
      seenBy: 'B O',
      cause: 'An answer that is signed is not of the form the design documents give.',
      cure: 'Look at the field named; ask the operator of the service, or for a version of Quoin that knows the form.',
    },
    'oots/answer-unsigned': {
      seenBy: 'B O',
      cause: 'The answer lacks the header `digest` or `oots-response-sig`.',
      cure: 'Look for a proxy that takes headers away; else ask the operator of the service.',
    },
    'oots/digest-mismatch': {
      seenBy: 'B O',
      cause:
        'The body is not the one whose digest is signed, or the digest is of a kind that is not accepted.',
      cure: 'Look for a proxy that rewrites bodies; else treat it as an attempt to mislead until the operator of the service explains it.',
    },
    'oots/not-discovered': {
      seenBy: 'B O',
      cause: 'The name service has no NAPTR record, in the form of TDD 3.4, for a service of a country.',
      cure: 'Check country, environment and the name service of this machine; or configure the address.',
    },
    'oots/question-malformed': {
      seenBy: 'B O',
      cause: 'A question to a common service has a wrong parameter, or its address is none.',
      cure: 'Correct the field named.',
    },
    'oots/signature-algorithm': {
      seenBy: 'B O',
      cause: 'The signature uses an algorithm that is not accepted, or one that does not go with its key.',
      cure: 'Ask the operator of the service: accepted are ES256 to ES512 and PS256 to PS512.',
    },
    'oots/signature-critical': {
      seenBy: 'B O',
      cause:
        'The header of the signature does not say `crit` with exactly `b64` and `sigD`, or not `b64` false.',
      cure: 'Ask the operator of the service which form of signature it uses.',
    },
    'oots/signature-malformed': {
      seenBy: 'B O',
      cause:
        'The signature is no detached JWS that can be read, or its certificates and thumbprints contradict each other.',
      cure: 'Look for a proxy that cuts long headers; else ask the operator of the service.',
    },
    'oots/signature-scope': {
      seenBy: 'B O',
      cause: 'The signature does not say that it covers the header `digest`.',
      cure: 'Ask the operator of the service: a signature that does not cover the body proves nothing.',
    },
    'oots/signature-time': {
      seenBy: 'B O',
      cause:
        'The answer says it was signed in the future, before or after the life of the certificate, or too long ago.',
      cure: 'Check the clock of this machine; an old answer may have been played again.',
    },
    'oots/signature-wrong': {
      seenBy: 'B O',
      cause: 'The signature is not that of the certificate sent with it.',
      cure: 'Treat it as an attempt to mislead until the operator of the service explains it.',
    },
    'oots/signer-not-trusted': {
      seenBy: 'B O',
      cause:
        'The signer has no sound path to an anchor, is not the one agreed on, or its certificate is not valid.',
      cure: 'Compare the certificate of the finding with the anchors and the subject for the common services.',
    },
  },
};
