import { QUERIES, writeDataServices, writeProblem, writeRequirements } from '../../../oots/index.ts';
import type {
  Area,
  BrokerRequirement,
  DataService,
  DirectoryQuestion,
  ServiceProblem,
} from '../../../oots/index.ts';

/** What a simulated directory knows. */
export interface DirectoryContent {
  /** With the evidence types of all countries. */
  readonly requirements: readonly BrokerRequirement[];
  readonly services: readonly DataService[];
  /** What must be answered before providers of an evidence type are told, by its classification. */
  readonly questions?: Readonly<Record<string, readonly DirectoryQuestion[]>> | undefined;
}

type Parameters = URLSearchParams;

const ANSWERS: Readonly<Record<string, (content: DirectoryContent, asked: Parameters) => Buffer>> = {
  [QUERIES.requirements]: requirementsFor,
  [QUERIES.evidenceTypes]: evidenceTypesFor,
  [QUERIES.dataServices]: dataServicesFor,
};

/** What an Evidence Broker and a Data Service Directory with this content answer, in the shapes of the real ones. */
export function answerQuery(content: DirectoryContent, asked: Parameters): Buffer {
  const name = asked.get('queryId') ?? '';
  const answer = Object.hasOwn(ANSWERS, name) ? ANSWERS[name] : undefined;
  if (answer !== undefined) return answer(content, asked);
  return name.includes(':dsd:')
    ? problem('DSD:ERR:0004', 'wrong-question', 'The query is not known')
    : problem('EB:ERR:0007', 'wrong-question', 'The query is not known');
}

function requirementsFor({ requirements }: DirectoryContent, asked: Parameters): Buffer {
  const [procedure, country] = [asked.get('procedure-id'), asked.get('country-code')];
  const found = requirements.flatMap((requirement) => {
    const procedures = requirement.procedures.filter(
      (one) =>
        (procedure === null || one.procedures.includes(procedure)) && holdsIn(one.jurisdictions, country),
    );
    return procedures.length === 0 ? [] : [{ ...requirement, procedures, evidenceTypeLists: [] }];
  });
  return found.length > 0
    ? writeRequirements(found)
    : problem('EB:ERR:0001', 'nothing-found', 'The result set is empty', 'EMPTY_RESULT');
}

function evidenceTypesFor({ requirements }: DirectoryContent, asked: Parameters): Buffer {
  const [identifier, country] = [asked.get('requirement-id'), asked.get('country-code')];
  if (identifier === null) return problem('EB:ERR:0003', 'wrong-question', 'requirement-id is missing');
  const requirement = requirements.find((one) => one.identifier === identifier);
  if (requirement === undefined)
    return problem('EB:ERR:0002', 'nothing-found', 'The requirement is not known');
  const lists = requirement.evidenceTypeLists.filter((list) => holdsIn(list.jurisdictions, country));
  return lists.length > 0
    ? writeRequirements([{ ...requirement, evidenceTypeLists: lists }])
    : problem('EB:ERR:0001', 'nothing-found', 'The result set is empty', 'EMPTY_RESULT');
}

function dataServicesFor({ services, questions = {} }: DirectoryContent, asked: Parameters): Buffer {
  const [type, country] = [asked.get('evidence-type-classification'), asked.get('country-code')];
  if (type === null || country === null)
    return problem('DSD:ERR:0003', 'wrong-question', 'A mandatory parameter is missing');
  const open = (questions[type] ?? []).filter(({ identifier }) => !asked.has(identifier));
  if (open.length > 0)
    return writeProblem({
      code: 'DSD:ERR:0005',
      kind: 'ask-user',
      message: 'More must be known about the user',
      questions: open,
    });
  const specification = asked.get('specification');
  const found = services.flatMap((service) => {
    if (service.classification !== type) return [];
    const accessServices = service.accessServices.filter(
      ({ conformsTo, publishers }) =>
        (specification === null || conformsTo.includes(specification)) &&
        publishers.some(({ jurisdictions }) => holdsIn(jurisdictions, country)),
    );
    return accessServices.length === 0 ? [] : [{ ...service, accessServices }];
  });
  return found.length > 0
    ? writeDataServices(found)
    : problem('DSD:ERR:0001', 'nothing-found', 'No Data Services were found', 'DS_NOT_FOUND');
}

function holdsIn(areas: readonly Area[], country: string | null): boolean {
  return country === null || areas.some((area) => area.country === country);
}

function problem(code: string, kind: ServiceProblem['kind'], message: string, detail?: string): Buffer {
  return writeProblem({
    code,
    kind,
    message,
    ...(detail === undefined ? {} : { detail }),
    questions: [],
  });
}
