import type { Hit, PModeCheck } from './check-table.ts';
import { countryOf, LISTED_COUNTRY } from './country.ts';
import { at, eachLeg } from './leg-hits.ts';
import { isOfExchange } from './oots-uris.ts';
import type { LegDraft, PartyDraft } from './resolve.ts';

const KEYS = ['inbound', 'outbound'] as const;

/** A check that the leg itself asks for; what the file says for all its legs is meant for those it can be about. */
function askedInVain(draft: LegDraft): readonly Hit[] {
  const { leg, origins } = draft;
  if (isOfExchange(leg)) return [];
  const key = KEYS.find((one) => {
    const origin = origins.get(`documentCheck.${one}`);
    return leg.documentCheck[one] !== 'off' && origin?.label === 'this file' && origin.path[0] === 'legs';
  });
  return key === undefined ? [] : at(draft, ['documentCheck', key], 'no document of it is of the exchange');
}

function writtenOtherwise({ at: path, name, ...party }: PartyDraft): readonly Hit[] {
  const country = countryOf(party) ?? '';
  const listed = LISTED_COUNTRY[country];
  return listed === undefined
    ? []
    : [
        {
          path: [...path, 'country'],
          message: `the code list has ${listed}, not ${country}, for the country of ${name}`,
        },
      ];
}

/** Checks of what a file says about checking documents. */
export const documentChecks: readonly PModeCheck[] = [
  {
    name: 'document-check-in-exchange',
    severity: 'error',
    about:
      'A leg that asks for a check of documents itself is one of the evidence exchange (service QueryManager).',
    advice: 'Remove documentCheck from this leg.',
    run: (draft) => eachLeg(draft, askedInVain),
  },
  {
    name: 'refusal-names-country',
    severity: 'error',
    about:
      'Where invalid requests are refused, the country of each party is known: an exception names the country of who sends it (R-EDM-ERR-C024).',
    advice: 'Give the party a country, for example country: FR.',
    run: (draft) => {
      const refuses = draft.legs.some(
        (one) => isOfExchange(one.leg) && one.leg.documentCheck.inbound === 'refuse',
      );
      if (!refuses) return [];
      return [...draft.parties.values()]
        .filter((party) => countryOf(party) === undefined)
        .map(({ at: path, name }) => ({
          path: [...path, 'country'],
          message: `the country of ${name} is not known`,
        }));
    },
  },
  {
    name: 'country-as-listed',
    severity: 'warning',
    about:
      'The country of a party in the evidence exchange is written as the code list OOTS_Country does: our documents name it (R-EDM-ERR-C024).',
    advice: 'For Greece write country: EL.',
    run: (draft) =>
      draft.legs.some(({ leg }) => isOfExchange(leg))
        ? [...draft.parties.values()].flatMap((party) => writtenOtherwise(party))
        : [],
  },
];
