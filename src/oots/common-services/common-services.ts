import type { BrokerRequirement, DataService } from './answers.ts';
import { createAsking } from './ask.ts';
import type { CommonServicesOptions, Proofs, ProvenAnswer } from './ask.ts';
import { dataServicesBelong, evidenceTypesBelong, requirementsBelong } from './belongs.ts';
import { KeptAnswers } from './kept-answers.ts';
import { dataServicesQuery, evidenceTypesQuery, requirementsQuery } from './queries.ts';
import type { DataServicesQuestion, EvidenceTypesQuestion, RequirementsQuestion } from './queries.ts';
import { readDataServices, readRequirements } from './read-answer.ts';

/**
 * The Evidence Broker and the Data Service Directory. What is told is proven, belongs to the question as far as that can be
 * checked, and is asked for again when it is no longer fresh; while that fails, what was known is told as stale. Rejects
 * with QuoinError `oots/...` and `http/...`; of what is refused nothing is kept.
 */
export interface CommonServices {
  /** `broker` is the country whose broker is asked, where the question names none. */
  readonly requirements: (
    question: RequirementsQuestion & { readonly broker?: string | undefined },
  ) => Promise<ProvenAnswer<BrokerRequirement>>;
  readonly evidenceTypes: (question: EvidenceTypesQuestion) => Promise<ProvenAnswer<BrokerRequirement>>;
  readonly dataServices: (question: DataServicesQuestion) => Promise<ProvenAnswer<DataService>>;
}

/** The client of the common services; what it knows stays in memory. */
export function createCommonServices(options: CommonServicesOptions): CommonServices {
  const { keeping, now } = options;
  const ask = createAsking(options);
  const broker: Proofs<BrokerRequirement> = new KeptAnswers(keeping, now);
  const directory: Proofs<DataService> = new KeptAnswers(keeping, now);
  return {
    requirements: ({ broker: of, ...question }) =>
      ask(broker, {
        service: 'eb',
        country: question.country ?? of ?? '',
        about: question.procedure ?? 'all',
        query: (base) => requirementsQuery(base, question),
        read: readRequirements,
        belongs: (found) => requirementsBelong(found, question),
      }),
    evidenceTypes: (question) =>
      ask(broker, {
        service: 'eb',
        country: question.country ?? '',
        about: question.requirement,
        query: (base) => evidenceTypesQuery(base, question),
        read: readRequirements,
        belongs: (found) => evidenceTypesBelong(found, question),
      }),
    dataServices: (question) =>
      ask(directory, {
        service: 'dsd',
        country: question.country,
        about: question.evidenceType,
        query: (base) => dataServicesQuery(base, question),
        read: readDataServices,
        belongs: (found) => dataServicesBelong(found, question),
      }),
  };
}
