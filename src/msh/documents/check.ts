import { gunzipBounded, isTestService } from '../../protocol/as4/index.ts';
import type { UserMessage } from '../../protocol/ebms/index.ts';
import type { GoverningLeg } from '../../protocol/pmode/index.ts';
import type { MshContext } from '../context.ts';
import { openBytes } from '../keep-bytes.ts';
import { failureFrom, legFields } from '../messages.ts';
import type { DocumentReport, NewPart } from '../ports/index.ts';

/** A document that was looked at, and how much that weighs. */
export interface CheckedDocument {
  readonly mode: 'observe' | 'warn' | 'refuse';
  readonly report: DocumentReport;
}

/** Steps in which documents are checked. */
export type CheckStep = 'submit/check-document' | 'receive/check-document';

/** A message whose parts are kept and that no row names yet. */
export interface CheckableMessage {
  readonly governing: GoverningLeg;
  readonly userMessage: UserMessage;
  readonly parts: readonly NewPart[];
}

/**
 * Checks the document of a message as its P-Mode says; undefined where nothing is to be checked. Only as much of it is read
 * as the check takes. A defect of the check stops a message only where the P-Mode refuses: there nothing passes unchecked.
 */
export async function checkDocument(
  context: MshContext,
  message: CheckableMessage,
  step: CheckStep,
): Promise<CheckedDocument | undefined> {
  const { documents } = context;
  const { governing, userMessage } = message;
  const { inbound, outbound, specification } = governing.leg.documentCheck;
  const mode = governing.direction === 'send' ? outbound : inbound;
  if (documents === undefined || mode === 'off' || isTestService(userMessage)) return undefined;
  const index = documents.partOf(userMessage);
  if (index === undefined) return undefined;
  const document = await headOf(context, message.parts[index], documents.maxBytes);
  try {
    return { mode, report: documents.check(userMessage, document, specification) };
  } catch (error) {
    context.observer.emit({
      event: 'documents/check-failed',
      level: 'error',
      messageId: userMessage.messageInfo.messageId,
      ...legFields(governing),
      failure: failureFrom(step, error),
    });
    if (mode === 'refuse') throw error;
    return undefined;
  }
}

/** The document of a part that is kept, cut off behind the first byte that is too much. */
export async function headOf(
  context: Pick<MshContext, 'payloads' | 'store'>,
  part: NewPart | undefined,
  maxBytes: number,
): Promise<Buffer> {
  if (part === undefined) return Buffer.alloc(0);
  const kept = part.inline === undefined ? openBytes(context, part.payload) : [part.inline];
  const content = part.compressed
    ? gunzipBounded(asStream(kept), { maxBytes: Infinity, maxRatio: Infinity })
    : kept;
  const chunks: Uint8Array[] = [];
  let left = maxBytes + 1;
  for await (const chunk of content) {
    // The source may use its chunk again.
    chunks.push(Buffer.from(chunk.subarray(0, left)));
    left -= chunk.byteLength;
    if (left <= 0) break;
  }
  return Buffer.concat(chunks);
}

async function* asStream(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* source;
}
