import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { REPLY_CLASSES, classifyReply, consequenceOf } from '../../../src/protocol/as4/index.ts';
import type { Reply } from '../../../src/protocol/as4/index.ts';
import { EBMS_ERRORS } from '../../../src/protocol/ebms/index.ts';
import type { EbmsError } from '../../../src/protocol/ebms/index.ts';
import type { EbmsErrorCode } from '../../../src/protocol/errors/index.ts';

const error = (errorCode: EbmsErrorCode, more: Partial<EbmsError> = {}): EbmsError => ({
  errorCode,
  severity: 'failure',
  ...more,
});
const facts = { kind: 'error', status: 200, messageId: 'm-1', attempt: 1 } as const;
const signed = (...errors: EbmsError[]): Reply => ({ ...facts, errors, verified: true });
const unsigned = (...errors: EbmsError[]): Reply => ({ ...facts, errors, verified: false });
const again = (...errors: EbmsError[]): Reply => ({ ...facts, errors, verified: true, attempt: 2 });
const fault = (code: string, verified: boolean): Reply => ({ kind: 'fault', code, status: 500, verified });

const rows: readonly (readonly [Reply, outcome: string, reason: string, ebms?: string])[] = [
  [{ kind: 'no-answer' }, 'retry', 'no-answer', 'EBMS:0005'],
  [{ kind: 'receipt' }, 'acknowledged', 'receipt'],
  [{ kind: 'invalid-receipt', status: 200 }, 'retry', 'invalid-receipt', 'EBMS:0302'],
  [{ kind: 'invalid-receipt', status: 503 }, 'retry', 'invalid-receipt', 'EBMS:0302'],
  [signed(error('EBMS:0010')), 'refused', 'error-permanent', 'EBMS:0010'],
  [signed(error('EBMS:0001', { refToMessageInError: 'm-1' })), 'refused', 'error-permanent', 'EBMS:0001'],
  [unsigned(error('EBMS:0010')), 'retry', 'error-unverified', 'EBMS:0010'],
  [signed(error('EBMS:0010', { severity: 'warning' })), 'retry', 'error-transient', 'EBMS:0010'],
  [
    signed(error('EBMS:0101', { refToMessageInError: 'm-2' })),
    'retry',
    'error-about-another-message',
    'EBMS:0101',
  ],
  [signed(error('EBMS:0202')), 'retry', 'error-transient', 'EBMS:0202'],
  [signed(error('EBMS:0102')), 'retry', 'error-transient', 'EBMS:0102'],
  [
    signed(error('EBMS:0060', { severity: 'warning' }), error('EBMS:0303')),
    'refused',
    'error-permanent',
    'EBMS:0303',
  ],
  [again(error('EBMS:4001')), 'acknowledged', 'duplicate-of-earlier-attempt', 'EBMS:4001'],
  [
    again(error('EBMS:0004', { errorDetail: 'Detected a duplicate message' })),
    'acknowledged',
    'duplicate-of-earlier-attempt',
    'EBMS:0004',
  ],
  [signed(error('EBMS:4001')), 'refused', 'message-id-taken', 'EBMS:4001'],
  [unsigned(error('EBMS:4001')), 'retry', 'duplicate-unverified', 'EBMS:4001'],
  [again(error('EBMS:0004')), 'retry', 'error-transient', 'EBMS:0004'],
  [signed(), 'retry', 'error-transient'],
  [fault('MustUnderstand', true), 'refused', 'fault-permanent'],
  [fault('VersionMismatch', true), 'refused', 'fault-permanent'],
  [fault('Sender', true), 'refused', 'fault-permanent'],
  [fault('MustUnderstand', false), 'retry', 'fault'],
  [{ kind: 'fault', code: 'Sender', status: 400 }, 'retry', 'fault'],
  [fault('Receiver', true), 'retry', 'fault'],
  [{ kind: 'unreadable', status: 503 }, 'retry', 'server-error'],
  [{ kind: 'empty', status: 500 }, 'retry', 'server-error'],
  [{ kind: 'unreadable', status: 413 }, 'retry', 'client-error'],
  [{ kind: 'empty', status: 302 }, 'retry', 'redirect'],
  [{ kind: 'unreadable', status: 200 }, 'retry', 'unreadable'],
  [{ kind: 'other', status: 200 }, 'retry', 'other-message'],
  [{ kind: 'empty', status: 202 }, 'retry', 'empty'],
  [{ kind: 'empty', status: 204 }, 'retry', 'empty'],
];

for (const [reply, outcome, reason, ebms] of rows) {
  const codes = reply.kind === 'error' ? reply.errors.map(({ errorCode }) => errorCode).join(' ') : '';
  const name = `${reply.kind} ${'status' in reply ? reply.status : ''} ${codes}`;
  test(`${name} is ${reason}: ${outcome}`, () => {
    const verdict = classifyReply(reply);
    assert.equal(verdict.reason, reason);
    assert.equal(verdict.outcome, outcome);
    assert.equal(verdict.ebms, ebms);
    assert.ok(verdict.advice?.endsWith('.'));
  });
}

test('every row of the table is reached by an example above', () => {
  const reached = new Set(rows.map(([, , reason]) => reason));
  assert.deepEqual(
    REPLY_CLASSES.map(({ reason }) => reason).filter((reason) => !reached.has(reason)),
    [],
  );
});

const anyError = fc.record({
  errorCode: fc.oneof(
    fc.constantFrom(...(Object.keys(EBMS_ERRORS) as EbmsErrorCode[])),
    fc.string().map((text): EbmsErrorCode => `EBMS:${text}`),
  ),
  severity: fc.constantFrom('failure' as const, 'warning' as const),
  shortDescription: fc.option(fc.string(), { nil: undefined }),
  refToMessageInError: fc.constantFrom('m-1', 'm-2', undefined),
});
const status = fc.integer({ min: 100, max: 599 });
const anyReply: fc.Arbitrary<Reply> = fc.oneof(
  fc.record({
    kind: fc.constant('error' as const),
    errors: fc.array(anyError),
    verified: fc.boolean(),
    status,
    messageId: fc.constant('m-1'),
    attempt: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({
    kind: fc.constant('fault' as const),
    code: fc.oneof(fc.string(), fc.constantFrom('Sender', 'Receiver', 'MustUnderstand')),
    status,
    verified: fc.boolean(),
  }),
  fc.record({
    kind: fc.constantFrom(...(['empty', 'unreadable', 'other', 'invalid-receipt'] as const)),
    status,
  }),
);

test('only a clean receipt or a signed answer ends the sending', () => {
  fc.assert(
    fc.property(anyReply, (reply) => {
      const { outcome } = classifyReply(reply);
      if (outcome === 'retry') return;
      assert.ok((reply.kind === 'error' || reply.kind === 'fault') && reply.verified);
      if (outcome === 'acknowledged') assert.ok(reply.kind === 'error' && reply.attempt > 1);
      if (reply.kind === 'error') {
        assert.ok(reply.errors.every(({ refToMessageInError }) => refToMessageInError !== 'm-2'));
      }
    }),
    { numRuns: 3000 },
  );
});

test('codes that judge header, signature or payload are permanent, the others are not', () => {
  const permanent = Object.keys(EBMS_ERRORS).filter(
    (code) => consequenceOf(error(code as EbmsErrorCode)).kind === 'permanent',
  );
  assert.deepEqual(
    permanent.sort(),
    ['0001', '0003', '0008', '0009', '0010', '0011', '0023', '0101', '0103', '0303'].map(
      (number) => `EBMS:${number}`,
    ),
  );
  assert.equal(consequenceOf(error('EBMS:9999')).kind, 'transient');
});
