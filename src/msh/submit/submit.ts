import { QuoinError } from '../../protocol/errors/index.ts';
import {
  commonProfileViolations,
  isTestService,
  payloadProfileViolations,
  propertyViolations,
} from '../../protocol/as4/index.ts';
import { writeUserMessage } from '../../protocol/ebms/index.ts';
import type { UserMessage } from '../../protocol/ebms/index.ts';
import type { GoverningLeg, Leg } from '../../protocol/pmode/index.ts';
import type { MshContext } from '../context.ts';
import { discardParts } from '../discard-payloads.ts';
import { legFields, mayHaveHappened } from '../messages.ts';
import { checkSubmitted, reportSubmitted, shownTo } from '../documents/submitted.ts';
import type { DocumentReport, InboundMessage, NewOutboundMessage, OutboundMessage } from '../ports/index.ts';
import { retryPolicyToKeep } from '../retry-policy.ts';
import { ring } from '../ring.ts';
import { startSteps } from '../step-clock.ts';
import type { StepClock } from '../step-clock.ts';
import type { PartStreams, Submission, SubmitResult } from '../types.ts';
import { choosePMode } from './choose-pmode.ts';
import { checkId, completeHeader } from './complete-header.ts';
import { fingerprint } from './fingerprint.ts';
import type { Intake } from './intake.ts';
import type { Kept } from './kept.ts';
import { keepPayloads } from './keep.ts';
import { otherContent, repeatedMessage, requireSame } from './repetition.ts';

/**
 * Submit (ebMS3 2.1.1): choose the P-Mode, complete the header, keep everything, ring the queue. When it resolves,
 * the submission is durable. The same MessageId with the same content is accepted again without effect, whatever the
 * P-Modes and the `intake` say by now; the intake rejects before a payload is read when nothing new may be taken.
 */
export async function submit(
  context: MshContext,
  submission: Submission,
  streams: PartStreams,
  intake?: Intake,
): Promise<SubmitResult> {
  const known = await repeatedMessage(context, submission);
  if (known === undefined) return submitNew(context, submission, streams, intake);
  await requireSame(known, submission, streams);
  return resultOf('exists', known);
}

/** What nobody had submitted a moment ago; two of it at once are decided when they are kept. */
async function submitNew(
  context: MshContext,
  submission: Submission,
  streams: PartStreams,
  intake: Intake | undefined,
): Promise<SubmitResult> {
  await intake?.mayTake();
  const steps = startSteps(context.nature, 'submit/complete-header');
  const governing = choosePMode(context.agreements().pmodes, submission);
  await intake?.mayTakeFor(governing.partner.name);
  const answered = await answeredMessage(context, submission);
  const { now, uuid } = context.nature;
  const header = completeHeader(submission, governing, {
    now: now(),
    uuid,
    idDomain: context.idDomain,
    answered,
  });
  checkAgreed(governing.leg, header);
  checkWritable(header);
  steps.enter('submit/keep-payloads');
  const parts = await keepPayloads(context, governing, submission, header, streams);
  steps.enter('submit/check-document');
  const checkable = { governing, userMessage: header, parts };
  const checked = await checkSubmitted(context, checkable);
  const message: NewOutboundMessage = {
    rowId: uuid(),
    messageId: header.messageInfo.messageId,
    pmodeId: governing.pmode.id,
    leg: governing.leg.name,
    partner: governing.partner.name,
    userMessage: header,
    parts,
    fingerprint: fingerprint(submission, parts),
    submittedAt: now(),
    retryPolicy: retryPolicyToKeep(governing),
  };
  steps.enter('submit/keep');
  const kept = await insertOrDiscard(context, message);
  if (kept.outcome === 'kept') {
    announceKept(context, governing, message, steps);
    await kept.go();
    await reportSubmitted(context, checkable, checked);
  }
  return resultOf(kept.outcome, kept.message, shownTo(checked));
}

function announceKept(
  context: MshContext,
  governing: GoverningLeg,
  message: NewOutboundMessage,
  steps: StepClock,
): void {
  const header = message.userMessage;
  context.observer.emit({
    event: 'submit/kept',
    level: 'info',
    messageId: message.messageId,
    conversationId: header.collaborationInfo.conversationId,
    ...legFields(governing),
    service: header.collaborationInfo.service.value,
    action: header.collaborationInfo.action,
    test: isTestService(header),
    parts: message.parts.map((part) => ({
      href: part.href,
      mimeType: part.mimeType,
      bytes: part.originalSize,
      kept: part.size,
    })),
    tookMs: steps.tookMs(),
    steps: steps.times(),
  });
}

async function insertOrDiscard(context: MshContext, message: NewOutboundMessage): Promise<Kept> {
  const inserted = await keepSubmission(context, message).catch(async (error: unknown) => {
    if (!mayHaveHappened(error)) await discardParts(context, message.parts);
    throw error;
  });
  if (inserted.outcome === 'kept') return inserted;
  await discardParts(context, message.parts);
  if (inserted.message.fingerprint === message.fingerprint) return inserted;
  throw otherContent(message.messageId);
}

async function keepSubmission(context: MshContext, message: NewOutboundMessage): Promise<Kept> {
  if (context.keepSubmission !== undefined) return await context.keepSubmission(message);
  const inserted = await context.store.insertOutbound(message);
  return { ...inserted, go: () => ring(context, message.rowId) };
}

/** The same rules the partner will hold the message to, told to the producer now. */
function checkAgreed(leg: Leg, header: UserMessage): void {
  const [first] = [
    ...commonProfileViolations(header),
    ...propertyViolations(header, leg),
    ...payloadProfileViolations(header, leg.payload),
  ];
  if (first === undefined) return;
  throw new QuoinError('submit/against-agreement', `The message does not fit its P-Mode: ${first.message}.`, {
    finding: first.finding,
  });
}

/** What cannot be written now could not be written at any attempt. Throws `ebms/unwritable-value` and `xml/...`. */
function checkWritable(header: UserMessage): void {
  writeUserMessage(header);
}

/** The message a reply answers, where we have received it: its conversation is the reply's (eDelivery AS4 1.15 1.4.2.2). */
async function answeredMessage(
  context: MshContext,
  submission: Submission,
): Promise<InboundMessage | undefined> {
  if (submission.refToMessageId === undefined) return undefined;
  checkId('refToMessageId', submission.refToMessageId);
  const found = await context.store.findInbound(submission.refToMessageId);
  return found.length === 1 ? found[0] : undefined;
}

function resultOf(
  outcome: 'kept' | 'exists',
  message: OutboundMessage,
  document?: DocumentReport,
): SubmitResult {
  return {
    outcome: outcome === 'kept' ? 'accepted' : 'already-accepted',
    messageId: message.messageId,
    conversationId: conversationOf(message.userMessage),
    pmodeId: message.pmodeId,
    // How far it has come since is asked for.
    state: outcome === 'kept' ? 'SEND_ENQUEUED' : message.state,
    ...(document === undefined ? {} : { document }),
  };
}

function conversationOf(message: UserMessage): string {
  return message.collaborationInfo.conversationId;
}
