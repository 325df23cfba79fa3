import type { EbmsErrorCode } from '../errors/index.ts';
import type { EbmsError } from '../ebms/index.ts';

/** What an error that the partner signed means for sending: `permanent` ends it, `transient` lets the retries go on. */
export interface ErrorConsequence {
  readonly kind: 'permanent' | 'transient' | 'duplicate';
  readonly why: string;
}

const sameHeader = 'the header and signature of every attempt are the same, so the answer will be too';
const samePayload = 'the signed payload bytes of every attempt are the same, so the answer will be too';
const partnerState = 'it depends on the state of the partner, which may change within the window';

const consequences: Record<EbmsErrorCode, ErrorConsequence> = {
  'EBMS:0001': { kind: 'permanent', why: sameHeader },
  'EBMS:0003': { kind: 'permanent', why: sameHeader },
  'EBMS:0008': { kind: 'permanent', why: sameHeader },
  'EBMS:0009': { kind: 'permanent', why: sameHeader },
  'EBMS:0010': { kind: 'permanent', why: sameHeader },
  'EBMS:0007': {
    kind: 'transient',
    why: 'every attempt is packaged afresh, and a body that was cut off on the way looks the same',
  },
  'EBMS:0011': { kind: 'permanent', why: samePayload },
  'EBMS:0303': { kind: 'permanent', why: samePayload },
  'EBMS:0101': { kind: 'permanent', why: sameHeader },
  'EBMS:0103': { kind: 'permanent', why: sameHeader },
  'EBMS:0102': {
    kind: 'transient',
    why: 'every attempt is encrypted afresh, with the certificate that is current by then',
  },
  'EBMS:0004': { kind: 'transient', why: 'it stands for anything, a failing backend among others' },
  'EBMS:0005': { kind: 'transient', why: partnerState },
  'EBMS:0020': { kind: 'transient', why: partnerState },
  'EBMS:0021': { kind: 'transient', why: partnerState },
  'EBMS:0022': { kind: 'transient', why: partnerState },
  'EBMS:0023': { kind: 'permanent', why: 'the message has outlived the time the partner grants it' },
  'EBMS:0201': { kind: 'transient', why: partnerState },
  'EBMS:0202': { kind: 'transient', why: partnerState },
  'EBMS:4001': { kind: 'duplicate', why: 'the partner has this MessageId already' },
};

const unlisted: ErrorConsequence = { kind: 'transient', why: 'nothing is known about this code' };
const warning: ErrorConsequence = { kind: 'transient', why: 'a warning refuses nothing' };

/** phase4 before 4.5 has no code for duplicates: it answers EBMS:0004 and says so in words. */
function saysDuplicate(error: EbmsError): boolean {
  const words = [error.shortDescription, error.description?.text, error.errorDetail].join(' ');
  return error.errorCode === 'EBMS:0004' && /\bduplicate|already (?:been )?received/i.test(words);
}

/** What one error means for further attempts. The code decides; severity only tells warnings apart. */
export function consequenceOf(error: EbmsError): ErrorConsequence {
  if (saysDuplicate(error))
    return { kind: 'duplicate', why: 'the partner says in words that it is a duplicate' };
  const known = consequences[error.errorCode] ?? unlisted;
  return error.severity === 'warning' && known.kind === 'permanent' ? warning : known;
}
