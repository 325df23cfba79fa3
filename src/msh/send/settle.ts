import { attemptAfterFailure, attemptTimes } from '../../protocol/as4/index.ts';
import type { RetryPolicy } from '../../protocol/as4/index.ts';
import { governingLeg } from '../../protocol/pmode/index.ts';
import { legFields } from '../messages.ts';
import { clockStart } from '../partners/judge.ts';
import type { Attempt, Failure, OutboundMessage, Settlement } from '../ports/index.ts';
import { retryPolicyOf, waitsForPMode } from '../retry-policy.ts';
import { ring } from '../ring.ts';
import type { ReplyOutcome } from './read-reply.ts';
import type { RunningAttempt } from './running-attempt.ts';
import type { SendContext } from './send-context.ts';
import { attemptsInWindow } from './window.ts';

/** Writes the attempt and moves the message in one commit, then tells the log and rings for the next attempt. */
export async function settle(
  context: SendContext,
  running: RunningAttempt,
  outcome: ReplyOutcome,
): Promise<void> {
  const at = context.nature.now();
  const { message } = running;
  const settlement = await settlementOf(context, running, outcome, at);
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
  const times = attemptTimes(policyOf(context, message), began);
  const next = message.nextAttemptAt;
  return [next, ...times.slice(attemptsInWindow(message) + 1).filter((at) => at > next)];
}

async function settlementOf(
  context: SendContext,
  running: RunningAttempt,
  outcome: ReplyOutcome,
  at: number,
): Promise<Settlement> {
  if (outcome.verdict.outcome === 'acknowledged')
    return { state: 'ACKNOWLEDGED', receipt: outcome.receipt, at };
  if (outcome.verdict.outcome === 'refused') return { state: 'SEND_FAILURE', failure: outcome.failure, at };
  const next = nextAttemptOf(context, running, at);
  if (next === undefined) {
    const failure = missingReceipt(await countOf(context, running), outcome.failure);
    return { state: 'SEND_FAILURE', failure, at };
  }
  return { state: 'WAITING_FOR_RETRY', nextAttemptAt: next, failure: outcome.failure, at };
}

function nextAttemptOf(
  context: SendContext,
  { message, governing }: RunningAttempt,
  at: number,
): number | undefined {
  const firstAttemptAt = startOf(context, message, at) ?? at;
  const attempts = attemptsInWindow(message);
  const policy = policyOf(context, message);
  if (governing !== undefined) return attemptAfterFailure(policy, { firstAttemptAt, attempts }, at);
  // Nothing was sent: it waits for its P-Mode as if it had not been taken, unless its time is over.
  const begun = message.resend?.at ?? message.submittedAt;
  const submittedAt = clockStart(context.desk.pausesOf(message), begun, at);
  const until = waitsForPMode(policy, { submittedAt, ...(attempts > 1 ? { firstAttemptAt } : {}) });
  return until < at ? undefined : at;
}

/** When the clock of a message began; pauses of its partner stopped it meanwhile. */
function startOf(context: SendContext, message: OutboundMessage, now: number): number | undefined {
  const { firstAttemptAt } = message;
  if (firstAttemptAt === undefined) return undefined;
  return clockStart(context.desk.pausesOf(message), firstAttemptAt, now);
}

function policyOf(context: SendContext, message: OutboundMessage): RetryPolicy {
  const governing = governingLeg(context.agreements().pmodes, message.pmodeId, message.leg, 'send');
  return retryPolicyOf(governing, message);
}

/** Attempts of the window by what became of them. */
interface AttemptCount {
  /** Those that had somewhere to go. */
  readonly made: number;
  /** Those whose worker died; whether anything went out nobody knows. */
  readonly cutOff: number;
}

async function countOf(context: SendContext, { message, address }: RunningAttempt): Promise<AttemptCount> {
  const before = message.attempts - attemptsInWindow(message);
  const ended = (await context.store.attemptsOf(message.rowId)).filter(({ number }) => number > before);
  const addresses = [...ended.map((attempt) => attempt.address), address];
  return {
    made: addresses.filter((one) => one !== '').length,
    cutOff: attemptsInWindow(message) - addresses.length,
  };
}

/** No receipt within the window: the producer is told (AS4 3.2, EBMS:0301). */
function missingReceipt({ made, cutOff }: AttemptCount, last: Failure | undefined): Failure {
  const attempts = `${made} ${made === 1 ? 'attempt' : 'attempts'}`;
  const lost = cutOff === 0 ? '' : `, and ${cutOff} that ${cutOff === 1 ? 'was' : 'were'} cut off`;
  return {
    step: last?.step ?? 'send/settle',
    code: 'send/missing-receipt',
    message: `No receipt after ${attempts}${lost}. Last: ${last?.message ?? 'the worker stopped before an answer came'}`,
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
  const { event, level } = EVENTS[settlement.state];
  context.observer.emit({
    event,
    level,
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
