import { QuoinError } from '../../protocol/errors/index.ts';
import { governingLeg } from '../../protocol/pmode/index.ts';
import type { MshContext } from '../context.ts';
import type { OutboundMessage } from '../ports/index.ts';
import { ring } from '../ring.ts';

/** What an operator's resend came to. */
export interface ResendResult {
  readonly message: OutboundMessage;
  /** What speaks against success although it was done, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Sends a failed message again: same MessageId and same signed envelope, because the partner may have kept a copy whose
 * receipt answers to these digests; a retry window of its own. Resolves to undefined for an unknown MessageId. Throws
 * `send/not-failed`, `send/pmode-gone`, and `send/signer-retired` where the kept signature cannot be accepted any more.
 */
export async function resend(
  context: MshContext,
  messageId: string,
  by: string,
): Promise<ResendResult | undefined> {
  const message = await context.store.findOutbound(messageId);
  if (message === undefined) return undefined;
  if (message.state !== 'SEND_FAILURE') throw notFailed(message);
  const { pmodes } = context.agreements();
  if (governingLeg(pmodes, message.pmodeId, message.leg, 'send') === undefined) throw goneAgreement(message);
  const warnings = signerWarnings(context, message);
  const at = context.nature.now();
  const moved = await context.store.resendOutbound(message.rowId, { at, by });
  const now = (await context.store.getOutbound(message.rowId)) ?? message;
  // Somebody else was faster: it is on its way, or has arrived.
  if (!moved) throw notFailed(now);
  context.observer.emit({
    event: 'send/resent',
    level: 'info',
    messageId,
    conversationId: message.userMessage.collaborationInfo.conversationId,
    pmode: message.pmodeId,
    partner: message.partner,
    attemptsBefore: message.attempts,
    by,
    warnings,
  });
  await ring(context, message.rowId, at);
  return { message: now, warnings };
}

/**
 * The envelope keeps the signature it has. While a key is being replaced, partners still know the old certificate and the
 * message goes out with a warning; once it has expired, or is none of ours any more, no partner can accept it.
 */
function signerWarnings(context: MshContext, { envelope }: OutboundMessage): readonly string[] {
  if (envelope === undefined || envelope.signer === '') return [];
  const { keyRing } = context.agreements();
  if (keyRing.signingKey().certificate.thumbprintSha256 === envelope.signer) {
    return [];
  }
  const signer = keyRing
    .decryptionKeys()
    .map(({ certificate }) => certificate)
    .find(({ thumbprintSha256 }) => thumbprintSha256 === envelope.signer);
  if (signer === undefined) throw retired('none of ours any more', envelope.signer);
  if (signer.notAfter.getTime() < context.nature.now())
    throw retired(`expired on ${signer.notAfter.toISOString()}`, signer.subject);
  return [
    `The message stays signed with ${signer.subject}, serial ${signer.serialNumber}, which another key has replaced: the partner must still accept it.`,
  ];
}

function retired(found: string, signer: string): QuoinError {
  return new QuoinError(
    'send/signer-retired',
    'The certificate this message was signed with can no longer be accepted.',
    {
      finding: {
        check: 'signer-in-force',
        field: 'envelope',
        expected: 'a signature of a certificate that is ours and valid',
        found: `${signer}: ${found}`,
        advice: 'Submit the message anew: it gets a new MessageId and a signature of the key in force.',
      },
    },
  );
}

function notFailed(message: OutboundMessage): QuoinError {
  return new QuoinError('send/not-failed', 'Only a message that has failed can be sent again.', {
    finding: {
      check: 'message-failed',
      field: 'state',
      expected: 'SEND_FAILURE',
      found: message.state,
      advice: 'A message that waits is tried again by itself; a new one is sent under a new MessageId.',
    },
  });
}

/** The refusal for a message whose agreement is not loaded. */
export function goneAgreement(message: OutboundMessage): QuoinError {
  return new QuoinError(
    'send/pmode-gone',
    `The P-Mode ${message.pmodeId} or its leg ${message.leg} is no longer loaded.`,
    {
      finding: {
        check: 'pmode-loaded',
        expected: `${message.pmodeId} with leg ${message.leg}`,
        found: 'nothing',
        advice: 'Load the P-Mode again; the message is tried again until its window ends.',
      },
    },
  );
}
