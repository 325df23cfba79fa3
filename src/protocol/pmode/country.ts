import type { Party, PMode } from './types.ts';

/** A type of party identifiers that names a country (TDD 4.7). */
const NATIONAL = /^urn:oasis:names:tc:ebcore:partyid-type:unregistered:([A-Z]{2})$/;

/** Country codes that the code lists of the exchange write in another way: the code there. */
export const LISTED_COUNTRY: Readonly<Record<string, string>> = { GR: 'EL' };

/** The country of a party: stated, or named by the type of one of its identifiers. */
export function countryOf({ country, partyIds }: Pick<Party, 'country' | 'partyIds'>): string | undefined {
  return (
    country ?? partyIds.map(({ type }) => NATIONAL.exec(type ?? '')?.[1]).find((one) => one !== undefined)
  );
}

/** Who we are in a P-Mode, as documents name us; undefined when it is not there, or no country of ours is known. */
export function ourselvesIn(
  pmodes: readonly PMode[],
  id: string,
): { readonly name: string; readonly country: string } | undefined {
  const pmode = pmodes.find((one) => one.id === id);
  const self = pmode?.[pmode.selfIs].party;
  const country = self && countryOf(self);
  return self === undefined || country === undefined ? undefined : { name: self.name, country };
}
