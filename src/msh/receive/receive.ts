import { QuoinError, Refusal } from '../../protocol/errors/index.ts';
import type { EbmsErrorCode } from '../../protocol/errors/index.ts';
import type { UserMessage } from '../../protocol/ebms/index.ts';
import type { Agreements, MshContext } from '../context.ts';
import { answerRefused } from '../documents/answer.ts';
import { judgeReceived, reportReceived } from '../documents/received.ts';
import type { JudgedDocument } from '../documents/received.ts';
import { failureFrom, legFields } from '../messages.ts';
import { noteInJournal } from '../note-in-journal.ts';
import { startSteps } from '../step-clock.ts';
import type { StepClock } from '../step-clock.ts';
import type { As4Reply, As4Request, InboundMessage, KeptReceipt, KeyRing } from '../ports/index.ts';
import {
  DEFAULT_SIGNAL_SECURITY,
  errorReply,
  faultReply,
  makeReceipt,
  receiptReply,
  unavailableReply,
} from './answer.ts';
import type { SignalSecurity } from './answer.ts';
import { findPMode } from './find-pmode.ts';
import { discard, findFirstCopy, keep } from './keep.ts';
import { openPayloads } from './open-payloads.ts';
import { readEnvelope } from './read-envelope.ts';
import type { OpenEnvelope } from './read-envelope.ts';
import { claim, readClaimedUnits } from './read-messaging.ts';
import { refuseSignal } from './refuse-signal.ts';
import type { Governed, Opened, Verified } from './stages.ts';
import { validate } from './validate.ts';
import { verifySignature } from './verify-signature.ts';

/** How far one request has come: what a refusal may say about it. */
interface Progress {
  readonly steps: StepClock;
  claimed?: UserMessage;
  governed?: Governed;
  readonly agreements: Agreements;
  readonly remote: string | undefined;
}

/**
 * Receive (ebMS3 2.1.2): one request at the AS4 door, step by step, each step's result the next one's proof.
 * Always resolves to an answer: a receipt, a signed ebMS error, a SOAP fault, or 503 when nothing could be kept.
 */
export async function receive(context: MshContext, request: As4Request): Promise<As4Reply> {
  const progress: Progress = {
    steps: startSteps(context.nature, 'receive/read-envelope'),
    agreements: context.agreements(),
    remote: request.remote,
  };
  let open: OpenEnvelope | undefined;
  try {
    open = await readEnvelope(context, {
      contentType: request.contentType,
      body: limited(context, progress, request.body),
    });
    return await handle(context, open, progress);
  } catch (error) {
    return await refuse(context, progress, error);
  } finally {
    await open?.release();
  }
}

async function handle(context: MshContext, open: OpenEnvelope, progress: Progress): Promise<As4Reply> {
  const { keyRing, pmodes } = progress.agreements;
  progress.steps.enter('receive/read-messaging');
  const { messaging, units } = readClaimedUnits(open);
  const userMessage = units.userMessages[0];
  if (userMessage === undefined) return await refuseSignal(context, units, progress.remote);
  progress.claimed = userMessage;
  const claimed = claim(open, messaging, userMessage);
  progress.steps.enter('receive/find-pmode');
  const governed = (progress.governed = findPMode(pmodes, claimed));
  progress.steps.enter('receive/verify-signature');
  const verified = verifySignature(governed, keyRing, new Date(context.nature.now()));
  announce(context, 'receive/signature-verified', verified, progress);
  progress.steps.enter('receive/validate');
  await validate(context, verified);
  const first = await findFirstCopy(context, verified);
  if (first !== undefined) return await answerDuplicate(context, verified, first, progress);
  progress.steps.enter('receive/open-payloads');
  const opened = await openPayloads(context, verified);
  announce(context, 'receive/payloads-opened', opened, progress);
  progress.steps.enter('receive/check-document');
  const judged = await judgeReceived(context, opened);
  progress.steps.enter('receive/keep');
  return await keepAndAnswer(context, opened, judged, progress);
}

async function keepAndAnswer(
  context: MshContext,
  opened: Opened,
  judged: JudgedDocument,
  progress: Progress,
): Promise<As4Reply> {
  const receipt = await receiptFor(context, opened, progress.agreements.keyRing);
  const { outcome, message } = await keep(context, opened, receipt, judged);
  if (outcome === 'duplicate') return await answerDuplicate(context, opened, message, progress);
  announce(context, 'receive/kept', opened, progress, {
    receiptId: receipt.messageId,
    rowId: message.rowId,
    deliverable: message.deliverable,
    bytes: message.parts.reduce((sum, { originalSize }) => sum + originalSize, 0),
  });
  await reportReceived(context, opened, judged);
  if (judged.fate === 'answer') await answerRefused(context, message.rowId);
  return receiptReply(message.receipt);
}

/** The receipt, made before anything is kept: without a key to sign it with, nothing may be kept either. */
async function receiptFor(context: MshContext, opened: Opened, keyRing: KeyRing): Promise<KeptReceipt> {
  try {
    return makeReceipt(context, keyRing, opened, securityFor(opened));
  } catch (error) {
    await discard(context, opened);
    throw error;
  }
}

/** A duplicate is acknowledged again with the receipt of the first copy and delivered no second time (AS4 3.2). */
async function answerDuplicate(
  context: MshContext,
  verified: Verified,
  first: InboundMessage,
  progress: Progress,
): Promise<As4Reply> {
  await context.store.countDuplicate(first.rowId);
  announce(context, 'receive/duplicate', verified, progress, {
    rowId: first.rowId,
    receiptId: first.receipt.messageId,
  });
  return receiptReply(first.receipt);
}

async function refuse(context: MshContext, progress: Progress, error: unknown): Promise<As4Reply> {
  const failure = failureFrom(progress.steps.step, error);
  const messageId = progress.claimed?.messageInfo.messageId;
  const conversationId = progress.claimed?.collaborationInfo.conversationId;
  const { steps, governed } = progress;
  const pmodeId = governed?.governing.pmode.id;
  context.observer.emit({
    event: error instanceof QuoinError ? 'receive/refused' : 'receive/defect',
    level: error instanceof QuoinError ? 'warn' : 'error',
    messageId,
    conversationId,
    ...(governed === undefined ? {} : legFields(governed.governing)),
    step: steps.step,
    failure,
    remote: progress.remote,
    tookMs: steps.tookMs(),
    steps: steps.times(),
  });
  const at = context.nature.now();
  const { remote } = progress;
  await noteInJournal(context, { at, direction: 'in', messageId, conversationId, pmodeId, remote, failure });
  try {
    return answerTo(context, progress, error, messageId);
  } catch (answerError) {
    const reason = failureFrom('receive/answer', answerError);
    context.observer.emit({ event: 'receive/no-answer', level: 'error', messageId, failure: reason });
    return unavailableReply();
  }
}

function answerTo(
  context: MshContext,
  progress: Progress,
  error: unknown,
  messageId: string | undefined,
): As4Reply {
  if (error instanceof Refusal) {
    const refusal = { ebms: error.ebms, message: error.message, refToMessageId: messageId };
    return errorReply(context, progress.agreements.keyRing, refusal, securityFor(progress.governed));
  }
  if (!(error instanceof QuoinError) || !isOfThePartner(progress.steps.step, error))
    return unavailableReply();
  const ebms = ebmsFor(progress.steps.step, error);
  if (ebms === undefined) return faultReply(error);
  return errorReply(
    context,
    progress.agreements.keyRing,
    { ebms, message: error.message, refToMessageId: messageId },
    securityFor(progress.governed),
  );
}

/** Rooms whose errors mean that the partner's bytes are wrong, not this access point: as long as it is they that are read. */
const OF_THE_PARTNER = /^(xml|soap|mime|pki|wss|ebms)\//;

function isOfThePartner(step: string, error: QuoinError): boolean {
  return step !== 'receive/keep' && OF_THE_PARTNER.test(error.code);
}

/** The ebMS error for bytes that a room could not read, by the step that asked it to. */
const UNREADABLE_AT: Readonly<Record<string, EbmsErrorCode>> = {
  'receive/read-messaging': 'EBMS:0009',
  'receive/verify-signature': 'EBMS:0101',
  'receive/open-payloads': 'EBMS:0101',
};

/** MIME that cannot be read is an ebMS matter; XML and SOAP that cannot be read have no ebMS message to answer: undefined. */
function ebmsFor(step: string, error: QuoinError): EbmsErrorCode | undefined {
  if (error.code.startsWith('mime/')) return 'EBMS:0007';
  return error.code.startsWith('soap/') ? undefined : UNREADABLE_AT[step];
}

function securityFor(governed: Governed | undefined): SignalSecurity {
  if (governed === undefined) return DEFAULT_SIGNAL_SECURITY;
  const { suite, signingKeyReference, sign } = governed.governing.leg.security;
  return { suite, keyReference: signingKeyReference, sign };
}

/** ms within which a sender must have sent its SOAP part: until it is proven, it must not hold a place for long. */
const UNPROVEN_MS = 60_000;

/** The bytes of a request, not more than a message may have and, up to the end of the SOAP part, not too slowly. */
async function* limited(
  context: MshContext,
  progress: Progress,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { messageBytes } = context.limits;
  let left = messageBytes;
  for await (const chunk of source) {
    left -= chunk.byteLength;
    if (left < 0) throw tooLarge(messageBytes);
    const took = progress.steps.tookMs();
    if (progress.steps.step === 'receive/read-envelope' && took > UNPROVEN_MS) throw tooSlow(took);
    yield chunk;
  }
}

function tooLarge(limit: number): Refusal {
  return new Refusal(
    'EBMS:0007',
    'receive/message-too-large',
    'The message is larger than this access point accepts.',
    { finding: { check: 'message-size', expected: `at most ${limit} bytes`, field: 'HTTP body' } },
  );
}

/** Not the fault of the message: it may come again. */
function tooSlow(took: number): QuoinError {
  return new QuoinError('receive/envelope-too-slow', 'The SOAP part took too long to arrive.', {
    finding: {
      check: 'envelope-in-time',
      field: 'HTTP body',
      expected: `the whole SOAP part within ${UNPROVEN_MS} ms`,
      found: `still coming after ${took} ms`,
      advice: 'Look at the network between; partners should send the SOAP part as the first MIME part.',
    },
  });
}

function announce(
  context: MshContext,
  event: string,
  message: Verified,
  progress: Progress,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const { userMessage, governing } = message;
  context.observer.emit({
    event,
    level: event === 'receive/duplicate' || event === 'receive/kept' ? 'info' : 'debug',
    messageId: userMessage.messageInfo.messageId,
    conversationId: userMessage.collaborationInfo.conversationId,
    ...legFields(governing),
    service: userMessage.collaborationInfo.service.value,
    action: userMessage.collaborationInfo.action,
    signer: message.signer?.subject,
    signed: message.references.map((reference) => reference.uri),
    encrypted: message.decryption ? [...message.decryption.contentIds] : [],
    tookMs: progress.steps.tookMs(),
    steps: progress.steps.times(),
    ...more,
  });
}
