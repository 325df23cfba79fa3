import { z } from 'zod';
import { fieldErrorsOf } from './field-errors.ts';
import { RestError } from './problems.ts';
import { text, value } from './text.ts';

const partyId = z.strictObject({ value: text, type: text.optional() });
const side = z.strictObject({ partyIds: z.array(partyId).min(1).max(16), role: text.optional() });
const service = z.strictObject({ value: text, type: text.optional() });
const agreementRef = z.strictObject({ value: text, type: text.optional(), pmode: text.optional() });
const property = z.strictObject({ name: text, value, type: text.optional() });

/** A part as a producer declares it. */
export const part = z.strictObject({
  contentId: text.optional(),
  mimeType: text,
  charset: text.optional(),
  properties: z.array(property).optional(),
  compress: z.boolean().optional(),
});

const inlinePart = part.extend({ content: z.string() });

const header = {
  pmode: text.optional(),
  messageId: text.optional(),
  conversationId: text.optional(),
  refToMessageId: text.optional(),
  from: side.optional(),
  to: side.optional(),
  agreementRef: agreementRef.optional(),
  service: service.optional(),
  action: text.optional(),
  mpc: text.optional(),
  messageProperties: z.array(property).optional(),
};

/** What a search compares or a record keeps. */
const line = (most: number) => text.max(most);

const cursor = line(200).optional();
const number = z
  .string()
  .regex(/^\d{1,6}$/, 'must be a whole number')
  .transform(Number);
const limit = number.refine((n) => n > 0, 'must be at least 1').default(50);
const instant = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 time with a zone, 2025-06-01T10:00:00Z for example' })
  .max(40)
  .transform((value) => Date.parse(value));

/** What messages of either direction are searched by. */
const filters = {
  conversationId: line(255).optional(),
  refToMessageId: line(255).optional(),
  action: line(1_000).optional(),
  service: line(1_000).optional(),
  partner: line(255).optional(),
  pmode: line(255).optional(),
  since: instant.optional(),
  until: instant.optional(),
  cursor,
  limit,
};

const leaseId = line(100);

/** The shapes of everything a request may carry; unknown fields are refused. */
export const SCHEMAS = {
  /** The `message` field of a multipart submission; the bytes of its parts follow as files. */
  submission: z.strictObject({ ...header, parts: z.array(part).default([]) }),
  /** A submission in one JSON document, parts in base64. */
  inlineSubmission: z.strictObject({ ...header, parts: z.array(inlinePart).default([]) }),
  ping: z
    .strictObject({ pmode: text.optional(), party: text.optional() })
    .refine(({ pmode, party }) => (pmode === undefined) !== (party === undefined), {
      message: 'give exactly one of pmode and party',
    }),
  matchFacts: z.strictObject({
    direction: z.enum(['send', 'receive']),
    pmodeId: text.optional(),
    from: side.optional(),
    to: side.optional(),
    service: service.optional(),
    action: text.optional(),
    agreementRef: agreementRef.optional(),
    mpc: text.optional(),
  }),
  nothing: z.strictObject({}),
  pause: z.strictObject({ reason: line(500).optional() }),
  messagesQuery: z.strictObject({
    state: z
      .enum([
        'SEND_ENQUEUED',
        'WAITING_FOR_RECEIPT',
        'WAITING_FOR_RETRY',
        'ACKNOWLEDGED',
        'SEND_FAILURE',
        'DELETED',
      ])
      .optional(),
    ...filters,
  }),
  inboxQuery: z.strictObject({
    state: z.enum(['RECEIVED', 'DOWNLOADED', 'DELETED']).optional(),
    ...filters,
    wait: number.optional(),
  }),
  business: z.strictObject({ status: z.enum(['accepted', 'rejected']), reason: line(1_000).optional() }),
  lease: z.strictObject({
    consumer: line(100).optional(),
    limit: z.int().min(1).max(1_000).default(10),
    seconds: z.int().min(1).max(43_200).default(300),
    wait: z.int().min(0).max(999_999).default(0),
    action: line(1_000).optional(),
    conversationId: line(255).optional(),
  }),
  acknowledge: z.strictObject({ lease: leaseId.optional() }),
  release: z.strictObject({ lease: leaseId }),
  reloadQuery: z.strictObject({ dryRun: z.enum(['true', 'false']).optional() }),
  journalQuery: z.strictObject({ messageId: text.optional(), cursor, limit }),
} as const;

/** Wrong fields told at once; whoever has more begins with these. */
const MOST_ERRORS = 100;

/**
 * A value in the shape of a schema. `whole` names the value where no field can be named. Throws RestError
 * `rest/unknown-field` or `rest/invalid-field` with every wrong field, a hundred at most.
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, whole: string): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => fieldErrorsOf(issue, whole));
  const unknown = result.error.issues.find((issue) => issue.code === 'unrecognized_keys');
  const [first] = unknown ? fieldErrorsOf(unknown, whole) : errors;
  const { field, detail } = first ?? { field: whole, detail: 'is not as expected' };
  throw new RestError(unknown ? 'rest/unknown-field' : 'rest/invalid-field', `${field}: ${detail}`, {
    errors: errors.slice(0, MOST_ERRORS),
    finding: {
      check: unknown ? 'field-known' : 'field-shape',
      field,
      found: detail,
      advice: 'Compare the request with the OpenAPI document (schemas/openapi/quoin.yaml).',
    },
  });
}
