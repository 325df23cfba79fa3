import { isQuoinError } from '../../protocol/errors/index.ts';
import type { Identifier, LocalizedText } from '../model/basics.ts';
import { EDM_VERSIONS } from '../versions.ts';
import type { EdmVersionName } from '../versions.ts';
import type {
  AccessService,
  BrokerEvidenceType,
  BrokerRequirement,
  DataService,
  ServiceProblem,
} from './answers.ts';
import type { ProvenAnswer } from './ask.ts';
import type { CommonServices } from './common-services.ts';

/** What is looked for. At least one of procedure and requirement. */
export interface EvidenceWish {
  /** Code of the list Procedures, for example `T1`. */
  readonly procedure?: string | undefined;
  /** The URI of a requirement; with a procedure its end suffices. */
  readonly requirement?: string | undefined;
  /** Where the evidence is issued. */
  readonly country: string;
  /** Whose procedure it is; any country's when left out. */
  readonly procedureCountry?: string | undefined;
  /** Answers to what the directory wants to know, by the identifier of the question. */
  readonly answers?: Readonly<Record<string, string>> | undefined;
}

/** A P-Mode that knows an access point. */
export interface KnowingPMode {
  readonly id: string;
  /** Local name of the partner. */
  readonly partner: string;
  /** Whether evidence requests are sent by it. */
  readonly sends: boolean;
  /** The version agreed on in it; undefined when each message announces its own. */
  readonly specification?: string | undefined;
}

/** How a step of the way went: what the service told, why it could not be asked, or that its answer is old. */
export interface StepOutcome {
  readonly problem?: ServiceProblem;
  readonly failure?: { readonly code: string; readonly message: string; readonly advice?: string };
  readonly stale?: { readonly since: string; readonly code: string };
}

/** An access point, and whether we can send to it. */
export interface FoundAccessPoint extends AccessService {
  readonly pmodes: readonly KnowingPMode[];
  /** The newest version that both sides speak. */
  readonly version?: EdmVersionName;
  /** A P-Mode sends requests there, in a version that both sides speak. */
  readonly ready: boolean;
}

/** Evidence of one type with those who give it. */
export interface FoundDataService extends Omit<DataService, 'accessServices'> {
  readonly accessPoints: readonly FoundAccessPoint[];
}

/** An evidence type with the services that give it. */
export interface FoundEvidenceType extends BrokerEvidenceType, StepOutcome {
  readonly services: readonly FoundDataService[];
}

/** Evidence types that prove a requirement together; of several lists each suffices. */
export interface FoundTypeList {
  readonly identifier: string;
  readonly names: readonly LocalizedText[];
  readonly evidenceTypes: readonly FoundEvidenceType[];
}

/** A requirement with what proves it. */
export interface FoundRequirement extends StepOutcome {
  readonly identifier: string;
  readonly names: readonly LocalizedText[];
  readonly lists: readonly FoundTypeList[];
}

/** The way from a procedure to access points. */
export interface FoundEvidence extends StepOutcome {
  readonly requirements: readonly FoundRequirement[];
  /** Requirements that were found but not followed, because there are too many. */
  readonly leftOut: number;
}

/** Requirements that are followed at most; the longest real list has 52. */
const MAX_REQUIREMENTS = 100;
/** Questions under way at the same time. */
const AT_ONCE = 4;

/**
 * Walks from requirement over evidence type and provider to access point. A step that fails is told where it failed; the
 * others go on. Rejects only for a wish that cannot be asked.
 */
export async function findEvidence(
  services: CommonServices,
  wish: EvidenceWish,
  pmodesFor: (accessPoint: Identifier) => readonly KnowingPMode[],
): Promise<FoundEvidence> {
  const inTurn = turns(AT_ONCE);
  const { procedure, country, requirement, procedureCountry, answers } = wish;

  async function typeOf(type: BrokerEvidenceType): Promise<FoundEvidenceType> {
    const evidenceType = type.classification;
    const asked = await outcomeOf(inTurn(() => services.dataServices({ evidenceType, country, answers })));
    return { ...type, ...asked.outcome, services: asked.found.map((one) => serviceOf(one, pmodesFor)) };
  }

  async function follow({
    identifier,
    names,
  }: Pick<BrokerRequirement, 'identifier' | 'names'>): Promise<FoundRequirement> {
    const asked = await outcomeOf(inTurn(() => services.evidenceTypes({ requirement: identifier, country })));
    const [told] = asked.found;
    const lists = (told?.evidenceTypeLists ?? []).map(async (list) => ({
      identifier: list.identifier,
      names: list.names,
      evidenceTypes: await Promise.all(list.evidenceTypes.map(typeOf)),
    }));
    return { identifier, names: told?.names ?? names, ...asked.outcome, lists: await Promise.all(lists) };
  }

  if (procedure === undefined)
    return { requirements: [await follow({ identifier: requirement ?? '', names: [] })], leftOut: 0 };
  const { outcome, found } = await outcomeOf(
    services.requirements({ procedure, country: procedureCountry, broker: country }),
  );
  const wanted = found.filter(({ identifier }) => isWanted(identifier, requirement));
  const followed = await Promise.all(wanted.slice(0, MAX_REQUIREMENTS).map(follow));
  return { ...outcome, requirements: followed, leftOut: Math.max(0, wanted.length - MAX_REQUIREMENTS) };
}

/** Every access point on the way, however often. */
export function accessPointsIn({ requirements }: FoundEvidence): readonly FoundAccessPoint[] {
  return typesIn({ requirements }).flatMap(({ services }) =>
    services.flatMap((service) => service.accessPoints),
  );
}

/** Every outcome on the way, that of the whole first. */
export function outcomesIn(found: FoundEvidence): readonly StepOutcome[] {
  return [found, ...found.requirements, ...typesIn(found)];
}

/**
 * What came of it: a request can be sent (`ready`); providers or questions for the user were found, or an answer was refused
 * (`not-ready`); services did not answer (`unanswered`); nobody gives such evidence (`nobody`).
 */
export type EvidenceVerdict = 'ready' | 'not-ready' | 'unanswered' | 'nobody';

/** Codes of services that did not answer; others refuse what was answered. */
const UNANSWERED = /^(?:http\/|oots\/not-discovered$)/;

/** The verdict on the whole way; that something is not there counts only where everything was answered. */
export function verdictOn(found: FoundEvidence): EvidenceVerdict {
  const accessPoints = accessPointsIn(found);
  if (accessPoints.some(({ ready }) => ready)) return 'ready';
  if (accessPoints.length > 0) return 'not-ready';
  const outcomes = outcomesIn(found);
  const failures = outcomes.flatMap(({ failure }) => failure ?? []);
  if (failures.length > 0)
    return failures.every(({ code }) => UNANSWERED.test(code)) ? 'unanswered' : 'not-ready';
  const isOpen = outcomes.some(({ problem }) => problem !== undefined && problem.kind !== 'nothing-found');
  return isOpen ? 'not-ready' : 'nobody';
}

function typesIn({ requirements }: Pick<FoundEvidence, 'requirements'>): readonly FoundEvidenceType[] {
  return requirements.flatMap(({ lists }) => lists.flatMap(({ evidenceTypes }) => evidenceTypes));
}

function isWanted(identifier: string, wanted: string | undefined): boolean {
  return wanted === undefined || identifier === wanted || identifier.endsWith(`/${wanted}`);
}

function serviceOf(
  { accessServices, ...service }: DataService,
  pmodesFor: (accessPoint: Identifier) => readonly KnowingPMode[],
): FoundDataService {
  const accessPoints = accessServices.map((accessService): FoundAccessPoint => {
    const { identifier, conformsTo } = accessService;
    const pmodes = pmodesFor(identifier);
    const version = newestOf(conformsTo);
    const isAgreed = ({ sends, specification }: KnowingPMode): boolean =>
      sends && (specification === undefined || conformsTo.includes(specification));
    const ready = version !== undefined && pmodes.some(isAgreed);
    return { ...accessService, pmodes, ...(version === undefined ? {} : { version }), ready };
  });
  return { ...service, accessPoints };
}

/** The newest version among those announced that is ours too. */
function newestOf(conformsTo: readonly string[]): EdmVersionName | undefined {
  const ours = Object.values(EDM_VERSIONS).filter(({ specification }) => conformsTo.includes(specification));
  return ours.at(-1)?.name;
}

/** What a question came to: found objects, and what there is to tell besides. A defect is no outcome. */
async function outcomeOf<T>(
  asking: Promise<ProvenAnswer<T>>,
): Promise<{ readonly found: readonly T[]; readonly outcome: StepOutcome }> {
  try {
    const { answer, stale, askedAt } = await asking;
    const old = stale === undefined ? {} : { stale: { since: askedAt.toISOString(), code: stale.code } };
    if (answer.outcome === 'found') return { found: answer.found, outcome: old };
    return { found: [], outcome: { ...old, problem: answer.problem } };
  } catch (error) {
    if (!isQuoinError(error) || error.code === 'oots/question-malformed') throw error;
    const { code, message, finding } = error;
    const advice = finding?.advice === undefined ? {} : { advice: finding.advice };
    return { found: [], outcome: { failure: { code, message, ...advice } } };
  }
}

/** Lets so many run at the same time; the others wait for their turn. */
function turns(atOnce: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running >= atOnce) await new Promise<void>((go) => waiting.push(go));
    else running += 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
