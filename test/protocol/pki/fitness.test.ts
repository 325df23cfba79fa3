import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { checkFitness, issueCertificate } from '../../../src/protocol/pki/index.ts';
import type { CertificateUse } from '../../../src/protocol/pki/index.ts';
import { BAD_CERTIFICATES, ellipticKey, rsaKey, testPki, USAGE } from '../../support/pki.ts';
import type { BadCertificate } from '../../support/pki.ts';

const AT = new Date('2026-06-01T12:00:00Z');

/** What each bad certificate fails, by use; what only a chain can tell is fit by itself. */
const EXPECTED: Readonly<Record<BadCertificate, Readonly<Record<CertificateUse, readonly string[]>>>> = {
  expired: both('certificate-validity'),
  'not-yet-valid': both('certificate-validity'),
  'wrong-key-usage-for-signing': { sign: ['certificate-key-usage'], encrypt: [] },
  'wrong-key-usage-for-encryption': { sign: [], encrypt: ['certificate-key-usage'] },
  'wrong-extended-key-usage': both('certificate-extended-key-usage'),
  'ca-as-leaf': {
    sign: ['certificate-not-an-authority'],
    encrypt: ['certificate-key-usage', 'certificate-not-an-authority'],
  },
  'rsa-1024': both('certificate-key-strength'),
  'sha1-signed': both('certificate-signature-hash'),
  'unknown-critical-extension': both('certificate-critical-extensions'),
  'elliptic-curve': {
    sign: ['certificate-key-type'],
    encrypt: ['certificate-key-type', 'certificate-key-usage'],
  },
  'ski-collision': both(),
  'self-signed': both(),
  'wrong-issuer': both(),
};

function both(...checks: string[]) {
  return { sign: checks, encrypt: checks };
}

for (const kind of BAD_CERTIFICATES)
  test(`fitness of a certificate that is ${kind}`, async () => {
    const { certificate } = await (await testPki()).bad(kind);
    for (const use of ['sign', 'encrypt'] as const) {
      const findings = checkFitness(certificate, { use, at: AT });
      assert.deepEqual(
        findings.map(({ check }) => check),
        EXPECTED[kind][use],
        use,
      );
      for (const finding of findings) {
        assert.deepEqual(finding.certificate, certificate.facts);
        assert.ok(finding.field && finding.expected && finding.found && finding.advice);
      }
    }
  });

test('a sound certificate has no findings, for either use', async () => {
  const { certificate } = await (await testPki()).party('AP_XA_01');
  assert.deepEqual(checkFitness(certificate, { use: 'sign', at: AT }), []);
  assert.deepEqual(checkFitness(certificate, { use: 'encrypt', at: AT }), []);
});

test('validity includes both its ends', async () => {
  const { certificate } = await (await testPki()).party('AP_XA_01');
  const checksAt = (ms: number): number =>
    checkFitness(certificate, { use: 'sign', at: new Date(ms) }).length;
  const { notBefore, notAfter } = certificate;
  assert.deepEqual([notBefore.getTime(), notAfter.getTime()].map(checksAt), [0, 0]);
  assert.deepEqual([notBefore.getTime() - 1, notAfter.getTime() + 1].map(checksAt), [1, 1]);
});

test('non-repudiation alone may sign; without the extension everything is allowed', async () => {
  const pki = await testPki();
  const signer = await pki.issue({ keyUsage: USAGE.nonRepudiation });
  assert.deepEqual(checkFitness(signer.certificate, { use: 'sign', at: AT }), []);
  const free = await pki.issue({ keyUsage: null });
  assert.deepEqual(checkFitness(free.certificate, { use: 'sign', at: AT }), []);
  assert.deepEqual(checkFitness(free.certificate, { use: 'encrypt', at: AT }), []);
});

test('purposes: those of TLS and of nobody known pass, code signing beside e-mail passes', async () => {
  const pki = await testPki();
  for (const purposes of [['1.3.6.1.5.5.7.3.1'], ['1.2.3.4'], ['1.3.6.1.5.5.7.3.3', '1.3.6.1.5.5.7.3.4']]) {
    const { certificate } = await pki.issue({ extendedKeyUsage: purposes });
    assert.deepEqual(checkFitness(certificate, { use: 'sign', at: AT }), [], purposes.join());
  }
});

test('the smallest modulus and the key types are for the caller to say', async () => {
  const pki = await testPki();
  const { certificate } = await pki.party('AP_XA_01');
  const [finding] = checkFitness(certificate, { use: 'sign', at: AT, minRsaBits: 3072 });
  assert.equal(finding?.check, 'certificate-key-strength');
  assert.match(finding?.found ?? '', /2048/);
  const elliptic = await pki.issue({ key: await ellipticKey() });
  assert.deepEqual(checkFitness(elliptic.certificate, { use: 'sign', at: AT, keyTypes: ['rsa', 'ec'] }), []);
});

test('a certificate with SHA-512 is strong; one that issued itself may call itself an authority when pinned', async () => {
  const pki = await testPki();
  const strong = await pki.issue({ hash: 'SHA-512' });
  assert.deepEqual(checkFitness(strong.certificate, { use: 'sign', at: AT }), []);
  const own = await pki.issue({ issuer: 'self', ca: true, key: await rsaKey() });
  const checks = (pinned: boolean): readonly string[] =>
    checkFitness(own.certificate, { use: 'sign', at: AT, pinned }).map(({ check }) => check);
  assert.deepEqual(checks(false), ['certificate-not-an-authority']);
  assert.deepEqual(checks(true), []);
  const issued = await pki.bad('ca-as-leaf');
  const [finding] = checkFitness(issued.certificate, { use: 'sign', at: AT, pinned: true });
  assert.equal(finding?.check, 'certificate-not-an-authority');
});

test('a modulus beyond reason and an exponent of one are refused', async () => {
  const { ca } = await testPki();
  const issued = (bits: number, e: string) =>
    issueCertificate({
      issuer: ca,
      subject: 'CN=x',
      publicKey: createPublicKey({
        key: { kty: 'RSA', n: Buffer.alloc(bits / 8, 0xc3).toString('base64url'), e },
        format: 'jwk',
      }),
      notBefore: ca.certificate.notBefore,
      notAfter: ca.certificate.notAfter,
    });
  const checks = async (bits: number, e: string): Promise<readonly string[]> =>
    checkFitness(await issued(bits, e), { use: 'sign', at: AT }).map(({ check }) => check);
  assert.deepEqual(await checks(8192, 'AQAB'), []);
  assert.deepEqual(await checks(2048, 'Aw'), []);
  assert.deepEqual(await checks(8200, 'AQAB'), ['certificate-key-strength']);
  assert.deepEqual(await checks(2048, 'AQ'), ['certificate-key-strength']);
});
