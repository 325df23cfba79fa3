import { Refusal } from '../../protocol/errors/index.ts';
import { isTestService } from '../../protocol/as4/index.ts';
import { cidToContentId } from '../../protocol/mime/index.ts';
import type { SignedReference } from '../../protocol/wss/index.ts';
import type { MshContext } from '../context.ts';
import { keptJudgement } from '../documents/received.ts';
import type { JudgedDocument } from '../documents/received.ts';
import { discardParts } from '../discard-payloads.ts';
import { mayHaveHappened } from '../messages.ts';
import type {
  InboundMessage,
  KeptReceipt,
  NewInboundMessage,
  ReceivedEnvelope,
  StoredPart,
} from '../ports/index.ts';
import type { Opened, Verified } from './stages.ts';

/** What is kept of a message, and whether this copy is the first. */
export interface Kept {
  readonly outcome: 'fresh' | 'duplicate';
  readonly message: InboundMessage;
}

/**
 * ONE atomic act: insert by sender and MessageId with payload handles and the signed receipt; or find the copy kept
 * first (AS4 3.2). A second message under the same MessageId with other payloads is refused, never overwritten.
 */
export async function keep(
  context: MshContext,
  opened: Opened,
  receipt: KeptReceipt,
  judged: JudgedDocument,
): Promise<Kept> {
  let kept: Kept;
  try {
    kept = await context.store.insertInbound(recordOf(context, opened, receipt, judged));
  } catch (error) {
    if (!mayHaveHappened(error)) await discard(context, opened);
    throw error;
  }
  if (kept.outcome === 'fresh') return kept;
  await discard(context, opened);
  if (!sameDocuments(kept.message.parts, opened.stored)) throw contentChanged(opened, kept.message);
  return kept;
}

/** Removes the payloads of a message that is not kept. */
export async function discard(context: MshContext, opened: Opened): Promise<void> {
  await discardParts(context, opened.stored);
}

/**
 * The copy kept first, when the signature already proves that this one carries the same payloads: its receipt answers
 * without reading them again. Looked up only after verification, so that nobody else can burn a MessageId.
 */
export async function findFirstCopy(
  context: MshContext,
  verified: Verified,
): Promise<InboundMessage | undefined> {
  if (verified.signature === undefined || !verified.governing.leg.receptionAwareness.duplicateDetection)
    return undefined;
  const first = await context.store.findDuplicate(
    verified.sender,
    verified.userMessage.messageInfo.messageId,
  );
  if (first === undefined) return undefined;
  return samePayloads(first.references, verified.signature.attachmentDigests) ? first : undefined;
}

/** The same parts by Content-ID with the same digests; where a retry names its parts anew, the documents decide later. */
function samePayloads(
  signedThen: readonly SignedReference[],
  signedNow: ReadonlyMap<string, string>,
): boolean {
  const then = signedThen.filter(({ uri }) => /^cid:/i.test(uri));
  return (
    then.length === signedNow.size &&
    then.every(({ uri, digestValue }) => signedNow.get(cidToContentId(uri)) === digestValue)
  );
}

function recordOf(
  context: MshContext,
  opened: Opened,
  receipt: KeptReceipt,
  judged: JudgedDocument,
): NewInboundMessage {
  const { userMessage, governing } = opened;
  const rowId = context.nature.uuid();
  return {
    rowId,
    messageId: userMessage.messageInfo.messageId,
    // Without duplicate detection every copy stands for itself.
    sender: governing.leg.receptionAwareness.duplicateDetection ? opened.sender : `${opened.sender} ${rowId}`,
    pmodeId: governing.pmode.id,
    leg: governing.leg.name,
    partner: governing.partner.name,
    userMessage,
    parts: opened.stored,
    references: opened.references,
    signer: opened.signer?.thumbprintSha256,
    receipt,
    deliverable:
      governing.leg.delivery !== 'none' && !isTestService(userMessage) && judged.fate === 'deliver',
    ...keptJudgement(judged),
    receivedAt: context.nature.now(),
    envelope: evidence(opened.source),
  };
}

/** The type as a column can hold it; what a partner writes around it is no part of the evidence. */
function evidence({ bytes, contentType }: ReceivedEnvelope): ReceivedEnvelope {
  const printable = /^[\x20-\x7e]{1,200}$/.test(contentType);
  return { bytes, contentType: printable ? contentType : 'application/soap+xml' };
}

/** The gzip or header around a document may differ in a retry; the documents and their order may not. */
function sameDocuments(first: readonly StoredPart[], second: readonly StoredPart[]): boolean {
  return first.length === second.length && first.every(({ sha256 }, i) => sha256 === second[i]!.sha256);
}

function contentChanged(opened: Opened, first: InboundMessage): Refusal {
  return new Refusal(
    'EBMS:0003',
    'receive/message-id-reused',
    'This MessageId was already used for other content.',
    {
      finding: {
        check: 'message-id-unique',
        field: 'MessageInfo/MessageId',
        expected: `the payloads received at ${new Date(first.receivedAt).toISOString()}`,
        found: `other payloads under ${opened.userMessage.messageInfo.messageId}`,
        advice: 'The partner must give new content a new MessageId.',
      },
    },
  );
}
