import { cidToContentId, writeMultipart } from '../../protocol/mime/index.ts';
import type { GoverningLeg } from '../../protocol/pmode/index.ts';
import { sealEnvelope } from '../../protocol/wss/index.ts';
import type { SealedEnvelope } from '../../protocol/wss/index.ts';
import type { MshContext } from '../context.ts';
import type { KeptEnvelope, KeyRing, OutboundMessage, StoredPart } from '../ports/index.ts';
import { openBytes } from '../keep-bytes.ts';
import { wireType } from '../submit/keep.ts';
import { once } from '../streams.ts';
import type { RunningAttempt } from './running-attempt.ts';

/** One attempt ready to be pushed: headers, exact length, and the body as a stream. */
export interface Sealed {
  readonly contentType: string;
  readonly contentLength: number;
  readonly body: () => AsyncIterable<Uint8Array>;
  /** thumbprintSha256 of the certificate the payloads are encrypted for. */
  readonly recipient: string | undefined;
}

/** What is to be sent, and payloads of it that are at hand. */
type Sealable = Pick<RunningAttempt, 'message' | 'inline'>;

/** The first part, and what the others are encrypted with. */
interface Enclosed {
  readonly root: Buffer;
  readonly sealed?: SealedEnvelope;
  readonly recipient?: string;
}

/**
 * Encrypts for one attempt: a fresh session key, each part encrypted while it streams out (eDelivery AS4 1.15 1.4.2.6).
 * A message without payload has nothing to encrypt. Throws `keys/no-encryption-certificate`.
 */
export function seal(
  context: MshContext,
  keyRing: KeyRing,
  governing: GoverningLeg,
  { message, inline }: Sealable,
  envelope: KeptEnvelope,
): Sealed {
  const open = (part: StoredPart): AsyncIterable<Uint8Array> => openPart(context, part, inline);
  if (message.parts.length === 0) return bare(envelope.bytes);
  if (!governing.leg.security.encrypt) return multipart(context, message, open, { root: envelope.bytes });
  const { security } = governing.leg;
  const recipient = keyRing.encryptionCertificate(governing.partner, new Date(context.nature.now()));
  const sealed = sealEnvelope(envelope, {
    parts: message.parts.map((part) => ({ href: part.href, mimeType: wireType(part) })),
    recipient,
    keyReference: security.encryptionKeyReference,
    suite: security.suite,
  });
  return multipart(context, message, open, {
    root: sealed.bytes,
    sealed,
    recipient: recipient.thumbprintSha256,
  });
}

function bare(bytes: Buffer): Sealed {
  return {
    contentType: 'application/soap+xml; charset=utf-8',
    contentLength: bytes.byteLength,
    body: () => once(bytes),
    recipient: undefined,
  };
}

function multipart(
  context: MshContext,
  message: OutboundMessage,
  open: (part: StoredPart) => AsyncIterable<Uint8Array>,
  { root, sealed, recipient }: Enclosed,
): Sealed {
  const { uuid } = context.nature;
  const written = writeMultipart({
    boundary: `quoin-${uuid()}`,
    rootContentId: `root-${uuid()}@${context.idDomain}`,
    root,
    parts: message.parts.map((part) => ({
      contentId: cidToContentId(part.href),
      contentType: sealed ? 'application/octet-stream' : wireType(part),
      length: part.size + (sealed?.overhead ?? 0),
      open: () => (sealed === undefined ? open(part) : sealed.encrypt(part.href, open(part))),
    })),
  });
  return { ...written, recipient };
}

/** The payload as it is kept: from the hand, or from the store. */
function openPart(
  context: MshContext,
  { payload }: StoredPart,
  inline: Sealable['inline'],
): AsyncIterable<Uint8Array> {
  const bytes = inline?.get(payload);
  return bytes === undefined ? openBytes(context, payload) : once(bytes);
}
