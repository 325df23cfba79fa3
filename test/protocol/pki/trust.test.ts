import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decideTrust,
  encodePkiPath,
  issueCertificate,
  parsePkiPath,
} from '../../../src/protocol/pki/index.ts';
import type { KeyEntry, TrustRequest, TrustVerdict } from '../../../src/protocol/pki/index.ts';
import { BAD_CERTIFICATES, tampered, testPki, USAGE } from '../../support/pki.ts';
import type { BadCertificate } from '../../support/pki.ts';

const AT = new Date('2026-06-01T12:00:00Z');
const NAME = 'AP_XA_01';

function ask({ certificate }: Pick<KeyEntry, 'certificate'>, more: Partial<TrustRequest>): TrustVerdict {
  return decideTrust({ certificate, chain: [], pinned: [], anchors: [], at: AT, use: 'sign', ...more });
}

async function anchored(entry: KeyEntry, more: Partial<TrustRequest> = {}): Promise<TrustVerdict> {
  const { ca } = await testPki();
  return ask(entry, { anchors: [ca.certificate], subject: { CN: NAME }, ...more });
}

function failed(verdict: TrustVerdict): string {
  return verdict.trusted ? `trusted by ${verdict.by}` : verdict.finding.check;
}

/** S14 and S16: what each bad certificate meets when it is pinned, and when it comes from the anchor. */
const EXPECTED: Readonly<Record<BadCertificate, readonly [pinned: string, anchored: string]>> = {
  expired: ['certificate-validity', 'certificate-validity'],
  'not-yet-valid': ['certificate-validity', 'certificate-validity'],
  'wrong-key-usage-for-signing': ['certificate-key-usage', 'certificate-key-usage'],
  'wrong-key-usage-for-encryption': ['trusted by pinned', 'trusted by anchor'],
  'wrong-extended-key-usage': ['certificate-extended-key-usage', 'certificate-extended-key-usage'],
  'ca-as-leaf': ['certificate-not-an-authority', 'certificate-not-an-authority'],
  'rsa-1024': ['certificate-key-strength', 'certificate-key-strength'],
  'sha1-signed': ['certificate-signature-hash', 'certificate-signature-hash'],
  'unknown-critical-extension': ['certificate-critical-extensions', 'certificate-critical-extensions'],
  'ski-collision': ['trusted by pinned', 'trusted by anchor'],
  'self-signed': ['trusted by pinned', 'chain-issuer-known'],
  'wrong-issuer': ['trusted by pinned', 'chain-signature'],
  'elliptic-curve': ['certificate-key-type', 'certificate-key-type'],
};

for (const kind of BAD_CERTIFICATES)
  test(`S14: trust in a certificate that is ${kind}`, async () => {
    const pki = await testPki();
    const entry = await pki.bad(kind, { name: NAME });
    const verdicts = [ask(entry, { pinned: [entry.certificate] }), await anchored(entry)];
    assert.deepEqual(verdicts.map(failed), EXPECTED[kind]);
    for (const verdict of verdicts)
      if (!verdict.trusted) {
        assert.deepEqual(verdict.finding.certificate, entry.certificate.facts);
        assert.ok(verdict.finding.advice && verdict.finding.expected && verdict.finding.found);
      }
  });

test('a pinned certificate needs no anchor and no subject rule', async () => {
  const entry = await (await testPki()).party(NAME);
  assert.deepEqual(ask(entry, { pinned: [entry.certificate] }), { trusted: true, by: 'pinned' });
});

test('during a rollover either of two pinned certificates speaks; when the old one expires, only the new', async () => {
  const pki = await testPki();
  const older = await pki.issue({ alias: NAME, notAfter: new Date('2026-12-31') });
  const newer = await pki.issue({ alias: NAME, notBefore: new Date('2026-05-01') });
  const pinned = [older.certificate, newer.certificate];
  const at = (day: string, entry: KeyEntry): string => failed(ask(entry, { pinned, at: new Date(day) }));
  assert.equal(at('2026-04-01', older), 'trusted by pinned');
  assert.equal(at('2026-04-01', newer), 'certificate-validity');
  assert.equal(at('2026-06-01', older), 'trusted by pinned');
  assert.equal(at('2026-06-01', newer), 'trusted by pinned');
  assert.equal(at('2027-06-01', older), 'certificate-validity');
  assert.equal(at('2027-06-01', newer), 'trusted by pinned');
});

test('S16: the same key identifier as the pinned certificate is not enough', async () => {
  const pki = await testPki();
  const real = await pki.party(NAME);
  const double = await pki.bad('ski-collision', { name: NAME, like: real });
  assert.ok(double.certificate.subjectKeyIdentifier?.equals(real.certificate.subjectKeyIdentifier!));
  const verdict = ask(double, { pinned: [real.certificate] });
  assert.ok(!verdict.trusted);
  assert.equal(verdict.finding.check, 'signer-pinned');
  assert.match(verdict.finding.expected ?? '', new RegExp(real.certificate.thumbprintSha256));
  assert.match(verdict.finding.found ?? '', new RegExp(double.certificate.thumbprintSha256));
  assert.match(verdict.finding.advice ?? '', /impostor/);
});

test('what a stranger has in common with the pinned certificate decides the advice', async () => {
  const pki = await testPki();
  const real = await pki.party(NAME);
  const { privateKey: key } = real;
  const advice = async (entry: KeyEntry, more: Partial<TrustRequest> = {}): Promise<string> => {
    const verdict = ask(entry, { pinned: [real.certificate], ...more });
    return verdict.trusted ? 'trusted' : (verdict.finding.advice ?? '');
  };
  assert.match(await advice(await pki.issue({ alias: NAME, key })), /renewal/);
  assert.match(await advice(await pki.issue({ alias: NAME })), /perhaps a new one/);
  const stranger = await pki.party('AP_XB_01');
  assert.match(await advice(stranger), /ask the partner which one/);
  const old = await pki.bad('expired', { name: 'AP_OLD' });
  assert.match(await advice(stranger, { pinned: [old.certificate] }), /have expired/);
  assert.match(await advice(stranger, { pinned: [] }), /certificates\.signing/);
});

test('S18: another partner under the same anchor may not speak for this party', async () => {
  const other = await (await testPki()).party('AP_XB_01');
  const verdict = await anchored(other);
  assert.ok(!verdict.trusted);
  assert.equal(verdict.finding.check, 'signer-speaks-for-from-party');
  assert.equal(verdict.finding.expected, 'CN=AP_XA_01');
  assert.equal(verdict.finding.found, 'CN=AP_XB_01');
});

test('an anchor without a subject rule trusts nobody', async () => {
  const entry = await (await testPki()).party(NAME);
  for (const subject of [undefined, {}])
    assert.equal(failed(await anchored(entry, { subject })), 'signer-subject-bound');
});

test('the subject rule: every attribute, exactly, however its type is spelled', async () => {
  const pki = await testPki();
  const entry = await pki.party(NAME);
  const outcome = async (subject: Record<string, string>, who = entry): Promise<string> =>
    failed(await anchored(who, { subject }));
  assert.equal(
    await outcome({ CN: NAME, O: 'Quoin Tests', c: 'XX', '2.5.4.11': 'OOTS' }),
    'trusted by anchor',
  );
  const wrong = 'signer-speaks-for-from-party';
  assert.equal(await outcome({ CN: NAME, O: 'Other' }), wrong);
  assert.equal(await outcome({ CN: NAME.toLowerCase() }), wrong);
  assert.equal(await outcome({ CN: `${NAME} ` }), wrong);
  assert.equal(await outcome({ emailAddress: 'a@b.eu' }), wrong);
  assert.equal(await outcome({ constructor: 'x' }), wrong);
  const twoNames = await pki.issue({ subject: `CN=${NAME},CN=AP_XB_01,O=Quoin Tests` });
  assert.equal(await outcome({ CN: NAME }, twoNames), wrong);
  const twoUnits = await pki.issue({ subject: `CN=${NAME},OU=OOTS,OU=Other,O=Quoin Tests` });
  assert.equal(await outcome({ CN: NAME, OU: 'OOTS' }, twoUnits), 'trusted by anchor');
  const inside = await pki.issue({ subject: `CN=x\\,CN\\=${NAME},O=Quoin Tests` });
  assert.equal(await outcome({ CN: NAME }, inside), wrong);
  const certificate = await issueCertificate({
    issuer: pki.ca,
    subject: `CN=\\#0c08${Buffer.from(NAME).toString('hex')}`,
    publicKey: pki.ca.privateKey,
    notBefore: new Date('2026-01-01'),
    notAfter: new Date('2027-01-01'),
  });
  const hexLike = { ...entry, certificate };
  assert.equal(await outcome({ CN: NAME }, hexLike), wrong);
});

test('a party with pins and anchors: either way in, and a stranger meets the anchors', async () => {
  const pki = await testPki();
  const pinned = await pki.bad('self-signed', { name: NAME });
  const more = { pinned: [pinned.certificate] };
  assert.equal(failed(await anchored(pinned, more)), 'trusted by pinned');
  assert.equal(failed(await anchored(await pki.party(NAME), more)), 'trusted by anchor');
  const foreign = await pki.bad('wrong-issuer', { name: NAME });
  assert.equal(failed(await anchored(foreign, more)), 'chain-signature');
});

test('a PKIPath brings the intermediates; without them the path is broken', async () => {
  const pki = await testPki();
  const middle = await pki.issue({ subject: 'CN=Middle', ca: true });
  const leaf = await pki.issue({ alias: NAME, issuer: middle });
  const [, ...chain] = parsePkiPath(encodePkiPath([leaf.certificate, ...leaf.chain]));
  assert.equal(failed(await anchored(leaf, { chain })), 'trusted by anchor');
  assert.equal(failed(await anchored(leaf)), 'chain-issuer-known');
});

test('S14: a leaf that issues for itself through a certificate that may not issue', async () => {
  const pki = await testPki();
  const partner = await pki.party('AP_XB_01');
  const forged = await pki.issue({ alias: NAME, issuer: partner });
  assert.equal(failed(await anchored(forged, { chain: [partner.certificate] })), 'chain-issuer-is-authority');
  const signer = await pki.issue({ ca: true, keyUsage: USAGE.digitalSignature, subject: 'CN=Half' });
  const half = await pki.issue({ alias: NAME, issuer: signer });
  assert.equal(failed(await anchored(half, { chain: [signer.certificate] })), 'chain-issuer-key-usage');
});

test('a certificate with one byte changed is another certificate', async () => {
  const { certificate } = await (await testPki()).party(NAME);
  const changed = tampered(certificate);
  assert.equal(failed(ask({ certificate: changed }, { pinned: [certificate] })), 'signer-pinned');
});

test('nothing configured means nobody is trusted', async () => {
  const entry = await (await testPki()).party(NAME);
  assert.equal(failed(ask(entry, {})), 'signer-pinned');
});
