import type { MshContext } from '../context.ts';
import { discardParts } from '../discard-payloads.ts';
import type { NewInboundMessage } from '../ports/index.ts';
import type { Opened } from '../receive/stages.ts';
import { checkDocument } from './check.ts';
import type { CheckableMessage, CheckedDocument } from './check.ts';
import { reportCheck, withoutContent } from './report.ts';

const STEP = 'receive/check-document';

/** What becomes of a received message by its document: the backend gets it, its sender is told, or it is only kept. */
export type Fate = 'deliver' | 'answer' | 'withhold';

/** A received message whose document was looked at, where it is to be. */
export interface JudgedDocument {
  readonly fate: Fate;
  readonly checked?: CheckedDocument | undefined;
}

const checkable = ({ governing, userMessage, stored }: Opened): CheckableMessage => ({
  governing,
  userMessage,
  parts: stored,
});

/** Checks the document of a received message whose parts are kept; on any failure nothing of it stays. */
export async function judgeReceived(context: MshContext, opened: Opened): Promise<JudgedDocument> {
  try {
    const checked = await checkDocument(context, checkable(opened), STEP);
    const isRefused = checked?.mode === 'refuse' && checked.report.verdict === 'invalid';
    const fate = isRefused ? context.documents?.whenRefused(opened.userMessage) : undefined;
    return { fate: fate ?? 'deliver', checked };
  } catch (error) {
    await discardParts(context, opened.stored);
    throw error;
  }
}

/** What is kept of it with the message, in the same commit. */
export function keptJudgement({
  fate,
  checked,
}: JudgedDocument): Pick<NewInboundMessage, 'document' | 'answer'> {
  if (checked === undefined || checked.mode === 'observe') return {};
  return { document: withoutContent(checked.report), ...(fate === 'answer' ? { answer: 'due' } : {}) };
}

/** Tells of the document of a message that is kept now. */
export async function reportReceived(
  context: MshContext,
  opened: Opened,
  { fate, checked }: JudgedDocument,
): Promise<void> {
  if (checked !== undefined) await reportCheck(context, checkable(opened), checked, STEP, fate);
}
