import { attemptTimes, nextAttempt } from '../../protocol/as4/index.ts';
import { governingLeg } from '../../protocol/pmode/index.ts';
import type { ReceptionAwareness } from '../../protocol/pmode/index.ts';
import type { MshContext } from '../context.ts';
import { legFields } from '../messages.ts';
import type { Attempt, Failure, OutboundMessage, Settlement } from '../ports/index.ts';
import { ring } from '../ring.ts';
import type { ReplyOutcome } from './read-reply.ts';
import type { RunningAttempt } from './running-attempt.ts';

/** Without a P-Mode the field's own rule holds: 12 minutes, four retries. */
const DEFAULT_AWARENESS: ReceptionAwareness = {
  retries: 4,
  window: 12 * 60_000,
  strategy: 'constant',
  duplicateDetection: true,
};

/** Writes the attempt and moves the message in one commit, then tells the log and rings for the next attempt. */
export async function settle(
  context: MshContext,
  running: RunningAttempt,
  outcome: ReplyOutcome,
): Promise<void> {
  const at = context.nature.now();
  const { message } = running;
  const settlement = settlementOf(context, message, outcome, at);
  const attempt: Attempt = {
    number: message.attempts,
    startedAt: running.steps.startedAt,
    endedAt: at,
    address: running.address,
    outcome: outcome.verdict.outcome,
    httpStatus: running.httpStatus,
    recipient: running.recipient,
    failure: outcome.failure,
  };
  const settled = await context.store.settleAttempt(message.rowId, attempt, settlement);
  if (!settled) return;
  announce(context, running, settlement, attempt);
  if (settlement.state === 'SEND_FAILURE') await journal(context, message, settlement.failure, at);
  if (settlement.nextAttemptAt !== undefined) await ring(context, message.rowId, settlement.nextAttemptAt);
}

/** Clock times of the attempts still to come, ms since the epoch. */
export function upcomingAttempts(context: MshContext, message: OutboundMessage): readonly number[] {
  if (message.nextAttemptAt === undefined) return [];
  const times = attemptTimes(awarenessOf(context, message), message.firstAttemptAt ?? message.nextAttemptAt);
  return [message.nextAttemptAt, ...times.slice(message.attempts + 1)];
}

function settlementOf(
  context: MshContext,
  message: OutboundMessage,
  outcome: ReplyOutcome,
  at: number,
): Settlement {
  if (outcome.verdict.outcome === 'acknowledged')
    return { state: 'ACKNOWLEDGED', receipt: outcome.receipt, at };
  if (outcome.verdict.outcome === 'refused') return { state: 'SEND_FAILURE', failure: outcome.failure, at };
  const next = nextAttempt(awarenessOf(context, message), {
    firstAttemptAt: message.firstAttemptAt ?? at,
    attempts: message.attempts,
    now: at,
  });
  if (next === undefined)
    return { state: 'SEND_FAILURE', failure: missingReceipt(message, outcome.failure), at };
  return { state: 'WAITING_FOR_RETRY', nextAttemptAt: next, failure: outcome.failure, at };
}

function awarenessOf(context: MshContext, message: OutboundMessage): ReceptionAwareness {
  const governing = governingLeg(context.agreements().pmodes, message.pmodeId, message.leg, 'send');
  return governing?.leg.receptionAwareness ?? DEFAULT_AWARENESS;
}

/** No receipt within the window: the producer is told (AS4 3.2, EBMS:0301). */
function missingReceipt(message: OutboundMessage, last: Failure | undefined): Failure {
  return {
    step: last?.step ?? 'send/settle',
    code: 'send/missing-receipt',
    message: `No receipt after ${message.attempts} attempts. Last: ${last?.message ?? 'the worker stopped before an answer came'}`,
    ebms: 'EBMS:0301',
    finding: last?.finding,
    partnerErrors: last?.partnerErrors,
  };
}

async function journal(
  context: MshContext,
  message: OutboundMessage,
  failure: Failure | undefined,
  at: number,
): Promise<void> {
  if (failure === undefined) return;
  await context.store.appendJournal({
    at,
    direction: 'out',
    messageId: message.messageId,
    conversationId: message.userMessage.collaborationInfo.conversationId,
    pmodeId: message.pmodeId,
    failure,
  });
}

/** The event of each state a message can be settled in. */
const EVENTS: Readonly<
  Record<Settlement['state'], { readonly event: string; readonly level: 'info' | 'warn' | 'error' }>
> = {
  ACKNOWLEDGED: { event: 'send/receipt-verified', level: 'info' },
  WAITING_FOR_RETRY: { event: 'send/waiting-for-retry', level: 'warn' },
  SEND_FAILURE: { event: 'send/failed', level: 'error' },
};

function announce(
  context: MshContext,
  { message, governing, steps }: RunningAttempt,
  settlement: Settlement,
  attempt: Attempt,
): void {
  context.observer.emit({
    ...EVENTS[settlement.state],
    messageId: message.messageId,
    conversationId: message.userMessage.collaborationInfo.conversationId,
    ...(governing === undefined ? { pmode: message.pmodeId, leg: message.leg } : legFields(governing)),
    attempt: attempt.number,
    outcome: attempt.outcome,
    httpStatus: attempt.httpStatus,
    tookMs: attempt.endedAt - attempt.startedAt,
    sinceSubmissionMs: attempt.endedAt - message.submittedAt,
    steps: steps.times(),
    receiptId: settlement.receipt?.messageId,
    receiptSigner: settlement.receipt?.signer,
    nextAttemptAt:
      settlement.nextAttemptAt === undefined ? undefined : new Date(settlement.nextAttemptAt).toISOString(),
    failure: settlement.failure,
  });
}
