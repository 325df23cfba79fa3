import { QuoinError, Refusal } from '../../protocol/errors/index.ts';
import { compressionLimits, growsTooMuch, gzip, gzipMediaType } from '../../protocol/as4/index.ts';
import { attachmentDigester } from '../../protocol/wss/index.ts';
import type { UserMessage } from '../../protocol/ebms/index.ts';
import type { GoverningLeg } from '../../protocol/pmode/index.ts';
import type { MshContext } from '../context.ts';
import { discardParts } from '../discard-payloads.ts';
import { Meter } from '../meter.ts';
import type { Budget } from '../meter.ts';
import { createBytesWriter } from '../keep-bytes.ts';
import type { BytesWriter, InlineRoom } from '../keep-bytes.ts';
import type { NewPart } from '../ports/index.ts';
import type { PartStreams, Submission } from '../types.ts';
import { takeParts } from './take-parts.ts';

/** The media type that a part carries on the wire and that decides how its digest is made. */
export function wireType(part: { readonly compressed: boolean; readonly mimeType: string }): string {
  return part.compressed ? gzipMediaType : part.mimeType;
}

/** A payload that is written and not yet committed. */
interface Written {
  readonly writer: BytesWriter;
  readonly described: Omit<NewPart, 'payload' | 'inline'>;
}

/**
 * Takes the payloads of a submission in ONE pass each: count, gzip where agreed, digests, into the payload store.
 * Every part must come exactly once; all are committed when the last has come, because a committed payload that no row
 * names yet grows old and is swept. On any failure nothing that was written stays.
 */
export async function keepPayloads(
  context: MshContext,
  governing: GoverningLeg,
  submission: Submission,
  header: UserMessage,
  streams: PartStreams,
): Promise<readonly NewPart[]> {
  const written = new Map<number, Written>();
  const budget = { left: governing.leg.payload.maxMessageSize };
  const room: InlineRoom = { left: context.limits.inlineBytes };
  try {
    const inOrder = await takeParts(submission.parts, streams, written, ({ index, content }) =>
      writePart(context, governing, submission, header, { index, content, room }, budget),
    );
    return await commitAll(context, inOrder);
  } catch (error) {
    await Promise.all([...written.values()].map(({ writer }) => writer.abort()));
    throw error;
  }
}

async function commitAll(context: MshContext, written: readonly Written[]): Promise<readonly NewPart[]> {
  const kept: NewPart[] = [];
  try {
    for (const { writer, described } of written) kept.push({ ...described, ...(await writer.commit()) });
    return kept;
  } catch (error) {
    await discardParts(context, kept);
    throw error;
  }
}

async function writePart(
  context: MshContext,
  governing: GoverningLeg,
  submission: Submission,
  header: UserMessage,
  stream: {
    readonly index: number;
    readonly content: AsyncIterable<Uint8Array>;
    readonly room: InlineRoom;
  },
  budget: Budget,
): Promise<Written> {
  const declared = submission.parts[stream.index]!;
  const info = header.payloadInfo[stream.index]!;
  const compressed = declared.compress ?? governing.leg.compress;
  const { maxPartSize } = governing.leg.payload;
  const meter = new Meter({
    partBytes: maxPartSize,
    budget,
    tooLarge: () => tooLarge(stream.index, maxPartSize),
  });
  const counted = meter.through(stream.content);
  const digester = attachmentDigester(wireType({ compressed, mimeType: declared.mimeType }), {
    maxCanonicalBytes: context.limits.canonicalBytes,
  });
  const writer = createBytesWriter(context, stream.room);
  try {
    const most = { ...compressionLimits, maxRatio: context.limits.gzipRatio };
    const size = await writeAll(writer, compressed ? gzip(counted) : counted, (chunk, written) => {
      if (compressed && growsTooMuch(meter.size, written, most)) throw bombLike(stream.index, most.maxRatio);
      digester.update(chunk);
    });
    const signedDigest = digester.digest().toString('base64');
    const described = {
      href: info.href!,
      mimeType: declared.mimeType,
      properties: info.properties,
      size,
      compressed,
      originalSize: meter.size,
      sha256: meter.sha256(),
      signedDigest,
    };
    return { writer, described };
  } catch (error) {
    await writer.abort();
    throw error instanceof Refusal ? unsignable(stream.index, error) : error;
  }
}

/** What a partner would be refused for is told to the producer as a fault of the part it gave. */
function unsignable(index: number, { message, finding, code }: Refusal): QuoinError {
  return new QuoinError('submit/invalid-part', message, {
    finding: { check: code, ...finding, field: `parts[${index}].content` },
  });
}

/** A receiver takes what grows so much for a bomb (EBMS:0303), for good: the producer learns it before anything is sent. */
function bombLike(index: number, maxRatio: number): QuoinError {
  return new QuoinError('submit/invalid-part', 'The part compresses so well that receivers refuse it.', {
    finding: {
      check: 'compression-ratio',
      field: `parts[${index}].content`,
      expected: `at most 1:${maxRatio} (limits.gzipRatio)`,
      found: 'more',
      advice: 'Submit this part with compress: false.',
    },
  });
}

async function writeAll(
  writer: BytesWriter,
  source: AsyncIterable<Uint8Array>,
  seen: (chunk: Uint8Array, written: number) => void,
): Promise<number> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    seen(chunk, size);
    await writer.write(chunk);
  }
  return size;
}

function tooLarge(index: number, limit: number): QuoinError {
  return new QuoinError('submit/too-large', 'The payload is larger than the P-Mode allows.', {
    finding: {
      check: 'payload-size',
      field: `parts[${index}]`,
      expected: `at most ${limit} bytes a part, within the limit of the message`,
    },
  });
}
