import { describeError } from '../../src/protocol/errors/index.ts';
import { readMultipart, writeMultipart } from '../../src/protocol/mime/index.ts';
import type { Certificate, KeyEntry } from '../../src/protocol/pki/index.ts';
import { writeFault } from '../../src/protocol/soap/index.ts';
import { signEnvelope } from '../../src/protocol/wss/index.ts';
import type { KeyReferenceKind } from '../../src/protocol/wss/index.ts';
import { canonicalize, indexIds, NS, withXml } from '../../src/protocol/xml/index.ts';
import { gather, once, receive, SUITE } from '../protocol/wss/mini-msh.ts';
import type { Part, Wire } from '../protocol/wss/mini-msh.ts';
import { renderContent, renderElement } from './awkward-xml.ts';
import { BODY_ID, MESSAGING_ID } from './awkward-envelope.ts';
import type { AwkwardEnvelope } from './awkward-envelope.ts';

/** An awkward Messaging element that stands on its own, as the product writes its own: prefixes eb, S12 and wsu. */
export function messagingText({ messaging }: AwkwardEnvelope, parts: readonly Part[] = []): string {
  const given = new Map([
    ['eb', NS.EB],
    ['S12', NS.S12],
    ['wsu', NS.WSU],
  ]);
  const infos = parts.map(({ contentId }) => `<eb:PartInfo href="cid:${contentId}"/>`).join('');
  return renderElement(
    {
      ...messaging,
      prefix: 'eb',
      name: 'Messaging',
      layout: { quote: '"', space: ' ', equals: '=', tail: '', selfClosing: false, declarationsFirst: true },
      declarations: [...messaging.declarations.filter(([prefix]) => !given.has(prefix)), ...given],
      attributes: [
        { prefix: 'S12', name: 'mustUnderstand', value: 'true' },
        { prefix: 'wsu', name: 'Id', value: MESSAGING_ID },
        ...messaging.attributes,
      ],
    },
    new Map(),
    (inner) => infos + renderContent(messaging.inside, inner),
  );
}

/** The same element in canonical form, in which every byte counts. */
export function canonicalMessagingText(awkward: AwkwardEnvelope, parts: readonly Part[] = []): string {
  return withXml(Buffer.from(messagingText(awkward, parts)), {}, (doc) =>
    canonicalize(indexIds(doc).get(MESSAGING_ID)!).toString(),
  );
}

/** Signs a Messaging element without parts as the product signs messages and, with a fault, errors. */
export function signedByProduct(
  messaging: string,
  key: KeyEntry,
  options: { readonly keyReference?: KeyReferenceKind; readonly fault?: boolean } = {},
): Buffer {
  return signEnvelope({
    messaging,
    messagingId: MESSAGING_ID,
    attachments: [],
    key,
    keyReference: options.keyReference ?? 'BinarySecurityToken',
    suite: SUITE,
    fault: options.fault === true ? writeFault({ code: 'Sender', reason: 'für die Katz <&>' }) : undefined,
  }).bytes;
}

/** Why the product refuses a message, or undefined when it verifies and covers Messaging, Body and every part. */
export async function refusalOf(
  wire: Wire,
  known: readonly Certificate[],
  keys: readonly KeyEntry[] = [],
): Promise<string | undefined> {
  try {
    await receive(wire, { keys, known });
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

/** The media type of a message without parts. */
export const SOAP_TYPE = 'application/soap+xml; charset=utf-8';

/** A message as one HTTP body with its media type, packaged by the product. */
export async function packaged(
  wire: Wire,
): Promise<{ readonly contentType: string; readonly message: Buffer }> {
  if (wire.parts.size === 0) return { contentType: SOAP_TYPE, message: wire.envelope };
  const written = writeMultipart({
    rootContentId: 'root@comparison',
    boundary: 'comparison-boundary',
    root: wire.envelope,
    parts: [...wire.parts].map(([contentId, { mimeType, bytes }]) => ({
      contentId,
      contentType: mimeType,
      length: bytes.length,
      open: () => once(bytes),
    })),
  });
  return { contentType: written.contentType, message: await gather(written.body()) };
}

/** The SOAP part and the payload parts of an HTTP body, read by the product. */
export async function unpackaged(contentType: string, message: Buffer): Promise<Wire> {
  if (!contentType.startsWith('multipart/')) return { envelope: message, parts: new Map() };
  let envelope: Buffer | undefined;
  const parts = new Map<string, { mimeType: string; bytes: Buffer }>();
  for await (const part of readMultipart(once(message), contentType)) {
    const bytes = await gather(part.body);
    if (envelope === undefined) envelope = bytes;
    else parts.set(part.contentId!, { mimeType: part.contentType!, bytes });
  }
  return { envelope: envelope!, parts };
}

/** An unsigned envelope around a canonical Messaging element, in which every byte of Messaging and Body counts. */
export function canonicalEnvelope(messaging: string): string {
  const body = `<S12:Body xmlns:S12="${NS.S12}" xmlns:wsu="${NS.WSU}" wsu:Id="${BODY_ID}"></S12:Body>`;
  return `<S12:Envelope xmlns:S12="${NS.S12}"><S12:Header>${messaging}</S12:Header>${body}</S12:Envelope>`;
}
