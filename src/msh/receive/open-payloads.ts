import { Refusal } from '../../protocol/errors/index.ts';
import { consumerProperties, gunzipBounded, partTreatment } from '../../protocol/as4/index.ts';
import type { PartInfo } from '../../protocol/ebms/index.ts';
import type { MimePart } from '../../protocol/mime/index.ts';
import { attachmentDigester } from '../../protocol/wss/index.ts';
import type { MshContext } from '../context.ts';
import { discardParts } from '../discard-payloads.ts';
import { Meter } from '../meter.ts';
import type { Budget } from '../meter.ts';
import { createBytesWriter } from '../keep-bytes.ts';
import type { BytesWriter, InlineRoom, KeptBytes } from '../keep-bytes.ts';
import type { NewPart } from '../ports/index.ts';
import type { Opened, Verified } from './stages.ts';

/** A payload that is written but not yet readable by anyone. */
interface Written {
  readonly writer: BytesWriter;
  readonly describe: (kept: KeptBytes) => NewPart;
}

/**
 * ONE pass over each payload as its bytes arrive: decrypt, digest, gunzip under limits, into the payload store.
 * Nothing becomes readable before every GCM tag and every signed digest has agreed; on any refusal nothing stays.
 * Throws Refusal EBMS:0102, 0101, 0303, 0007, 0010.
 */
export async function openPayloads(context: MshContext, verified: Verified): Promise<Opened> {
  const written = new Map<string, Written>();
  const budget = { left: verified.governing.leg.payload.maxMessageSize };
  const room: InlineRoom = { left: context.limits.inlineBytes };
  try {
    for await (const part of verified.parts) {
      const index = partIndex(verified, part, written);
      written.set(
        verified.contentIds[index]!,
        await openPart(context, verified, part, index, { budget, room }),
      );
    }
    const absent = verified.contentIds.find((id) => !written.has(id));
    if (absent !== undefined) throw absentPart(absent);
    return { ...verified, stored: await commitAll(context, verified, written) } as unknown as Opened;
  } catch (error) {
    await Promise.all([...written.values()].map(({ writer }) => writer.abort()));
    throw error;
  }
}

async function commitAll(
  context: MshContext,
  verified: Verified,
  written: ReadonlyMap<string, Written>,
): Promise<readonly NewPart[]> {
  if (verified.governing.leg.delivery === 'none') {
    // Test service: proven, acknowledged, never delivered; its payload is of no use to anyone.
    await Promise.all([...written.values()].map(({ writer }) => writer.abort()));
    return [];
  }
  const stored: NewPart[] = [];
  try {
    for (const id of verified.contentIds) {
      const { writer, describe } = written.get(id)!;
      stored.push(describe(await writer.commit()));
    }
    return stored;
  } catch (error) {
    await discardParts(context, stored);
    throw error;
  }
}

/** The PartInfo a MIME part belongs to; parts match by Content-ID, whatever their order. */
function partIndex(verified: Verified, part: MimePart, written: ReadonlyMap<string, Written>): number {
  const index = part.contentId === undefined ? -1 : verified.contentIds.indexOf(part.contentId);
  if (index >= 0 && !written.has(verified.contentIds[index]!)) return index;
  throw new Refusal('EBMS:0007', 'receive/undeclared-part', 'A MIME part is not named by any PartInfo.', {
    finding: {
      check: 'mime-parts-declared',
      field: 'Content-ID',
      expected: verified.contentIds.join(', ') || 'no payload parts',
      found: part.contentId ?? 'no Content-ID',
    },
  });
}

async function openPart(
  context: MshContext,
  verified: Verified,
  part: MimePart,
  index: number,
  { budget, room }: { readonly budget: Budget; readonly room: InlineRoom },
): Promise<Written> {
  const contentId = verified.contentIds[index]!;
  const info = verified.userMessage.payloadInfo[index]!;
  const plain = openCipher(verified, contentId, part);
  const digester = attachmentDigester(plain.mimeType, { maxCanonicalBytes: context.limits.canonicalBytes });
  const source = new HeldSource(plain.content, (chunk) => digester.update(chunk));
  const { compressed } = partTreatment(info);
  const { maxPartSize } = verified.governing.leg.payload;
  const meter = new Meter({
    partBytes: maxPartSize,
    budget,
    tooLarge: () => tooLarge(contentId, maxPartSize),
  });
  const writer = createBytesWriter(context, room);
  try {
    const content = compressed
      ? gunzipBounded(source.chunks(), gunzipLimits(context, verified))
      : source.chunks();
    const outcome = await attempt(() => writeAll(writer, meter, content));
    // The tag and the digest speak first: what gzip says of unproven bytes must not be an answer to a forger.
    await source.drain();
    const digest = digester.digest().toString('base64');
    checkDigest(verified, contentId, digest);
    if (outcome.error !== undefined) throw outcome.error;
    return { writer, describe: describer(info, verified.contentIds[index]!, meter, digest) };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function attempt(act: () => Promise<void>): Promise<{ readonly error?: Error }> {
  try {
    await act();
    return {};
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

async function writeAll(
  writer: BytesWriter,
  meter: Meter,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const chunk of content) {
    meter.take(chunk);
    await writer.write(chunk);
  }
}

function gunzipLimits(context: MshContext, verified: Verified): { maxBytes: number; maxRatio: number } {
  return { maxBytes: verified.governing.leg.payload.maxPartSize, maxRatio: context.limits.gzipRatio };
}

/** Decrypted content and the media type that decides its signature transform (WSS SwA 1.1.1 5.4.2). */
function openCipher(
  verified: Verified,
  contentId: string,
  part: MimePart,
): { mimeType: string; content: AsyncIterable<Uint8Array> } {
  const { decryption } = verified;
  if (decryption?.contentIds.has(contentId) !== true)
    return { mimeType: part.contentType ?? 'text/plain', content: part.body };
  return { mimeType: decryption.mimeTypeOf(contentId), content: decryption.decrypt(contentId, part.body) };
}

function checkDigest(verified: Verified, contentId: string, digest: string): void {
  if (verified.signature === undefined) return;
  const signed = verified.signature.attachmentDigests.get(contentId);
  if (signed === digest) return;
  throw new Refusal('EBMS:0101', 'receive/payload-digest', 'A payload is not what was signed.', {
    finding: {
      check: 'payload-digest',
      field: `cid:${contentId}`,
      expected: signed,
      found: digest,
      advice:
        'The payload changed between signing and here: look for a proxy that rewrites bodies, or resend.',
    },
  });
}

function describer(
  info: PartInfo,
  contentId: string,
  meter: Meter,
  signedDigest: string,
): (kept: KeptBytes) => NewPart {
  const mimeType = partTreatment(info).mimeType ?? 'application/octet-stream';
  const properties = consumerProperties(info);
  const sha256 = meter.sha256();
  return (kept) => ({
    href: info.href ?? `cid:${contentId}`,
    mimeType,
    properties,
    ...kept,
    size: meter.size,
    compressed: false,
    originalSize: meter.size,
    sha256,
    signedDigest,
  });
}

function absentPart(contentId: string): Refusal {
  return new Refusal('EBMS:0007', 'receive/part-missing', 'A part the header names did not come.', {
    finding: {
      check: 'declared-parts-present',
      field: `cid:${contentId}`,
      expected: 'a MIME part with this Content-ID',
      found: 'none',
      advice: 'The message was cut short or a proxy dropped a part.',
    },
  });
}

/** A source that several readers can take turns on: a reader that stops early does not end it. */
class HeldSource {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #seen: (chunk: Uint8Array) => void;
  #done = false;
  #failure: Error | undefined;

  constructor(source: AsyncIterable<Uint8Array>, seen: (chunk: Uint8Array) => void) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#seen = seen;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    while (!this.#done) {
      const next = await this.#next();
      if (next === undefined) return;
      yield next;
    }
  }

  /** Reads what nobody has read, so that the tag at the end is checked; throws what the source threw, to whoever. */
  async drain(): Promise<void> {
    while (!this.#done) await this.#next();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #next(): Promise<Uint8Array | undefined> {
    const next = await this.#iterator.next().catch((error: unknown) => {
      this.#done = true;
      this.#failure = error instanceof Error ? error : new Error(String(error));
      throw this.#failure;
    });
    if (next.done === true) {
      this.#done = true;
      return undefined;
    }
    this.#seen(next.value);
    return next.value;
  }
}

function tooLarge(contentId: string, limit: number): Refusal {
  return new Refusal('EBMS:0010', 'receive/too-large', 'A payload is larger than the P-Mode allows.', {
    finding: {
      check: 'payload-size',
      field: `cid:${contentId}`,
      expected: `at most ${limit} bytes a part, within the limit of the message`,
    },
  });
}
