import type { EvidenceRequest } from '../../../oots/index.ts';
import { QuoinError } from '../../../protocol/errors/index.ts';
import { EVIDENCE } from '../directory/demo-content.ts';
import type { DemoOutcome } from '../directory/demo-content.ts';
import { evidencePdf } from './evidence-pdf.ts';

/** What an office of the demonstration has about the subject of a request. */
export interface ProvidedDocument {
  readonly title: string;
  /** Name and value of each line. */
  readonly facts: Readonly<Record<string, string>>;
  readonly pdf: Buffer;
  /** How the office answers. */
  readonly outcome: DemoOutcome;
  readonly office: string;
}

/** What one kind of evidence says besides the person. */
const MORE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'birth-certificate': { 'Place of birth': 'Harbour Hospital' },
  'school-certificate': { School: 'Harbour Secondary School', Completed: '2016, with distinction' },
};

/** The document that a request asks for. Throws `demo/unanswerable-request` for one that lacks something. */
export function documentFor(request: EvidenceRequest | undefined): ProvidedDocument {
  const { evidenceRequest, naturalPerson } = request?.query ?? {};
  const person = needed(naturalPerson, 'request.query.naturalPerson');
  const asked = needed(evidenceRequest, 'request.query.evidenceRequest').evidenceTypeClassification;
  const evidence = needed(
    EVIDENCE.find(({ classification }) => classification === asked),
    'request.query.evidenceRequest.evidenceTypeClassification',
  );
  const office = needed(request?.evidenceProvider?.names[0]?.text, 'request.evidenceProvider.names');
  const facts = {
    'Family name': person.familyName,
    'Given name': person.givenName,
    'Date of birth': person.dateOfBirth,
    ...MORE[evidence.name],
    'Issued by': office,
  };
  const pdf = evidencePdf(evidence.title, facts, 'Made by the Quoin demonstration. It certifies nothing.');
  return { title: evidence.title, facts, pdf, outcome: evidence.outcome, office };
}

function needed<T>(value: T | undefined, field: string): T {
  if (value !== undefined) return value;
  throw new QuoinError(
    'demo/unanswerable-request',
    `The demonstration cannot answer the request: ${field}.`,
    {
      finding: { check: 'answerable-request', field, expected: 'what the simulated directory tells' },
    },
  );
}
