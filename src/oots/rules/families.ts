import { NAMESPACES } from '../namespaces.ts';
import type { EdmVersionName } from '../versions.ts';
import { COUNTRIES, hasCode, isAgentScheme, LANGUAGES, NUTS } from './code-lists.ts';
import {
  attributeCodeOf,
  attributeThat,
  codeOf,
  count,
  filled,
  filledChild,
  has,
  holds,
  normalized,
  one,
  only,
  some,
  text,
  type,
  valueOf,
} from './checks.ts';
import { inRepository, UUID, UUID_FIRST } from './patterns.ts';
import { fatal } from './rule.ts';
import type { Check, Rule } from './rule.ts';

type Versions = readonly EdmVersionName[];

/** Each slot of a table is there once. */
export function slotsOnce(
  versions: Versions,
  at: string,
  rows: Readonly<Record<string, string>>,
): readonly Rule[] {
  return Object.entries(rows).map(([id, slot]) =>
    fatal(id, versions, at, one(`rim:Slot(${slot})`), `The slot ${slot} stands there once.`),
  );
}

/** Each slot of a table has a value of its type. */
export function slotTypes(
  versions: Versions,
  at: string,
  rows: Readonly<Record<string, readonly [slot: string, type: string]>>,
): readonly Rule[] {
  return Object.entries(rows).map(([id, [slot, local]]) =>
    fatal(
      id,
      versions,
      `${at}/rim:Slot(${slot})/rim:SlotValue`,
      type(local),
      `The value of the slot ${slot} is a rim:${local}.`,
    ),
  );
}

/** Each element of a collection is an `rim:AnyValueType`. */
export function elementTypes(
  versions: Versions,
  at: string,
  rows: Readonly<Record<string, string>>,
): readonly Rule[] {
  return Object.entries(rows).map(([id, slot]) =>
    fatal(
      id,
      versions,
      `${at}/rim:Slot(${slot})/rim:SlotValue/rim:Element`,
      type('AnyValueType'),
      `Each element of the slot ${slot} is a rim:AnyValueType.`,
    ),
  );
}

/** What stands in the value of each slot of a table. */
export function contents(
  versions: Versions,
  at: string,
  rows: Readonly<Record<string, readonly [path: string, element: string]>>,
): readonly Rule[] {
  return Object.entries(rows).map(([id, [path, element]]) =>
    fatal(id, versions, `${at}/${path}`, some(element), `There is ${article(element)} ${element} inside.`),
  );
}

const article = (element: string): string => (/^\w+:[AEIOU]/.test(element) ? 'an' : 'a');

/** Only the elements named stand inside. */
export function closed(id: string, versions: Versions, at: string, ...names: readonly string[]): Rule {
  return fatal(id, versions, at, only(...names), `Only these elements stand inside: ${names.join(', ')}.`);
}

/** The identifier of an organisation names its scheme, a known one, and is shorter than 256 characters. */
export function agentIdentifier(
  versions: Versions,
  at: string,
  scheme: string,
  known: string,
): readonly Rule[] {
  const identifier = `${at}/sdg:Identifier`;
  return [
    fatal(
      scheme,
      versions,
      identifier,
      has('schemeID'),
      'The identifier of an organisation names its scheme.',
    ),
    fatal(
      known,
      versions,
      identifier,
      AGENT_IDENTIFIER,
      'The scheme is a registered one (EAS) or the unregistered one of a country, and the identifier has at most 255 characters.',
    ),
  ];
}

const LONGEST_IDENTIFIER = 255;

const AGENT_IDENTIFIER: Check = {
  name: 'agentIdentifier',
  of: 'schemeID',
  test({ element }, { version }) {
    const scheme = valueOf(element, 'schemeID');
    if (scheme !== undefined && !isAgentScheme(scheme, version)) return scheme.slice(0, 120);
    const { length } = element.content;
    return length > LONGEST_IDENTIFIER ? `${length} characters` : undefined;
  },
};

/** A text names its language, and it is one of the list. */
export function language(versions: Versions, at: string, present: string, listed: string): readonly Rule[] {
  return [
    fatal(present, versions, at, filled('lang'), 'The text names its language.'),
    fatal(
      listed,
      versions,
      at,
      attributeCodeOf('lang', LANGUAGES),
      'The language is a code of the list LanguageCode, in capitals.',
    ),
  ];
}

/** Each country of a table is of the list. */
export function countries(versions: Versions, rows: Readonly<Record<string, string>>): readonly Rule[] {
  return Object.entries(rows).map(([id, at]) =>
    fatal(
      id,
      versions,
      at,
      codeOf(COUNTRIES),
      'The country is a code of the list CountryIdentificationCode.',
    ),
  );
}

/** The region in the address of an agent has the shape of its list. */
export function region(id: string, versions: Versions, agent: string): Rule {
  const at = `${agent}/sdg:Address/sdg:AdminUnitLevel2`;
  return fatal(id, versions, at, codeOf(NUTS), 'The region has the shape of a NUTS code.');
}

/** An agent says what it is. */
export function classified(id: string, versions: Versions, agent: string): Rule {
  return fatal(id, versions, agent, filledChild('sdg:Classification'), 'The agent is classified.');
}

/** An attribute that is in `xml:lang`, where it is there, is a language of the list. */
export const xmlLang = (): Check => attributeThat('xml:lang', (value) => hasCode(LANGUAGES, value));

/** Text that is a UUID; in the first version something may stand before it. */
export const uuid: Check = text((value, { version }) =>
  (version.name === '1.0' ? UUID_FIRST : UUID).test(normalized(value)),
);

/** Text that leads into the semantic repository. */
export function repository(path: string | Readonly<Partial<Record<EdmVersionName, string>>>): Check {
  return text((value, { version: { name } }) => {
    const expected = typeof path === 'string' ? path : (path[name] ?? path['2.0']!);
    return inRepository(name, expected).test(value.trim());
  });
}

/** Lengths every wording has at least; an address may have a house number of one digit. */
const WORDINGS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    (
      'Description Name Title Note EvidenceTypeClassification FullAddress PostCode PostCityName Thoroughfare PlaceOfBirth ' +
      'TownOfBirth PhoneNumber EmailAddress LegalPhoneNumber LegalEmailAddress ValueExpression StringValue AttributeName AttributeValue'
    )
      .split(' ')
      .map((name) => [name, 2]),
  ),
  LocatorDesignator: 1,
};

/** Every wording of a document says something. */
export function wordings(
  id: string,
  versions: Versions,
  shorter: Readonly<Record<string, number>> = {},
): Rule {
  const lengths = { ...WORDINGS, ...shorter };
  return fatal(
    id,
    versions,
    '//*',
    holds(({ element }) => {
      const least = element.namespaceUri === NAMESPACES.sdg ? lengths[element.name] : undefined;
      if (least === undefined) return undefined;
      const { length } = element.content.replaceAll(/\s+/g, ' ').trim();
      return length >= least ? undefined : `${length} characters`;
    }),
    'Names, titles, descriptions, addresses and the like have at least two characters.',
  );
}

/** Every slot has one value, and no value is empty. */
export function slotShape(versions: Versions, oneValue: string, notEmpty: string): readonly Rule[] {
  return [
    fatal(oneValue, versions, '//rim:Slot', one('rim:SlotValue'), 'A slot has exactly one value.'),
    fatal(notEmpty, versions, '//rim:SlotValue', count('*', 1), 'The value of a slot is not empty.'),
  ];
}
