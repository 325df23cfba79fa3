import { attribute } from '../../protocol/xml/index.ts';
import { EXCEPTIONS } from '../model/error-response.ts';
import {
  attributeIs,
  attributeThat,
  count,
  holds,
  normalized,
  one,
  onlySlots,
  some,
  text,
  valueOf,
} from './checks.ts';
import { EXCEPTION_RULES } from './exception.ts';
import {
  agentIdentifier,
  classified,
  countries,
  language,
  region,
  slotShape,
  slotsOnce,
  slotTypes,
  uuid,
  wordings,
} from './families.ts';
import { URN_UUID } from './patterns.ts';
import { rootRules } from './request-structure.ts';
import { ALL, fatal, LATER, mild, TWO } from './rule.ts';
import type { Placed, Rule, RuleContext } from './rule.ts';

const R = '/query:QueryResponse';
const FAILURE = 'urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure';
const INVALID_TYPE = EXCEPTIONS.InvalidRequestExceptionType.type;
const PROVIDER = `${R}/rim:Slot(ErrorProvider)/rim:SlotValue/sdg:Agent`;
const REQUESTER = `${R}/rim:Slot(EvidenceRequester)/rim:SlotValue/sdg:Agent`;
const value = (slot: string): string => `${R}/rim:Slot(${slot})/rim:SlotValue/rim:Value`;

const isInvalidRequest = (placed: Placed, { select }: RuleContext): boolean =>
  select('rs:Exception', placed).some(({ element }) => valueOf(element, 'xsi:type') === INVALID_TYPE);

const correlated = holds((placed, context) => {
  if (attribute(placed.element, 'requestId') !== undefined || isInvalidRequest(placed, context))
    return undefined;
  return 'no requestId';
});

const addressed = holds((placed, context) => {
  const found = context.select('rim:Slot(EvidenceRequester)', placed).length;
  return found === 1 || (found === 0 && isInvalidRequest(placed, context)) ? undefined : String(found);
});

/** Of the elements inside, no two of one name are in one language; looked at once for each parent. */
const uniqueLanguages = holds((placed, { select }) => {
  const seen = new Set<string>();
  for (const { element } of select('*', placed)) {
    const lang = attribute(element, 'lang');
    if (lang === undefined) continue;
    const key = `${element.name} in ${lang}`;
    if (seen.has(key)) return `more than one ${key.slice(0, 80)}`;
    seen.add(key);
  }
  return undefined;
});

const ENVELOPE: readonly Rule[] = [
  ...rootRules('R-EDM-ERR-S', 'QueryResponse'),
  mild(
    'caution',
    fatal(
      'R-EDM-ERR-S003',
      ALL,
      R,
      correlated,
      'An error names the request it answers, unless that was invalid.',
    ),
  ),
  fatal(
    'R-EDM-ERR-S004',
    ALL,
    R,
    attributeThat('requestId', (found) => URN_UUID.test(normalized(found))),
    'The request is named by urn:uuid: and a UUID.',
  ),
  fatal('R-EDM-ERR-S006', ALL, R, attributeIs('status', FAILURE), 'The status is Failure.'),
  fatal('R-EDM-ERR-S007', ALL, R, count('rim:RegistryObjectList', 0, 0), 'A failure has no list of objects.'),
  fatal('R-EDM-ERR-S008', ALL, R, some('rs:Exception'), 'A failure has an exception.'),
  ...slotsOnce(ALL, R, {
    'R-EDM-ERR-S009': 'SpecificationIdentifier',
    'R-EDM-ERR-S010': 'EvidenceResponseIdentifier',
    'R-EDM-ERR-S011': 'ErrorProvider',
  }),
  mild(
    'caution',
    fatal(
      'R-EDM-ERR-S012',
      ALL,
      R,
      addressed,
      'An error names the requester, unless the request was invalid.',
    ),
  ),
  fatal(
    'R-EDM-ERR-S017',
    ALL,
    R,
    onlySlots('SpecificationIdentifier', 'EvidenceResponseIdentifier', 'ErrorProvider', 'EvidenceRequester'),
    'An error has no other slots.',
  ),
  ...slotTypes(ALL, R, {
    'R-EDM-ERR-S018': ['SpecificationIdentifier', 'StringValueType'],
    'R-EDM-ERR-S019': ['EvidenceResponseIdentifier', 'StringValueType'],
    'R-EDM-ERR-S020': ['ErrorProvider', 'AnyValueType'],
    'R-EDM-ERR-S021': ['EvidenceRequester', 'AnyValueType'],
  }),
  fatal(
    'R-EDM-ERR-S026',
    ALL,
    `${R}/rim:Slot(ErrorProvider)/rim:SlotValue`,
    one('sdg:Agent'),
    'One agent provides the error.',
  ),
  ...slotShape(LATER, 'R-EDM-ERR-S028', 'R-EDM-ERR-S029'),
  fatal('R-EDM-ERR-S030', LATER, '//*', uniqueLanguages, 'No two texts of a kind are in one language.'),
  fatal(
    'R-EDM-ERR-C001',
    ALL,
    value('SpecificationIdentifier'),
    text((found, { version }) => found === version.specification),
    'The specification is the one of the version.',
  ),
  fatal('R-EDM-ERR-C002', ALL, value('EvidenceResponseIdentifier'), uuid, 'The response is known by a UUID.'),
  fatal(
    'R-EDM-ERR-C025',
    LATER,
    R,
    correlated,
    'Only an error about an invalid request may name no request.',
  ),
  wordings('R-EDM-ERR-C027', LATER),
];

const AGENTS: readonly Rule[] = [
  ...agentIdentifier(ALL, PROVIDER, 'R-EDM-ERR-C003', 'R-EDM-ERR-C004'),
  ...countries(ALL, { 'R-EDM-ERR-C005': `${PROVIDER}/sdg:Address/sdg:AdminUnitLevel1` }),
  region('R-EDM-ERR-C006', LATER, PROVIDER),
  classified('R-EDM-ERR-C007', ALL, PROVIDER),
  fatal(
    'R-EDM-ERR-C008',
    ALL,
    `${PROVIDER}/sdg:Classification`,
    text((found) => ['EP', 'IP', 'ERRP'].includes(found)),
    'The error comes from an EP, IP or ERRP.',
  ),
  fatal(
    'R-EDM-ERR-C023',
    LATER,
    `${R}/rim:Slot(ErrorProvider)/rim:SlotValue`,
    one('sdg:Agent'),
    'One agent provides the error.',
  ),
  fatal(
    'R-EDM-ERR-C024',
    ['1.1', '1.2'],
    `${PROVIDER}/sdg:Address`,
    one('sdg:AdminUnitLevel1'),
    'The address has its country.',
  ),
  fatal(
    'R-EDM-ERR-C024',
    TWO,
    PROVIDER,
    one('sdg:Address/sdg:AdminUnitLevel1'),
    'The agent has an address with its country.',
  ),
  ...language(LATER, `${PROVIDER}/sdg:Name`, 'R-EDM-ERR-C031', 'R-EDM-ERR-C030'),
  ...agentIdentifier(ALL, REQUESTER, 'R-EDM-ERR-C009', 'R-EDM-ERR-C010'),
  ...language(LATER, `${REQUESTER}/sdg:Name`, 'R-EDM-ERR-C029', 'R-EDM-ERR-C028'),
];

/** An Error Response (R-EDM-ERR, TDD 4.6). */
export const ERROR_RESPONSE_RULES: readonly Rule[] = [...ENVELOPE, ...AGENTS, ...EXCEPTION_RULES];
