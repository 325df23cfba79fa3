import type { InboundState, OutboundState } from './records.ts';

/** Any state a message can be in. */
export type MessageState = OutboundState | InboundState;

/**
 * Every move a message may make. A row goes back to WAITING_FOR_RECEIPT from itself when the lease of a dead worker
 * ran out and another takes the next attempt. Once its fate is known, a message moves by an operator's act only.
 */
export const MOVES: Readonly<Record<MessageState, readonly MessageState[]>> = {
  SEND_ENQUEUED: ['WAITING_FOR_RECEIPT'],
  WAITING_FOR_RECEIPT: ['WAITING_FOR_RECEIPT', 'WAITING_FOR_RETRY', 'ACKNOWLEDGED', 'SEND_FAILURE'],
  WAITING_FOR_RETRY: ['WAITING_FOR_RECEIPT'],
  ACKNOWLEDGED: ['DELETED'],
  SEND_FAILURE: ['SEND_ENQUEUED', 'DELETED'],
  RECEIVED: ['DOWNLOADED', 'DELETED'],
  DOWNLOADED: ['RECEIVED', 'DELETED'],
  DELETED: [],
};

/** The moves that are nobody's but an operator's: sending a failed message again, delivering a taken one again. */
export const OPERATOR_MOVES: readonly (readonly [from: MessageState, to: MessageState])[] = [
  ['SEND_FAILURE', 'SEND_ENQUEUED'],
  ['DOWNLOADED', 'RECEIVED'],
];

/** States in which the fate of a message is known: the exchange itself never moves it again, only an operator's act does. */
export const FINAL_STATES: readonly MessageState[] = ['ACKNOWLEDGED', 'SEND_FAILURE', 'DELETED'];

/** States from which a worker may take an outbound message for an attempt, in the order of the life of a message. */
export const CLAIMABLE_STATES: readonly OutboundState[] = [
  'SEND_ENQUEUED',
  'WAITING_FOR_RECEIPT',
  'WAITING_FOR_RETRY',
];

/** True when the table of moves leads from one state straight to the other. */
export function mayMove(from: MessageState, to: MessageState): boolean {
  return MOVES[from].includes(to);
}
