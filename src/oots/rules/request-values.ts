import { attributeIs, attributeThat, matching, text } from './checks.ts';
import { hasCode, proceduresOf } from './code-lists.ts';
import { wordings, xmlLang } from './families.ts';
import { DATE_TIME, HTTPS } from './patterns.ts';
import { ALL, fatal, LATER, ONE, TWO } from './rule.ts';
import type { Rule } from './rule.ts';

const R = '/query:QueryRequest';
const value = (slot: string): string => `${R}/rim:Slot(${slot})/rim:SlotValue/rim:Value`;
const LOCALIZED = `${value('Procedure')}/rim:LocalizedString`;

const isBoolean = matching(/^(true|false|0|1)$/);

/** Values of the slots of an Evidence Request (R-EDM-REQ-C, TDD 4.6). */
export const SLOT_VALUES: readonly Rule[] = [
  fatal(
    'R-EDM-REQ-C001',
    ALL,
    value('SpecificationIdentifier'),
    text((found, { version }) => found === version.specification),
    'The specification is the one of the version.',
  ),
  fatal(
    'R-EDM-REQ-C002',
    ALL,
    value('IssueDateTime'),
    matching(DATE_TIME),
    'The time of issue is a date and time.',
  ),
  fatal(
    'R-EDM-REQ-C003',
    ONE,
    LOCALIZED,
    attributeThat('value', (found, { version }) => hasCode(proceduresOf(version), found)),
    'The procedure is a code of the list Procedures.',
  ),
  fatal(
    'R-EDM-REQ-C003',
    TWO,
    value('Procedure'),
    text((found, { version }) => hasCode(proceduresOf(version), found)),
    'The procedure is a code of the list Procedures.',
  ),
  fatal('R-EDM-REQ-C004', ONE, LOCALIZED, xmlLang(), 'The language is a code of the list LanguageCode.'),
  fatal(
    'R-EDM-REQ-C005',
    ALL,
    value('PreviewLocation'),
    matching(HTTPS),
    'The preview link begins with https://.',
  ),
  fatal('R-EDM-REQ-C006', ALL, value('PossibilityForPreview'), isBoolean, 'It is true or false.'),
  fatal('R-EDM-REQ-C007', ALL, value('ExplicitRequestGiven'), isBoolean, 'It is true or false.'),
  fatal(
    'R-EDM-REQ-C120',
    TWO,
    value('ReturnLocation'),
    matching(HTTPS),
    'The return link begins with https://.',
  ),
  fatal(
    'R-EDM-REQ-C024',
    ALL,
    `${R}/query:ResponseOption`,
    attributeIs('returnType', 'LeafClassWithRepositoryItem'),
    'The return type is LeafClassWithRepositoryItem.',
  ),
  fatal(
    'R-EDM-REQ-C025',
    ALL,
    `${R}/query:Query`,
    attributeIs('queryDefinition', 'DocumentQuery'),
    'The query is DocumentQuery.',
  ),
  fatal('R-EDM-REQ-C069', ONE, R, xmlLang(), 'The language is a code of the list LanguageCode.'),
  wordings('R-EDM-REQ-C092', LATER, { StringValue: 1 }),
];
