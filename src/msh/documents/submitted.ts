import { QuoinError } from '../../protocol/errors/index.ts';
import type { MshContext } from '../context.ts';
import { discardParts } from '../discard-payloads.ts';
import type { DocumentReport } from '../ports/index.ts';
import { checkDocument } from './check.ts';
import type { CheckableMessage, CheckedDocument } from './check.ts';
import { reportCheck, rulesText } from './report.ts';

const STEP = 'submit/check-document';

/** A submission whose document is invalid, with everything that is wrong with it. */
export class DocumentRefusal extends QuoinError {
  readonly document: DocumentReport;

  constructor(document: DocumentReport, part: number) {
    const [first] = document.findings;
    super(
      'submit/invalid-document',
      `The document breaks rules of EDM ${document.version}: ${rulesText(document)}.`,
      {
        finding: {
          check: first?.rule ?? 'document-valid',
          field: `parts[${part}] ${first?.place ?? ''}`.trim(),
          expected: first?.text,
          found: first?.found,
        },
      },
    );
    this.name = 'DocumentRefusal';
    this.document = document;
  }
}

/** Checks the document of a submission whose parts are kept. Throws DocumentRefusal where the P-Mode refuses; then nothing stays. */
export async function checkSubmitted(
  context: MshContext,
  message: CheckableMessage,
): Promise<CheckedDocument | undefined> {
  try {
    const checked = await checkDocument(context, message, STEP);
    if (checked?.mode !== 'refuse' || checked.report.verdict === 'valid') return checked;
    await reportCheck(context, message, checked, STEP);
    throw new DocumentRefusal(checked.report, context.documents?.partOf(message.userMessage) ?? 0);
  } catch (error) {
    await discardParts(context, message.parts);
    throw error;
  }
}

/** Tells of a document that was taken. */
export async function reportSubmitted(
  context: MshContext,
  message: CheckableMessage,
  checked: CheckedDocument | undefined,
): Promise<void> {
  if (checked !== undefined) await reportCheck(context, message, checked, STEP);
}

/** What the producer is told of it: everything, unless the P-Mode only observes. */
export function shownTo(checked: CheckedDocument | undefined): DocumentReport | undefined {
  return checked === undefined || checked.mode === 'observe' ? undefined : checked.report;
}
