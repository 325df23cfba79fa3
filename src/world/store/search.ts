import { expressionBuilder } from 'kysely';
import type { Expression, SqlBool } from 'kysely';
import type { UserMessage } from '../../protocol/ebms/index.ts';
import type { InboundFilter, MessageFilter, OutboundFilter } from '../../msh/ports/index.ts';
import type { Slice } from './paging.ts';
import type { Tables } from './tables.ts';

/** Characters of a value that are searched by. What a partner may write is longer than an index of any engine takes. */
const SEARCHED = 255;

/** As much of a text as is searched by. */
export const clip = (value: string): string => value.slice(0, SEARCHED);

/** The columns a message is searched by. */
export function searchColumns(message: UserMessage): {
  readonly action: string;
  readonly service: string;
  readonly conversation_id: string;
  readonly ref_to_message_id: string | null;
  readonly original_sender: string | null;
  readonly final_recipient: string | null;
} {
  const { collaborationInfo, messageInfo } = message;
  return {
    action: clip(collaborationInfo.action),
    service: clip(collaborationInfo.service.value),
    conversation_id: clip(collaborationInfo.conversationId),
    ref_to_message_id: messageInfo.refToMessageId === undefined ? null : clip(messageInfo.refToMessageId),
    original_sender: corner(message, 'originalSender'),
    final_recipient: corner(message, 'finalRecipient'),
  };
}

/** Who a corner is decides who may see a message: where it is not said once, in full, nobody is it. */
export function corner(message: UserMessage, name: 'originalSender' | 'finalRecipient'): string | null {
  const said = message.messageProperties.filter((property) => property.name === name);
  const [only] = said;
  return said.length === 1 && only !== undefined && only.value.length <= SEARCHED ? only.value : null;
}

type Searched = 'outbound' | 'inbound';
type Conditions = readonly Expression<SqlBool>[];

const eb = expressionBuilder<Tables, Searched>();

/** Texts that must be equal, by the column they are compared with. */
const EQUAL = {
  conversation_id: 'conversationId',
  ref_to_message_id: 'refToMessageId',
  action: 'action',
  service: 'service',
  partner: 'partner',
  pmode_id: 'pmodeId',
} as const satisfies Record<string, keyof MessageFilter>;

/** What a search among sent messages asks of a row, the page included. */
export function outboundConditions(filter: OutboundFilter, slice: Slice): Expression<SqlBool> {
  return eb.and([
    ...messageConditions('outbound', 'submitted_at', filter),
    ...(filter.state === undefined ? [] : [eb('outbound.state', '=', filter.state)]),
    ...(filter.originalSenders === undefined
      ? []
      : [eb('outbound.original_sender', 'in', nonEmpty(filter.originalSenders))]),
    ...(slice.after === undefined ? [] : [eb('outbound.seq', '<', slice.after)]),
  ]);
}

/** What a search among received messages asks of a row, the page included. */
export function inboundConditions(filter: InboundFilter, slice: Slice): Expression<SqlBool> {
  return eb.and([
    // Nearly all are: as an equation it would make an index of states look better than the order of the list.
    eb('inbound.deliverable', '!=', 0),
    ...messageConditions('inbound', 'received_at', filter),
    ...(filter.state === undefined
      ? []
      : [eb('inbound.deliverable', '=', 1), eb('inbound.state', '=', filter.state)]),
    ...(filter.finalRecipients === undefined
      ? []
      : [eb('inbound.final_recipient', 'in', nonEmpty(filter.finalRecipients))]),
    ...(slice.after === undefined ? [] : [eb('inbound.seq', '>', slice.after)]),
  ]);
}

/** A list that no value is in, where it would be empty: not every engine takes an empty one. */
export function nonEmpty(values: readonly string[]): readonly (string | null)[] {
  return values.length === 0 ? [null] : values;
}

function messageConditions(
  table: Searched,
  time: 'submitted_at' | 'received_at',
  filter: MessageFilter,
): Conditions {
  const equal = Object.entries(EQUAL).flatMap(([column, name]) => {
    const value = filter[name];
    return value === undefined ? [] : [eb(`${table}.${column as 'action'}`, '=', clip(value))];
  });
  return [...equal, ...timeConditions(table, time, filter)];
}

/**
 * Lists are in the order of keeping, which clocks follow only nearly. The first and last row of the time, which one index
 * tells, bound what is looked through; the time of each row decides.
 */
function timeConditions(
  table: Searched,
  time: 'submitted_at' | 'received_at',
  { since, until }: MessageFilter,
): Conditions {
  if (since === undefined && until === undefined) return [];
  const at = `${table}.${time}` as 'outbound.submitted_at';
  const within: Conditions = [
    ...(since === undefined ? [] : [eb(at, '>=', since)]),
    ...(until === undefined ? [] : [eb(at, '<', until)]),
  ];
  const bound = (edge: 'min' | 'max') =>
    eb
      .selectFrom(table as 'outbound')
      .where(eb.and(within))
      .select((inner) => inner.fn[edge]('seq').as('seq'));
  return [...within, eb(`${table}.seq`, '>=', bound('min')), eb(`${table}.seq`, '<=', bound('max'))];
}
