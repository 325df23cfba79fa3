import { QuoinError } from '../../protocol/errors/index.ts';
import type { MshContext } from '../context.ts';
import { Meter } from '../meter.ts';
import type { OutboundMessage } from '../ports/index.ts';
import type { PartStreams, Submission } from '../types.ts';
import { settledId } from './complete-header.ts';
import { fingerprint } from './fingerprint.ts';
import { takeParts } from './take-parts.ts';

interface Hashed {
  readonly sha256: string;
}

/** The message that has the MessageId of a submission already. Throws `submit/invalid-id`, `submit/reserved-id`. */
export async function repeatedMessage(
  { store, idDomain }: Pick<MshContext, 'store' | 'idDomain'>,
  submission: Submission,
): Promise<OutboundMessage | undefined> {
  const messageId = settledId(submission, idDomain);
  return messageId === undefined ? undefined : store.findOutbound(messageId);
}

/**
 * Compares a submission with the message whose MessageId it has, as its parts stream by; keeps nothing. Throws
 * `submit/duplicate-message-id` for other content, and what any submission is refused with whose parts are not all there.
 */
export async function requireSame(
  known: OutboundMessage,
  submission: Submission,
  streams: PartStreams,
): Promise<void> {
  const parts = await takeParts(
    submission.parts,
    streams,
    new Map<number, Hashed>(),
    async ({ index, content }) => ({
      sha256: await hashOf(known, index, content),
    }),
  );
  if (fingerprint(submission, parts) !== known.fingerprint) throw otherContent(known.messageId);
}

/** Read no further than the known part is long: what is longer is other content. */
async function hashOf(
  { parts, messageId }: OutboundMessage,
  index: number,
  content: AsyncIterable<Uint8Array>,
): Promise<string> {
  const partBytes = parts[index]?.originalSize ?? 0;
  const meter = new Meter({
    partBytes,
    budget: { left: partBytes },
    tooLarge: () => otherContent(messageId),
  });
  for await (const chunk of content) meter.take(chunk);
  return meter.sha256();
}

/** The MessageId is that of another message. */
export function otherContent(messageId: string): QuoinError {
  return new QuoinError(
    'submit/duplicate-message-id',
    'This MessageId was already submitted with other content.',
    {
      finding: {
        check: 'message-id-unique',
        field: 'messageId',
        found: messageId,
        advice:
          'Leave messageId out to have one generated, or send the same content again; an Idempotency-Key is for one content.',
      },
    },
  );
}
