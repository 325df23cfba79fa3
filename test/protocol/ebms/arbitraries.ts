import fc from 'fast-check';
import type { EbmsError, Property, Receipt, UserMessage } from '../../../src/protocol/ebms/index.ts';
import type { SignedReference } from '../../../src/protocol/wss/index.ts';

const awkward = fc.constantFrom(
  ...[
    '&',
    '<',
    '>',
    '"',
    "'",
    ']]>',
    '<!--',
    '-->',
    '&amp;',
    '&#10;',
    '%',
    '\u00a0',
    '\u00e9',
    'e\u0301',
    '\u2028',
  ],
  ...[
    '\u200b',
    '\ufeff',
    '\ufffd',
    '\u202e',
    '\ud7ff',
    '\ue000',
    '\u{1f600}',
    '\u{10ffff}',
    '\u0130',
    '\u1e9e',
    '{',
    '}',
  ],
);
const scalar = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 1 })
  .filter((character) => !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(character));
const character = fc.oneof(awkward, scalar, fc.constantFrom(' ', 'a', 'Z', '0', ':', '@', '-'));
const withoutMark = (value: string): string => value.replace(/^\ufeff+/, '');
const text = (extra: fc.Arbitrary<string> = character): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(character, extra), { minLength: 1, maxLength: 30 })
    .map((units) => withoutMark(units.join('')))
    .filter((value) => value !== '');

/** Any string the schema preserves. */
export const identifier = text();
/** Prose: line breaks and tabs as well. */
export const prose = text(fc.constantFrom('\n', '\t', '\r', '\r\n', '  '));
const collapse = (value: string): string => value.replace(/[ ]+/g, ' ').replace(/^[ \ufeff]+| $/g, '');
export const token = identifier.map(collapse).filter((value) => value !== '');
export const messageId = identifier
  .map((value) => withoutMark(value.replace(/\s/gu, '')))
  .filter((value) => value !== '');
const conversationId = fc.oneof(fc.constant(''), identifier.map(collapse));
const timestamp = fc
  .date({ min: new Date('1970-01-01'), max: new Date('9999-01-01'), noInvalidDate: true })
  .chain((date) => fc.constantFrom(date.toISOString(), date.toISOString().replace('Z', '+02:00')));

const optional = <T>(
  shape: { [K in keyof T]: fc.Arbitrary<T[K]> },
  requiredKeys: (keyof T)[],
): fc.Arbitrary<T> => fc.record(shape, { requiredKeys, noNullPrototype: true });

const uriPartyId = fc.record(
  { value: token.map((rest) => `urn:x:${rest.replace(/\s/gu, '')}y`) },
  { noNullPrototype: true },
);
const typedPartyId = fc.record({ value: identifier, type: identifier }, { noNullPrototype: true });
const party = fc.record(
  {
    partyIds: fc.array(fc.oneof(uriPartyId, typedPartyId), { minLength: 1, maxLength: 4 }),
    role: identifier,
  },
  { noNullPrototype: true },
);
const property = optional<Property>({ name: identifier, value: prose, type: identifier }, ['name', 'value']);
const messageInfo = optional({ timestamp, messageId, refToMessageId: messageId }, ['timestamp', 'messageId']);
const description = fc.record(
  { text: prose, lang: fc.constantFrom('en', 'fr-BE', '', 'x-\u00e9') },
  { noNullPrototype: true },
);

/** Any user message the writer accepts. */
export const userMessage: fc.Arbitrary<UserMessage> = optional<UserMessage>(
  {
    mpc: token,
    messageInfo,
    from: party,
    to: party,
    collaborationInfo: optional(
      {
        agreementRef: optional({ value: identifier, type: identifier, pmode: identifier }, ['value']),
        service: optional({ value: identifier, type: identifier }, ['value']),
        action: token,
        conversationId,
      },
      ['service', 'action', 'conversationId'],
    ),
    messageProperties: fc.array(property, { maxLength: 6 }),
    payloadInfo: fc.array(
      optional(
        {
          href: token,
          properties: fc.array(property, { maxLength: 4 }),
          schema: optional({ location: token, version: identifier, namespace: identifier }, ['location']),
          description,
        },
        ['properties'],
      ),
      { maxLength: 4 },
    ),
  },
  ['messageInfo', 'from', 'to', 'collaborationInfo', 'messageProperties', 'payloadInfo'],
);

const algorithm = token.filter((value) => !value.includes('xml-exc-c14n'));
const prefixes = fc.array(fc.constantFrom('S12', 'eb', '#default', 'a.b', 'é'), { maxLength: 4 });
const reference: fc.Arbitrary<SignedReference> = fc.record(
  {
    uri: identifier,
    transforms: fc.array(
      fc.oneof(
        fc.record({ algorithm }, { noNullPrototype: true }),
        optional({ algorithm: fc.constant('http://www.w3.org/2001/10/xml-exc-c14n#'), prefixes }, [
          'algorithm',
        ]),
      ),
      { maxLength: 3 },
    ),
    digestAlgorithm: token,
    digestValue: fc
      .uint8Array({ minLength: 1, maxLength: 64 })
      .map((bytes) => Buffer.from(bytes).toString('base64')),
  },
  { noNullPrototype: true },
);

/** Any receipt the writer accepts. */
export const receipt: fc.Arbitrary<Receipt> = optional<Receipt>(
  {
    kind: fc.constant('receipt' as const),
    messageInfo: fc.record({ timestamp, messageId, refToMessageId: messageId }, { noNullPrototype: true }),
    nonRepudiationInformation: fc.array(reference, { minLength: 1, maxLength: 5 }),
  },
  ['kind', 'messageInfo'],
);

const visible = prose.filter((value) => value.trim() !== '');
const ebmsError: fc.Arbitrary<EbmsError> = optional<EbmsError>(
  {
    errorCode: fc.constantFrom('EBMS:0001' as const, 'EBMS:0303' as const, 'EBMS:4001' as const),
    severity: fc.constantFrom('failure' as const, 'warning' as const),
    shortDescription: token,
    category: token,
    origin: token,
    refToMessageInError: token,
    description: fc.record({ text: visible, lang: fc.constantFrom('en', '') }, { noNullPrototype: true }),
    errorDetail: token.filter((value) => value.trim() !== ''),
  },
  ['errorCode', 'severity'],
);

/** Any error signal the writer accepts. */
export const errorSignal = fc.record(
  {
    kind: fc.constant('error' as const),
    messageInfo,
    errors: fc.array(ebmsError, { minLength: 1, maxLength: 4 }),
  },
  { noNullPrototype: true },
);
