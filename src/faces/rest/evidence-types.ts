import { z } from 'zod';
import { answerJson } from './answer.ts';
import type { Operation } from './context.ts';
import { RestError } from './problems.ts';
import { checked } from './schemas.ts';
import { text } from './text.ts';

const country = z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters, EL for Greece');
const answer = text.max(1024).regex(/^[^=]+=./, 'must be NAME=VALUE');

/** What the query may say. */
export const evidenceTypesQuery = z.strictObject({
  procedure: text.max(20).optional(),
  requirement: text.max(512).optional(),
  country,
  procedureCountry: country.optional(),
  answer: z.union([answer, z.array(answer).max(32)]).optional(),
});

/** Walks at once; each asks dozens of questions. */
const MOST_AT_ONCE = 8;

let running = 0;

/** `GET /v1/evidence-types`: who gives evidence, as the common services say, and whether we can send there. */
export const listEvidenceTypes: Operation = async ({ findEvidence }, request, response) => {
  const { answer: answers, ...query } = checked(evidenceTypesQuery, request.query, 'query');
  if (query.procedure === undefined && query.requirement === undefined)
    throw new RestError('rest/invalid-field', 'procedure: is missing, and requirement is too', {
      finding: {
        check: 'field-shape',
        field: 'procedure',
        advice: 'Name a procedure, or the URI of a requirement.',
      },
    });
  if (findEvidence === undefined) throw notConfigured();
  if (running >= MOST_AT_ONCE) throw busy();
  running += 1;
  try {
    answerJson(response, await findEvidence({ ...query, answers: namedAnswers([answers ?? []].flat()) }));
  } finally {
    running -= 1;
  }
};

function namedAnswers(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
  );
}

function notConfigured(): RestError {
  return new RestError('rest/no-common-services', 'This access point asks no common services.', {
    finding: {
      check: 'common-services-named',
      field: 'path',
      advice: 'Set commonServices in the configuration.',
    },
  });
}

function busy(): RestError {
  return new RestError('rest/busy', `${MOST_AT_ONCE} searches run already. Try again later.`, {
    finding: {
      check: 'searches',
      expected: `at most ${MOST_AT_ONCE} at once`,
      advice: 'Search less at once.',
    },
  });
}
