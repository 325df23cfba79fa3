import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { signAnswer, verifyAnswer } from '../../../src/oots/index.ts';
import type { AnswerSigner, SignedAnswer } from '../../../src/oots/index.ts';
import { isQuoinError } from '../../../src/protocol/errors/index.ts';
import { createCa, issueCertificate, parseCertificate } from '../../../src/protocol/pki/index.ts';
import { NO_OFFICIAL_FILES, officialFiles } from '../../support/official-files.ts';
import { officialAnswers } from '../../support/official-answers.ts';

const AT = new Date('2026-08-01T12:00:00Z');
const LIFE = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
const SUBJECT: Readonly<Record<string, string>> = { CN: 'Directory', O: 'Test' };
const BODY = Buffer.from('<answer>yes</answer>');

const curve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const ca = await createCa({ alias: 'ca', subject: 'CN=Root,O=Test', ...LIFE, bits: 2048 });
const stranger = await createCa({ alias: 'stranger', subject: 'CN=Root,O=Test', ...LIFE, bits: 2048 });

async function signerOf(
  keys = curve('P-256'),
  options: { subject?: string; issuer?: typeof ca; notAfter?: Date } = {},
): Promise<AnswerSigner> {
  const { subject = 'CN=Directory,O=Test', issuer = ca, notAfter = LIFE.notAfter } = options;
  const certificate = await issueCertificate({
    issuer,
    subject,
    publicKey: keys.publicKey,
    notBefore: LIFE.notBefore,
    notAfter,
    uses: ['sign'],
  });
  return { key: keys.privateKey, certificate };
}

const signer = await signerOf();
const trust = { anchors: [ca.certificate], subject: SUBJECT, at: AT };
const good = (): SignedAnswer => signAnswer(BODY, signer, AT);

function codeOf(answer: SignedAnswer, changed: Partial<typeof trust & { maxAgeMs: number }> = {}): string {
  try {
    verifyAnswer(answer, { ...trust, ...changed });
    return 'verified';
  } catch (error) {
    assert.ok(isQuoinError(error), String(error));
    assert.ok(error.finding?.advice, error.code);
    return error.code;
  }
}

const replaced = (changes: Readonly<Record<string, unknown>>): string =>
  codeOf(signAnswer(BODY, signer, AT, changes));

test('an answer signed as the services sign theirs is verified, and says who signed it and when', () => {
  const proof = verifyAnswer(good(), trust);
  assert.equal(proof.signer.thumbprintSha256, signer.certificate.thumbprintSha256);
  assert.deepEqual(proof.signedAt, AT);
});

test('one flipped bit anywhere in the body is found', () => {
  for (let at = 0; at < BODY.length; at += 1) {
    const body = Buffer.from(BODY);
    body[at]! ^= 1;
    assert.equal(codeOf({ ...good(), body }), 'oots/digest-mismatch');
  }
});

test('another body with its own digest needs another signature', () => {
  const other = signAnswer(Buffer.from('<answer>no</answer>'), signer, AT);
  const headers = { ...good().headers, digest: other.headers['digest'] };
  assert.equal(codeOf({ headers, body: other.body }), 'oots/signature-wrong');
});

test('headers that are gone or say something else are refused', () => {
  const { headers, body } = good();
  const without = (name: string): string => codeOf({ headers: { ...headers, [name]: undefined }, body });
  assert.equal(without('digest'), 'oots/answer-unsigned');
  assert.equal(without('oots-response-sig'), 'oots/answer-unsigned');
  const digest = (text: string): string => codeOf({ headers: { ...headers, digest: text }, body });
  assert.equal(digest('MD5=1B2M2Y8AsgTpgAmY7PhCfg=='), 'oots/digest-mismatch');
  assert.equal(digest(''), 'oots/answer-unsigned');
  assert.equal(digest('SHA-256='), 'oots/digest-mismatch');
  assert.equal(digest('nothing'), 'oots/digest-mismatch');
});

test('the signature of another key is refused', () => {
  const { privateKey } = curve('P-256');
  assert.equal(codeOf(signAnswer(BODY, { ...signer, key: privateKey }, AT)), 'oots/signature-wrong');
});

test('algorithms outside the list are refused, and those that do not go with the key', async () => {
  for (const alg of ['none', 'HS256', 'RS256', 'es256', undefined, 256, ['ES256']])
    assert.equal(replaced({ alg }), 'oots/signature-algorithm', String(alg));
  assert.equal(replaced({ alg: 'PS256' }), 'oots/signature-algorithm');
  assert.equal(replaced({ alg: 'ES384' }), 'oots/signature-algorithm');
  const other = await signerOf(curve('P-384'));
  assert.equal(codeOf(signAnswer(BODY, other, AT)), 'oots/signature-algorithm');
});

test('crit names exactly what is understood', () => {
  for (const crit of [undefined, [], ['b64'], ['sigD'], ['b64', 'sigD', 'exp'], ['b64', 'b64'], 'b64 sigD'])
    assert.equal(replaced({ crit }), 'oots/signature-critical', String(crit));
  assert.equal(replaced({ b64: true }), 'oots/signature-critical');
  assert.equal(replaced({ b64: undefined }), 'oots/signature-critical');
});

test('a signature that does not cover the digest is refused', () => {
  const mId = 'http://uri.etsi.org/19182/HttpHeaders';
  for (const sigD of [
    undefined,
    null,
    { mId },
    { mId, pars: [] },
    { mId, pars: ['content-type'] },
    { mId, pars: ['digest', 'digest'] },
    { mId, pars: ['digest', 7] },
    { mId: 'http://uri.etsi.org/19182/ObjectIdByURI', pars: ['digest'] },
  ])
    assert.equal(replaced({ sigD }), 'oots/signature-scope', JSON.stringify(sigD));
  assert.equal(replaced({ sigD: { mId, pars: ['digest', 'location'] } }), 'oots/answer-unsigned');
});

test('who signs must come from an anchor, be the one agreed on, and be valid', async () => {
  const impostor = await signerOf(curve('P-256'), { issuer: stranger });
  assert.equal(codeOf(signAnswer(BODY, impostor, AT)), 'oots/signer-not-trusted');
  const other = await signerOf(curve('P-256'), { subject: 'CN=Somebody,O=Test' });
  assert.equal(codeOf(signAnswer(BODY, other, AT)), 'oots/signer-not-trusted');
  const expired = await signerOf(curve('P-256'), { notAfter: new Date(AT.getTime() - 1000) });
  assert.equal(codeOf(signAnswer(BODY, expired, LIFE.notBefore)), 'oots/signer-not-trusted');
  assert.equal(codeOf(good(), { anchors: [] }), 'oots/signer-not-trusted');
  assert.equal(codeOf(good(), { subject: {} }), 'oots/signer-not-trusted');
});

test('thumbprints must be those of the certificate that signs', () => {
  const digVal = Buffer.alloc(64).toString('base64url');
  assert.equal(replaced({ 'x5t#o': { digAlg: 'S512', digVal } }), 'oots/signature-malformed');
  assert.equal(replaced({ 'x5t#o': { digAlg: 'MD5', digVal } }), 'oots/signature-malformed');
  assert.equal(replaced({ 'x5t#S256': digVal }), 'oots/signature-malformed');
  assert.equal(replaced({ 'x5t#o': undefined }), 'verified');
});

test('the time of signing is neither ahead, nor before the certificate, nor too long ago', () => {
  const at = (ms: number): SignedAnswer => signAnswer(BODY, signer, new Date(ms));
  assert.equal(codeOf(at(AT.getTime() + 60_000)), 'verified');
  assert.equal(codeOf(at(AT.getTime() + 3_600_000)), 'oots/signature-time');
  assert.equal(codeOf(at(LIFE.notBefore.getTime() - 1000)), 'oots/signature-time');
  assert.equal(codeOf(at(AT.getTime() - 3_600_000)), 'verified');
  assert.equal(codeOf(at(AT.getTime() - 3_600_000), { maxAgeMs: 60_000 }), 'oots/signature-time');
  assert.equal(replaced({ iat: undefined }), 'oots/signature-time');
  assert.equal(replaced({ iat: undefined, sigT: AT.toISOString() }), 'verified');
});

test('what is no detached JWS is refused', () => {
  const { headers, body } = good();
  const [header = '', , signature = ''] = headers['oots-response-sig']!.split('.');
  const json = (text: string): string => `${Buffer.from(text).toString('base64url')}..${signature}`;
  for (const jws of [
    'x',
    '..',
    `${header}.${signature}`,
    `${header}.AAAA.${signature}`,
    `${header}..${signature}.`,
    `${header}=..${signature}`,
    `${header}..${signature.slice(1)}+`,
    json('[]'),
    json('null'),
    json('{'),
    'A'.repeat(70_000),
  ])
    assert.equal(
      codeOf({ headers: { ...headers, 'oots-response-sig': jws }, body }),
      'oots/signature-malformed',
      jws.slice(0, 40),
    );
  for (const x5c of [undefined, [], [7], ['AAAA'], Array(9).fill('MAAA')])
    assert.equal(replaced({ x5c }), 'oots/signature-malformed', String(x5c));
});

const official = { skip: officialAnswers.length === 0 ? NO_OFFICIAL_FILES : false };

test('every real answer is verified to the root of the Commission, and no other root', official, () => {
  const [acc, prod] = ['acc.pem', 'prod.pem'].map((ending) =>
    parseCertificate(readFileSync(officialFiles('common-services/trust', ending)[0]!)),
  );
  const subject = { CN: 'EC-OOTS-CS-ACC', OU: 'OOTS' };
  for (const answer of officialAnswers) {
    assert.equal(codeOf(answer, { anchors: [acc!], subject }), 'verified', answer.name);
    assert.equal(codeOf(answer, { anchors: [prod!], subject }), 'oots/signer-not-trusted', answer.name);
    const body = Buffer.from(answer.body);
    body[body.length - 1]! ^= 1;
    assert.equal(codeOf({ ...answer, body }, { anchors: [acc!], subject }), 'oots/digest-mismatch');
  }
});

test('the signature of one real answer is not that of another', official, () => {
  const acc = parseCertificate(readFileSync(officialFiles('common-services/trust', 'acc.pem')[0]!));
  const subject = { CN: 'EC-OOTS-CS-ACC' };
  const [one, other] = officialAnswers;
  const headers = { ...other!.headers, 'oots-response-sig': one!.headers['oots-response-sig'] };
  assert.equal(codeOf({ ...other!, headers }, { anchors: [acc], subject }), 'oots/signature-wrong');
});

test('names that every object has are no headers and no digests', () => {
  for (const name of ['constructor', 'toString', '__proto__']) {
    const { headers, body } = signAnswer(BODY, signer, AT, {
      sigD: { mId: 'http://uri.etsi.org/19182/HttpHeaders', pars: ['digest', name] },
    });
    assert.equal(codeOf({ headers, body }), 'oots/answer-unsigned', name);
    assert.equal(replaced({ 'x5t#o': { digAlg: name, digVal: 'AAAA' } }), 'oots/signature-malformed', name);
  }
  assert.equal(
    replaced({ 'x5t#o': { digAlg: { toString: 1 }, digVal: 'AAAA' } }),
    'oots/signature-malformed',
  );
});
