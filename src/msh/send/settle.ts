import { attemptAfterFailure, attemptTimes } from '../../protocol/as4/index.ts';
import { governingLeg } from '../../protocol/pmode/index.ts';
import type { ReceptionAwareness } from '../../protocol/pmode/index.ts';
import { legFields } from '../messages.ts';
import { clockStart } from '../partners/judge.ts';
import type { Attempt, Failure, OutboundMessage, Settlement } from '../ports/index.ts';
import { ring } from '../ring.ts';
import type { ReplyOutcome } from './read-reply.ts';
import type { RunningAttempt } from './running-attempt.ts';
import type { SendContext } from './send-context.ts';
import { attemptsInWindow } from './window.ts';

/** Without a P-Mode the field's own rule holds: 12 minutes, four retries. */
const DEFAULT_AWARENESS: ReceptionAwareness = {
  retries: 4,
  window: 12 * 60_000,
  strategy: 'constant',
  duplicateDetection: true,
};

/** Writes the attempt and moves the message in one commit, then tells the log and rings for the next attempt. */
export async function settle(
  context: SendContext,
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
export function upcomingAttempts(context: SendContext, message: OutboundMessage): readonly number[] {
  if (message.nextAttemptAt === undefined) return [];
  const began = startOf(context, message, context.nature.now()) ?? message.nextAttemptAt;
  const times = attemptTimes(awarenessOf(context, message), began);
  const next = message.nextAttemptAt;
  return [next, ...times.slice(attemptsInWindow(message) + 1).filter((at) => at > next)];
}

function settlementOf(
  context: SendContext,
  message: OutboundMessage,
  outcome: ReplyOutcome,
  at: number,
): Settlement {
  if (outcome.verdict.outcome === 'acknowledged')
    return { state: 'ACKNOWLEDGED', receipt: outcome.receipt, at };
  if (outcome.verdict.outcome === 'refused') return { state: 'SEND_FAILURE', failure: outcome.failure, at };
  const sofar = { firstAttemptAt: startOf(context, message, at) ?? at, attempts: attemptsInWindow(message) };
  const next = attemptAfterFailure(awarenessOf(context, message), sofar, at);
  if (next === undefined)
    return { state: 'SEND_FAILURE', failure: missingReceipt(message, outcome.failure), at };
  return { state: 'WAITING_FOR_RETRY', nextAttemptAt: next, failure: outcome.failure, at };
}

/** When the clock of a message began; pauses of its partner stopped it meanwhile. */
function startOf(context: SendContext, message: OutboundMessage, now: number): number | undefined {
  const { firstAttemptAt } = message;
  if (firstAttemptAt === undefined) return undefined;
  return clockStart(context.desk.pausesOf(message), firstAttemptAt, now);
}

function awarenessOf(context: SendContext, message: OutboundMessage): ReceptionAwareness {
  const governing = governingLeg(context.agreements().pmodes, message.pmodeId, message.leg, 'send');
  return governing?.leg.receptionAwareness ?? DEFAULT_AWARENESS;
}

/** No receipt within the window: the producer is told (AS4 3.2, EBMS:0301). */
function missingReceipt(message: OutboundMessage, last: Failure | undefined): Failure {
  return {
    step: last?.step ?? 'send/settle',
    code: 'send/missing-receipt',
    message: `No receipt after ${attemptsInWindow(message)} attempts. Last: ${last?.message ?? 'the worker stopped before an answer came'}`,
    ebms: 'EBMS:0301',
    finding: last?.finding,
    partnerErrors: last?.partnerErrors,
  };
}

async function journal(
  context: SendContext,
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
  context: SendContext,
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
    address: attempt.address,
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
