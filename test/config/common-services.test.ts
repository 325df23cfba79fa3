import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { configOf, load, minimal } from './loading.ts';
import type { Settings } from './loading.ts';

const COMPLETE = { environment: 'acc', anchors: 'ca.pem', signer: 'CN=EC-OOTS-CS-ACC,O=European Commission' };

const withServices = (commonServices: unknown): Settings => ({ ...minimal, commonServices });

function errorsOf(
  commonServices: unknown,
): readonly (readonly [check: string, path: string, line: number])[] {
  return load(withServices(commonServices))
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ check, path, line }) => [check, path, line]);
}

test('without a word about them the common services are not asked; defaults alone are no word', () => {
  assert.equal(configOf(minimal).commonServices, undefined);
  assert.equal(configOf(withServices({ fresh: '2h' })).commonServices, undefined);
});

test('an environment, roots and a signer suffice', () => {
  const { commonServices, folder } = configOf(withServices(COMPLETE));
  assert.deepEqual(commonServices, {
    environment: 'acc',
    addresses: {},
    anchors: [join(folder, 'ca.pem')],
    signer: { CN: 'EC-OOTS-CS-ACC', O: 'European Commission' },
    authorities: [],
    allowPrivate: false,
    freshMs: 3_600_000,
    keepMs: 7 * 86_400_000,
    signatureAgeMs: 86_400_000,
    timeoutMs: 15_000,
    answerBytes: 4 * 1024 * 1024,
    entries: 500,
  });
});

test('everything can be said, and the environment says it too', () => {
  const said = configOf(
    withServices({
      evidenceBroker: 'http://10.0.0.1:8080/eb',
      dataServiceDirectory: 'https://dsd.example',
      anchors: ['ca.pem', 'tls.pem'],
      signer: 'CN=A\\, B',
      authorities: 'tls.pem',
      allowPrivate: true,
      signatureAge: '0s',
      fresh: '1m',
      keep: '1m',
      timeout: '1s',
      answerSize: '1MiB',
      entries: 1,
    }),
    { env: { QUOIN_COMMON_SERVICES_FRESH: '30s', QUOIN_COMMON_SERVICES_ENVIRONMENT: 'prod' } },
  ).commonServices!;
  assert.deepEqual(said.addresses, { eb: 'http://10.0.0.1:8080/eb', dsd: 'https://dsd.example' });
  assert.equal(said.anchors.length, 2);
  assert.deepEqual(said.signer, { CN: 'A, B' });
  assert.equal(said.signatureAgeMs, undefined);
  assert.equal(said.freshMs, 30_000);
  assert.equal(said.environment, 'prod');
});

for (const [what, changes, check, key] of [
  ['no anchors', { anchors: undefined }, 'common-services-complete', 'anchors'],
  ['no signer', { signer: undefined }, 'common-services-complete', 'signer'],
  [
    'no place of one',
    { environment: undefined, evidenceBroker: 'https://eb.example' },
    'common-services-complete',
    'dataServiceDirectory',
  ],
  ['a plain address', { evidenceBroker: 'http://eb.example' }, 'common-services-address', 'evidenceBroker'],
  ['this machine', { evidenceBroker: 'https://localhost' }, 'common-services-address', 'evidenceBroker'],
  [
    'another protocol',
    { dataServiceDirectory: 'ftp://a.example' },
    'common-services-address',
    'dataServiceDirectory',
  ],
  ['no address', { evidenceBroker: 'eb.example' }, 'common-services-address', 'evidenceBroker'],
  ['a query', { evidenceBroker: 'https://eb.example?a=b' }, 'common-services-address', 'evidenceBroker'],
  ['a user', { evidenceBroker: 'https://me@eb.example' }, 'common-services-address', 'evidenceBroker'],
  ['a signer without name', { signer: 'O=European Commission' }, 'common-services-signer', 'signer'],
  ['a signer that is no name', { signer: 'EC-OOTS-CS-ACC' }, 'common-services-signer', 'signer'],
  ['an anchor that is not there', { anchors: 'gone.pem' }, 'file-readable', 'anchors'],
  ['an authority that is not there', { authorities: 'gone.pem' }, 'file-readable', 'authorities'],
  ['kept for less than fresh', { fresh: '2h', keep: '1h' }, 'common-services-fit', 'keep'],
  ['no time', { timeout: '1ms' }, 'common-services-fit', 'timeout'],
  ['too large answers', { answerSize: '9MiB' }, 'common-services-fit', 'answerSize'],
  ['no place at all', { environment: undefined }, 'common-services-complete', 'environment'],
  ['an unknown environment', { environment: 'test' }, 'not-a-choice', 'environment'],
] as const) {
  test(`${what}: refused, with the line`, () => {
    const errors = errorsOf({ ...COMPLETE, ...changes });
    const [found] = errors;
    assert.equal(errors.length, 1, JSON.stringify(errors));
    assert.equal(found![0], check);
    assert.equal(found![1], `commonServices.${key}`);
    assert.ok(found![2] > 0, 'the line is told');
  });
}
