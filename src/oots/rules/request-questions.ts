import {
  attributeThat,
  codeOf,
  count,
  filled,
  filledChild,
  normalized,
  some,
  text,
  where,
} from './checks.ts';
import { CLASSIFICATION_TYPES, hasCode, OOTS_COUNTRIES } from './code-lists.ts';

import { language, uuid } from './families.ts';
import { CODE_LIST_PATH, HTTPS, inRepository } from './patterns.ts';
import { ALL, fatal, LATER } from './rule.ts';
import type { Placed, Rule, RuleContext } from './rule.ts';

const QUESTION =
  '/query:QueryRequest/rim:Slot(EvidenceProviderClassification)/rim:SlotValue/rim:Element/sdg:EvidenceProviderClassification';

type Condition = (placed: Placed, context: RuleContext) => boolean;

const isTyped = (...types: readonly string[]): Condition => {
  return (placed, { select }) => types.includes(select('sdg:Type', placed)[0]?.element.content ?? '');
};

const parentIsTyped = (...types: readonly string[]): Condition => {
  return (placed, context) => {
    const parent = context.parentOf(placed);
    return parent !== undefined && isTyped(...types)(parent, context);
  };
};

const lastSegment = (scheme: string): string => scheme.split('/').at(-1) ?? '';

const countryOf = (scheme: string): string =>
  /oots\.tech\.ec\.europa\.eu\/codelists\/([^/]*)\//.exec(scheme)?.[1] ?? '';

/** The questions that found the provider, and their answers (R-EDM-REQ-C, TDD 4.6). */
export const QUESTIONS: readonly Rule[] = [
  fatal('R-EDM-REQ-C019', ALL, `${QUESTION}/sdg:Identifier`, uuid, 'The question is known by a UUID.'),
  fatal('R-EDM-REQ-C020', ALL, QUESTION, filledChild('sdg:Type'), 'The question has a type.'),
  ...language(ALL, `${QUESTION}/sdg:Description`, 'R-EDM-REQ-C022', 'R-EDM-REQ-C021'),
  fatal('R-EDM-REQ-C023', ALL, QUESTION, filledChild('sdg:SupportedValue'), 'The question has its answer.'),
  fatal(
    'R-EDM-REQ-C095',
    LATER,
    `${QUESTION}/sdg:Type`,
    codeOf(CLASSIFICATION_TYPES),
    'The type is string, boolean or codelist.',
  ),
  fatal(
    'R-EDM-REQ-C096',
    LATER,
    `${QUESTION}/sdg:Identifier`,
    where(parentIsTyped('codelist'), filled('schemeID')),
    'A question with a code list names it as the scheme of its identifier.',
  ),
  fatal(
    'R-EDM-REQ-C097',
    LATER,
    `${QUESTION}/sdg:Identifier`,
    attributeThat('schemeID', (found, { version }) =>
      inRepository(version.name, CODE_LIST_PATH).test(normalized(found)),
    ),
    'The scheme is the address of a code list of a country in the semantic repository.',
  ),
  fatal(
    'R-EDM-REQ-C098',
    LATER,
    `${QUESTION}/sdg:Identifier`,
    attributeThat('schemeID', (found) => hasCode(OOTS_COUNTRIES, countryOf(found))),
    'The country of the code list takes part in the exchange.',
  ),
  fatal(
    'R-EDM-REQ-C099',
    LATER,
    `${QUESTION}/sdg:Identifier`,
    attributeThat('schemeID', (found) => /^[A-Za-z0-9]{2,50}$/.test(lastSegment(found))),
    'The name of the code list has 2 to 50 letters and digits.',
  ),
  fatal(
    'R-EDM-REQ-C100',
    LATER,
    QUESTION,
    where(isTyped('codelist'), filledChild('sdg:ValueExpression')),
    'A question with a code list says where its values are.',
  ),
  fatal(
    'R-EDM-REQ-C101',
    LATER,
    `${QUESTION}/sdg:ValueExpression`,
    where(
      parentIsTyped('codelist'),
      text((found) => HTTPS.test(found)),
    ),
    'The values are behind an https:// address.',
  ),
  fatal(
    'R-EDM-REQ-C102',
    LATER,
    QUESTION,
    where(isTyped('string', 'boolean', 'codelist'), filledChild('sdg:SupportedValue')),
    'A question of a known type has its answer.',
  ),
  fatal(
    'R-EDM-REQ-C103',
    LATER,
    `${QUESTION}/sdg:SupportedValue`,
    where(parentIsTyped('string', 'codelist'), some('sdg:StringValue')),
    'The answer is a text.',
  ),
  fatal(
    'R-EDM-REQ-C104',
    LATER,
    `${QUESTION}/sdg:SupportedValue`,
    where(parentIsTyped('boolean'), some('sdg:BooleanValue')),
    'The answer is true or false.',
  ),
  fatal(
    'R-EDM-REQ-C105',
    LATER,
    QUESTION,
    count('sdg:SupportedValue', 1, 1),
    'The question has the one answer of the user.',
  ),
];
