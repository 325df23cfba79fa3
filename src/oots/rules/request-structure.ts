import {
  attributeIs,
  attributeThat,
  count,
  has,
  holds,
  normalized,
  onlySlots,
  some,
  where,
} from './checks.ts';
import { attribute } from '../../protocol/xml/index.ts';
import { COLLECTION_TYPE } from '../codec/slots.ts';
import { NAMESPACES } from '../namespaces.ts';
import { closed, contents, elementTypes, slotShape, slotsOnce, slotTypes } from './families.ts';
import { URN_UUID } from './patterns.ts';
import { ALL, fatal, FIRST_ONLY, LATER, mild, ONE, ONE_LATER, TWO } from './rule.ts';
import type { Check, Rule } from './rule.ts';

const R = '/query:QueryRequest';
const Q = `${R}/query:Query`;

const SLOTS = [
  'SpecificationIdentifier',
  'IssueDateTime',
  'Procedure',
  'PreviewLocation',
  'PossibilityForPreview',
  'ExplicitRequestGiven',
  'Requirements',
  'EvidenceRequester',
  'EvidenceProvider',
  'EvidenceProviderClassification',
];

/** Slots that drafts of the first version put outside the query. */
const STRAY_FIRST = ['EvidenceRequest', 'NaturalPerson', 'LegalPerson', 'AuthorizedRepresentative'];

const QUERY_SLOTS = ['EvidenceRequest', 'NaturalPerson', 'LegalPerson', 'AuthorizedRepresentative'];

const root = (name: string): Check => ({
  name: 'rootName',
  test: ({ element }) => (element.name === name ? undefined : element.name),
});

const rootNamespace: Check = {
  name: 'rootNamespace',
  test: ({ element }) =>
    element.namespaceUri === NAMESPACES.query ? undefined : element.namespaceUri || 'none',
};

/** The root element is the one named. */
export function rootRules(prefix: string, name: string): readonly Rule[] {
  return [
    fatal(`${prefix}001`, ALL, '/*', root(name), `The root element is ${name}.`),
    fatal(
      `${prefix}002`,
      ALL,
      '/*',
      rootNamespace,
      'The root element is of the namespace of RegRep queries.',
    ),
  ];
}

const isCollection: (element: Parameters<typeof attribute>[0]) => boolean = (element) =>
  attribute(element, 'type', NAMESPACES.xsi) === 'rim:CollectionValueType';

const oneSubject = holds((placed, { select }) => {
  const found = [...select('rim:Slot(NaturalPerson)', placed), ...select('rim:Slot(LegalPerson)', placed)]
    .length;
  return found === 1 ? undefined : String(found);
});

const pairedReturn = holds((placed, { select }) => {
  const there = (name: string): boolean => select(`rim:Slot(${name})`, placed).length > 0;
  if (there('PreviewLocation') === there('ReturnLocation')) return undefined;
  return there('PreviewLocation') ? 'PreviewLocation alone' : 'ReturnLocation alone';
});

/** How an Evidence Request is built (R-EDM-REQ-S, TDD 4.6). */
export const REQUEST_STRUCTURE: readonly Rule[] = [
  ...rootRules('R-EDM-REQ-S', 'QueryRequest'),
  fatal('R-EDM-REQ-S003', ALL, R, has('id'), 'A request has an id.'),
  fatal(
    'R-EDM-REQ-S004',
    ALL,
    R,
    attributeThat('id', (value) => URN_UUID.test(normalized(value))),
    'The id is urn:uuid: and a UUID.',
  ),
  ...slotsOnce(ALL, R, {
    'R-EDM-REQ-S005': 'SpecificationIdentifier',
    'R-EDM-REQ-S006': 'IssueDateTime',
    'R-EDM-REQ-S009': 'PossibilityForPreview',
    'R-EDM-REQ-S010': 'ExplicitRequestGiven',
    'R-EDM-REQ-S012': 'EvidenceRequester',
    'R-EDM-REQ-S013': 'EvidenceProvider',
  }),
  ...slotsOnce(LATER, R, { 'R-EDM-REQ-S007': 'Procedure', 'R-EDM-REQ-S011': 'Requirements' }),
  ...slotsOnce(FIRST_ONLY, R, { 'R-EDM-REQ-S007': 'Procedure', 'R-EDM-REQ-S011': 'Requirements' }).map(
    (rule) => mild('warning', rule),
  ),
  ...(
    [
      ['R-EDM-REQ-S008', R, 'PreviewLocation'],
      ['R-EDM-REQ-S014', R, 'EvidenceProviderClassification'],
      ['R-EDM-REQ-S018', Q, 'AuthorizedRepresentative'],
    ] as const
  ).map(([id, at, slot]) =>
    mild(
      'caution',
      fatal(id, ALL, at, count(`rim:Slot(${slot})`, 0, 1), `The slot ${slot} stands there at most once.`),
    ),
  ),
  ...slotsOnce(ALL, Q, { 'R-EDM-REQ-S015': 'EvidenceRequest' }),
  fatal('R-EDM-REQ-S016', ALL, Q, oneSubject, 'Evidence is asked for about one natural or one legal person.'),
  fatal(
    'R-EDM-REQ-S019',
    FIRST_ONLY,
    R,
    onlySlots(...SLOTS, ...STRAY_FIRST),
    'A request has no other slots.',
  ),
  fatal('R-EDM-REQ-S019', ONE_LATER, R, onlySlots(...SLOTS), 'A request has no other slots.'),
  fatal('R-EDM-REQ-S019', TWO, R, onlySlots(...SLOTS, 'ReturnLocation'), 'A request has no other slots.'),
  ...slotTypes(ALL, R, {
    'R-EDM-REQ-S020': ['SpecificationIdentifier', 'StringValueType'],
    'R-EDM-REQ-S021': ['IssueDateTime', 'DateTimeValueType'],
    'R-EDM-REQ-S023': ['PreviewLocation', 'StringValueType'],
    'R-EDM-REQ-S024': ['PossibilityForPreview', 'BooleanValueType'],
    'R-EDM-REQ-S025': ['ExplicitRequestGiven', 'BooleanValueType'],
    'R-EDM-REQ-S026': ['Requirements', 'CollectionValueType'],
    'R-EDM-REQ-S028': ['EvidenceRequester', 'CollectionValueType'],
    'R-EDM-REQ-S030': ['EvidenceProvider', 'AnyValueType'],
    'R-EDM-REQ-S031': ['EvidenceProviderClassification', 'CollectionValueType'],
  }),
  ...slotTypes(ONE, R, { 'R-EDM-REQ-S022': ['Procedure', 'InternationalStringValueType'] }),
  ...slotTypes(TWO, R, {
    'R-EDM-REQ-S022': ['Procedure', 'StringValueType'],
    'R-EDM-REQ-S061': ['ReturnLocation', 'StringValueType'],
  }),
  ...slotTypes(ALL, Q, {
    'R-EDM-REQ-S033': ['EvidenceRequest', 'AnyValueType'],
    'R-EDM-REQ-S034': ['LegalPerson', 'AnyValueType'],
    'R-EDM-REQ-S035': ['NaturalPerson', 'AnyValueType'],
    'R-EDM-REQ-S036': ['AuthorizedRepresentative', 'AnyValueType'],
  }),
  ...slotTypes(LATER, Q, { 'R-EDM-REQ-S055': ['AuthorizedRepresentativeLegalPerson', 'AnyValueType'] }),
  ...elementTypes(ALL, R, {
    'R-EDM-REQ-S027': 'Requirements',
    'R-EDM-REQ-S029': 'EvidenceRequester',
    'R-EDM-REQ-S032': 'EvidenceProviderClassification',
  }),
  ...contents(ALL, R, {
    'R-EDM-REQ-S037': ['rim:Slot(Requirements)/rim:SlotValue/rim:Element', 'sdg:Requirement'],
    'R-EDM-REQ-S039': ['rim:Slot(EvidenceRequester)/rim:SlotValue/rim:Element', 'sdg:Agent'],
    'R-EDM-REQ-S041': [
      'rim:Slot(EvidenceProviderClassification)/rim:SlotValue/rim:Element',
      'sdg:EvidenceProviderClassification',
    ],
    'R-EDM-REQ-S042': ['rim:Slot(EvidenceProvider)/rim:SlotValue', 'sdg:Agent'],
  }),
  ...contents(ALL, Q, {
    'R-EDM-REQ-S044': ['rim:Slot(EvidenceRequest)/rim:SlotValue', 'sdg:DataServiceEvidenceType'],
    'R-EDM-REQ-S046': ['rim:Slot(NaturalPerson)/rim:SlotValue', 'sdg:Person'],
    'R-EDM-REQ-S047': ['rim:Slot(LegalPerson)/rim:SlotValue', 'sdg:LegalPerson'],
    'R-EDM-REQ-S048': ['rim:Slot(AuthorizedRepresentative)/rim:SlotValue', 'sdg:Person'],
  }),
  ...contents(LATER, Q, {
    'R-EDM-REQ-S056': ['rim:Slot(AuthorizedRepresentativeLegalPerson)/rim:SlotValue', 'sdg:LegalPerson'],
  }),
  closed(
    'R-EDM-REQ-S038',
    ONE,
    `${R}/rim:Slot(Requirements)/rim:SlotValue/rim:Element/sdg:Requirement`,
    'sdg:Identifier',
    'sdg:Name',
  ),
  closed(
    'R-EDM-REQ-S038',
    TWO,
    `${R}/rim:Slot(Requirements)/rim:SlotValue/rim:Element/sdg:Requirement`,
    'sdg:Identifier',
    'sdg:Name',
    'sdg:Description',
  ),
  closed(
    'R-EDM-REQ-S040',
    ALL,
    `${R}/rim:Slot(EvidenceRequester)/rim:SlotValue/rim:Element/sdg:Agent`,
    'sdg:Identifier',
    'sdg:Name',
    'sdg:Address',
    'sdg:Classification',
  ),
  closed(
    'R-EDM-REQ-S043',
    ALL,
    `${R}/rim:Slot(EvidenceProvider)/rim:SlotValue/sdg:Agent`,
    'sdg:Identifier',
    'sdg:Name',
  ),
  closed(
    'R-EDM-REQ-S045',
    ALL,
    `${Q}/rim:Slot(EvidenceRequest)/rim:SlotValue/sdg:DataServiceEvidenceType`,
    'sdg:Identifier',
    'sdg:EvidenceTypeClassification',
    'sdg:Title',
    'sdg:Description',
    'sdg:DistributedAs',
  ),
  fatal(
    'R-EDM-REQ-S049',
    LATER,
    Q,
    onlySlots(...QUERY_SLOTS, 'AuthorizedRepresentativeLegalPerson'),
    'A query has no other slots.',
  ),
  ...slotShape(LATER, 'R-EDM-REQ-S050', 'R-EDM-REQ-S051'),
  fatal(
    'R-EDM-REQ-S052',
    LATER,
    '//rim:SlotValue',
    where(({ element }) => isCollection(element), some('rim:Element')),
    'A collection has an element.',
  ),
  fatal(
    'R-EDM-REQ-S053',
    LATER,
    '//rim:SlotValue',
    where(({ element }) => isCollection(element), attributeIs('collectionType', COLLECTION_TYPE)),
    'A collection is a set.',
  ),
  fatal(
    'R-EDM-REQ-S062',
    TWO,
    R,
    pairedReturn,
    'The second request has both PreviewLocation and ReturnLocation, the first has neither.',
  ),
];
