import { gzipMediaType, PART_PROPERTIES } from '../../protocol/as4/index.ts';
import { writeMessaging, writeUserMessage } from '../../protocol/ebms/index.ts';
import type { PartInfo, UserMessage } from '../../protocol/ebms/index.ts';
import { governingLeg } from '../../protocol/pmode/index.ts';
import type { GoverningLeg } from '../../protocol/pmode/index.ts';
import { writeEnvelope } from '../../protocol/soap/index.ts';
import { signEnvelope } from '../../protocol/wss/index.ts';
import type { MshContext } from '../context.ts';
import type { KeptEnvelope, KeyRing, OutboundMessage } from '../ports/index.ts';
import type { Fresh } from './hand.ts';

/**
 * The signed envelope of a message: written and signed once, then kept, so that every attempt and every receipt answers
 * to the same digests (AS4 3.3: a retry repeats MessageId and content).
 */
export async function signedEnvelope(
  context: MshContext,
  keyRing: KeyRing,
  governing: GoverningLeg,
  message: OutboundMessage,
): Promise<KeptEnvelope> {
  if (message.envelope !== undefined) return message.envelope;
  return await context.store.keepEnvelope(
    message.rowId,
    writeEnvelopeOnce(context, keyRing, governing, message),
  );
}

/** The envelope of a message nobody has tried, to be kept with its first claim; undefined when it cannot be made now. */
export function signFresh(context: MshContext, { message }: Fresh): KeptEnvelope | undefined {
  const { pmodes, keyRing } = context.agreements();
  const governing = governingLeg(pmodes, message.pmodeId, message.leg, 'send');
  if (governing === undefined) return undefined;
  try {
    return writeEnvelopeOnce(context, keyRing, governing, message);
  } catch {
    // The attempt runs into the same, and tells it.
    return undefined;
  }
}

function writeEnvelopeOnce(
  context: MshContext,
  keyRing: KeyRing,
  governing: GoverningLeg,
  message: Signable,
): KeptEnvelope {
  const messagingId = `_m-${context.nature.uuid()}`;
  const messaging = writeMessaging({ units: writeUserMessage(wireHeader(message)), id: messagingId });
  const { security } = governing.leg;
  if (!security.sign) {
    // The P-Mode checks let nothing be encrypted that is not signed: there is no Security header to insert into.
    const { xml } = writeEnvelope({ blocks: [messaging], bodyId: undefined });
    return { bytes: Buffer.from(xml), encryptionOffset: 0, references: [], signer: '' };
  }
  return signEnvelope({
    messaging,
    messagingId,
    attachments: message.parts.map((part) => ({ href: part.href, digestValue: part.signedDigest })),
    key: keyRing.signingKey(),
    keyReference: security.signingKeyReference,
    suite: security.suite,
  });
}

type Signable = Pick<OutboundMessage, 'userMessage' | 'parts'>;

/** The header as it goes on the wire: CompressionType stands only there, the producer never sees it (eDelivery AS4 1.15 1.4.3.1). */
function wireHeader(message: Signable): UserMessage {
  const compressed = new Set(message.parts.filter((part) => part.compressed).map((part) => part.href));
  return {
    ...message.userMessage,
    payloadInfo: message.userMessage.payloadInfo.map((part) =>
      part.href !== undefined && compressed.has(part.href) ? labelled(part) : part,
    ),
  };
}

function labelled(part: PartInfo): PartInfo {
  return {
    ...part,
    properties: [...part.properties, { name: PART_PROPERTIES.compressionType, value: gzipMediaType }],
  };
}
