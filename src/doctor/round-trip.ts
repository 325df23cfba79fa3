import { randomUUID } from 'node:crypto';
import type { Certificate, KeyEntry } from '../protocol/pki/index.ts';
import { readEnvelope } from '../protocol/soap/index.ts';
import {
  namesCertificate,
  openEncryption,
  readSecurity,
  sealEnvelope,
  signEnvelope,
  verifySignature,
} from '../protocol/wss/index.ts';
import type { SuiteName } from '../protocol/wss/index.ts';
import { NS, parseXml } from '../protocol/xml/index.ts';

const HREF = 'cid:round-trip@doctor.invalid';
const MIME_TYPE = 'application/octet-stream';

/**
 * Signs and encrypts a small message with our own keys and reads it back the way a partner would: the signature must hold,
 * and what is decrypted must be what was encrypted. Throws what the steps throw; false when the content differs.
 */
export async function roundTrip(signing: KeyEntry, decryption: KeyEntry, suite: SuiteName): Promise<boolean> {
  const content = Buffer.from(randomUUID());
  const sealed = seal(signing, decryption.certificate, suite);
  const ciphertext = await gather(sealed.encrypt(HREF, once(content)));
  const document = parseXml(sealed.bytes);
  try {
    const security = readSecurity(readEnvelope(document));
    verifySignature(security, {
      suite,
      findCertificates: (reference) =>
        [signing.certificate].filter((certificate) => namesCertificate(reference, certificate)),
    });
    const opening = openEncryption(security, {
      suite,
      keys: [decryption],
      acceptLegacyKeyTransport: false,
    });
    const [contentId] = opening.contentIds;
    if (contentId === undefined) return false;
    const plain = await gather(opening.decrypt(contentId, once(ciphertext)));
    return plain.equals(content);
  } finally {
    document.dispose();
  }
}

function seal(signing: KeyEntry, recipient: Certificate, suite: SuiteName): ReturnType<typeof sealEnvelope> {
  const messaging = `<eb:Messaging xmlns:eb="${NS.EB}" xmlns:S12="${NS.S12}" xmlns:wsu="${NS.WSU}" wsu:Id="m" S12:mustUnderstand="true"/>`;
  const signed = signEnvelope({
    messaging,
    messagingId: 'm',
    attachments: [],
    key: signing,
    keyReference: 'BinarySecurityToken',
    suite,
  });
  return sealEnvelope(signed, {
    parts: [{ href: HREF, mimeType: MIME_TYPE }],
    recipient,
    keyReference: 'BinarySecurityToken',
    suite,
  });
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function gather(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
