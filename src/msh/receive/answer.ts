import type { EbmsErrorCode, QuoinError } from '../../protocol/errors/index.ts';
import { ebmsError, writeErrorSignal, writeMessaging, writeReceipt } from '../../protocol/ebms/index.ts';
import type { UserMessage } from '../../protocol/ebms/index.ts';
import { writeEnvelope, writeFaultEnvelope } from '../../protocol/soap/index.ts';
import type { FaultCode } from '../../protocol/soap/index.ts';
import { signEnvelope } from '../../protocol/wss/index.ts';
import type { KeyReferenceKind, SignedReference, SuiteName } from '../../protocol/wss/index.ts';
import type { MshContext } from '../context.ts';
import type { As4Reply, KeptReceipt, KeyRing } from '../ports/index.ts';

/** Media type of every answer: a signal has no payload parts (eDelivery AS4 1.15 1.4.2.3). */
export const SIGNAL_CONTENT_TYPE = 'application/soap+xml; charset=utf-8';

/** How a signal is to be signed: as the leg says, or by the common profile when no leg is known. */
export interface SignalSecurity {
  readonly suite: SuiteName;
  readonly keyReference: KeyReferenceKind;
  readonly sign: boolean;
}

/** Used before a P-Mode is known: the defaults of the common profile. */
export const DEFAULT_SIGNAL_SECURITY: SignalSecurity = {
  suite: 'eDelivery-AS4-1.15',
  keyReference: 'BinarySecurityToken',
  sign: true,
};

/**
 * The signed receipt for a message: non-repudiation information copied from its signature, or, where a P-Mode allows
 * unsigned messages, a copy of the UserMessage itself (AS4 5.1.8).
 */
export function makeReceipt(
  context: MshContext,
  keyRing: KeyRing,
  message: { readonly userMessage: UserMessage; readonly references: readonly SignedReference[] },
  security: SignalSecurity,
): KeptReceipt {
  const { userMessage, references } = message;
  const info = signalInfo(context, userMessage.messageInfo.messageId);
  const units =
    references.length > 0
      ? writeReceipt({ kind: 'receipt', messageInfo: info, nonRepudiationInformation: references })
      : writeReceipt({ kind: 'receipt', messageInfo: info }, userMessage);
  const { bytes, signer } = signSignal(context, keyRing, units, security);
  return {
    bytes,
    contentType: SIGNAL_CONTENT_TYPE,
    messageId: info.messageId,
    timestamp: info.timestamp,
    signer,
  };
}

/** HTTP 200 with a receipt. */
export function receiptReply(receipt: KeptReceipt): As4Reply {
  return { status: 200, headers: { 'content-type': receipt.contentType }, body: receipt.bytes };
}

/** A signed ebMS error in HTTP 200: the code and a sentence that gives nothing away: for security errors one and the same (ebMS3 6.2). */
export function errorReply(
  context: MshContext,
  keyRing: KeyRing,
  refusal: {
    readonly ebms: EbmsErrorCode;
    readonly message: string;
    readonly refToMessageId?: string | undefined;
  },
  security: SignalSecurity,
): As4Reply {
  const error = ebmsError(refusal.ebms, {
    refToMessageInError: refusal.refToMessageId,
    description: refusal.message,
  });
  const units = writeErrorSignal({
    kind: 'error',
    messageInfo: signalInfo(context, refusal.refToMessageId),
    errors: [error],
  });
  return {
    status: 200,
    headers: { 'content-type': SIGNAL_CONTENT_TYPE },
    body: signSignal(context, keyRing, units, security).bytes,
    refused: true,
  };
}

/** SOAP faults by cause, with the HTTP status of the SOAP 1.2 binding (part 2, 7.5.2.2); all other input errors are the sender's. */
const FAULTS: Readonly<Record<string, { readonly code: FaultCode; readonly status: number }>> = {
  'soap/version-mismatch': { code: 'VersionMismatch', status: 500 },
  'soap/must-understand': { code: 'MustUnderstand', status: 500 },
};

/** What is not a SOAP 1.2 message at all gets a SOAP fault, unsigned: there is no ebMS message to answer. */
export function faultReply(error: QuoinError): As4Reply {
  const { code, status } = FAULTS[error.code] ?? { code: 'Sender', status: 400 };
  const { xml } = writeFaultEnvelope({
    code,
    reason: error.message,
    notUnderstood: error.code === 'soap/must-understand' ? error.finding?.found : undefined,
  });
  return { status, headers: { 'content-type': SIGNAL_CONTENT_TYPE }, body: Buffer.from(xml), refused: true };
}

/** Nothing is wrong with the message; this access point cannot keep it now. The partner retries. */
export function unavailableReply(): As4Reply {
  return {
    status: 503,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '30' },
    body: Buffer.from('The message could not be kept now. Send it again later.\n'),
  };
}

/** A signal arrived here that nothing answers: receipts and errors are synchronous in this profile. */
export function acceptedReply(): As4Reply {
  return { status: 202, headers: {}, body: Buffer.alloc(0), refused: true };
}

function signalInfo(
  context: MshContext,
  refToMessageId: string | undefined,
): { messageId: string; timestamp: string; refToMessageId?: string | undefined } {
  const { now, uuid } = context.nature;
  return {
    messageId: `${uuid()}@${context.idDomain}`,
    timestamp: new Date(now()).toISOString(),
    refToMessageId,
  };
}

function signSignal(
  context: MshContext,
  keyRing: KeyRing,
  units: string,
  security: SignalSecurity,
): { bytes: Buffer; signer: string | undefined } {
  const messagingId = `_m-${context.nature.uuid()}`;
  const messaging = writeMessaging({ units, id: messagingId });
  if (!security.sign) {
    const { xml } = writeEnvelope({ blocks: [messaging], bodyId: undefined });
    return { bytes: Buffer.from(xml), signer: undefined };
  }
  const signed = signEnvelope({
    messaging,
    messagingId,
    attachments: [],
    key: keyRing.signingKey(),
    keyReference: security.keyReference,
    suite: security.suite,
  });
  return { bytes: signed.bytes, signer: signed.signer };
}
