import type { ErrorRoom } from './types.ts';

/** The header. */
export const ebms: ErrorRoom = {
  about: 'the header',
  codes: {
    'ebms/invalid-header': {
      ebms: 'EBMS:0009',
      seenBy: 'P O',
      cause: 'eb:Messaging does not follow the header schema; the finding names the place.',
      cure: 'The partner must correct that element.',
    },
    'ebms/invalid-receipt': {
      ebms: 'EBMS:0302',
      seenBy: 'P O',
      cause: 'A receipt names no message, no parts, or is in a foreign namespace.',
      cure: 'In an answer to a push it counts as `send/invalid-receipt`; ask the partner.',
    },
    'ebms/one-party-id': {
      ebms: 'EBMS:0003',
      seenBy: 'P B O',
      cause: 'From or To has several PartyIds.',
      cure: 'Write each once: the profile allows one.',
    },
    'ebms/several-user-messages': {
      ebms: 'EBMS:0003',
      seenBy: 'P O',
      cause: 'One message carries two UserMessages.',
      cure: 'The partner must send them one by one.',
    },
    'ebms/shape-table': {
      seenBy: 'D',
      cause: 'Code and header schema disagree.',
      cure: 'A defect: report it.',
    },
    'ebms/unknown-error-code': {
      seenBy: 'D',
      cause: 'An ebMS error was to be sent that does not exist.',
      cure: 'A defect: report it.',
    },
    'ebms/untyped-party-id': {
      ebms: 'EBMS:0003',
      seenBy: 'P O',
      cause: 'A PartyId has no type and is no URI.',
      cure: 'The partner must add the type that was agreed.',
    },
    'ebms/unwritable-value': {
      seenBy: 'B O',
      cause: 'A value of the header cannot be written: too long, a control character, no URI.',
      cure: 'Correct the field that the finding names and submit again.',
    },
  },
};
