import type { Observer } from '../../msh/index.ts';
import type { FetchedAnswer, HttpFetch, NameService } from '../ports/index.ts';
import type { ServiceAnswer } from './answers.ts';
import { addressIn, discoveryName } from './discovery.ts';
import type { ServicePlace } from './discovery.ts';
import { KeptAnswers } from './kept-answers.ts';
import type { KeepingLimits, Learnt, Served } from './kept-answers.ts';
import type { ServiceQuery } from './queries.ts';
import { verifyAnswer } from './signed-answer.ts';
import type { AnswerTrust } from './signed-answer.ts';

/** Where the services are: one address each, or found by NAPTR records for each country. */
export interface ServicePlaces {
  /** Addresses as configured; a service without one is discovered. */
  readonly addresses: Readonly<Partial<Record<ServicePlace['service'], string>>>;
  readonly environment?: ServicePlace['environment'] | undefined;
}

/** What the client of the common services stands on. */
export interface CommonServicesOptions {
  readonly places: ServicePlaces;
  readonly trust: Omit<AnswerTrust, 'at'>;
  readonly keeping: KeepingLimits;
  readonly http: HttpFetch;
  readonly names: NameService;
  readonly observer: Observer;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** An answer that is proven and belongs to its question. */
export interface ProvenAnswer<T> {
  readonly answer: ServiceAnswer<T>;
  readonly signedAt: Date;
  /** When the service gave it. */
  readonly askedAt: Date;
  /** It is older than it should be, since asking again failed: why. */
  readonly stale?: { readonly code: string; readonly message: string } | undefined;
}

/** What is asked, and how its answer is read. */
export interface Asking<T> {
  readonly service: ServicePlace['service'];
  readonly country: string;
  /** For the log: a code or a URI, never what a user said. */
  readonly about: string;
  readonly query: (base: string) => ServiceQuery;
  readonly read: (body: Uint8Array) => ServiceAnswer<T>;
  /** Throws `oots/answer-mismatch`. */
  readonly belongs: (found: readonly T[]) => void;
}

/** Answers to questions of one kind. */
export type Proofs<T> = KeptAnswers<Omit<ProvenAnswer<T>, 'askedAt' | 'stale'>>;

/** bytes; an address is short. */
const ADDRESS_BYTES = 100;

/** Asks a common service: finds it, fetches, proves, reads, compares with the question, and keeps what came of it. */
export function createAsking(
  options: CommonServicesOptions,
): <T>(known: Proofs<T>, asking: Asking<T>) => Promise<ProvenAnswer<T>> {
  const { places, trust, keeping, http, names, observer, now } = options;
  const addresses = new KeptAnswers<string>(keeping, now);

  async function addressOf({
    service,
    country,
  }: Pick<Asking<unknown>, 'service' | 'country'>): Promise<string> {
    const configured = places.addresses[service];
    if (configured !== undefined) return configured;
    const name = discoveryName({ service, country, environment: places.environment ?? 'prod' });
    const learn = async (): Promise<Learnt<string>> => ({
      value: addressIn(await names.naptr(name), name),
      bytes: ADDRESS_BYTES,
      lasting: true,
    });
    const { value } = await addresses.get(name, learn, (served) =>
      tellStale({ service, country, about: name }, served),
    );
    return value;
  }

  function tellStale(
    { service, country, about }: Pick<Asking<unknown>, 'service' | 'country' | 'about'>,
    { at, failure }: Served<unknown>,
  ): void {
    observer.emit({
      event: 'oots/answer-stale',
      level: 'warn',
      service,
      country,
      about,
      ageMs: now() - at,
      failure: failure && { code: failure.code, message: failure.message, ...failure.finding },
    });
  }

  return async (known, asking) => {
    const { service, country, about } = asking;
    const { url, headers } = asking.query(await addressOf(asking));
    const learn = async () => {
      const started = now();
      const learnt = prove(await http.get({ url, headers }), asking, { ...trust, at: new Date(now()) });
      observer.emit({
        event: 'oots/asked',
        level: 'debug',
        service,
        country,
        about,
        outcome: learnt.value.answer.outcome,
        bytes: learnt.bytes,
        tookMs: now() - started,
      });
      return learnt;
    };
    const { value, at, failure } = await known.get(url, learn, (served) => tellStale(asking, served));
    const stale = failure && { code: failure.code, message: failure.message };
    return { ...value, askedAt: new Date(at), ...(stale === undefined ? {} : { stale }) };
  };
}

function prove<T>({ headers, body }: FetchedAnswer, { read, belongs }: Asking<T>, trust: AnswerTrust) {
  const { signedAt } = verifyAnswer({ headers, body }, trust);
  const answer = read(body);
  if (answer.outcome === 'found') belongs(answer.found);
  return { value: { answer, signedAt }, bytes: body.byteLength, lasting: answer.outcome === 'found' };
}
