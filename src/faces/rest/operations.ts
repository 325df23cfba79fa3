import { answerJson } from './answer.ts';
import type { Operation } from './context.ts';
import { readJson } from './read-json.ts';
import { SCHEMAS, checked } from './schemas.ts';
import { answerSubmission } from './submit.ts';
import { journalView, pageView } from './views.ts';

/** `POST /v1/ping`: a message to the test service of a partner (eDelivery AS4 1.15 1.4.4.3). */
export const ping: Operation = async (context, request, response) => {
  const { pmode, party } = checked(
    SCHEMAS.ping,
    await readJson(request, context.limits.messageFieldBytes),
    'body',
  );
  const target = pmode === undefined ? { party: String(party) } : { pmode };
  answerSubmission(response, await context.msh.ping(target));
};

/** `POST /v1/pmodes/explain`: which P-Mode governs a message with these facts, and why the others do not. */
export const explain: Operation = async (context, request, response) => {
  const facts = checked(
    SCHEMAS.matchFacts,
    await readJson(request, context.limits.messageFieldBytes),
    'body',
  );
  answerJson(response, { explanations: context.msh.explain(facts) });
};

/** `GET /v1/journal`: refusals and notable events. */
export const listJournal: Operation = async (context, request, response) => {
  const { messageId, cursor, limit } = checked(SCHEMAS.journalQuery, request.query, 'query');
  const page = await context.msh.journal(
    { messageId },
    { limit: Math.min(limit, context.limits.pageSize), cursor },
  );
  answerJson(response, pageView(page, journalView, { path: request.path, query: request.query }));
};

/** `GET /health`: the process lives and answers. */
export const health: Operation = (_context, _request, response) => {
  answerJson(response, { status: 'up' });
};
