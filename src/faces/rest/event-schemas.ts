import { z } from 'zod';
import { EVENT_TYPES, eventTypeOf, shortNameOf } from '../../msh/index.ts';
import type { EventType } from '../../msh/index.ts';
import { text as anyText } from './text.ts';

const NAMES = EVENT_TYPES.map(shortNameOf).join(', ');
const text = anyText.max(4096);

/** Several types apart by commas, each by its short name or whole. */
const types = text
  .transform((list, context) =>
    list.split(',').map((name): EventType => {
      const found = eventTypeOf(name);
      if (found === undefined) context.addIssue({ code: 'custom', message: `"${name}" is none of ${NAMES}` });
      return found ?? EVENT_TYPES[0];
    }),
  )
  .optional();

const time = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' })
  .transform((value) => Date.parse(value))
  .optional();

const cursor = z
  .string()
  .regex(/^\d{1,15}$/, 'must be the cursor of an event, or 0 for the beginning')
  .optional();

const name = z
  .string()
  .regex(/^\d{1,6}$/, 'must be a whole number')
  .transform(Number);

const query = {
  type: types,
  conversationId: text.optional(),
  messageId: text.optional(),
  since: time,
  after: cursor,
};

/** The shapes of what requests about events and webhooks carry. */
export const EVENT_SCHEMAS = {
  eventsQuery: z.strictObject({
    ...query,
    limit: name.refine((n) => n > 0, 'must be at least 1').default(50),
  }),
  streamQuery: z.strictObject(query),
  deliveriesQuery: z.strictObject({
    state: z.enum(['PENDING', 'DELIVERED', 'FAILED', 'DROPPED']).optional(),
    cursor: text.optional(),
    limit: name.refine((n) => n > 0, 'must be at least 1').default(50),
  }),
  replay: z
    .strictObject({
      after: z
        .string()
        .regex(/^\d{1,15}$/, 'must be the cursor of an event, or 0 for the beginning')
        .optional(),
      since: z.iso
        .datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' })
        .optional(),
      eventIds: z.array(z.uuid()).min(1).max(1000).optional(),
    })
    .refine((which) => Object.values(which).filter((value) => value !== undefined).length === 1, {
      message: 'give exactly one of after, since and eventIds',
    }),
} as const;
