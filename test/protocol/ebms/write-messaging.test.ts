import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  COUNT_LIMITS,
  ebmsError,
  writeErrorSignal,
  writeMessaging,
  writeReceipt,
  writeUserMessage,
} from '../../../src/protocol/ebms/index.ts';
import type { UserMessage } from '../../../src/protocol/ebms/index.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { NS } from '../../../src/protocol/xml/index.ts';
import { errorSignal, receipt, userMessage } from './arbitraries.ts';
import { readHeader } from './headers.ts';

const header = (units: string): string => writeMessaging({ units, id: '_m' });

const message: UserMessage = {
  mpc: 'urn:mpc',
  messageInfo: { timestamp: '2026-03-02T08:15:30.120Z', messageId: 'm-1@x', refToMessageId: 'm-0' },
  from: { partyIds: [{ value: 'A & B', type: 't<1>' }], role: 'urn:r:"a"' },
  to: { partyIds: [{ value: 'urn:b' }], role: 'urn:r:b' },
  collaborationInfo: {
    agreementRef: { value: 'urn:agreement', type: 'at', pmode: 'pm' },
    service: { value: 's', type: 'st' },
    action: 'a',
    conversationId: 'c',
  },
  messageProperties: [{ name: 'originalSender', value: 'C1\r\n', type: 'pt' }],
  payloadInfo: [
    {
      href: 'cid:a%2Bb@x',
      schema: { location: 'urn:s', version: '1', namespace: 'urn:n' },
      description: { text: 'd', lang: 'en' },
      properties: [{ name: 'MimeType', value: 'text/xml' }],
    },
    { href: 'cid:c', properties: [] },
  ],
};

test('a user message is written to the letter, in the order of the schema', () => {
  assert.equal(
    header(writeUserMessage(message)),
    `<eb:Messaging xmlns:eb="${NS.EB}" xmlns:S12="${NS.S12}" xmlns:wsu="${NS.WSU}" S12:mustUnderstand="true" wsu:Id="_m">` +
      '<eb:UserMessage mpc="urn:mpc">' +
      '<eb:MessageInfo><eb:Timestamp>2026-03-02T08:15:30.120Z</eb:Timestamp><eb:MessageId>m-1@x</eb:MessageId>' +
      '<eb:RefToMessageId>m-0</eb:RefToMessageId></eb:MessageInfo>' +
      '<eb:PartyInfo><eb:From><eb:PartyId type="t&lt;1>">A &amp; B</eb:PartyId><eb:Role>urn:r:"a"</eb:Role></eb:From>' +
      '<eb:To><eb:PartyId>urn:b</eb:PartyId><eb:Role>urn:r:b</eb:Role></eb:To></eb:PartyInfo>' +
      '<eb:CollaborationInfo><eb:AgreementRef type="at" pmode="pm">urn:agreement</eb:AgreementRef>' +
      '<eb:Service type="st">s</eb:Service><eb:Action>a</eb:Action><eb:ConversationId>c</eb:ConversationId>' +
      '</eb:CollaborationInfo>' +
      '<eb:MessageProperties><eb:Property name="originalSender" type="pt">C1&#xD;\n</eb:Property></eb:MessageProperties>' +
      '<eb:PayloadInfo><eb:PartInfo href="cid:a%2Bb@x"><eb:Schema location="urn:s" version="1" namespace="urn:n"></eb:Schema>' +
      '<eb:Description xml:lang="en">d</eb:Description>' +
      '<eb:PartProperties><eb:Property name="MimeType">text/xml</eb:Property></eb:PartProperties></eb:PartInfo>' +
      '<eb:PartInfo href="cid:c"></eb:PartInfo></eb:PayloadInfo>' +
      '</eb:UserMessage></eb:Messaging>',
  );
});

test('an error signal is written to the letter', () => {
  const signal = {
    kind: 'error',
    messageInfo: { timestamp: '2026-03-02T08:15:31Z', messageId: 'e@x', refToMessageId: 'm-1@x' },
    errors: [ebmsError('EBMS:0303', { refToMessageInError: 'm-1@x', description: 'No.', detail: 'cid:a' })],
  } as const;
  assert.equal(
    writeErrorSignal(signal),
    '<eb:SignalMessage><eb:MessageInfo><eb:Timestamp>2026-03-02T08:15:31Z</eb:Timestamp><eb:MessageId>e@x</eb:MessageId>' +
      '<eb:RefToMessageId>m-1@x</eb:RefToMessageId></eb:MessageInfo>' +
      '<eb:Error category="Communication" errorCode="EBMS:0303" origin="ebMS" refToMessageInError="m-1@x" severity="failure" ' +
      'shortDescription="DecompressionFailure"><eb:Description xml:lang="en">No.</eb:Description>' +
      '<eb:ErrorDetail>cid:a</eb:ErrorDetail></eb:Error></eb:SignalMessage>',
  );
});

test('a user message written and read is the same, whatever its text', () => {
  fc.assert(
    fc.property(userMessage, (any) => {
      const xml = header(writeUserMessage(any));
      assert.equal(header(writeUserMessage(any)), xml);
      assert.deepEqual(readHeader(xml), { userMessages: [any], signalMessages: [] });
    }),
    { numRuns: 500 },
  );
});

test('a receipt written and read is the same', () => {
  fc.assert(
    fc.property(receipt, (any) => {
      assert.deepEqual(readHeader(header(writeReceipt(any))).signalMessages, [any]);
    }),
    { numRuns: 300 },
  );
});

test('an error signal written and read is the same', () => {
  fc.assert(
    fc.property(errorSignal, (any) => {
      assert.deepEqual(readHeader(header(writeErrorSignal(any))).signalMessages, [any]);
    }),
    { numRuns: 300 },
  );
});

test('units can be bundled', () => {
  const signal = { kind: 'receipt', messageInfo: message.messageInfo } as const;
  const read = readHeader(header(writeReceipt(signal) + writeUserMessage(message)));
  assert.deepEqual(read, { userMessages: [message], signalMessages: [signal] });
});

test('what a reader would refuse or change is not written', () => {
  const info = message.messageInfo;
  const collaboration = message.collaborationInfo;
  const wrong: readonly Partial<UserMessage>[] = [
    { messageInfo: { ...info, messageId: '' } },
    { messageInfo: { ...info, messageId: 'a b' } },
    { messageInfo: { ...info, messageId: 'a\r\nb' } },
    { messageInfo: { ...info, messageId: 'a\u0000' } },
    { messageInfo: { ...info, messageId: '\ud800' } },
    { messageInfo: { ...info, messageId: 'x'.repeat(1025) } },
    { messageInfo: { ...info, refToMessageId: '' } },
    { messageInfo: { ...info, timestamp: 'now' } },
    { from: { ...message.from, partyIds: [] } },
    { from: { ...message.from, partyIds: [{ value: 'A' }] } },
    { from: { ...message.from, partyIds: Array(COUNT_LIMITS.partyIds + 1).fill({ value: 'urn:a' }) } },
    { from: { ...message.from, role: '' } },
    { collaborationInfo: { ...collaboration, action: ' a' } },
    { collaborationInfo: { ...collaboration, action: 'a  b' } },
    { collaborationInfo: { ...collaboration, conversationId: 'a\n' } },
    { messageProperties: [{ name: '', value: 'v' }] },
    { messageProperties: [{ name: 'n', value: '' }] },
    { messageProperties: [{ name: 'n', value: 'x'.repeat(8193) }] },
    { payloadInfo: Array(COUNT_LIMITS.parts + 1).fill({ href: 'cid:a', properties: [] }) },
  ];
  for (const change of wrong) {
    assert.throws(
      () => writeUserMessage({ ...message, ...change }),
      (error: unknown) => error instanceof QuoinError && error.code === 'ebms/unwritable-value',
      JSON.stringify(change).slice(0, 100),
    );
  }
  assert.throws(() => writeMessaging({ units: '', id: 'a b' }), QuoinError);
  assert.throws(() => writeMessaging({ units: '', id: '1"' }), QuoinError);
  assert.throws(() => writeErrorSignal({ kind: 'error', messageInfo: info, errors: [] }), QuoinError);
  assert.throws(
    () => writeReceipt({ kind: 'receipt', messageInfo: info, nonRepudiationInformation: [] }),
    QuoinError,
  );
});
