import { cidToContentId, writeMultipart } from '../../protocol/mime/index.ts';
import type { GoverningLeg } from '../../protocol/pmode/index.ts';
import { sealEnvelope } from '../../protocol/wss/index.ts';
import type { SealedEnvelope } from '../../protocol/wss/index.ts';
import type { MshContext } from '../context.ts';
import type { KeptEnvelope, KeyRing, OutboundMessage, StoredPart } from '../ports/index.ts';
import { openBytes } from '../keep-bytes.ts';
import { wireType } from '../submit/keep.ts';
import { once } from '../streams.ts';

/** One attempt ready to be pushed: headers, exact length, and the body as a stream. */
export interface Sealed {
  readonly contentType: string;
  readonly contentLength: number;
  readonly body: () => AsyncIterable<Uint8Array>;
  /** thumbprintSha256 of the certificate the payloads are encrypted for. */
  readonly recipient: string | undefined;
}

/**
 * Encrypts for one attempt: a fresh session key, each part encrypted while it streams out (eDelivery AS4 1.15 1.4.2.6).
 * A message without payload has nothing to encrypt. Throws `keys/no-encryption-certificate`.
 */
export function seal(
  context: MshContext,
  keyRing: KeyRing,
  governing: GoverningLeg,
  message: OutboundMessage,
  envelope: KeptEnvelope,
): Sealed {
  if (message.parts.length === 0) return bare(envelope.bytes);
  if (!governing.leg.security.encrypt)
    return multipart(context, message, envelope.bytes, undefined, undefined);
  const { security } = governing.leg;
  const recipient = keyRing.encryptionCertificate(governing.partner, new Date(context.nature.now()));
  const sealed = sealEnvelope(envelope, {
    parts: message.parts.map((part) => ({ href: part.href, mimeType: wireType(part) })),
    recipient,
    keyReference: security.encryptionKeyReference,
    suite: security.suite,
  });
  return multipart(context, message, sealed.bytes, sealed, recipient.thumbprintSha256);
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
  root: Buffer,
  sealed: SealedEnvelope | undefined,
  recipient: string | undefined,
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
      open: () => content(context, part, sealed),
    })),
  });
  return { ...written, recipient };
}

function content(
  context: MshContext,
  part: StoredPart,
  sealed: SealedEnvelope | undefined,
): AsyncIterable<Uint8Array> {
  const kept = openBytes(context, part.payload);
  return sealed ? sealed.encrypt(part.href, kept) : kept;
}
