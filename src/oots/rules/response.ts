import {
  attributeIs,
  attributeThat,
  count,
  has,
  holds,
  matching,
  normalized,
  one,
  some,
  text,
  where,
} from './checks.ts';
import {
  agentIdentifier,
  classified,
  closed,
  contents,
  countries,
  elementTypes,
  region,
  slotsOnce,
  slotTypes,
  uuid,
} from './families.ts';
import { DATE_TIME, URN_UUID } from './patterns.ts';
import { documents } from './response-documents.ts';
import { hasStatus, inSuccess, STATUS } from './response-status.ts';
import { rootRules } from './request-structure.ts';
import { ALL, fatal, LATER, ONE, TWO } from './rule.ts';
import type { Check, Placed, Rule, RuleContext } from './rule.ts';

const R = '/query:QueryResponse';
const value = (slot: string): string => `${R}/rim:Slot(${slot})/rim:SlotValue/rim:Value`;
const PROVIDER = `${R}/rim:Slot(EvidenceProvider)/rim:SlotValue/rim:Element/sdg:Agent`;
const REQUESTER = `${R}/rim:Slot(EvidenceRequester)/rim:SlotValue/sdg:Agent`;

const AVAILABLE = 'rim:Slot(ResponseAvailableDateTime)';

const availableOnlyLater = holds((placed, { select }) => {
  if (hasStatus(placed, 'Unavailable')) return undefined;
  return select(AVAILABLE, placed).length === 0 ? undefined : 'a time';
});

const oneProvider = holds((placed, { select }) => {
  const found = select('rim:Element/sdg:Agent/sdg:Classification', placed).filter(
    ({ element }) => element.content === 'EP',
  ).length;
  return found === 1 ? undefined : String(found);
});

const withClassification =
  (code: string) =>
  (placed: Placed, { select }: RuleContext): boolean =>
    select('sdg:Classification', placed)[0]?.element.content === code;

/** Everything in a response but its documents (R-EDM-RESP, TDD 4.6). */
const ENVELOPE: readonly Rule[] = [
  ...rootRules('R-EDM-RESP-S', 'QueryResponse'),
  fatal('R-EDM-RESP-S003', ALL, R, has('requestId'), 'A response names the request it answers.'),
  fatal(
    'R-EDM-RESP-S004',
    ALL,
    R,
    attributeThat('requestId', (found) => URN_UUID.test(normalized(found))),
    'The request is named by urn:uuid: and a UUID.',
  ),
  fatal('R-EDM-RESP-S005', ALL, R, has('status'), 'A response has a status.'),
  fatal(
    'R-EDM-RESP-S006',
    ALL,
    R,
    attributeIs('status', `${STATUS}Success`, `${STATUS}Unavailable`),
    'The status is Success, or Unavailable for an answer that comes later.',
  ),
  fatal(
    'R-EDM-RESP-S007',
    ALL,
    R,
    some('rim:RegistryObjectList'),
    'A response has a list of objects, which may be empty.',
  ),
  fatal('R-EDM-RESP-S008', ALL, R, inSuccess(count('rs:Exception', 0, 0)), 'A success has no exception.'),
  ...slotsOnce(ALL, R, {
    'R-EDM-RESP-S009': 'SpecificationIdentifier',
    'R-EDM-RESP-S010': 'EvidenceResponseIdentifier',
    'R-EDM-RESP-S011': 'IssueDateTime',
    'R-EDM-RESP-S012': 'EvidenceProvider',
    'R-EDM-RESP-S013': 'EvidenceRequester',
  }),
  fatal(
    'R-EDM-RESP-S014',
    ALL,
    R,
    availableOnlyLater,
    'Only a deferred response says when it will be available.',
  ),
  fatal(
    'R-EDM-RESP-S045',
    ALL,
    R,
    where((placed) => hasStatus(placed, 'Unavailable'), one(AVAILABLE)),
    'A deferred response says when it will be available.',
  ),
  fatal('R-EDM-RESP-S016', ALL, R, onlyParts(), 'A response has no other slots and elements.'),
  ...slotTypes(ALL, R, {
    'R-EDM-RESP-S017': ['SpecificationIdentifier', 'StringValueType'],
    'R-EDM-RESP-S018': ['EvidenceResponseIdentifier', 'StringValueType'],
    'R-EDM-RESP-S019': ['IssueDateTime', 'DateTimeValueType'],
    'R-EDM-RESP-S020': ['EvidenceProvider', 'CollectionValueType'],
    'R-EDM-RESP-S022': ['EvidenceRequester', 'AnyValueType'],
    'R-EDM-RESP-S023': ['ResponseAvailableDateTime', 'DateTimeValueType'],
  }),
  ...elementTypes(ALL, R, { 'R-EDM-RESP-S021': 'EvidenceProvider' }),
  ...contents(ALL, R, {
    'R-EDM-RESP-S025': ['rim:Slot(EvidenceProvider)/rim:SlotValue/rim:Element', 'sdg:Agent'],
    'R-EDM-RESP-S027': ['rim:Slot(EvidenceRequester)/rim:SlotValue', 'sdg:Agent'],
  }),
  closed('R-EDM-RESP-S026', ALL, PROVIDER, 'sdg:Identifier', 'sdg:Name', 'sdg:Address', 'sdg:Classification'),
  closed('R-EDM-RESP-S028', ALL, REQUESTER, 'sdg:Identifier', 'sdg:Name'),
  fatal(
    'R-EDM-RESP-C002',
    ALL,
    value('SpecificationIdentifier'),
    text((found, { version }) => found === version.specification),
    'The specification is the one of the version.',
  ),
  fatal(
    'R-EDM-RESP-C003',
    ALL,
    value('EvidenceResponseIdentifier'),
    uuid,
    'The response is known by a UUID.',
  ),
  fatal(
    'R-EDM-RESP-C004',
    ALL,
    value('IssueDateTime'),
    matching(DATE_TIME),
    'The time of issue is a date and time.',
  ),
  fatal(
    'R-EDM-RESP-C005',
    ALL,
    value('ResponseAvailableDateTime'),
    matching(DATE_TIME),
    'The time of availability is a date and time.',
  ),
  ...agentIdentifier(ALL, PROVIDER, 'R-EDM-RESP-C006', 'R-EDM-RESP-C007'),
  ...countries(ALL, { 'R-EDM-RESP-C008': `${PROVIDER}/sdg:Address/sdg:AdminUnitLevel1` }),
  region('R-EDM-RESP-C009', LATER, PROVIDER),
  classified('R-EDM-RESP-C010', ALL, PROVIDER),
  fatal(
    'R-EDM-RESP-C011',
    ALL,
    `${PROVIDER}/sdg:Classification`,
    text((found) => ['EP', 'IP'].includes(found)),
    'Among the providers are only EP (evidence provider) and IP (intermediary platform).',
  ),
  fatal(
    'R-EDM-RESP-C046',
    LATER,
    `${R}/rim:Slot(EvidenceProvider)/rim:SlotValue`,
    oneProvider,
    'Exactly one agent is the evidence provider (EP).',
  ),
  fatal(
    'R-EDM-RESP-C047',
    LATER,
    PROVIDER,
    where(withClassification('EP'), one('sdg:Address/sdg:AdminUnitLevel1')),
    'The evidence provider has an address with its country.',
  ),
  ...agentIdentifier(ALL, REQUESTER, 'R-EDM-RESP-C012', 'R-EDM-RESP-C013'),
];

function onlyParts(): Check {
  const slots = [
    'SpecificationIdentifier',
    'EvidenceResponseIdentifier',
    'IssueDateTime',
    'EvidenceProvider',
    'EvidenceRequester',
    'ResponseAvailableDateTime',
  ];
  return {
    name: 'onlyParts',
    test(placed, { select }) {
      const known = slots.flatMap((slot) => select(`rim:Slot(${slot})`, placed));
      const admitted = new Set(
        [...known, ...select('rim:RegistryObjectList', placed)].map(({ element }) => element),
      );
      return select('*', placed).find(({ element }) => !admitted.has(element))?.place;
    },
  };
}

const LIST = `${R}/rim:RegistryObjectList`;

/** The list of EDM 2.0 that holds the documents of one package. */
export const PACKAGED_LIST = `${LIST}/rim:RegistryObject/rim:RegistryObjectList`;

/** An Evidence Response, but for how packages are built (R-EDM-RESP, TDD 4.6). */
export const RESPONSE: readonly Rule[] = [
  ...ENVELOPE,
  ...documents(ONE, LIST),
  ...documents(TWO, PACKAGED_LIST),
].filter(({ versions }) => versions.length > 0);
