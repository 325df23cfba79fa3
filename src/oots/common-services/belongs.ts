import { QuoinError } from '../../protocol/errors/index.ts';
import type { Area, BrokerRequirement, DataService } from './answers.ts';
import type { DataServicesQuestion, EvidenceTypesQuestion, RequirementsQuestion } from './queries.ts';

/** The code for what holds in all countries (code list OOTS_Country). */
const EVERYWHERE = 'EU';

/**
 * Checks of what a signed answer says of its question: the signature covers the answer alone, so one to another question
 * could be put in its place. A told failure says nothing and cannot be checked. Each throws `oots/answer-mismatch`.
 */
export function requirementsBelong(
  found: readonly BrokerRequirement[],
  { procedure, country }: RequirementsQuestion,
): void {
  if (procedure === undefined && country === undefined) return;
  for (const requirement of found) {
    const fits = requirement.procedures.some(
      ({ procedures, jurisdictions }) =>
        (procedure === undefined || procedures.includes(procedure)) && holdsIn(jurisdictions, country),
    );
    const asked = [procedure, country].filter((part) => part !== undefined).join(' in ');
    if (!fits) throw mismatch('requirement', `requirements of ${asked}`, requirement.identifier);
  }
}

/** As `requirementsBelong`, for evidence types. */
export function evidenceTypesBelong(
  found: readonly BrokerRequirement[],
  { requirement, country }: EvidenceTypesQuestion,
): void {
  for (const { identifier, evidenceTypeLists } of found) {
    if (identifier !== requirement) throw mismatch('requirement', requirement, identifier);
    for (const list of evidenceTypeLists) {
      // 1.x says it of each type, 2.0 of the list.
      const areas = [...list.jurisdictions, ...list.evidenceTypes.flatMap((type) => type.jurisdictions)];
      if (areas.length > 0 && !holdsIn(areas, country))
        throw mismatch('country', String(country), countriesOf(areas));
    }
  }
}

/** As `requirementsBelong`, for data services. */
export function dataServicesBelong(
  found: readonly DataService[],
  { evidenceType, country, specification }: DataServicesQuestion,
): void {
  for (const { classification, accessServices } of found) {
    if (classification !== evidenceType) throw mismatch('evidence type', evidenceType, classification);
    for (const { conformsTo, publishers } of accessServices) {
      if (specification !== undefined && !conformsTo.includes(specification))
        throw mismatch('specification', specification, conformsTo.join(', '));
      for (const { jurisdictions } of publishers)
        if (jurisdictions.length > 0 && !holdsIn(jurisdictions, country))
          throw mismatch('country', country, countriesOf(jurisdictions));
    }
  }
}

function holdsIn(areas: readonly Area[], asked: string | undefined): boolean {
  return asked === undefined || areas.some(({ country }) => country === asked || country === EVERYWHERE);
}

function countriesOf(areas: readonly Area[]): string {
  return [...new Set(areas.map(({ country }) => country))].join(', ');
}

function mismatch(field: string, expected: string, found: string): QuoinError {
  return new QuoinError('oots/answer-mismatch', 'The common service answered another question.', {
    finding: {
      check: 'answer-belongs',
      field,
      expected: expected.slice(0, 200),
      found: found.slice(0, 200),
      advice: 'Look for a cache or proxy that mixes answers up; else ask the operator of the service.',
    },
  });
}
