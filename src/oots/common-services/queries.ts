import { QuoinError } from '../../protocol/errors/index.ts';

/** What a query asks and how: the address, and the headers it goes with. */
export interface ServiceQuery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Which requirements there are; everything may be left open. */
export interface RequirementsQuestion {
  /** Code of the list Procedures, for example `T1`. */
  readonly procedure?: string | undefined;
  /** Two capital letters. */
  readonly country?: string | undefined;
}

/** Which evidence types prove a requirement. */
export interface EvidenceTypesQuestion {
  /** The URI of the requirement. */
  readonly requirement: string;
  readonly country?: string | undefined;
}

/** Who gives evidence of a type. */
export interface DataServicesQuestion {
  /** The URI of the evidence type. */
  readonly evidenceType: string;
  readonly country: string;
  /** Only those that speak it, for example `oots-edm:v2.0`. */
  readonly specification?: string | undefined;
  /** Answers to the questions of DSD:ERR:0005, by their identifier. */
  readonly answers?: Readonly<Record<string, string>> | undefined;
}

/** Without it the services answer in the form of 1.0. */
const HEADERS = { accept: 'application/x-ebrs+xml', 'accept-version': 'oots-cs:v2.0' };
/** Names of the queries. */
export const QUERIES = {
  requirements: 'urn:fdc:oots:eb:ebxml-regrep:queries:requirements-by-procedure-and-jurisdiction',
  evidenceTypes: 'urn:fdc:oots:eb:ebxml-regrep:queries:evidence-types-by-requirement-and-jurisdiction',
  dataServices: 'urn:fdc:oots:dsd:ebxml-regrep:queries:dataservices-by-evidencetype-and-jurisdiction',
} as const;

/** Characters of one parameter; real ones have up to 130. */
const MAX_VALUE = 512;
const MAX_ANSWERS = 32;
/** Names an answer of the user must not take. */
const TAKEN: readonly string[] = ['queryId', 'evidence-type-classification', 'country-code', 'specification'];

/** Asks the Evidence Broker for requirements. `base` is the address found by discovery or configured. */
export function requirementsQuery(base: string, question: RequirementsQuestion): ServiceQuery {
  return query(base, QUERIES.requirements, {
    'procedure-id': question.procedure,
    'country-code': country(question.country),
  });
}

/** Asks the Evidence Broker for the evidence types that prove a requirement. */
export function evidenceTypesQuery(base: string, question: EvidenceTypesQuestion): ServiceQuery {
  return query(base, QUERIES.evidenceTypes, {
    'requirement-id': question.requirement,
    'country-code': country(question.country),
  });
}

/** Asks the Data Service Directory who gives evidence of a type. */
export function dataServicesQuery(base: string, question: DataServicesQuestion): ServiceQuery {
  const answers = Object.entries(question.answers ?? {});
  const taken = answers.find(([name]) => TAKEN.includes(name));
  if (taken !== undefined || answers.length > MAX_ANSWERS)
    throw wrong('answers', `at most ${MAX_ANSWERS} answers by the identifier of their question`, taken?.[0]);
  return query(base, QUERIES.dataServices, {
    'evidence-type-classification': question.evidenceType,
    'country-code': country(question.country),
    specification: question.specification,
    ...Object.fromEntries(answers),
  });
}

function query(
  base: string,
  queryId: string,
  parameters: Readonly<Record<string, string | undefined>>,
): ServiceQuery {
  const url = serviceUrl(base);
  url.searchParams.set('queryId', queryId);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    if (value === '' || value.length > MAX_VALUE)
      throw wrong(name, `1 to ${MAX_VALUE} characters`, `${value.length} characters`);
    url.searchParams.set(name, value);
  }
  return { url: url.href, headers: HEADERS };
}

/** `<base>/rest/search`, whether or not the base ends in a slash or names the path already. */
function serviceUrl(base: string): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.search !== '' ||
    url.hash !== ''
  )
    throw wrong('url', 'an http or https address without user, query and fragment', base.slice(0, 120));
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/rest/search') ? path : `${path}/rest/search`;
  return url;
}

function country(code: string | undefined): string | undefined {
  if (code !== undefined && !/^[A-Z]{2}$/.test(code))
    throw wrong('country-code', 'two capital letters, Greece as EL', code.slice(0, 20));
  return code;
}

function wrong(field: string, expected: string, found: string | undefined): QuoinError {
  return new QuoinError('oots/question-malformed', `A common service cannot be asked: ${field} is wrong.`, {
    finding: { check: 'question-form', field, expected, found: found ?? 'too many' },
  });
}
