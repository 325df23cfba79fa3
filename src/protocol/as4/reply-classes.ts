import type { EbmsErrorCode } from '../errors/index.ts';
import type { EbmsError } from '../ebms/index.ts';
import { consequenceOf } from './error-consequences.ts';

/** The answer to one push, as far as it could be read. `status` is the HTTP status. */
export type Reply =
  /** No connection, no TLS, no answer in time. */
  | { readonly kind: 'no-answer' }
  /** A receipt whose signature, signer and every digest agree with what was sent. */
  | { readonly kind: 'receipt' }
  /** A receipt in which something does not. */
  | { readonly kind: 'invalid-receipt'; readonly status: number }
  | ErrorReply
  /** `code`: local name of the SOAP 1.2 fault code. `verified`: signed by the certificate expected of the partner. */
  | {
      readonly kind: 'fault';
      readonly code: string;
      readonly status: number;
      readonly verified?: boolean | undefined;
    }
  /** Not an AS4 message: the page of a proxy, plain text, SOAP that cannot be read. */
  | { readonly kind: 'unreadable'; readonly status: number }
  | { readonly kind: 'empty'; readonly status: number }
  /** An AS4 message with nothing in it that answers ours. */
  | { readonly kind: 'other'; readonly status: number };

/** ebMS errors in answer to a push. */
export interface ErrorReply {
  readonly kind: 'error';
  readonly errors: readonly EbmsError[];
  /** Signed by the certificate expected of the partner. */
  readonly verified: boolean;
  readonly status: number;
  /** MessageId of the message sent: errors about another message say nothing about this one. */
  readonly messageId: string;
  /** Number of the attempt that was answered, from 1: a duplicate at the first attempt is another message. */
  readonly attempt: number;
}

/** What an answer means for the message. */
export interface ReplyVerdict {
  readonly outcome: 'acknowledged' | 'retry' | 'refused';
  /** Name of the row of the reply table, stable. */
  readonly reason: string;
  /** One or two sentences for the operator: what it was, what to do; every row has one. */
  readonly advice?: string | undefined;
  /** The partner's error code, or the one we raise ourselves. */
  readonly ebms?: EbmsErrorCode | undefined;
  /** Nobody answered, or a failing server: says that the partner is down, not what it thinks of the message. */
  readonly partnerDown?: boolean | undefined;
}

/** A row of the reply table. */
export interface ReplyClass {
  readonly reason: string;
  readonly outcome: ReplyVerdict['outcome'];
  readonly advice: string;
  readonly ebms?: EbmsErrorCode;
  readonly partnerDown?: true;
  readonly matches: (reply: Reply) => boolean;
}

const is =
  (kind: Reply['kind']) =>
  (reply: Reply): boolean =>
    reply.kind === kind;
const error =
  (test: (reply: ErrorReply) => boolean) =>
  (reply: Reply): boolean =>
    reply.kind === 'error' && test(reply);
const has = (reply: ErrorReply, kind: string): boolean =>
  reply.errors.some((one) => consequenceOf(one).kind === kind);
const aboutOther = ({ errors, messageId }: ErrorReply): boolean =>
  errors.some((one) => one.refToMessageInError !== undefined && one.refToMessageInError !== messageId);
const status =
  (low: number, high: number) =>
  (reply: Reply): boolean =>
    'status' in reply && reply.status >= low && reply.status <= high;

/** Faults that say that our message can never be processed, as opposed to `Receiver`. */
const finalFaults = ['MustUnderstand', 'VersionMismatch', 'Sender', 'DataEncodingUnknown'];

/**
 * The reply classes; the first that matches counts. The principle: only what the partner has signed ends the sending.
 * Anything else may come from a proxy, a gateway or an attacker; it is kept as advice and costs at most the window.
 */
export const REPLY_CLASSES: readonly ReplyClass[] = [
  {
    reason: 'no-answer',
    outcome: 'retry',
    advice: 'No answer came, the partner may or may not have the message. Check address, network and TLS.',
    ebms: 'EBMS:0005',
    partnerDown: true,
    matches: is('no-answer'),
  },
  {
    reason: 'receipt',
    outcome: 'acknowledged',
    advice: 'The partner signed for every part of the message.',
    matches: is('receipt'),
  },
  {
    reason: 'invalid-receipt',
    outcome: 'retry',
    advice: 'The receipt does not prove reception of this message. Compare its digests and its signer.',
    ebms: 'EBMS:0302',
    matches: is('invalid-receipt'),
  },
  {
    reason: 'error-about-another-message',
    outcome: 'retry',
    advice: 'The errors are about another message. Look for a proxy that mixes up answers.',
    matches: error(aboutOther),
  },
  {
    reason: 'duplicate-unverified',
    outcome: 'retry',
    advice:
      'The answer says that the partner has this message, but it is not signed. Ask the partner before sending again.',
    matches: error((reply) => has(reply, 'duplicate') && !reply.verified),
  },
  {
    reason: 'error-unverified',
    outcome: 'retry',
    advice: 'The error is not signed: advice, no proof that the partner refused the message.',
    matches: error(({ verified }) => !verified),
  },
  {
    reason: 'error-permanent',
    outcome: 'refused',
    advice: 'The partner refused the message. Put right what its error names, then submit again.',
    matches: error((reply) => has(reply, 'permanent')),
  },
  {
    reason: 'duplicate-of-earlier-attempt',
    outcome: 'acknowledged',
    advice:
      'The partner signed that an earlier attempt had arrived; the receipt was lost and this partner does not repeat it.',
    matches: error((reply) => has(reply, 'duplicate') && reply.attempt > 1),
  },
  {
    reason: 'message-id-taken',
    outcome: 'refused',
    advice: 'The partner had a message with this MessageId before the first attempt. Submit with a new one.',
    matches: error((reply) => has(reply, 'duplicate')),
  },
  {
    reason: 'error-transient',
    outcome: 'retry',
    advice: 'The partner could not take the message this time.',
    matches: is('error'),
  },
  {
    reason: 'fault-permanent',
    outcome: 'refused',
    advice: 'The partner signed a SOAP fault: it cannot process messages of this form.',
    matches: (reply) => reply.kind === 'fault' && reply.verified === true && finalFaults.includes(reply.code),
  },
  {
    reason: 'fault',
    outcome: 'retry',
    advice: 'The answer is a SOAP fault that is not signed or blames the receiving side.',
    matches: is('fault'),
  },
  {
    reason: 'server-error',
    outcome: 'retry',
    advice: 'The partner, or a proxy before it, failed.',
    partnerDown: true,
    matches: status(500, 599),
  },
  {
    reason: 'client-error',
    outcome: 'retry',
    advice: 'The partner, or a proxy before it, turned the request away. Check path, access and size limits.',
    matches: status(400, 499),
  },
  {
    reason: 'redirect',
    outcome: 'retry',
    advice: 'The address has moved; redirects are not followed. Correct the address in the P-Mode.',
    matches: status(300, 399),
  },
  {
    reason: 'unreadable',
    outcome: 'retry',
    advice: 'The answer is no AS4 message. Check that the address is that of the AS4 service.',
    matches: is('unreadable'),
  },
  {
    reason: 'other-message',
    outcome: 'retry',
    advice: 'The answer holds neither a receipt nor an error.',
    matches: is('other'),
  },
  {
    reason: 'empty',
    outcome: 'retry',
    advice:
      'The answer is empty. The agreement is a receipt in the answer: check the partner’s reply pattern.',
    matches: () => true,
  },
];

/** Classifies the answer to one push. Never throws; codes it does not know are transient. */
export function classifyReply(reply: Reply): ReplyVerdict {
  // The last row matches everything.
  const found = REPLY_CLASSES.find(({ matches }) => matches(reply)) as ReplyClass;
  const { outcome, reason, advice, ebms, partnerDown } = found;
  const errors = reply.kind === 'error' ? reply.errors : [];
  const told = errors.find(({ severity }) => severity === 'failure') ?? errors[0];
  if (told === undefined) return { outcome, reason, advice, ebms, partnerDown };
  const why = `${told.errorCode}: ${consequenceOf(told).why}.`;
  return { outcome, reason, advice: `${advice} ${why}`, ebms: told.errorCode };
}
