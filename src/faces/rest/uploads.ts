import type { Request } from './request.ts';
import type { z } from 'zod';
import type { PartStreams } from '../../msh/index.ts';
import type { RestContext } from './context.ts';
import { RestError } from './problems.ts';
import {
  mediaTypeOf,
  parseJson,
  readJson,
  refuseAnnounced,
  refuseContentEncoding,
  unsupported,
} from './read-json.ts';
import { checked } from './schemas.ts';
import { UploadForm } from './upload-form.ts';

/** How the body of an operation describes what comes with it. */
export interface UploadShape<T> {
  /** As one JSON document, contents in base64. */
  readonly inline: z.ZodType<T>;
  /** As the first field of a form, whose files are the contents. */
  readonly described: z.ZodType<T>;
  /** The parts in a description, and the name of their list. */
  readonly partsOf: (described: T) => DescribedParts;
  /** Throws when the caller may not send this; asked before any content is looked at. */
  readonly permit?: ((described: T) => Promise<void> | void) | undefined;
}

/** The parts of an upload as its description has them. */
export interface DescribedParts {
  readonly field: string;
  readonly parts: readonly { readonly mimeType: string; readonly content?: string | undefined }[];
}

/** Takes what was described and streams its parts; whatever it leaves unread stays with the client. */
type Take<T, R> = (described: T, streams: PartStreams) => Promise<R>;

/** Reads a body with parts: JSON with contents in base64, or a form whose files are streamed. Throws RestError `rest/…`. */
export async function readUpload<T, R>(
  context: RestContext,
  request: Request,
  shape: UploadShape<T>,
  take: Take<T, R>,
): Promise<R> {
  const type = mediaTypeOf(request);
  if (type === 'application/json') return readInline(context, request, shape, take);
  if (type === 'multipart/form-data') return readForm(context, request, shape, take);
  throw unsupported(request, ['application/json', 'multipart/form-data']);
}

async function readInline<T, R>(
  context: RestContext,
  request: Request,
  shape: UploadShape<T>,
  take: Take<T, R>,
): Promise<R> {
  const described = checked(shape.inline, await readJson(request, context.limits.jsonBytes), 'body');
  await shape.permit?.(described);
  const { field, parts } = shape.partsOf(described);
  refusePartCount(field, parts.length, context.limits.parts);
  return take(
    described,
    inlineStreams(
      parts.map(({ content = '' }, index) => decodeContent(content, `${field}[${index}].content`)),
    ),
  );
}

async function readForm<T, R>(
  context: RestContext,
  request: Request,
  shape: UploadShape<T>,
  take: Take<T, R>,
): Promise<R> {
  refuseContentEncoding(request);
  refuseAnnounced(request, context.limits.submissionBytes);
  const form = new UploadForm(request, context.limits);
  try {
    const described = checked(shape.described, parseJson(await firstField(form), 'message'), 'message');
    await shape.permit?.(described);
    const { field, parts } = shape.partsOf(described);
    refusePartCount(field, parts.length, context.limits.parts);
    return await take(described, formStreams(form, parts.length));
  } finally {
    form.stop();
  }
}

async function firstField(form: UploadForm): Promise<string> {
  const first = await form.next();
  if (first.kind === 'message') return first.text;
  throw new RestError('rest/message-not-first', 'The first field of the form must be "message".', {
    finding: {
      check: 'message-first',
      field: 'message',
      found: first.kind === 'end' ? 'an empty form' : first.name,
      advice: 'Give -F message=... before the files.',
    },
  });
}

/** Base64 (RFC 4648 4) without line breaks, in whole groups of four: repeating a group would overflow the stack. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const PART_NAME = /^part-(0|[1-9]\d{0,4})$/;

function decodeContent(content: string, field: string): Buffer {
  if (content.length % 4 === 0 && BASE64.test(content)) return Buffer.from(content, 'base64');
  throw new RestError('rest/bad-base64', `${field} is not base64.`, {
    finding: {
      check: 'base64',
      field,
      expected: 'base64 with padding, in one line',
      advice: 'Encode with base64 -w0, or send the part as multipart/form-data.',
    },
  });
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  if (bytes.byteLength > 0) yield bytes;
}

async function* inlineStreams(contents: readonly Buffer[]): PartStreamGenerator {
  await Promise.resolve();
  for (const [index, bytes] of contents.entries()) yield { index, content: once(bytes) };
}

type PartStreamGenerator = AsyncGenerator<PartStreams extends AsyncIterable<infer T> ? T : never>;

function refusePartCount(field: string, count: number, most: number): void {
  if (count <= most) return;
  throw new RestError('rest/invalid-field', `A message has at most ${most} parts.`, {
    finding: { check: 'part-count', field, expected: `at most ${most}`, found: String(count) },
  });
}

function partMissing(index: number): RestError {
  return new RestError(
    'rest/part-missing',
    `The form ended without part-${index}, which the message declares.`,
    {
      finding: {
        check: 'part-present',
        field: `part-${index}`,
        advice: 'Send a file field for every entry of "parts", named part-0, part-1 and so on.',
      },
    },
  );
}

/** The part a file field brings; throws when it is not the one that is due. */
function partIndex(name: string, expected: number, declared: number): number {
  const index = Number(PART_NAME.exec(name)?.[1] ?? NaN);
  const field = name === '' ? '(no name)' : name;
  if (Number.isNaN(index)) {
    throw new RestError('rest/unknown-field', `The form field "${field}" is not known.`, {
      finding: { check: 'field-known', field, expected: 'message, then part-0, part-1 and so on' },
    });
  }
  if (index >= declared) {
    throw new RestError(
      'rest/part-undeclared',
      `The message declares ${declared} parts; there is no ${name}.`,
      {
        finding: { check: 'part-declared', field, expected: `part-0 to part-${declared - 1}` },
      },
    );
  }
  if (index !== expected) {
    throw new RestError(
      'rest/part-out-of-order',
      `part-${expected} must come before ${name}, and each only once.`,
      {
        finding: { check: 'part-order', field, expected: `part-${expected}`, found: name },
      },
    );
  }
  return index;
}

async function* formStreams(form: UploadForm, declared: number): PartStreamGenerator {
  for (let expected = 0; ; expected += 1) {
    const item = await form.next();
    if (item.kind === 'end') {
      if (expected < declared) throw partMissing(expected);
      return;
    }
    const index = partIndex(item.kind === 'file' ? item.name : 'message', expected, declared);
    if (item.kind === 'file') yield { index, content: item.content };
  }
}
