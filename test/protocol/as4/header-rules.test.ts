import assert from 'node:assert/strict';
import test from 'node:test';
import {
  checkCommonProfile,
  checkFourCorner,
  checkPartProperties,
  checkPayloadProfile,
  checkPayloadSizes,
  checkReference,
  checkRequiredProperties,
  commonProfileViolations,
  consumerProperties,
  isCompressed,
  isTestService,
  partTreatment,
  payloadContentIds,
  writtenProperties,
} from '../../../src/protocol/as4/index.ts';
import { testAction, testService } from '../../../src/protocol/ebms/index.ts';
import type { PartInfo, Property, UserMessage } from '../../../src/protocol/ebms/index.ts';
import { Refusal } from '../../../src/protocol/errors/index.ts';
import type { PayloadProfile } from '../../../src/protocol/pmode/index.ts';

const property = (name: string, value: string, type?: string): Property => ({ name, value, type });
const part = (href: string | undefined, ...properties: Property[]): PartInfo => ({ href, properties });
const mime = (type: string): Property => property('MimeType', type);
const gz = property('CompressionType', 'application/gzip');

function message(changes: Partial<UserMessage> = {}): UserMessage {
  const party = { partyIds: [{ value: 'AP', type: 't' }], role: 'r' };
  return {
    messageInfo: { timestamp: '2026-01-01T00:00:00Z', messageId: 'm-1' },
    from: party,
    to: party,
    collaborationInfo: { service: { value: 's' }, action: 'a', conversationId: 'c' },
    messageProperties: [property('originalSender', 'C1'), property('finalRecipient', 'C4', 't')],
    payloadInfo: [part('cid:a@x', mime('application/pdf'), gz), part('cid:b', mime('image/png'))],
    ...changes,
  };
}

function refused(ebms: string, code: string, act: () => unknown): void {
  assert.throws(act, (error: unknown) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.deepEqual([error.ebms, error.code], [ebms, code]);
    assert.ok(error.finding?.check);
    return true;
  });
}

test('a message of the Common Profile passes, with or without payload', () => {
  checkCommonProfile(message());
  checkCommonProfile(message({ payloadInfo: [] }));
});

test('each side has one PartyId', () => {
  const two = {
    partyIds: [
      { value: 'A', type: 't' },
      { value: 'B', type: 't' },
    ],
    role: 'r',
  };
  refused('EBMS:0003', 'ebms/one-party-id', () => checkCommonProfile(message({ from: two })));
  refused('EBMS:0003', 'ebms/one-party-id', () => checkCommonProfile(message({ to: two })));
  assert.equal(commonProfileViolations(message({ from: two, to: two })).length, 2);
});

test('payloads are MIME parts of this message, each named once', () => {
  assert.deepEqual(payloadContentIds(message({ payloadInfo: [part('cid:b%2Bc@x'), part('CID:b')] })), [
    'b+c@x',
    'b',
  ]);
  const rows: readonly (readonly [ebms: string, code: string, ...PartInfo[]])[] = [
    ['EBMS:0003', 'as4/payload-in-mime-part', part(undefined)],
    ['EBMS:0003', 'as4/payload-in-mime-part', part('#body')],
    ['EBMS:0011', 'as4/payload-not-external', part('https://example.eu/file')],
    ['EBMS:0011', 'as4/payload-not-external', part('file:///etc/passwd')],
    ['EBMS:0007', 'mime/malformed-cid', part('cid:a%0d%0aX-Header:%20b')],
    ['EBMS:0003', 'as4/payload-named-once', part('cid:a@x'), part('cid:a%40x')],
  ];
  for (const [ebms, code, ...payloadInfo] of rows) {
    refused(ebms, code, () => payloadContentIds(message({ payloadInfo })));
    refused(ebms, code, () => checkCommonProfile(message({ payloadInfo })));
  }
});

test('part properties', () => {
  const rows: readonly (readonly [code: string, ...Property[]])[] = [
    ['as4/mime-type-when-compressed', gz],
    ['as4/compression-type', mime('a/b'), property('CompressionType', 'application/x-gzip')],
    ['as4/compression-type', mime('a/b'), property('CompressionType', 'APPLICATION/GZIP')],
    ['as4/compression-type', mime('a/b'), property('CompressionType', 'gzip')],
    ['as4/character-set', mime('a/b'), property('CharacterSet', '!utf*')],
    ['as4/character-set', property('CharacterSet', 'UTF 8')],
    ['as4/mime-type', mime('pdf')],
    ['as4/mime-type', mime('text/xml\r\nX-Injected: 1')],
    ['as4/mime-type', mime('text/xml\n; charset=utf-8')],
    ['as4/part-property-once', mime('text/xml'), mime('application/xml')],
  ];
  for (const [code, ...properties] of rows) {
    refused('EBMS:0003', code, () => checkPartProperties(part('cid:a', ...properties)));
  }
  for (const set of ['UTF-8', 'utf-16', 'ISO-8859-1', 'x.y_z-1']) {
    checkPartProperties(part('cid:a', property('CharacterSet', set)));
  }
  checkPartProperties(part('cid:a'));
  checkPartProperties(
    part('cid:a', mime('text/xml; charset="utf-8"'), mime('text/xml; charset="utf-8"'), gz),
  );
});

test('what a part says is read once and shown without the compression', () => {
  const typed = part('cid:a', gz, property('FileName', 'a.pdf', 'string'), mime('application/pdf'));
  assert.deepEqual(partTreatment(typed), { compressed: true, mimeType: 'application/pdf' });
  assert.equal(isCompressed(typed), true);
  assert.equal(isCompressed(part('cid:a', property('compressiontype', 'application/gzip'))), false);
  assert.deepEqual(
    consumerProperties(typed).map(({ name }) => name),
    ['FileName', 'MimeType'],
  );
});

test('what is written for a part: the producer may not set CompressionType', () => {
  const own = [property('FileName', 'a.xml', 'string'), gz, mime('text/plain')];
  assert.deepEqual(
    writtenProperties({ compressed: false, mimeType: 'text/xml', characterSet: 'UTF-8' }, own),
    [own[0], { name: 'MimeType', value: 'text/xml' }, { name: 'CharacterSet', value: 'UTF-8' }],
  );
  const written = writtenProperties({ compressed: true, mimeType: 'text/xml' });
  assert.deepEqual(partTreatment(part('cid:a', ...written)), { compressed: true, mimeType: 'text/xml' });
});

test('four corners', () => {
  checkFourCorner(message());
  const [sender, recipient] = message().messageProperties as [Property, Property];
  const tracking = property('trackingIdentifier', '1');
  checkFourCorner(message({ messageProperties: [tracking, recipient, sender, property('x', 'y')] }));
  for (const messageProperties of [
    [],
    [sender],
    [recipient],
    [sender, sender, recipient],
    [sender, recipient, tracking, tracking],
    [property('OriginalSender', 'C1'), recipient],
  ]) {
    refused('EBMS:0010', 'as4/four-corner-properties', () => checkFourCorner(message({ messageProperties })));
  }
});

const profile: PayloadProfile = { minParts: 1, maxParts: 2, maxPartSize: 100, maxMessageSize: 150 };

test('payload profile: count, types, sizes', () => {
  checkPayloadProfile(message(), profile);
  refused('EBMS:0010', 'as4/payload-count', () => checkPayloadProfile(message({ payloadInfo: [] }), profile));
  refused('EBMS:0010', 'as4/payload-count', () =>
    checkPayloadProfile(message(), { ...profile, maxParts: 1 }),
  );
  const typed = { ...profile, mimeTypes: ['Application/PDF', 'image/png'] };
  checkPayloadProfile(message(), typed);
  checkPayloadProfile(message({ payloadInfo: [part('cid:a', mime('application/pdf; x=1'))] }), typed);
  for (const payloadInfo of [[part('cid:a', mime('text/html'))], [part('cid:a')]]) {
    refused('EBMS:0010', 'as4/payload-mime-type', () => checkPayloadProfile(message({ payloadInfo }), typed));
  }
  checkPayloadSizes([100, 50], profile);
  refused('EBMS:0010', 'as4/payload-part-size', () => checkPayloadSizes([101], profile));
  refused('EBMS:0010', 'as4/payload-message-size', () => checkPayloadSizes([100, 51], profile));
});

test('property set of a leg', () => {
  const rule = { name: 'finalRecipient', required: true, type: 't', value: 'C4' };
  const leg = { properties: [rule, { name: 'ExchangeId', required: false }], closedProperties: false };
  checkRequiredProperties(message(), leg);
  const rows = [
    ['as4/property-required', []],
    ['as4/property-type', [property('finalRecipient', 'C4')]],
    ['as4/property-value', [property('finalRecipient', 'C5', 't')]],
  ] as const;
  for (const [code, messageProperties] of rows) {
    refused('EBMS:0010', code, () => checkRequiredProperties(message({ messageProperties }), leg));
  }
  refused('EBMS:0010', 'as4/property-unknown', () =>
    checkRequiredProperties(message(), { ...leg, closedProperties: true }),
  );
});

test('a reply names its request and keeps its conversation', () => {
  const reply = (refToMessageId?: string): UserMessage =>
    message({ messageInfo: { ...message().messageInfo, refToMessageId } });
  const place = { mep: 'twoWay', isReply: true } as const;
  const request = { messageId: 'q-1', conversationId: 'c' };
  checkReference(reply('q-1'), place, request);
  refused('EBMS:0003', 'as4/reply-names-its-request', () => checkReference(reply(), place, request));
  refused('EBMS:0003', 'as4/reply-names-a-known-request', () => checkReference(reply('q-2'), place, request));
  refused('EBMS:0003', 'as4/reply-names-a-known-request', () =>
    checkReference(reply('q-1'), place, undefined),
  );
  refused('EBMS:0003', 'as4/reply-keeps-its-conversation', () =>
    checkReference(reply('q-1'), place, { ...request, conversationId: 'd' }),
  );
  checkReference(reply(), { mep: 'twoWay', isReply: false }, undefined);
  checkReference(reply('anything'), { mep: 'oneWay', isReply: false }, undefined);
});

test('the test service is recognised by service and action together', () => {
  const of = (value: string, action: string, type?: string): boolean =>
    isTestService(message({ collaborationInfo: { service: { value, type }, action, conversationId: '' } }));
  assert.equal(of(testService, testAction), true);
  assert.equal(of(testService, testAction, 'any'), true);
  assert.equal(of(testService, 'a'), false);
  assert.equal(of('s', testAction), false);
});
