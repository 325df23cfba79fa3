import { describeError } from '../../../protocol/errors/index.ts';
import { isGivenUp } from '../../../msh/index.ts';
import type { InboundMessage, Msh, Nature, Observer, Submission } from '../../../msh/index.ts';
import { headerFacts } from '../../exchange-header.ts';
import type { DocumentFlaw, ExchangeStore, RecordedDocument } from '../../ports/index.ts';
import { isAnswerable, refuseRequest } from '../../refuse-request.ts';
import type { RuleFinding } from '../../rules/index.ts';
import { answerPMode } from '../answer-pmode.ts';
import { partsOf } from '../compose/composed.ts';
import { CALLER } from '../send.ts';

/** What refusing works with. */
export interface RefusalContext {
  readonly store: Pick<ExchangeStore, 'documentBytes'>;
  readonly msh: Pick<Msh, 'inbound' | 'explain' | 'submit'>;
  readonly observer: Observer;
  readonly nature: Nature;
  /** Who answers on a P-Mode: the local name of this access point, and its country. */
  readonly self: (pmodeId: string) => { readonly name: string; readonly country: string } | undefined;
}

/** What is wrong, as the exception tells it. */
const REASONS: Readonly<Partial<Record<DocumentFlaw, Pick<RuleFinding, 'rule' | 'place' | 'text'>>>> = {
  'repeated-request': {
    rule: 'TDD-4.4',
    place: '/query:QueryRequest/@id',
    text: 'The id of a request must not have been used before',
  },
  'changed-request': {
    rule: 'TDD-4.9',
    place: '/query:QueryRequest/query:Query',
    text: 'The request that follows a preview asks for the same evidence, about the same subject, for the same requester as the one before it.',
  },
  'unknown-preview': {
    rule: 'TDD-4.9',
    place: "/query:QueryRequest/rim:Slot[@name='PreviewLocation']",
    text: 'A preview location must be the one that was given in this exchange, and can be used once.',
  },
};

/**
 * Answers a request that does not move its exchange with EDM:ERR:0003. Its MessageId follows from the request, and its
 * content is the same each time. Rejects when it is to be tried again.
 */
export async function refuseDocument(context: RefusalContext, document: RecordedDocument): Promise<void> {
  const { observer, nature } = context;
  const { messageId } = document;
  try {
    const answerId = await submitRefusal(context, document);
    observer.emit({ event: 'exchanges/refused', level: 'warn', messageId, flaw: document.flaw, answerId });
  } catch (error) {
    const isOver = isGivenUp(nature.now() - document.at, error);
    const reason = describeError(error);
    observer.emit({ event: 'exchanges/refusal-failed', level: 'warn', messageId, reason, givenUp: isOver });
    if (!isOver) throw error;
  }
}

async function submitRefusal(
  context: RefusalContext,
  document: RecordedDocument,
): Promise<string | undefined> {
  const message = await context.msh.inbound(document.rowId);
  const reason = document.flaw === undefined ? undefined : REASONS[document.flaw];
  const self = message === undefined ? undefined : context.self(message.pmodeId);
  if (message === undefined || reason === undefined || self === undefined) return undefined;
  const header = headerFacts(message.userMessage);
  if (!isAnswerable(header)) return undefined;
  // The answer itself does not name it, so that nobody takes it for the answer to the first one.
  const repeated = document.flaw === 'repeated-request' ? `: ${document.facts.requestId}` : '';
  const finding = { ...reason, text: `${reason.text}${repeated}`, severity: 'fatal' } as const;
  const answer = refuseRequest(
    {
      message: message.userMessage,
      document: (await context.store.documentBytes(document.rowId)) ?? Buffer.alloc(0),
      report: { verdict: 'invalid', version: document.facts.version, findings: [finding] },
      receivedAt: message.receivedAt,
      self,
    },
    header,
    { isNameless: document.flaw === 'repeated-request' },
  );
  const submission = submissionOf(context, message, answer);
  return (await context.msh.submit(submission, partsOf({ submission, document: answer.document }))).messageId;
}

function submissionOf(
  { msh }: RefusalContext,
  { rowId, pmodeId, userMessage }: InboundMessage,
  { service, action, messageProperties, mimeType }: ReturnType<typeof refuseRequest>,
): Submission {
  const submission: Submission = {
    from: { partyIds: userMessage.to.partyIds },
    to: { partyIds: userMessage.from.partyIds },
    service,
    action,
    idempotency: { caller: CALLER, key: rowId },
    conversationId: userMessage.collaborationInfo.conversationId,
    messageProperties,
    parts: [{ mimeType }],
  };
  return { ...submission, pmode: answerPMode(msh, pmodeId, submission) };
}
