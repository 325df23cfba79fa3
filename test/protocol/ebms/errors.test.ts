import assert from 'node:assert/strict';
import test from 'node:test';
import {
  EBMS_ERRORS,
  ebmsError,
  errorCategory,
  securityErrorSentence,
} from '../../../src/protocol/ebms/index.ts';
import type { EbmsErrorCode } from '../../../src/protocol/errors/index.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';

/** ebMS3 core 6.7, part 2, AS4 1.0 section 3: code, short description, severity, category. */
const published = `
0001 ValueNotRecognized failure Content
0002 FeatureNotSupported warning Content
0003 ValueInconsistent failure Content
0004 Other failure Content
0005 ConnectionFailure failure Communication
0006 EmptyMessagePartitionChannel warning Communication
0007 MimeInconsistency failure Unpackaging
0008 FeatureNotSupported failure Unpackaging
0009 InvalidHeader failure Unpackaging
0010 ProcessingModeMismatch failure Processing
0011 ExternalPayloadError failure Content
0101 FailedAuthentication failure Processing
0102 FailedDecryption failure Processing
0103 PolicyNoncompliance failure Processing
0201 DysfunctionalReliability failure Processing
0202 DeliveryFailure failure Communication
0020 RoutingFailure failure Processing
0021 MPCCapacityExceeded failure Processing
0022 MessagePersistenceTimeout failure Processing
0023 MessageExpired warning Processing
0030 BundlingError failure Content
0031 RelatedMessageFailed failure Processing
0040 BadFragmentGroup failure Content
0041 DuplicateMessageSize failure Content
0042 DuplicateFragmentCount failure Content
0043 DuplicateMessageHeader failure Content
0044 DuplicateAction failure Content
0045 DuplicateCompressionInfo failure Content
0046 DuplicateFragment failure Content
0047 BadFragmentStructure failure Unpackaging
0048 BadFragmentNum failure Content
0049 BadFragmentCount failure Content
0050 FragmentSizeExceeded warning Unpackaging
0051 ReceiveIntervalExceeded failure Unpackaging
0052 BadProperties warning Unpackaging
0053 HeaderMismatch failure Unpackaging
0054 OutOfStorageSpace failure Unpackaging
0055 DecompressionError failure Processing
0060 ResponseUsingAlternateMEP warning Processing
0301 MissingReceipt failure Communication
0302 InvalidReceipt failure Communication
0303 DecompressionFailure failure Communication`;

test('the table holds the published errors, one peer code, and nothing else', () => {
  const rows = Object.entries(EBMS_ERRORS)
    .filter(([, row]) => row.source !== 'peer')
    .map(([code, row]) => `${code.slice(5)} ${row.shortDescription} ${row.severity} ${row.category}`);
  assert.deepEqual(rows.sort(), published.trim().split('\n').sort());
  assert.deepEqual(
    Object.keys(EBMS_ERRORS).filter((code) => EBMS_ERRORS[code as EbmsErrorCode]?.source === 'peer'),
    ['EBMS:4001'],
  );
});

test('the origin is the module that found the error', () => {
  const of = (origin: string): string[] =>
    Object.entries(EBMS_ERRORS)
      .filter(([, row]) => row.origin === origin)
      .map(([code]) => code);
  assert.deepEqual(of('security'), ['EBMS:0101', 'EBMS:0102', 'EBMS:0103']);
  assert.deepEqual(of('reliability'), ['EBMS:0201', 'EBMS:0202']);
});

test('an error carries what the standard prints and what the caller adds', () => {
  assert.deepEqual(ebmsError('EBMS:0007', { refToMessageInError: 'm', description: 'cid:a is missing' }), {
    errorCode: 'EBMS:0007',
    severity: 'failure',
    shortDescription: 'MimeInconsistency',
    category: 'Unpackaging',
    origin: 'ebMS',
    refToMessageInError: 'm',
    description: { text: 'cid:a is missing', lang: 'en' },
  });
  assert.deepEqual(ebmsError('EBMS:0006').severity, 'warning');
});

test('security errors say one sentence, whatever the caller knows', () => {
  for (const code of ['EBMS:0101', 'EBMS:0102', 'EBMS:0103'] as const) {
    const told = ebmsError(code, { description: 'GCM tag of part 2', detail: 'stack' });
    assert.equal(told.description?.text, securityErrorSentence);
    assert.equal(told.errorDetail, undefined);
  }
});

test('only known codes of the standard are sent', () => {
  for (const code of ['EBMS:4001', 'EBMS:9999'] as const) {
    assert.throws(() => ebmsError(code), QuoinError);
  }
});

test('categories are recognised in any case', () => {
  assert.equal(errorCategory('CONTENT'), 'Content');
  assert.equal(errorCategory('processing'), 'Processing');
  assert.equal(errorCategory('security'), undefined);
  assert.equal(errorCategory(undefined), undefined);
});
