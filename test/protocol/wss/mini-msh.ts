import type { Certificate, KeyEntry } from '../../../src/protocol/pki/index.ts';
import { readEnvelope } from '../../../src/protocol/soap/index.ts';
import {
  attachmentDigester,
  checkCoverage,
  namesCertificate,
  openEncryption,
  readSecurity,
  sealEnvelope,
  signEnvelope,
  verifySignature,
} from '../../../src/protocol/wss/index.ts';
import type {
  KeyReferenceKind,
  Opening,
  SecurityLimits,
  SignedReference,
} from '../../../src/protocol/wss/index.ts';
import { isElement, NS, parseXml } from '../../../src/protocol/xml/index.ts';

/** The security steps of a send and of a receive in the order of the MSH, for tests of the whole room. */

export const SUITE = 'eDelivery-AS4-1.15';

export interface Part {
  readonly contentId: string;
  readonly mimeType: string;
  readonly content: Buffer;
}

/** What goes over the line: the SOAP part, and the parts with the media type their MIME headers carry. */
export interface Wire {
  readonly envelope: Buffer;
  readonly parts: ReadonlyMap<string, { readonly mimeType: string; readonly bytes: Buffer }>;
}

export interface Sending {
  readonly signer: KeyEntry;
  readonly signWith: KeyReferenceKind;
  readonly recipient: Certificate;
  readonly recipientChain?: readonly Certificate[];
  readonly encryptWith: KeyReferenceKind;
  readonly parts: readonly Part[];
  readonly encrypts?: boolean;
  readonly unit?: string;
}

export async function send(sending: Sending): Promise<Wire> {
  const signed = signEnvelope({
    messaging: messagingText(sending.parts, sending.unit),
    messagingId: '_m-1',
    attachments: sending.parts.map(({ contentId, mimeType, content }) => ({
      href: `cid:${contentId}`,
      digestValue: digestOf(mimeType, content),
    })),
    key: sending.signer,
    keyReference: sending.signWith,
    suite: SUITE,
  });
  if (sending.encrypts === false) {
    const plain = sending.parts.map(
      ({ contentId, mimeType, content }) => [contentId, { mimeType, bytes: content }] as const,
    );
    return { envelope: signed.bytes, parts: new Map(plain) };
  }
  const sealed = sealEnvelope(signed, {
    parts: sending.parts.map(({ contentId, mimeType }) => ({ href: `cid:${contentId}`, mimeType })),
    recipient: sending.recipient,
    recipientChain: sending.recipientChain,
    keyReference: sending.encryptWith,
    suite: SUITE,
  });
  const parts = new Map<string, { mimeType: string; bytes: Buffer }>();
  for (const { contentId, content } of sending.parts) {
    const bytes = await gather(sealed.encrypt(`cid:${contentId}`, once(content)));
    parts.set(contentId, { mimeType: 'application/octet-stream', bytes });
  }
  return { envelope: sealed.bytes, parts };
}

export interface Receiving {
  readonly keys: readonly KeyEntry[];
  readonly known: readonly Certificate[];
  readonly acceptUnsignedBody?: boolean;
  readonly acceptLegacyKeyTransport?: boolean;
  readonly acceptAttachmentComplete?: boolean;
  readonly limits?: Partial<SecurityLimits>;
  /** Content-IDs the header would name; those of the parts unless given. */
  readonly contentIds?: readonly string[];
  readonly chunkSize?: number;
}

export interface Received {
  readonly signer: Certificate;
  readonly chain: readonly Certificate[];
  readonly references: readonly SignedReference[];
  readonly contents: ReadonlyMap<string, Buffer>;
  readonly recipient: string | undefined;
}

export class WrongDigest extends Error {}

/** Verifies and opens a message; throws what the room throws, or WrongDigest for a payload that is not what was signed. */
export async function receive(wire: Wire, receiving: Receiving): Promise<Received> {
  const doc = parseXml(wire.envelope);
  try {
    const envelope = readEnvelope(doc);
    const claimed = readSecurity(envelope, receiving.limits);
    const verified = verifySignature(claimed, {
      suite: SUITE,
      findCertificates: (reference) => receiving.known.filter((known) => namesCertificate(reference, known)),
    });
    const messaging = envelope.blocks.find((block) => isElement(block, NS.EB, 'Messaging'));
    if (messaging === undefined) throw new Error('No Messaging in the header');
    checkCoverage(verified, {
      messaging,
      body: envelope.body,
      contentIds: receiving.contentIds ?? [...wire.parts.keys()],
      acceptUnsignedBody: receiving.acceptUnsignedBody,
    });
    const opening: Opening = {
      suite: SUITE,
      keys: receiving.keys,
      acceptLegacyKeyTransport: receiving.acceptLegacyKeyTransport ?? false,
      acceptAttachmentComplete: receiving.acceptAttachmentComplete,
    };
    const decryption = claimed.encryptedParts.length > 0 ? openEncryption(claimed, opening) : undefined;
    const contents = new Map<string, Buffer>();
    for (const [contentId, { mimeType, bytes }] of wire.parts) {
      const encrypted = decryption?.contentIds.has(contentId) === true ? decryption : undefined;
      const source = cut(bytes, receiving.chunkSize ?? 1024);
      const content = await gather(encrypted?.decrypt(contentId, source) ?? source);
      const digester = attachmentDigester(
        encrypted === undefined ? mimeType : () => encrypted.mimeTypeOf(contentId),
      );
      digester.update(content);
      if (digester.digest().toString('base64') !== verified.attachmentDigests.get(contentId))
        throw new WrongDigest(contentId);
      contents.set(contentId, content);
    }
    const { certificate, chain, references } = verified;
    return { signer: certificate, chain, references, contents, recipient: decryption?.recipient };
  } finally {
    doc.dispose();
  }
}

export function digestOf(mimeType: string, content: Buffer): string {
  const digester = attachmentDigester(mimeType);
  digester.update(content);
  return digester.digest().toString('base64');
}

export function messagingText(parts: readonly { readonly contentId: string }[], unit?: string): string {
  const infos = parts.map(({ contentId }) => `<eb:PartInfo href="cid:${contentId}"/>`).join('');
  return (
    `<eb:Messaging xmlns:eb="${NS.EB}" xmlns:S12="${NS.S12}" xmlns:wsu="${NS.WSU}" S12:mustUnderstand="true" wsu:Id="_m-1">` +
    (unit ??
      '<eb:UserMessage><eb:MessageInfo><eb:Timestamp>2026-01-02T03:04:05Z</eb:Timestamp><eb:MessageId>m@example.org</eb:MessageId></eb:MessageInfo>' +
        `<eb:PayloadInfo>${infos}</eb:PayloadInfo></eb:UserMessage>`) +
    '</eb:Messaging>'
  );
}

export async function gather(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function* once(content: Buffer): AsyncGenerator<Uint8Array> {
  if (content.length > 0) yield content;
}

export async function* cut(content: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}
