import { holds, normalized, text, where } from './checks.ts';
import { EVIDENCE_TYPE } from './request-evidence-type.ts';
import { QUESTIONS } from './request-questions.ts';
import { SLOT_VALUES } from './request-values.ts';
import { agentIdentifier, classified, countries, language, region, repository } from './families.ts';
import { REQUIREMENT_PATH } from './patterns.ts';
import { ALL, fatal, LATER, TWO } from './rule.ts';
import type { Placed, Rule, RuleContext } from './rule.ts';

const R = '/query:QueryRequest';
const REQUIREMENT = `${R}/rim:Slot(Requirements)/rim:SlotValue/rim:Element/sdg:Requirement`;
const REQUESTER = `${R}/rim:Slot(EvidenceRequester)/rim:SlotValue/rim:Element/sdg:Agent`;
const PROVIDER = `${R}/rim:Slot(EvidenceProvider)/rim:SlotValue/sdg:Agent`;

const textBelow = (path: string, placed: Placed, { select }: RuleContext): string | undefined =>
  select(path, placed)[0]?.element.content;

const isClassified =
  (...codes: readonly string[]) =>
  (placed: Placed, context: RuleContext): boolean =>
    codes.includes(textBelow('sdg:Classification', placed, context) ?? '');

const oneCountry = holds((placed, { select }) => {
  const found = select('sdg:Address/sdg:AdminUnitLevel1', placed).filter(
    ({ element }) => normalized(element.content) !== '',
  ).length;
  return found === 1 ? undefined : String(found);
});

const oneRequester = holds((placed, { select }) => {
  const found = select('rim:Element/sdg:Agent/sdg:Classification', placed).filter(
    ({ element }) => element.content === 'ER',
  ).length;
  return found === 1 ? undefined : String(found);
});

const ORGANISATIONS: readonly Rule[] = [
  fatal(
    'R-EDM-REQ-C008',
    ALL,
    `${REQUIREMENT}/sdg:Identifier`,
    repository(REQUIREMENT_PATH),
    'A requirement is known by its address in the semantic repository.',
  ),
  ...language(ALL, `${REQUIREMENT}/sdg:Name`, 'R-EDM-REQ-C010', 'R-EDM-REQ-C009'),
  ...language(TWO, `${REQUIREMENT}/sdg:Description`, 'R-EDM-REQ-C094', 'R-EDM-REQ-C093'),
  ...agentIdentifier(ALL, REQUESTER, 'R-EDM-REQ-C011', 'R-EDM-REQ-C012'),
  classified('R-EDM-REQ-C013', ALL, REQUESTER),
  fatal(
    'R-EDM-REQ-C014',
    ALL,
    `${REQUESTER}/sdg:Classification`,
    text((found) => ['ER', 'IP'].includes(found)),
    'Among the requesters are only ER (evidence requester) and IP (intermediary platform).',
  ),
  ...countries(ALL, { 'R-EDM-REQ-C015': `${REQUESTER}/sdg:Address/sdg:AdminUnitLevel1` }),
  region('R-EDM-REQ-C016', LATER, REQUESTER),
  fatal(
    'R-EDM-REQ-C073',
    LATER,
    REQUESTER,
    where(isClassified('ER'), oneCountry),
    'The evidence requester has an address with its country.',
  ),
  fatal(
    'R-EDM-REQ-C074',
    LATER,
    `${R}/rim:Slot(EvidenceRequester)/rim:SlotValue`,
    oneRequester,
    'Exactly one agent is the evidence requester (ER).',
  ),
  ...language(LATER, `${REQUESTER}/sdg:Name`, 'R-EDM-REQ-C109', 'R-EDM-REQ-C108'),
  ...agentIdentifier(ALL, PROVIDER, 'R-EDM-REQ-C017', 'R-EDM-REQ-C018'),
  ...language(LATER, `${PROVIDER}/sdg:Name`, 'R-EDM-REQ-C111', 'R-EDM-REQ-C110'),
];

/** What an Evidence Request says, but for its persons (R-EDM-REQ-C, TDD 4.6). */
export const REQUEST_CONTENT: readonly Rule[] = [
  ...SLOT_VALUES,
  ...ORGANISATIONS,
  ...QUESTIONS,
  ...EVIDENCE_TYPE,
];
