import { QuoinError } from '../../protocol/errors/index.ts';
import type { NaptrRecord } from '../ports/index.ts';

/** Which service of which country in which environment. */
export interface ServicePlace {
  /** `eb`: Evidence Broker. `dsd`: Data Service Directory. */
  readonly service: 'eb' | 'dsd';
  /** Two letters. */
  readonly country: string;
  readonly environment: 'acc' | 'prod' | 'testing';
  /** Major version of the common services; 2 unless given. */
  readonly major?: number | undefined;
}

/** Only this form is given by TDD 3.4: any name is replaced by the address. */
const WHOLE = /^!\.\*!(https:\/\/[^!\\\s]+)!i?$/;

/** The name whose NAPTR records say where a service is (TDD 3.4). */
export function discoveryName({ service, country, environment, major = 2 }: ServicePlace): string {
  if (!/^[A-Za-z]{2}$/.test(country) || !Number.isInteger(major) || major < 1)
    throw new QuoinError(
      'oots/question-malformed',
      'A common service cannot be asked: no such country or version.',
      {
        finding: {
          check: 'question-form',
          field: 'country-code',
          expected: 'two letters, and a version from 1',
          found: `${country.slice(0, 20)}, ${major}`,
        },
      },
    );
  return `${country.toLowerCase()}.${service}.v${major}.cs.${environment}.oots.tech.ec.europa.eu`;
}

/**
 * The address among NAPTR records: of the terminal ones (flag U) that have the form of TDD 3.4, the first by order and
 * preference. DNS is not believed further than that: whoever answers there must still sign. Throws `oots/not-discovered`.
 */
export function addressIn(records: readonly NaptrRecord[], name: string): string {
  const addresses = records
    .filter(({ flags }) => flags.toUpperCase() === 'U')
    .toSorted((one, other) => one.order - other.order || one.preference - other.preference)
    .flatMap(({ regexp }) => WHOLE.exec(regexp)?.[1] ?? [])
    .filter((address) => URL.canParse(address));
  const [first] = addresses;
  if (first !== undefined) return first;
  throw new QuoinError('oots/not-discovered', `The name service does not say where ${name} is.`, {
    finding: {
      check: 'service-discovered',
      field: name,
      expected: 'a NAPTR record with flag U and !.*!https://…!',
      found:
        records.length === 0
          ? 'none'
          : records
              .map(({ regexp }) => regexp.slice(0, 80))
              .join(', ')
              .slice(0, 240),
    },
  });
}
