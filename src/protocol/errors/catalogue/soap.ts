import type { ErrorRoom } from './types.ts';

/** The envelope. */
export const soap: ErrorRoom = {
  about: 'the envelope',
  note: 'Answered with a SOAP fault: there is no ebMS message to answer. HTTP 400, and 500 where SOAP 1.2 asks for it.',
  codes: {
    'soap/charset': {
      seenBy: 'P O',
      cause: 'The charset parameter of the SOAP part is not the encoding it is in.',
      cure: 'The partner must send UTF-8 and say so.',
    },
    'soap/malformed-envelope': {
      seenBy: 'P O',
      cause: 'Not one Header and then one Body.',
      cure: "The partner's SOAP stack is wrong.",
    },
    'soap/malformed-header': {
      seenBy: 'P O',
      cause: 'A `mustUnderstand` that is no boolean.',
      cure: 'The partner must write true or false.',
    },
    'soap/must-understand': {
      seenBy: 'P O',
      cause: 'A header block must be understood and is outside the profile (HTTP 500, with its name).',
      cure: 'The partner must switch that SOAP feature off.',
    },
    'soap/not-an-envelope': {
      seenBy: 'P O',
      cause: 'The document is XML but no SOAP envelope.',
      cure: 'Check what the partner sends to this address.',
    },
    'soap/processing-instruction': {
      seenBy: 'P O',
      cause: 'A SOAP message may not hold processing instructions.',
      cure: 'The partner must leave them out.',
    },
    'soap/version-mismatch': {
      seenBy: 'P O',
      cause: 'SOAP 1.1 or another version (HTTP 500).',
      cure: 'The partner must set SOAP 1.2.',
    },
  },
};
