import { QuoinError, Refusal } from '../../protocol/errors/index.ts';
import { collect, parseContentType, readMultipart } from '../../protocol/mime/index.ts';
import type { ContentType, MimePart } from '../../protocol/mime/index.ts';
import { isSoapContentType, readEnvelope as readSoap } from '../../protocol/soap/index.ts';
import { parseXml } from '../../protocol/xml/index.ts';
import type { XmlDoc } from '../../protocol/xml/index.ts';
import type { MshContext } from '../context.ts';
import type { Enveloped, IncomingParts } from './stages.ts';
import { createSpool } from './spool.ts';
import type { Spool } from './spool.ts';

/** What came through the door, as far as it must be known to be read. */
export interface Packaged {
  readonly contentType: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** An envelope with the life of what it holds: the document is freed and spooled parts are removed on `release`. */
export interface OpenEnvelope extends Enveloped {
  readonly release: () => Promise<void>;
}

/** The SOAP part as bytes and whatever follows it. */
interface Unpacked {
  readonly root: Buffer;
  readonly rootType: string;
  readonly parts: IncomingParts;
  readonly spool: Spool | undefined;
}

/**
 * Reads the SOAP part only, bounded, without DTD; payload parts stay unread behind it (eDelivery AS4 1.15 1.4.2.3).
 * Throws `xml/...`, `soap/...` for what is not SOAP 1.2 and Refusal EBMS:0007 for what is not readable MIME.
 */
export async function readEnvelope(context: MshContext, packaged: Packaged): Promise<OpenEnvelope> {
  const { root, rootType, parts, spool } = await unpack(context, packaged);
  let doc: XmlDoc | undefined;
  const release = async (): Promise<void> => {
    doc?.dispose();
    await spool?.discard();
  };
  try {
    checkCharset(rootType, root);
    doc = parseXml(root, { maxBytes: context.limits.envelopeBytes });
    const source = { bytes: root, contentType: rootType };
    return { envelope: readSoap(doc), source, parts, release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function unpack(context: MshContext, packaged: Packaged): Promise<Unpacked> {
  const type = contentTypeOf(packaged);
  if (isSoapContentType(packaged.contentType ?? '')) {
    return {
      root: await collect(packaged.body, context.limits.envelopeBytes),
      rootType: packaged.contentType!,
      parts: noParts(),
      spool: undefined,
    };
  }
  if (type.type !== 'multipart/related') throw notAs4(packaged.contentType);
  const parts = readMultipart(packaged.body, packaged.contentType!, { maxParts: context.limits.parts });
  return findRoot(context, parts, type.parameters.get('start'));
}

/** The root is the part that `start` names, the first one when nothing is named (RFC 2387 3.2). */
async function findRoot(
  context: MshContext,
  parts: IncomingParts,
  start: string | undefined,
): Promise<Unpacked> {
  const wanted = start?.trim().replace(/^<|>$/g, '');
  let spool: Spool | undefined;
  try {
    for (;;) {
      const next = await parts.next();
      if (next.done) throw noRoot(start);
      if (wanted === undefined || next.value.contentId === undefined || next.value.contentId === wanted) {
        const root = await rootBytes(context, next.value);
        const rootType = next.value.contentType!;
        return { root, rootType, parts: spool ? chain(spool.replay(), parts) : parts, spool };
      }
      spool ??= createSpool(context);
      await spool.add(next.value);
    }
  } catch (error) {
    await spool?.discard();
    throw error;
  }
}

function rootBytes(context: MshContext, part: MimePart): Promise<Buffer> {
  if (!isSoapContentType(part.contentType ?? '')) throw notAs4(part.contentType);
  return collect(part.body, context.limits.envelopeBytes);
}

function contentTypeOf(packaged: Packaged): ContentType {
  if (packaged.contentType === undefined) throw notAs4(undefined);
  return parseContentType(packaged.contentType);
}

/** The encoding that a charset parameter stands for; ASCII is UTF-8 with less in it (RFC 7303 3.2). */
const CHARSETS: Readonly<Record<string, 'UTF-8' | 'UTF-16'>> = {
  'utf-8': 'UTF-8',
  'us-ascii': 'UTF-8',
  'utf-16': 'UTF-16',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16',
};

/** Whoever goes by the charset parameter must read what we read: one that contradicts the bytes is refused. */
function checkCharset(rootType: string, root: Buffer): void {
  const charset = parseContentType(rootType).parameters.get('charset');
  if (charset === undefined) return;
  const mark = root.length < 2 ? 0 : root.readUInt16BE(0);
  const actual = mark === 0xfeff || mark === 0xfffe ? 'UTF-16' : 'UTF-8';
  if (CHARSETS[charset.toLowerCase()] === actual) return;
  throw new QuoinError('soap/charset', 'The charset of the SOAP part is not the encoding it is in.', {
    finding: {
      check: 'charset-agrees',
      field: 'Content-Type charset',
      expected: actual,
      found: charset.slice(0, 40),
      advice: 'Ask the partner to send UTF-8 and to say so.',
    },
  });
}

async function* chain(first: IncomingParts, second: IncomingParts): IncomingParts {
  yield* first;
  yield* second;
}

async function* noParts(): IncomingParts {
  // A message without payload has no MIME parts behind the envelope.
}

function notAs4(found: string | undefined): Refusal {
  return new Refusal('EBMS:0007', 'receive/not-as4', 'This is not an AS4 message.', {
    finding: {
      check: 'content-type',
      field: 'Content-Type',
      expected: 'multipart/related with an application/soap+xml root, or application/soap+xml',
      found: found ?? 'nothing',
      advice: 'Check that the partner sends AS4 (SOAP 1.2) to this address.',
    },
  });
}

function noRoot(start: string | undefined): Refusal {
  return new Refusal('EBMS:0007', 'receive/no-soap-part', 'The message has no SOAP part.', {
    finding: {
      check: 'soap-part-present',
      field: 'Content-Type start',
      expected: start ?? 'a first part',
      found: 'no such part',
    },
  });
}
