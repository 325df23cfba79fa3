import { QuoinError, Refusal } from '../../protocol/errors/index.ts';
import type { Finding } from '../../protocol/errors/index.ts';
import { checkReceipt, classifyReply } from '../../protocol/as4/index.ts';
import type { Reply, ReplyVerdict } from '../../protocol/as4/index.ts';
import type { ErrorSignal, Receipt } from '../../protocol/ebms/index.ts';
import { collect } from '../../protocol/mime/index.ts';
import type { GoverningLeg } from '../../protocol/pmode/index.ts';
import { readFault } from '../../protocol/soap/index.ts';
import { checkCoverage } from '../../protocol/wss/index.ts';
import type { SignedReference } from '../../protocol/wss/index.ts';
import type { XmlElement } from '../../protocol/xml/index.ts';
import type { MshContext } from '../context.ts';
import type { Failure, KeptReceipt, KeyRing, PushReply } from '../ports/index.ts';
import { readEnvelope } from '../receive/read-envelope.ts';
import type { OpenEnvelope } from '../receive/read-envelope.ts';
import { readClaimedUnits } from '../receive/read-messaging.ts';
import type { ClaimedUnits } from '../receive/read-messaging.ts';
import { proveSigner, securityOf } from '../receive/verify-signature.ts';
import { once } from '../streams.ts';

/** What a push answers to: the message sent and the digests that were signed. */
export interface Sent {
  readonly messageId: string;
  readonly attempt: number;
  readonly references: readonly SignedReference[];
  readonly governing: GoverningLeg;
}

/** What came of a push: one row of the reply table, with the proof or the reason. */
export interface ReplyOutcome {
  readonly verdict: ReplyVerdict;
  readonly receipt?: KeptReceipt | undefined;
  readonly failure?: Failure | undefined;
}

/** An answer as its class wants it, the receipt as it will be kept, and what is wrong with it. */
interface Answer {
  readonly answer: Reply;
  readonly receipt?: KeptReceipt | undefined;
  readonly finding?: Finding | undefined;
  /** What a person would want to see of it. */
  readonly found?: string | undefined;
}

/** Who reads the answer: the keys and the message it must be about. */
interface Reader {
  readonly context: MshContext;
  readonly keyRing: KeyRing;
  readonly sent: Sent;
}

/**
 * Reads the answer to a push (AS4 5.1.8; eDelivery AS4 1.15 1.4.3.2): a receipt counts only when its signature, its
 * signer and every digest in it agree with what was sent; an unsigned error is advice, never proof.
 */
export async function readReply(
  context: MshContext,
  keyRing: KeyRing,
  sent: Sent,
  reply: PushReply,
): Promise<ReplyOutcome> {
  const bytes = await collect(reply.body, context.limits.replyBytes);
  const { answer, receipt, finding, found } = await readAnswer({ context, keyRing, sent }, reply, bytes);
  const verdict = classifyReply(answer);
  if (verdict.outcome === 'acknowledged') return { verdict, receipt };
  return {
    verdict,
    failure: failureOf(reply, answer, verdict, finding ?? replyFinding(reply, found ?? excerpt(bytes))),
  };
}

async function readAnswer(reader: Reader, reply: PushReply, bytes: Buffer): Promise<Answer> {
  const { status } = reply;
  if (bytes.byteLength === 0) return { answer: { kind: 'empty', status }, found: 'nothing' };
  let open: OpenEnvelope;
  try {
    open = await readEnvelope(reader.context, { contentType: reply.contentType, body: once(bytes) });
  } catch (error) {
    if (!(error instanceof QuoinError)) throw error;
    return { answer: { kind: 'unreadable', status } };
  }
  try {
    return readContent(reader, reply, bytes, open);
  } finally {
    await open.release();
  }
}

function readContent(reader: Reader, reply: PushReply, bytes: Buffer, open: OpenEnvelope): Answer {
  const { status } = reply;
  const { claimed, refusal } = unitsOf(open);
  if (refusal?.ebms === 'EBMS:0302')
    return { answer: { kind: 'invalid-receipt', status }, finding: refusal.finding };
  const signal = claimed?.units.signalMessages[0];
  if (claimed !== undefined && signal?.kind === 'receipt')
    return receiptAnswer(reader, reply, bytes, open, claimed, signal);
  const verified = claimed !== undefined && prove(reader, open, claimed.messaging).signer !== undefined;
  if (signal?.kind === 'error') return errorAnswer(reader.sent, reply, signal, verified);
  const fault = readFault(open.envelope.body);
  if (fault === undefined) return { answer: { kind: 'other', status } };
  return {
    answer: { kind: 'fault', code: fault.code, verified, status },
    found: `SOAP fault ${fault.code}: ${fault.reason}`,
  };
}

/** The units of an answer, or why it has no readable eb:Messaging, as a bare SOAP fault has not. */
function unitsOf(open: OpenEnvelope): {
  readonly claimed?: ClaimedUnits;
  readonly refusal?: Refusal | undefined;
} {
  try {
    return { claimed: readClaimedUnits(open) };
  } catch (error) {
    if (!(error instanceof QuoinError)) throw error;
    return { refusal: error instanceof Refusal ? error : undefined };
  }
}

/**
 * Errors the partner has signed end the sending only if they name this message: anyone who once got an error that names
 * none could otherwise answer with it in the partner's place.
 */
function errorAnswer(
  { messageId, attempt }: Sent,
  { status }: PushReply,
  signal: ErrorSignal,
  signed: boolean,
): Answer {
  const { refToMessageId } = signal.messageInfo;
  const named = signal.errors.map(({ refToMessageInError }) => refToMessageInError ?? refToMessageId);
  const isBound = named.every((id) => id === messageId);
  const verified = signed && isBound;
  const finding: Finding = {
    check: 'error-names-the-message',
    field: 'eb:Error/@refToMessageInError',
    expected: messageId,
    found: `${named.find((id) => id !== messageId) ?? 'none'}; ${errorText(signal)}`,
    advice: 'The error does not say that it is about this message, so the message is tried again.',
  };
  return {
    answer: { kind: 'error', errors: signal.errors, verified, status, messageId, attempt },
    found: errorText(signal),
    ...(signed && !isBound ? { finding } : {}),
  };
}

function receiptAnswer(
  reader: Reader,
  reply: PushReply,
  bytes: Buffer,
  open: OpenEnvelope,
  claimed: ClaimedUnits,
  signal: Receipt,
): Answer {
  const { sent } = reader;
  const proof = prove(reader, open, claimed.messaging);
  const finding = [...proof.findings, ...receiptFindings(sent, signal)][0];
  if (finding !== undefined) return { answer: { kind: 'invalid-receipt', status: reply.status }, finding };
  const { messageId, timestamp } = signal.messageInfo;
  const contentType = reply.contentType ?? 'application/soap+xml';
  return {
    answer: { kind: 'receipt' },
    receipt: { bytes, contentType, messageId, timestamp, signer: proof.signer },
  };
}

/** A message sent unsigned, where a P-Mode allows that by name, has no digests to answer to; its id it still has. */
function receiptFindings(sent: Sent, signal: Receipt): readonly Finding[] {
  const expected = { messageId: sent.messageId, references: sent.references };
  if (sent.references.length > 0) return checkReceipt(signal, expected);
  return checkReceipt({ ...signal, nonRepudiationInformation: [] }, expected);
}

const UNSIGNED: Finding = {
  check: 'answer-signed',
  field: 'Security',
  expected: 'a signature of the partner',
  found: 'nothing',
  advice: 'Ask the partner to sign its receipts and errors, as eDelivery AS4 wants.',
};

/** Who signed the answer, or what is wrong with its signature. Nothing of either where the leg switches signing off. */
function prove(
  reader: Reader,
  open: OpenEnvelope,
  messaging: XmlElement,
): { readonly signer?: string; readonly findings: readonly Finding[] } {
  const { leg, partner } = reader.sent.governing;
  try {
    const security = securityOf(open);
    if (security?.signed !== true) return { findings: leg.security.sign ? [UNSIGNED] : [] };
    const at = new Date(reader.context.nature.now());
    const { signature, signer } = proveSigner(security, {
      suite: leg.security.suite,
      party: partner,
      keyRing: reader.keyRing,
      at,
    });
    const { acceptUnsignedBody } = leg.security;
    checkCoverage(signature, {
      messaging,
      body: open.envelope.body,
      contentIds: [],
      acceptUnsignedBody,
      acceptFault: true,
    });
    return { signer: signer.thumbprintSha256, findings: [] };
  } catch (error) {
    if (!(error instanceof QuoinError)) throw error;
    return { findings: [error.finding ?? { check: error.code, found: error.message }] };
  }
}

function failureOf(reply: PushReply, answer: Reply, verdict: ReplyVerdict, finding: Finding): Failure {
  return {
    step: 'send/read-reply',
    code: `send/${verdict.reason}`,
    message: `The partner's answer (HTTP ${reply.status}) is not a valid receipt.`,
    ebms: verdict.ebms,
    finding: { ...finding, advice: finding.advice ?? verdict.advice },
    partnerErrors: answer.kind === 'error' ? { verified: answer.verified, errors: answer.errors } : undefined,
  };
}

function replyFinding(reply: PushReply, found: string): Finding {
  const type = reply.contentType === undefined ? '' : `, ${reply.contentType}`;
  return { check: 'reply', field: `HTTP ${reply.status}${type}`, expected: 'a signed receipt', found };
}

function errorText(signal: ErrorSignal): string {
  return signal.errors
    .map((error) => `${error.errorCode} ${error.description?.text ?? error.shortDescription ?? ''}`.trim())
    .join('; ');
}

/** The beginning of whatever came, on one line. */
function excerpt(bytes: Buffer): string {
  return bytes.subarray(0, 120).toString('utf8').replace(/\s+/g, ' ');
}
