import { QuoinError } from '../../protocol/errors/index.ts';
import { classifyReply, decideAttempt } from '../../protocol/as4/index.ts';
import { governingLeg } from '../../protocol/pmode/index.ts';
import type { GoverningLeg } from '../../protocol/pmode/index.ts';
import { isCutOff } from '../partners/desk.ts';
import type { Place } from '../partners/desk.ts';
import { NOTHING, evidenceOf } from '../partners/evidence.ts';
import type { Evidence } from '../partners/evidence.ts';
import { clockStart } from '../partners/judge.ts';
import { failureFrom, legFields } from '../messages.ts';
import { startSteps } from '../step-clock.ts';
import type { KeptEnvelope, Outlook, OutboundMessage, RowId } from '../ports/index.ts';
import { inFirstAttempt, outlookOf } from './hand.ts';
import type { Fresh } from './hand.ts';
import { readReply } from './read-reply.ts';
import type { ReplyOutcome } from './read-reply.ts';
import { goneAgreement } from './resend.ts';
import { seal } from './seal.ts';
import type { Sealed } from './seal.ts';
import type { RunningAttempt } from './running-attempt.ts';
import type { SendContext } from './send-context.ts';
import { settle } from './settle.ts';
import { signFresh, signedEnvelope } from './sign.ts';
import { attemptsInWindow } from './window.ts';

/**
 * Send (ebMS3 2.1.1): one attempt for a due row: a place at its partner, claim, sign once, seal, push, read the reply,
 * settle. Called for every ring of the bell; a row that is not due or is someone else's is left alone, and one whose
 * partner has no place for it now waits without an attempt being counted.
 */
export async function send(context: SendContext, rowId: RowId): Promise<void> {
  const fresh = context.hand.get(rowId);
  const outlook = fresh === undefined ? await context.store.outlook(rowId) : outlookOf(fresh);
  if (outlook === undefined || outlook.nextAttemptAt > context.nature.now()) return;
  const place = context.desk.placeFor(outlook);
  if (place === undefined) return;
  context.hand.forget(rowId);
  let running: RunningAttempt | undefined;
  try {
    running = fresh === undefined ? await claim(context, outlook) : await claimFresh(context, fresh);
  } finally {
    if (running === undefined) place.leave(NOTHING);
  }
  if (running !== undefined) await runClaimed(context, place, running);
}

async function claim(context: SendContext, outlook: Outlook): Promise<RunningAttempt | undefined> {
  const { now } = context.nature;
  const message = await context.store.claimOutbound(outlook.rowId, now(), context.times.leaseMs);
  if (message === undefined) return undefined;
  const steps = startSteps(context.nature, 'send/sign');
  return { message, steps, afterCutOff: isCutOff(outlook), address: '' };
}

/** The same for a message whose content is at hand: claimed and signed in one commit, if nobody has tried it yet. */
async function claimFresh(context: SendContext, fresh: Fresh): Promise<RunningAttempt | undefined> {
  const steps = startSteps(context.nature, 'send/sign');
  const envelope = signFresh(context, fresh);
  if (envelope === undefined) return await claim(context, outlookOf(fresh));
  const first = { at: context.nature.now(), leaseMs: context.times.leaseMs, envelope };
  if (!(await context.store.claimFresh(fresh.message.rowId, first))) return undefined;
  const message = inFirstAttempt(fresh, first);
  return { message, steps, afterCutOff: false, address: '', inline: fresh.inline };
}

/** Makes the attempt of a claimed row and gives its place back. */
export async function runClaimed(context: SendContext, place: Place, running: RunningAttempt): Promise<void> {
  let evidence: Evidence = NOTHING;
  try {
    const outcome = await outcomeOf(context, running);
    await settle(context, running, outcome);
    evidence = evidenceOf(outcome);
  } finally {
    place.leave(evidence);
  }
}

async function outcomeOf(context: SendContext, running: RunningAttempt): Promise<ReplyOutcome> {
  const release = holdLease(context, running.message);
  try {
    return await attempt(context, running);
  } catch (error) {
    return notSent(error);
  } finally {
    release();
  }
}

async function attempt(context: SendContext, running: RunningAttempt): Promise<ReplyOutcome> {
  const { message } = running;
  const { pmodes, keyRing } = context.agreements();
  const governing = governingLeg(pmodes, message.pmodeId, message.leg, 'send');
  if (governing === undefined) throw goneAgreement(message);
  running.governing = governing;
  if (!isDue(context, governing, running)) return { ...notSent(undefined), failure: message.failure };
  running.address = governing.partner.address ?? '';
  const envelope = await signedEnvelope(context, keyRing, governing, message);
  running.steps.enter('send/seal');
  const sealed = seal(context, keyRing, governing, running, envelope);
  running.recipient = sealed.recipient;
  announcePush(context, governing, running, envelope, sealed);
  running.steps.enter('send/push');
  const reply = await push(context, running, sealed);
  running.httpStatus = reply.status;
  running.steps.enter('send/read-reply');
  const sent = {
    messageId: message.messageId,
    attempt: message.attempts,
    references: envelope.references,
    governing,
  };
  return await readReply(context, keyRing, sent, reply);
}

/** The window may have closed while nothing ran, or a worker died with the last attempt: then no more is due (EBMS:0301). */
function isDue(context: SendContext, governing: GoverningLeg, running: RunningAttempt): boolean {
  const now = context.nature.now();
  const { message, afterCutOff: cutOff } = running;
  const { firstAttemptAt = now } = message;
  const decision = decideAttempt(
    governing.leg.receptionAwareness,
    {
      firstAttemptAt: clockStart(context.desk.pausesOf(message), firstAttemptAt, now),
      attempts: attemptsInWindow(message) - 1,
      cutOff,
    },
    now,
  );
  return decision.kind !== 'give-up';
}

async function push(
  context: SendContext,
  running: RunningAttempt,
  sealed: Sealed,
): ReturnType<SendContext['transport']['push']> {
  return await context.transport.push({
    address: running.address,
    headers: { 'content-type': sealed.contentType },
    contentLength: sealed.contentLength,
    body: sealed.body(),
    responseTimeout: context.times.responseTimeoutMs,
  });
}

/** Keeps the row ours while a long push runs. */
function holdLease(context: SendContext, message: OutboundMessage): () => void {
  const { leaseMs } = context.times;
  const timer = setInterval(() => {
    context.store
      .extendLease(message.rowId, message.attempts, context.nature.now() + leaseMs)
      .catch((error: unknown) => {
        // Losing the lease means another worker may push the same message: harmless, the partner detects the duplicate.
        context.observer.emit({
          event: 'send/lease-not-extended',
          level: 'warn',
          messageId: message.messageId,
          reason: String(error),
        });
      });
  }, leaseMs / 3);
  timer.unref();
  return () => clearInterval(timer);
}

/** Whatever stopped the attempt before a reply: the network is tried again, and so is a message that cannot be built now. */
function notSent(error: unknown): ReplyOutcome {
  const step = error instanceof QuoinError && error.code.startsWith('http/') ? 'send/push' : 'send/seal';
  const verdict = classifyReply({ kind: 'no-answer' });
  return { verdict, failure: error === undefined ? undefined : failureFrom(step, error) };
}

function announcePush(
  context: SendContext,
  governing: GoverningLeg,
  running: RunningAttempt,
  envelope: KeptEnvelope,
  sealed: Sealed,
): void {
  const { message } = running;
  context.observer.emit({
    event: 'send/pushing',
    level: 'info',
    messageId: message.messageId,
    conversationId: message.userMessage.collaborationInfo.conversationId,
    ...legFields(governing),
    attempt: message.attempts,
    address: running.address,
    bytes: sealed.contentLength,
    signed: envelope.references.map((reference) => reference.uri),
    encrypted: sealed.recipient === undefined ? [] : message.parts.map((part) => part.href),
  });
}
