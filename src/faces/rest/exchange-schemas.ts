import { z } from 'zod';
import { EDM_VERSIONS, EXCEPTIONS } from '../../oots/index.ts';
import type { EdmVersionName, ExceptionType } from '../../oots/index.ts';
import {
  accessPoint,
  agent,
  evidenceMetadata,
  evidenceRequest,
  localizedStrings,
} from './request-schemas.ts';
import { part, SCHEMAS } from './schemas.ts';
import { text, value } from './text.ts';

const versions = Object.keys(EDM_VERSIONS) as [EdmVersionName, ...EdmVersionName[]];
const exceptions = Object.keys(EXCEPTIONS) as [ExceptionType, ...ExceptionType[]];
const STATES = [
  'requested',
  'preview-required',
  'preview-requested',
  'answered',
  'expired',
  'failed',
] as const;
const state = z.enum(STATES);
const uuid = text.max(100);

const contents = {
  /** In a form the contents are its files. */
  described: {},
  inline: { content: z.string() },
} as const;

/** How a link to a preview is made; whether it may last so long is for the configuration. */
const previewLink = z.strictObject({
  base: text.max(2_000),
  expiresIn: z.int().min(1).max(10_000_000).optional(),
});

/** A token as a citizen brings it: what is none is known to nobody. */
const token = text.max(200);

/** The answer to a request, with or without the contents of its parts. */
function answer<C extends z.ZodRawShape>(content: C) {
  const common = { requestId: text.optional(), provider: agent.optional() };
  const document = z.strictObject({
    title: value.min(1),
    mimeType: text,
    contentId: text.optional(),
    compress: z.boolean().optional(),
    role: z.enum(['MainEvidence', 'Annex', 'HumanReadableVersion', 'Translation']).optional(),
    of: z.int().min(0).max(1_000).optional(),
    metadata: evidenceMetadata.optional(),
    ...content,
  });
  return z.discriminatedUnion('outcome', [
    z.strictObject({ outcome: z.literal('evidence'), documents: z.array(document).min(1), ...common }),
    z.strictObject({ outcome: z.literal('no-match'), ...common }),
    z.strictObject({
      outcome: z.literal('deferred'),
      availableAt: z.iso.datetime({ offset: true, error: 'must be an ISO 8601 time with a zone' }),
      ...common,
    }),
    z.strictObject({
      outcome: z.literal('exception'),
      exception: z.enum(exceptions),
      detail: value.min(1).max(4_000).optional(),
      ...common,
    }),
    z.strictObject({
      outcome: z.literal('preview-required'),
      location: text.optional(),
      link: previewLink.optional(),
      description: localizedStrings.optional(),
      method: z.enum(['GET', 'POST', 'PUT']).optional(),
      ...common,
    }),
    z.strictObject({
      outcome: z.literal('document'),
      requestId: text.optional(),
      document: z.string().min(1),
      parts: z.array(part.extend(content)).default([]),
    }),
  ]);
}

const { cursor, limit, since, until, wait, partner } = SCHEMAS.inboxQuery.shape;

/** The shapes of what operations of exchanges may carry; unknown fields are refused. */
export const EXCHANGE_SCHEMAS = {
  wish: z.strictObject({
    accessPoint: accessPoint.optional(),
    pmode: text.optional(),
    conversationId: uuid.optional(),
    exchangeId: uuid.optional(),
    version: z.enum(versions).optional(),
    request: evidenceRequest.optional(),
    document: z.string().min(1).optional(),
  }),
  previewLink,
  openPreview: z.strictObject({ token, returnLocation: text.max(2_000).optional() }),
  visitPreview: z.strictObject({ session: token }),
  decidePreview: z.strictObject({
    session: token,
    decision: z.enum(['approved', 'refused']),
    accepted: z.array(text.max(255)).min(1).max(100).optional(),
  }),
  preview: z.strictObject({ returnLocation: text.optional() }),
  inlineAnswer: answer(contents.inline),
  answer: answer(contents.described),
  nothing: z.strictObject({}),
  listQuery: z.strictObject({
    role: z.enum(['requester', 'provider']).optional(),
    state: state.optional(),
    outcome: z.enum(['evidence', 'no-match', 'deferred', 'exception']).optional(),
    partner,
    conversationId: text.max(255).optional(),
    exchangeId: uuid.optional(),
    requestId: text.max(255).optional(),
    messageId: text.max(255).optional(),
    waiting: z
      .enum(['true', 'false'])
      .transform((word) => word === 'true')
      .optional(),
    since,
    until,
    cursor,
    limit,
    wait,
  }),
  getQuery: z.strictObject({ wait, unless: state.optional() }),
} as const;
