import { createHash } from 'node:crypto';
import { QuoinError } from '../../protocol/errors/index.ts';
import { gzip, gzipMediaType } from '../../protocol/as4/index.ts';
import { attachmentDigester } from '../../protocol/wss/index.ts';
import type { UserMessage } from '../../protocol/ebms/index.ts';
import type { GoverningLeg } from '../../protocol/pmode/index.ts';
import type { MshContext } from '../context.ts';
import type { PayloadWriter, StoredPart } from '../ports/index.ts';
import type { PartStreams, Submission } from '../types.ts';

/** Bytes already taken for a submission, shared by its parts. */
interface Allowance {
  left: number;
}

/** The media type that a part carries on the wire and that decides how its digest is made. */
export function wireType(part: { readonly compressed: boolean; readonly mimeType: string }): string {
  return part.compressed ? gzipMediaType : part.mimeType;
}

/**
 * Takes the payloads of a submission in ONE pass each: count, gzip where agreed, digests, into the payload store.
 * Every part must come exactly once. On any failure nothing that was written stays.
 */
export async function keepPayloads(
  context: MshContext,
  governing: GoverningLeg,
  submission: Submission,
  header: UserMessage,
  streams: PartStreams,
): Promise<readonly StoredPart[]> {
  const kept = new Map<number, StoredPart>();
  const allowance = { left: governing.leg.payload.maxMessageSize };
  try {
    for await (const { index, content } of streams) {
      if (kept.has(index) || submission.parts[index] === undefined) throw undeclared(index, kept.has(index));
      kept.set(index, await keepPart(context, governing, submission, header, { index, content }, allowance));
    }
    return submission.parts.map((_, index) => kept.get(index) ?? missing(index));
  } catch (error) {
    await discardPayloads(context, [...kept.values()]);
    throw error;
  }
}

/** Removes payloads that no row names. */
export async function discardPayloads(context: MshContext, parts: readonly StoredPart[]): Promise<void> {
  await Promise.all(parts.map((part) => context.payloads.remove(part.payload)));
}

async function keepPart(
  context: MshContext,
  governing: GoverningLeg,
  submission: Submission,
  header: UserMessage,
  stream: { readonly index: number; readonly content: AsyncIterable<Uint8Array> },
  allowance: Allowance,
): Promise<StoredPart> {
  const declared = submission.parts[stream.index]!;
  const info = header.payloadInfo[stream.index]!;
  const compressed = declared.compress ?? governing.leg.compress;
  const meter = new Meter(stream.index, governing.leg.payload.maxPartSize, allowance);
  const counted = meter.through(stream.content);
  const digester = attachmentDigester(wireType({ compressed, mimeType: declared.mimeType }), {
    maxCanonicalBytes: context.limits.canonicalBytes,
  });
  const writer = await context.payloads.create();
  try {
    const size = await writeAll(writer, compressed ? gzip(counted) : counted, (chunk) =>
      digester.update(chunk),
    );
    const signedDigest = digester.digest().toString('base64');
    const payload = await writer.commit();
    return {
      href: info.href!,
      mimeType: declared.mimeType,
      properties: info.properties,
      payload,
      size,
      compressed,
      originalSize: meter.size,
      sha256: meter.sha256(),
      signedDigest,
    };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function writeAll(
  writer: PayloadWriter,
  source: AsyncIterable<Uint8Array>,
  seen: (chunk: Uint8Array) => void,
): Promise<number> {
  let size = 0;
  for await (const chunk of source) {
    seen(chunk);
    size += chunk.byteLength;
    await writer.write(chunk);
  }
  return size;
}

/** Counts and hashes the business document as it passes, and stops it at its limits. */
class Meter {
  size = 0;
  readonly #hash = createHash('sha256');
  readonly #index: number;
  readonly #limit: number;
  readonly #allowance: Allowance;

  constructor(index: number, limit: number, allowance: Allowance) {
    this.#index = index;
    this.#limit = limit;
    this.#allowance = allowance;
  }

  async *through(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of source) {
      this.size += chunk.byteLength;
      this.#allowance.left -= chunk.byteLength;
      if (this.size > this.#limit) throw tooLarge(`parts[${this.#index}]`, 'part-size', this.#limit);
      if (this.#allowance.left < 0) throw tooLarge('parts', 'message-size', undefined);
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }
}

function tooLarge(field: string, check: string, limit: number | undefined): QuoinError {
  return new QuoinError('submit/too-large', 'The payload is larger than the P-Mode allows.', {
    finding: {
      check,
      field,
      expected: limit === undefined ? 'within maxMessageSize' : `at most ${limit} bytes`,
    },
  });
}

function undeclared(index: number, repeated: boolean): QuoinError {
  return new QuoinError(
    'submit/undeclared-part',
    repeated ? 'A part came twice.' : 'A part came that the submission does not declare.',
    {
      finding: {
        check: 'part-declared',
        field: `parts[${index}]`,
        advice: 'Declare each part once, in order, in the message field.',
      },
    },
  );
}

function missing(index: number): never {
  throw new QuoinError('submit/missing-part', 'A declared part did not come.', {
    finding: {
      check: 'part-present',
      field: `parts[${index}]`,
      advice: 'Send the bytes of every part the submission declares.',
    },
  });
}
