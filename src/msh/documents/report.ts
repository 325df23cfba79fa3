import type { ErrorCode } from '../../protocol/errors/index.ts';
import { legFields } from '../messages.ts';
import type { MshContext } from '../context.ts';
import { noteInJournal } from '../note-in-journal.ts';
import type { DocumentFinding, DocumentReport, Failure } from '../ports/index.ts';
import type { CheckableMessage, CheckedDocument, CheckStep } from './check.ts';

/** Rules named in one sentence; the findings have all of them. */
const NAMED = 10;

/** The rules a document breaks, each once; those that make it invalid only. */
function brokenRules({ findings }: DocumentReport): readonly string[] {
  return [...new Set(findings.filter(({ severity }) => severity === 'fatal').map(({ rule }) => rule))];
}

/** The first rules a document breaks, as a list in a sentence. */
export function rulesText(report: DocumentReport): string {
  const rules = brokenRules(report);
  const more = rules.length > NAMED ? ` and ${rules.length - NAMED} more` : '';
  return `${rules.slice(0, NAMED).join(', ')}${more}`;
}

/** A report for whoever is not the author of the document: rules and places, nothing of what stands there. */
export function withoutContent(report: DocumentReport): DocumentReport {
  return { ...report, findings: report.findings.map(({ found: _content, ...finding }) => finding) };
}

/** Tells the log, the metrics and, of an invalid document, the journal; by rules and places only. Never rejects. */
export async function reportCheck(
  context: MshContext,
  message: CheckableMessage,
  { mode, report }: CheckedDocument,
  step: CheckStep,
  fate?: string,
): Promise<void> {
  const { userMessage, governing } = message;
  const direction = governing.direction === 'send' ? 'out' : 'in';
  const facts = {
    messageId: userMessage.messageInfo.messageId,
    conversationId: userMessage.collaborationInfo.conversationId,
    ...legFields(governing),
    direction,
    mode,
    verdict: report.verdict,
    version: report.version,
    ...(fate === undefined ? {} : { fate }),
    findings: report.findings.map(({ rule, severity, place }) => ({ rule, severity, place })),
  };
  if (report.verdict === 'valid') {
    context.observer.emit({ event: 'documents/valid', level: 'debug', ...facts });
    return;
  }
  context.observer.emit({
    event: 'documents/invalid',
    level: mode === 'observe' ? 'info' : 'warn',
    ...facts,
  });
  const { messageId, conversationId, pmode } = facts;
  const failure = failureOf(report, step);
  const at = context.nature.now();
  await noteInJournal(context, { at, direction, messageId, conversationId, pmodeId: pmode, failure });
}

const CODES: Readonly<Record<CheckStep, ErrorCode>> = {
  'submit/check-document': 'submit/invalid-document',
  'receive/check-document': 'receive/invalid-document',
};

function failureOf(report: DocumentReport, step: CheckStep): Failure {
  const [first] = report.findings;
  return {
    step,
    code: CODES[step],
    message: `The document breaks rules of EDM ${report.version}: ${rulesText(report)}.`,
    ...(first === undefined ? {} : { finding: findingOf(first) }),
  };
}

function findingOf({ rule, place, text }: DocumentFinding): NonNullable<Failure['finding']> {
  return { check: rule, field: place, expected: text };
}
