import assert from 'node:assert/strict';
import test from 'node:test';
import { COUNT_LIMITS } from '../../../src/protocol/ebms/index.ts';
import { Refusal } from '../../../src/protocol/errors/index.ts';
import { NS, openDocuments } from '../../../src/protocol/xml/index.ts';
import { readHeader, vectorText, vectors } from './headers.ts';

for (const { file, shape, clause, expect } of vectors) {
  test(`${file}: ${shape} (${clause})`, () => {
    assert.deepEqual(readHeader(vectorText(file)), expect);
  });
}

const request = vectorText('oots-request.xml');
const receipt = vectorText('stylesheet-receipt.xml');
const error = vectorText('upper-case-error.xml');

function replaced(text: string, from: string | RegExp, to: string): string {
  const changed = text.replace(from, to);
  assert.notEqual(changed, text, `${String(from)} is not in the vector`);
  return changed;
}

interface Expected {
  readonly ebms?: string;
  readonly code?: string;
  readonly check?: string;
  readonly field?: RegExp;
}

function refused(xml: string, expected: Expected): void {
  const { ebms = 'EBMS:0009', code = 'ebms/invalid-header', check, field } = expected;
  assert.throws(
    () => readHeader(xml),
    (thrown: unknown) => {
      assert.ok(thrown instanceof Refusal, String(thrown));
      assert.deepEqual([thrown.ebms, thrown.code], [ebms, code], thrown.message);
      if (check !== undefined) assert.equal(thrown.finding?.check, check);
      if (field !== undefined) assert.match(thrown.finding?.field ?? '', field);
      return true;
    },
  );
}

interface Change {
  readonly name: string;
  readonly from: string | RegExp;
  readonly to: string;
  readonly expected: Expected;
}

const shape = { check: 'header-shape' };
const removed: readonly Change[] = [
  'MessageInfo',
  'MessageId',
  'Timestamp',
  'PartyInfo',
  'From',
  'To',
  'Role',
  'PartyId',
  'CollaborationInfo',
  'Service',
  'Action',
  'ConversationId',
  'UserMessage',
].map((name) => ({
  name: `without ${name}`,
  from: new RegExp(`<eb3:${name}[ >][^]*?</eb3:${name}>`),
  to: '',
  expected:
    name === 'UserMessage' ? { check: 'message-units' } : { ...shape, field: new RegExp(`eb:${name}$`) },
}));

const repeated: readonly Change[] = [
  'MessageInfo',
  'MessageId',
  'To',
  'Role',
  'Action',
  'ConversationId',
  'PayloadInfo',
].map((name) => ({
  name: `with ${name} twice`,
  from: new RegExp(`<eb3:${name}[ >][^]*?</eb3:${name}>`),
  to: '$&$&',
  expected: { ...shape, field: new RegExp(`eb:${name}$`) },
}));

const emptied: readonly Change[] = [
  'MessageId',
  'Role',
  'PartyId',
  'Service',
  'Action',
  'Property',
  'Timestamp',
].map((name) => ({
  name: `with empty ${name}`,
  from: new RegExp(`(<eb3:${name}[^>]*>)[^<]+`),
  to: '$1',
  expected: { check: 'value-not-empty', field: new RegExp(`/${name}`) },
}));

const changes: readonly Change[] = [
  ...removed,
  ...repeated,
  ...emptied,
  {
    name: 'with a PartyId that is neither typed nor a URI',
    from: / type="urn:cef.eu:names:identifier:EAS:0190"/,
    to: '',
    expected: { ebms: 'EBMS:0003', code: 'ebms/untyped-party-id', field: /To\/PartyId$/ },
  },
  {
    name: 'with an empty type on such a PartyId',
    from: /type="urn:cef.eu:names:identifier:EAS:0190"/,
    to: 'type=""',
    expected: { ebms: 'EBMS:0003', code: 'ebms/untyped-party-id' },
  },
  {
    name: 'with two UserMessages',
    from: /<eb3:UserMessage[^]*<\/eb3:UserMessage>/,
    to: '$&$&',
    expected: { ebms: 'EBMS:0003', code: 'ebms/several-user-messages' },
  },
  {
    name: 'with a misspelt attribute',
    from: 'name="ExchangeId"',
    to: 'Name="ExchangeId"',
    expected: { check: 'header-attributes' },
  },
  {
    name: 'with a qualified attribute',
    from: 'mpc=',
    to: 'eb3:mpc=',
    expected: { check: 'header-attributes' },
  },
  {
    name: 'with an unnamed property',
    from: 'name="ExchangeId"',
    to: 'name=""',
    expected: { check: 'value-not-empty' },
  },
  {
    name: 'with an unknown element',
    from: '<eb3:PartyInfo>',
    to: '<eb3:Partyinfo/><eb3:PartyInfo>',
    expected: shape,
  },
  {
    name: 'with a foreign element where the schema is closed',
    from: '<eb3:PartyInfo>',
    to: '<x xmlns="urn:x"/><eb3:PartyInfo>',
    expected: shape,
  },
  {
    name: 'with an element of no namespace',
    from: '<eb3:PartyInfo>',
    to: '<x/><eb3:PartyInfo>',
    expected: shape,
  },
  { name: 'with text between elements', from: '<eb3:PartyInfo>', to: 'text<eb3:PartyInfo>', expected: shape },
  {
    name: 'with markup in a value',
    from: 'ExecuteQueryRequest',
    to: 'Execute<b xmlns="urn:x"/>QueryRequest',
    expected: shape,
  },
  { name: 'with a comment in a MessageId', from: '3f0e5f0a-', to: '3f0e<!-- x -->5f0a-', expected: shape },
  { name: 'with an instruction in a value', from: 'AP_FR_01', to: 'AP_<?x y?>FR_01', expected: shape },
  {
    name: 'with white space around the MessageId',
    from: '3f0e5f0a-',
    to: ' 3f0e5f0a-',
    expected: { check: 'value-form' },
  },
  {
    name: 'with a line break in the MessageId',
    from: '@ap.example.eu<',
    to: '\n@ap.example.eu<',
    expected: { check: 'value-characters' },
  },
  {
    name: 'with a control character in a PartyId',
    from: 'AP_FR_01',
    to: 'AP&#x85;FR_01',
    expected: { check: 'value-characters' },
  },
  {
    name: 'with a line break in a Role',
    from: '<eb3:Role>',
    to: '<eb3:Role>\n',
    expected: { check: 'value-characters' },
  },
  {
    name: 'with a line break in a type',
    from: 'unregistered:FR',
    to: 'unregistered&#10;:FR',
    expected: { check: 'value-characters' },
  },
  {
    name: 'with a control character in a property',
    from: '7d0f5f87-',
    to: '&#x9f;7d0f5f87-',
    expected: { check: 'value-characters' },
  },
  {
    name: 'with a line break in an href',
    from: 'cid:message_1',
    to: 'cid:mess&#x85;age_1',
    expected: { check: 'value-characters' },
  },
  {
    name: 'with an overlong ConversationId',
    from: '0b6c1a52-',
    to: 'x'.repeat(1025),
    expected: { check: 'value-length' },
  },
  {
    name: 'with a ConversationId of too many bytes, though of few characters',
    from: '0b6c1a52-',
    to: '\u00e4'.repeat(513),
    expected: { check: 'value-length' },
  },
  {
    name: 'with an overlong property',
    from: '7d0f5f87-',
    to: 'x'.repeat(9000),
    expected: { check: 'value-length' },
  },
  { name: 'with no time', from: 'T08:15:30.120Z', to: '', expected: { check: 'value-form' } },
  {
    name: 'with a thirteenth month',
    from: '2026-03-02',
    to: '2026-13-02',
    expected: { check: 'value-form' },
  },
  {
    name: 'with words for a time',
    from: '2026-03-02T08:15:30.120Z',
    to: 'yesterday',
    expected: { check: 'value-form' },
  },
  {
    name: 'with too many properties',
    from: /<eb3:Property name="ExchangeId">[^]*?<\/eb3:Property>/,
    to: '$&'.repeat(COUNT_LIMITS.properties),
    expected: shape,
  },
  {
    name: 'with too many parts',
    from: /<eb3:PartInfo[^]*?<\/eb3:PartInfo>/,
    to: '$&'.repeat(COUNT_LIMITS.parts),
    expected: shape,
  },
  {
    name: 'with too many PartyIds',
    from: /<eb3:PartyId[^]*?<\/eb3:PartyId>/,
    to: '$&'.repeat(COUNT_LIMITS.partyIds + 1),
    expected: shape,
  },
  { name: 'in another namespace', from: NS.EB, to: NS.EB.replace('200704', '200705'), expected: shape },
];

for (const { name, from, to, expected } of changes) {
  test(`a user message ${name} is refused`, () => refused(replaced(request, from, to), expected));
}

const receiptChanges: readonly Change[] = [
  {
    name: 'in a foreign NRI namespace',
    from: NS.EBBP,
    to: `${NS.EBBP}.1`,
    expected: { field: /NonRepudiationInformation$/ },
  },
  {
    name: 'in an older ebBP namespace',
    from: NS.EBBP,
    to: 'http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0/',
    expected: {},
  },
  {
    name: 'without RefToMessageId',
    from: /<eb3:RefToMessageId>.*?<\/eb3:RefToMessageId>/,
    to: '',
    expected: {},
  },
  { name: 'with two NRI elements', from: /<ebbp:Non[^]*Information>/, to: '$&$&', expected: {} },
  { name: 'with an empty NRI', from: /<ebbp:Message[^]*NRInformation>/, to: '', expected: {} },
  { name: 'with an empty part', from: /<ds:Reference[^]*?<\/ds:Reference>/, to: '', expected: {} },
  {
    name: 'with two references in one part',
    from: /<ds:Reference[^]*?<\/ds:Reference>/,
    to: '$&$&',
    expected: {},
  },
  {
    name: 'with a part identifier',
    from: /<ds:Reference[^]*?<\/ds:Reference>/,
    to: '<ebbp:MessagePartIdentifier>x</ebbp:MessagePartIdentifier>',
    expected: {},
  },
  { name: 'with a reference of another namespace', from: NS.DS, to: 'urn:ds', expected: {} },
  { name: 'without a digest', from: /<ds:DigestValue>47D[^]*?<\/ds:DigestValue>/, to: '', expected: {} },
  { name: 'with a comment in a digest', from: '47DEQ', to: '47<!-- -->DEQ', expected: {} },
  { name: 'with words for a digest', from: '47DEQ', to: '!!!', expected: {} },
  {
    name: 'with too many parts',
    from: /<ebbp:MessagePartNRInformation>[^]*?<\/ebbp:MessagePartNRInformation>/,
    to: '$&'.repeat(COUNT_LIMITS.references),
    expected: {},
  },
];

for (const { name, from, to, expected } of receiptChanges) {
  test(`a receipt ${name} is refused`, () => {
    refused(replaced(receipt, from, to), { ebms: 'EBMS:0302', code: 'ebms/invalid-receipt', ...expected });
  });
}

test('a signal of no kind is refused', () => {
  refused(replaced(receipt, /<eb3:Receipt>[^]*<\/eb3:Receipt>/, ''), { check: 'signal-kind' });
  refused(replaced(error, /<eb:Error [^]*<\/eb:Error>/, '<x xmlns="urn:x"/>'), { check: 'signal-kind' });
});

test('an error code that is none is refused', () => {
  refused(replaced(error, 'EBMS:0003', '0003'), { check: 'error-code' });
  refused(replaced(error, 'errorCode="EBMS:0003"', ''), { check: 'value-not-empty' });
  refused(replaced(error, 'EBMS:0003', 'EBMS:00 03'), { check: 'error-code' });
});

test('a missing severity is taken from the standard', () => {
  const [signal] = readHeader(replaced(error, 'severity="FAILURE"', '')).signalMessages;
  assert.ok(signal?.kind === 'error');
  assert.equal(signal.errors[0]?.severity, 'failure');
  const [warning] = readHeader(
    replaced(replaced(error, 'severity="FAILURE"', 'severity="?"'), 'EBMS:0003', 'EBMS:0006'),
  ).signalMessages;
  assert.ok(warning?.kind === 'error');
  assert.equal(warning.errors[0]?.severity, 'warning');
});

test('comments between elements, CDATA and character references do not change a value', () => {
  const dressed = replaced(
    replaced(request, '<eb3:PartyInfo>', '<!-- parties --><eb3:PartyInfo><!-- two -->'),
    '>AP_FR_01<',
    '><![CDATA[AP]]>&#x5F;FR_01<',
  );
  assert.deepEqual(readHeader(dressed), readHeader(request));
});

test('attributes of other namespaces are passed over', () => {
  const dressed = request.replaceAll(
    /<eb3:(Service|Property|PartInfo|UserMessage) /g,
    '<eb3:$1 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="T" xml:space="preserve" ',
  );
  assert.deepEqual(readHeader(dressed), readHeader(request));
});

test('blanks in strings stay, blanks in tokens collapse', () => {
  const spaced = replaced(
    replaced(
      replaced(request, '>AP_FR_01<', '>  AP  FR <'),
      '>ExecuteQueryRequest<',
      '>\n Execute \t Query <',
    ),
    '>oots-edm:v2.0<',
    '>\n oots\t v2 \n<',
  );
  const [message] = readHeader(spaced).userMessages;
  assert.equal(message?.from.partyIds[0]?.value, '  AP  FR ');
  assert.equal(message.collaborationInfo.action, 'Execute Query');
  assert.equal(message.messageProperties[1]?.value, '\n oots\t v2 \n');
});

test('findings hold no property values', () => {
  const secret = 'Anna-Maria-1980-01-01';
  assert.throws(
    () => readHeader(replaced(request, '>oots-edm:v2.0<', `>${secret}&#x85;<`)),
    (thrown: unknown) => {
      assert.ok(thrown instanceof Refusal);
      assert.doesNotMatch(JSON.stringify([thrown.message, thrown.finding]), /Anna/);
      return true;
    },
  );
});

test('reading leaves no document behind', () => {
  assert.equal(openDocuments(), 0);
});
