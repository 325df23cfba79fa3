import { attribute } from '../../protocol/xml/index.ts';
import { EXCEPTIONS } from '../model/error-response.ts';
import {
  attributeIs,
  attributeThat,
  count,
  has,
  holds,
  matching,
  one,
  onlySlots,
  some,
  text,
  valueOf,
  where,
} from './checks.ts';
import { slotsOnce, slotTypes, xmlLang } from './families.ts';
import { DATE_TIME, HTTPS } from './patterns.ts';
import { ALL, fatal, FIRST_ONLY, LATER, mild, ONE, TWO } from './rule.ts';
import type { Placed, Rule, RuleContext } from './rule.ts';

const R = '/query:QueryResponse';
const E = `${R}/rs:Exception`;
const ERROR = 'urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error';
/** Drafts had another host. */
const PREVIEW =
  /^urn:sr\.oots\.tech(\.ec)?\.europa\.eu:codes:ErrorSeverity:EDMErrorResponse:PreviewRequired$/;
const PREVIEW_TYPE = EXCEPTIONS.AuthorizationExceptionType.type;
const value = (slot: string): string => `${E}/rim:Slot(${slot})/rim:SlotValue/rim:Value`;

const hasPreview = (placed: Placed, { select }: RuleContext): boolean =>
  select('rim:Slot(PreviewLocation)', placed).length > 0;

const previewDeclared = holds(({ element }) => {
  const severity = attribute(element, 'severity') ?? 'nothing';
  if (!PREVIEW.test(severity)) return severity;
  const type = valueOf(element, 'xsi:type');
  return type === PREVIEW_TYPE ? undefined : type;
});

const types = Object.values(EXCEPTIONS).map(({ type }) => type);
const codes = Object.values(EXCEPTIONS).map(({ code }) => code);

/** The exceptions of an Error Response (R-EDM-ERR, TDD 4.6). */
export const EXCEPTION_RULES: readonly Rule[] = [
  fatal('R-EDM-ERR-C011', FIRST_ONLY, R, one('rs:Exception'), 'A failure has one exception.'),
  fatal('R-EDM-ERR-C011', LATER, R, some('rs:Exception'), 'A failure has an exception.'),
  fatal('R-EDM-ERR-C012', ALL, E, has('xsi:type'), 'An exception has a type.'),
  fatal(
    'R-EDM-ERR-C013',
    ALL,
    E,
    attributeThat('xsi:type', (found) => types.includes(found)),
    'The type is one of the eight.',
  ),
  fatal(
    'R-EDM-ERR-C014',
    ALL,
    E,
    attributeThat('severity', (found) => found === ERROR || PREVIEW.test(found)),
    'The severity is Error or PreviewRequired.',
  ),
  fatal(
    'R-EDM-ERR-C015',
    ALL,
    E,
    where(
      ({ element }) => !['EDM:ERR:0002', undefined].includes(attribute(element, 'code')),
      attributeIs('severity', ERROR),
    ),
    'Only EDM:ERR:0002 has another severity than Error.',
  ),
  fatal('R-EDM-ERR-C016', ALL, E, has('message'), 'An exception has a message.'),
  fatal(
    'R-EDM-ERR-C017',
    ALL,
    E,
    attributeThat('code', (found) => codes.includes(found)),
    'The code is one of the eight.',
  ),
  fatal('R-EDM-ERR-C026', LATER, E, has('code'), 'An exception has a code.'),
  ...slotsOnce(ALL, '//rs:Exception', { 'R-EDM-ERR-S013': 'Timestamp' }),
  ...(
    [
      ['R-EDM-ERR-S014', ALL, 'PreviewLocation'],
      ['R-EDM-ERR-S015', ALL, 'PreviewDescription'],
      ['R-EDM-ERR-S016', ONE, 'PreviewMethod'],
    ] as const
  ).map(([id, versions, slot]) =>
    mild(
      'caution',
      fatal(
        id,
        versions,
        '//rs:Exception',
        count(`rim:Slot(${slot})`, 0, 1),
        `The slot ${slot} stands there at most once.`,
      ),
    ),
  ),
  ...slotTypes(ALL, E, {
    'R-EDM-ERR-S022': ['Timestamp', 'DateTimeValueType'],
    'R-EDM-ERR-S023': ['PreviewLocation', 'StringValueType'],
    'R-EDM-ERR-S024': ['PreviewDescription', 'InternationalStringValueType'],
  }),
  ...slotTypes(ONE, E, { 'R-EDM-ERR-S025': ['PreviewMethod', 'StringValueType'] }),
  fatal(
    'R-EDM-ERR-S027',
    ONE,
    E,
    onlySlots('Timestamp', 'PreviewLocation', 'PreviewDescription', 'PreviewMethod'),
    'An exception has no other slots.',
  ),
  fatal(
    'R-EDM-ERR-S027',
    TWO,
    E,
    onlySlots('Timestamp', 'PreviewLocation', 'PreviewDescription'),
    'An exception has no other slots.',
  ),
  fatal(
    'R-EDM-ERR-S031',
    ['1.1', '1.2'],
    E,
    where(hasPreview, some('rim:Slot(PreviewMethod)')),
    'A preview link has its method beside it.',
  ),
  fatal('R-EDM-ERR-C018', ALL, value('Timestamp'), matching(DATE_TIME), 'The timestamp is a date and time.'),
  fatal(
    'R-EDM-ERR-C019',
    ALL,
    value('PreviewLocation'),
    text((found) => HTTPS.test(found)),
    'The preview link begins with https://.',
  ),
  fatal(
    'R-EDM-ERR-C020',
    ALL,
    `${value('PreviewDescription')}/rim:LocalizedString`,
    xmlLang(),
    'The language is a code of the list LanguageCode.',
  ),
  fatal(
    'R-EDM-ERR-C021',
    ONE,
    value('PreviewMethod'),
    text((found, { version }) => version.previewMethods.includes(found)),
    'The method is one the version has: GET, POST, in EDM 1.2 also PUT.',
  ),
  fatal(
    'R-EDM-ERR-C022',
    ALL,
    E,
    where(hasPreview, previewDeclared),
    'An exception with a preview link is EDM:ERR:0002 and says PreviewRequired.',
  ),
];
