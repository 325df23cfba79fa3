import type { ErrorRoom } from './types.ts';

/** The evidence exchange. */
export const oots: ErrorRoom = {
  about: 'the evidence exchange',
  note: 'Of questions to the common services and their answers (Evidence Broker, Data Service Directory). Nothing of an answer that is refused is used or kept.',
  codes: {
    'oots/answer-mismatch': {
      seenBy: 'B O',
      cause:
        'A signed answer is to another question: of another country, requirement, procedure or evidence type.',
      cure: 'Look for a cache or proxy that mixes answers up; else ask the operator of the service.',
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
