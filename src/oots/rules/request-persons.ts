import type { EdmVersionName } from '../versions.ts';
import {
  attributeCodeOf,
  attributeIs,
  codeOf,
  filledChild,
  has,
  holds,
  matching,
  text,
  valueOf,
  where,
} from './checks.ts';
import {
  EIDAS_GENDERS,
  GENDERS,
  hasCode,
  LEGAL_SCHEMES,
  LEVELS_OF_ASSURANCE,
  proceduresOf,
} from './code-lists.ts';
import { countries } from './families.ts';
import { DATE, EIDAS_IDENTIFIER, EIDAS_IDENTIFIER_FIRST } from './patterns.ts';
import { ALL, fatal, FIRST_ONLY, LATER, mild, TWO } from './rule.ts';
import type { Rule, RuleContext, Placed } from './rule.ts';

const Q = '/query:QueryRequest/query:Query';
const NATURAL = `${Q}/rim:Slot(NaturalPerson)/rim:SlotValue/sdg:Person`;
const LEGAL = `${Q}/rim:Slot(LegalPerson)/rim:SlotValue/sdg:LegalPerson`;
const REPRESENTATIVE = `${Q}/rim:Slot(AuthorizedRepresentative)/rim:SlotValue/sdg:Person`;
const LEGAL_REPRESENTATIVE = `${Q}/rim:Slot(AuthorizedRepresentativeLegalPerson)/rim:SlotValue/sdg:LegalPerson`;

type Versions = readonly EdmVersionName[];

function assurance(versions: Versions, at: string, present: string, listed: string): readonly Rule[] {
  return [
    fatal(
      present,
      versions,
      at,
      filledChild('sdg:LevelOfAssurance'),
      'The person is identified at a level of assurance.',
    ),
    fatal(
      listed,
      versions,
      `${at}/sdg:LevelOfAssurance`,
      codeOf(LEVELS_OF_ASSURANCE),
      'The level of assurance is Low, Substantial or High.',
    ),
  ];
}

function eidasScheme(versions: Versions, at: string, present: string, fixed: string): readonly Rule[] {
  return [
    fatal(present, versions, at, has('schemeID'), 'The identifier names its scheme.'),
    fatal(
      fixed,
      versions,
      at,
      where(({ element }) => valueOf(element, 'schemeID') !== undefined, attributeIs('schemeID', 'eidas')),
      'The scheme is eidas.',
    ),
  ];
}

const isEidas = ({ element }: Placed): boolean => valueOf(element, 'schemeID') === 'eidas';

const eidas = where(
  isEidas,
  text((value) => EIDAS_IDENTIFIER.test(value)),
);

const EIDAS_TEXT =
  'The identifier is two countries of the exchange and at least six characters: XX/YY/123456.';

const eidasGender = holds((placed, { select }: RuleContext) => {
  const identified = select('sdg:Identifier', placed).some(isEidas);
  const genders = select('sdg:Gender', placed).map(({ element }) => element.content);
  if (!identified || genders.some((gender) => hasCode(EIDAS_GENDERS, gender))) return undefined;
  return genders[0] ?? 'nothing';
});

const isProcedure = (value: string, { version }: RuleContext): boolean =>
  hasCode(proceduresOf(version), value) || value === '00';

const SUBJECTS: readonly Rule[] = [
  ...assurance(ALL, NATURAL, 'R-EDM-REQ-C036', 'R-EDM-REQ-C037'),
  mild(
    'warning',
    fatal(
      'R-EDM-REQ-C038',
      ALL,
      NATURAL,
      filledChild('sdg:Identifier'),
      'The person should have an identifier.',
    ),
  ),
  fatal(
    'R-EDM-REQ-C039',
    FIRST_ONLY,
    `${NATURAL}/sdg:Identifier`,
    matching(EIDAS_IDENTIFIER_FIRST),
    'The identifier has the form XX/YY/123456789.',
  ),
  fatal('R-EDM-REQ-C040', LATER, `${NATURAL}/sdg:Identifier`, eidas, EIDAS_TEXT),
  ...eidasScheme(ALL, `${NATURAL}/sdg:Identifier`, 'R-EDM-REQ-C041', 'R-EDM-REQ-C042'),
  fatal(
    'R-EDM-REQ-C043',
    ALL,
    `${NATURAL}/sdg:DateOfBirth`,
    matching(DATE),
    'The date of birth is YYYY-MM-DD.',
  ),
  ...countries(ALL, { 'R-EDM-REQ-C045': `${NATURAL}/sdg:CurrentAddress/sdg:AdminUnitLevel1` }),
  ...countries(LATER, {
    'R-EDM-REQ-C075': `${NATURAL}/sdg:Nationality`,
    'R-EDM-REQ-C076': `${NATURAL}/sdg:CountryOfBirth`,
    'R-EDM-REQ-C077': `${NATURAL}/sdg:CountryOfResidence`,
  }),
  ...assurance(ALL, LEGAL, 'R-EDM-REQ-C047', 'R-EDM-REQ-C048'),
  mild(
    'warning',
    fatal(
      'R-EDM-REQ-C049',
      FIRST_ONLY,
      LEGAL,
      filledChild('sdg:LegalPersonIdentifier'),
      'The legal person should have an identifier.',
    ),
  ),
  fatal(
    'R-EDM-REQ-C049',
    LATER,
    LEGAL,
    filledChild('sdg:LegalPersonIdentifier'),
    'The legal person has an identifier.',
  ),
  fatal(
    'R-EDM-REQ-C050',
    FIRST_ONLY,
    `${LEGAL}/sdg:LegalPersonIdentifier`,
    matching(EIDAS_IDENTIFIER_FIRST),
    'The identifier has the form XX/YY/123456789.',
  ),
  fatal(
    'R-EDM-REQ-C051',
    LATER,
    `${LEGAL}/sdg:LegalPersonIdentifier`,
    text((value) => EIDAS_IDENTIFIER.test(value)),
    EIDAS_TEXT,
  ),
  ...eidasScheme(ALL, `${LEGAL}/sdg:LegalPersonIdentifier`, 'R-EDM-REQ-C052', 'R-EDM-REQ-C053'),
  fatal(
    'R-EDM-REQ-C054',
    ALL,
    `${LEGAL}/sdg:Identifier`,
    has('schemeID'),
    'The identifier names its scheme.',
  ),
  fatal(
    'R-EDM-REQ-C055',
    ALL,
    `${LEGAL}/sdg:Identifier`,
    attributeCodeOf('schemeID', LEGAL_SCHEMES),
    'The scheme is one of the list IdentifierSchemes.',
  ),
  ...countries(ALL, { 'R-EDM-REQ-C056': `${LEGAL}/sdg:RegisteredAddress/sdg:AdminUnitLevel1` }),
];

const REPRESENTATIVES: readonly Rule[] = [
  ...assurance(ALL, REPRESENTATIVE, 'R-EDM-REQ-C058', 'R-EDM-REQ-C059'),
  mild(
    'warning',
    fatal(
      'R-EDM-REQ-C060',
      ALL,
      REPRESENTATIVE,
      filledChild('sdg:Identifier'),
      'The representative should have an identifier.',
    ),
  ),
  fatal(
    'R-EDM-REQ-C061',
    FIRST_ONLY,
    `${REPRESENTATIVE}/sdg:Identifier`,
    matching(EIDAS_IDENTIFIER_FIRST),
    'The identifier has the form XX/YY/123456789.',
  ),
  fatal('R-EDM-REQ-C061', LATER, `${REPRESENTATIVE}/sdg:Identifier`, eidas, EIDAS_TEXT),
  ...eidasScheme(ALL, `${REPRESENTATIVE}/sdg:Identifier`, 'R-EDM-REQ-C062', 'R-EDM-REQ-C063'),
  fatal(
    'R-EDM-REQ-C064',
    ALL,
    `${REPRESENTATIVE}/sdg:DateOfBirth`,
    matching(DATE),
    'The date of birth is YYYY-MM-DD.',
  ),
  ...countries(ALL, { 'R-EDM-REQ-C067': `${REPRESENTATIVE}/sdg:CurrentAddress/sdg:AdminUnitLevel1` }),
  ...countries(LATER, {
    'R-EDM-REQ-C078': `${REPRESENTATIVE}/sdg:Nationality`,
    'R-EDM-REQ-C079': `${REPRESENTATIVE}/sdg:CountryOfBirth`,
    'R-EDM-REQ-C080': `${REPRESENTATIVE}/sdg:CountryOfResidence`,
  }),
  fatal(
    'R-EDM-REQ-C081',
    LATER,
    `${REPRESENTATIVE}/sdg:SectorSpecificAttribute/sdg:AttributeValue`,
    text(isProcedure),
    'The power of representation is for one procedure.',
  ),
  fatal(
    'R-EDM-REQ-C124',
    TWO,
    `${REPRESENTATIVE}/sdg:Gender`,
    codeOf(GENDERS),
    'The gender is a code of the list Gender.',
  ),
  fatal(
    'R-EDM-REQ-C126',
    TWO,
    REPRESENTATIVE,
    eidasGender,
    'A representative with an eIDAS identifier has a gender: Male, Female or Unspecified.',
  ),
  ...assurance(LATER, LEGAL_REPRESENTATIVE, 'R-EDM-REQ-C082', 'R-EDM-REQ-C083'),
  fatal(
    'R-EDM-REQ-C084',
    LATER,
    LEGAL_REPRESENTATIVE,
    filledChild('sdg:LegalPersonIdentifier'),
    'The representing organisation has an identifier.',
  ),
  fatal(
    'R-EDM-REQ-C085',
    LATER,
    `${LEGAL_REPRESENTATIVE}/sdg:LegalPersonIdentifier`,
    text((value) => EIDAS_IDENTIFIER.test(value)),
    EIDAS_TEXT,
  ),
  ...eidasScheme(
    LATER,
    `${LEGAL_REPRESENTATIVE}/sdg:LegalPersonIdentifier`,
    'R-EDM-REQ-C086',
    'R-EDM-REQ-C087',
  ),
  fatal(
    'R-EDM-REQ-C088',
    LATER,
    `${LEGAL_REPRESENTATIVE}/sdg:Identifier`,
    has('schemeID'),
    'The identifier names its scheme.',
  ),
  fatal(
    'R-EDM-REQ-C089',
    LATER,
    `${LEGAL_REPRESENTATIVE}/sdg:Identifier`,
    attributeCodeOf('schemeID', LEGAL_SCHEMES),
    'The scheme is one of the list IdentifierSchemes.',
  ),
  fatal(
    'R-EDM-REQ-C091',
    LATER,
    `${LEGAL_REPRESENTATIVE}/sdg:SectorSpecificAttribute/sdg:AttributeValue`,
    text((value, context) => value.split(/,\s*/).every((code) => isProcedure(code, context))),
    'The power of representation is for procedures, with commas between.',
  ),
];

/** The persons of an Evidence Request (R-EDM-REQ-C, TDD 4.6). */
export const REQUEST_PERSONS: readonly Rule[] = [...SUBJECTS, ...REPRESENTATIVES];
