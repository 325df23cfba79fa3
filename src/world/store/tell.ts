import { randomUUID } from 'node:crypto';
import { isTestService } from '../../protocol/as4/index.ts';
import type { EventData, EventType, Failure } from '../../msh/ports/index.ts';
import { timeOrderedUuid } from '../../protocol/ebms/index.ts';
import type { UserMessage } from '../../protocol/ebms/index.ts';
import { corner } from './search.ts';
import { prepared } from './statement.ts';
import type { Work } from './work.ts';

/** What a change tells of its message. */
export interface Told {
  readonly type: EventType;
  /** ms since the epoch. */
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly rowId: string;
  readonly pmodeId: string;
  readonly partner?: string | null | undefined;
  readonly userMessage: UserMessage;
  readonly data: EventData;
}

/** Appends an event; belongs to the transaction of the change it tells. */
export type Tell = (told: Told) => Work<void>;

/** Characters of a failure's texts at most. */
const MAX_CHARACTERS = 1000;

/** How changes tell; `noticed` is called for each event, before it is committed. The test service is told nobody. */
export function createTell(noticed: () => void): Tell {
  return function* (told) {
    if (isTestService(told.userMessage)) return;
    yield* insertEvent(columnsOf(told));
    noticed();
  };
}

const insertEvent = prepared((db, row: ReturnType<typeof columnsOf>) => db.insertInto('events').values(row));

function columnsOf(told: Told) {
  const { messageInfo, collaborationInfo } = told.userMessage;
  return {
    id: timeOrderedUuid(told.at, randomUUID()),
    type: told.type,
    at: told.at,
    direction: told.direction,
    row_id: told.rowId,
    message_id: messageInfo.messageId,
    conversation_id: collaborationInfo.conversationId,
    ref_to_message_id: messageInfo.refToMessageId ?? null,
    service: collaborationInfo.service.value,
    action: collaborationInfo.action,
    partner: told.partner ?? null,
    pmode_id: told.pmodeId,
    original_sender: corner(told.userMessage, 'originalSender'),
    final_recipient: corner(told.userMessage, 'finalRecipient'),
    data: JSON.stringify(told.data),
  };
}

/** A failure as a backend is told: what to act on, without what a partner wrote. */
export function summaryOf(failure: Failure | undefined): Pick<EventData, 'failure'> {
  if (failure === undefined) return {};
  const { code, step, message, finding } = failure;
  const advice = finding?.advice;
  return {
    failure: {
      code,
      step,
      message: message.slice(0, MAX_CHARACTERS),
      ...(advice === undefined ? {} : { advice: advice.slice(0, MAX_CHARACTERS) }),
    },
  };
}
