import type { Request, Response } from 'express';
import type { PartStreams, Submission, SubmitResult } from '../../msh/index.ts';
import type { Operation, RestContext } from './context.ts';
import { idempotencyOf } from './idempotency.ts';
import { requireOwnReference, requireSender } from './parties.ts';
import { RestError } from './problems.ts';
import {
  mediaTypeOf,
  parseJson,
  readJson,
  refuseAnnounced,
  refuseContentEncoding,
  unsupported,
} from './read-json.ts';
import { SCHEMAS, checked } from './schemas.ts';
import { UploadForm } from './upload-form.ts';
import { submittedView } from './views.ts';

/** Base64 (RFC 4648 4) without line breaks, in whole groups of four: repeating a group would overflow the stack. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const PART_NAME = /^part-(0|[1-9]\d{0,4})$/;

function decodeContent(content: string, index: number): Buffer {
  if (content.length % 4 === 0 && BASE64.test(content)) return Buffer.from(content, 'base64');
  const field = `parts[${index}].content`;
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

async function submitJson(context: RestContext, request: Request): Promise<SubmitResult> {
  const idempotency = idempotencyOf(request, context.principal);
  const body = await readJson(request, context.limits.jsonBytes);
  const { parts, ...header } = checked(SCHEMAS.inlineSubmission, body, 'body');
  requireSender(context.principal, header);
  await requireOwnReference(context, header);
  refusePartCount(parts.length, context.limits.parts);
  const contents = parts.map(({ content }, index) => decodeContent(content, index));
  const declared = parts.map(({ content: _content, ...part }) => part);
  return context.msh.submit({ ...header, idempotency, parts: declared }, inlineStreams(contents));
}

function refusePartCount(count: number, most: number): void {
  if (count <= most) return;
  throw new RestError('rest/invalid-field', `A message has at most ${most} parts.`, {
    finding: { check: 'part-count', field: 'parts', expected: `at most ${most}`, found: String(count) },
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

async function submissionOf(form: UploadForm, context: RestContext): Promise<Submission> {
  const first = await form.next();
  if (first.kind !== 'message') {
    throw new RestError('rest/message-not-first', 'The first field of the form must be "message".', {
      finding: {
        check: 'message-first',
        field: 'message',
        found: first.kind === 'end' ? 'an empty form' : first.name,
        advice: 'Give -F message=... before the files.',
      },
    });
  }
  const submission = checked(SCHEMAS.submission, parseJson(first.text, 'message'), 'message');
  requireSender(context.principal, submission);
  await requireOwnReference(context, submission);
  refusePartCount(submission.parts.length, context.limits.parts);
  return submission;
}

async function submitForm(context: RestContext, request: Request): Promise<SubmitResult> {
  const idempotency = idempotencyOf(request, context.principal);
  refuseContentEncoding(request);
  refuseAnnounced(request, context.limits.submissionBytes);
  const form = new UploadForm(request, context.limits);
  try {
    const submission = await submissionOf(form, context);
    return await context.msh.submit(
      { ...submission, idempotency },
      formStreams(form, submission.parts.length),
    );
  } finally {
    form.stop();
  }
}

const READERS: Readonly<Record<string, (context: RestContext, request: Request) => Promise<SubmitResult>>> = {
  'application/json': submitJson,
  'multipart/form-data': submitForm,
};

/** Answers a submission: 202 when it is kept now, 200 when the same one was kept before. */
export function answerSubmission(response: Response, result: SubmitResult): void {
  const view = submittedView(result);
  response
    .status(result.outcome === 'accepted' ? 202 : 200)
    .location(view.links.self)
    .json(view);
}

/** `POST /v1/messages`: JSON with parts in base64, or a form whose files are streamed. */
export const submitMessage: Operation = async (context, request, response) => {
  const type = mediaTypeOf(request);
  const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (reader === undefined) throw unsupported(request, Object.keys(READERS));
  answerSubmission(response, await reader(context, request));
};
