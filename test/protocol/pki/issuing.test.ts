import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  checkFitness,
  createCa,
  createCsr,
  decideTrust,
  generateKey,
  issueCertificate,
  parsePrivateKey,
  privateKeyPem,
  subjectForOots,
} from '../../../src/protocol/pki/index.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { missing, run } from '../../support/tools.ts';

const noOpenssl = missing('openssl', 'version');
const notBefore = new Date('2026-01-01T00:00:00Z');
const notAfter = new Date('2046-01-01T00:00:00Z');
const AT = new Date('2026-06-01T12:00:00Z');
const OOTS = { name: 'OOTS_AP_ACC_FR_001', country: 'BE', organisation: 'Ministère, "Nord"', unit: 'OOTS' };

const authority = createCa({ alias: 'ca', subject: 'CN=Dév CA,O=Tests', notBefore, notAfter, bits: 2048 });

test(
  'what we issue we trust, and OpenSSL does as well under its strict rules',
  { skip: noOpenssl },
  async () => {
    const ca = await authority;
    const key = await generateKey({ bits: 2048 });
    const certificate = await issueCertificate({
      issuer: ca,
      subject: subjectForOots(OOTS),
      publicKey: createPublicKey(key),
      notBefore,
      notAfter,
    });
    const verdict = decideTrust({
      certificate,
      chain: [],
      pinned: [],
      anchors: [ca.certificate],
      subject: { CN: OOTS.name, O: OOTS.organisation },
      at: AT,
      use: 'sign',
    });
    assert.deepEqual(verdict, { trusted: true, by: 'anchor' });
    assert.deepEqual(checkFitness(certificate, { use: 'encrypt', at: AT }), []);
    const folder = scratchFolder();
    writeFileSync(join(folder, 'ca.pem'), ca.certificate.pem);
    writeFileSync(join(folder, 'c.pem'), certificate.pem);
    const strict = ['verify', '-x509_strict', '-purpose', 'smimesign', '-CAfile', 'ca.pem', 'c.pem'];
    assert.match(run('openssl', strict, folder), /c\.pem: OK/);
  },
);

test('separate certificates for signing and encryption', async () => {
  const issuer = await authority;
  const common = { issuer, publicKey: issuer.privateKey, subject: 'CN=x', notBefore, notAfter };
  const signing = await issueCertificate({ ...common, uses: ['sign'] });
  const encryption = await issueCertificate({ ...common, uses: ['encrypt'] });
  const checks = (certificate: typeof signing, use: 'sign' | 'encrypt'): readonly string[] =>
    checkFitness(certificate, { use, at: AT }).map(({ check }) => check);
  assert.deepEqual(checks(signing, 'sign'), []);
  assert.deepEqual(checks(signing, 'encrypt'), ['certificate-key-usage']);
  assert.deepEqual(checks(encryption, 'sign'), ['certificate-key-usage']);
  assert.deepEqual(checks(encryption, 'encrypt'), []);
  assert.notEqual(signing.serialNumber, encryption.serialNumber);
});

test('a certificate for a web server names its hosts and addresses, and no other does', async () => {
  const issuer = await authority;
  const common = { issuer, publicKey: issuer.privateKey, subject: 'CN=x', notBefore, notAfter };
  const hosts = ['localhost', '127.0.0.1', '::1'];
  const server = new X509Certificate((await issueCertificate({ ...common, uses: ['sign'], hosts })).pem);
  assert.equal(server.checkHost('localhost'), 'localhost');
  assert.equal(server.checkHost('elsewhere.example'), undefined);
  for (const address of ['127.0.0.1', '::1']) assert.equal(server.checkIP(address), address);
  assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  const party = new X509Certificate((await issueCertificate(common)).pem);
  assert.equal(party.subjectAltName, undefined);
});

test('the authority may issue for parties, not for authorities', async () => {
  const { certificate } = await authority;
  assert.equal(certificate.isCa, true);
  assert.equal(certificate.pathLength, 0);
  assert.deepEqual([...certificate.keyUsage!].sort(), ['cRLSign', 'keyCertSign']);
});

test('the OOTS subject form, in the order of the procedure', () => {
  assert.equal(subjectForOots(OOTS), 'CN=OOTS_AP_ACC_FR_001,C=BE,O=Ministère\\, \\"Nord\\",OU=OOTS');
  for (const wrong of [{ country: 'be' }, { country: 'BEL' }, { organisation: ' ' }, { name: '' }])
    assert.throws(() => subjectForOots({ ...OOTS, ...wrong }), { code: 'pki/subject-malformed' });
});

test('a signing request verifies in OpenSSL and carries subject and key', { skip: noOpenssl }, async () => {
  const key = await generateKey({ bits: 2048 });
  const folder = scratchFolder();
  writeFileSync(join(folder, 'r.pem'), await createCsr({ subject: subjectForOots(OOTS), key }));
  const shown = ['req', '-in', 'r.pem', '-noout', '-subject', '-pubkey', '-nameopt', 'RFC2253,-esc_msb'];
  const text = run('openssl', [...shown, '-verify'], folder);
  assert.ok(text.includes(`subject=${subjectForOots(OOTS)}\n`), text);
  assert.ok(text.includes(createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string));
});

test('keys have between 2048 and 8192 bits', async () => {
  for (const bits of [1024, 2047, 8193, 3000.5, Number.NaN])
    await assert.rejects(generateKey({ bits }), { code: 'pki/key-size' });
  const key = await generateKey();
  assert.equal(key.asymmetricKeyDetails?.modulusLength, 3072);
  assert.ok(parsePrivateKey(privateKeyPem(key, 'x'), 'x').equals(key));
});

test('a subject that is no name is refused', async () => {
  const key = (await authority).privateKey;
  for (const subject of ['', 'nonsense', 'CN=a,Nobody=b'])
    await assert.rejects(createCsr({ subject, key }), { code: 'pki/subject-malformed' });
});

test('whoever does not issue does not load what issuing needs', () => {
  const room = pathToFileURL(join(import.meta.dirname, '../../../src/protocol/pki/index.ts')).href;
  const script = `
    const { createRequire } = await import('node:module');
    const pki = await import(${JSON.stringify(room)});
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('node-forge'));
    const before = ['getMetadata' in Reflect, loaded()];
    await pki.createCa({ alias: 'a', subject: 'CN=a', notBefore: new Date(0), notAfter: new Date(), bits: 2048 });
    await pki.loadPkcs12(new Uint8Array(9), '').catch(() => undefined);
    console.log(JSON.stringify([before, ['getMetadata' in Reflect, loaded()]]));`;
  const printed = run(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script]);
  assert.deepEqual(JSON.parse(printed), [
    [false, false],
    [true, true],
  ]);
});
