import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { isQuoinError } from '../../../src/protocol/errors/index.ts';
import { parseCertificate, parseCertificates, subjectAttributes } from '../../../src/protocol/pki/index.ts';
import { testPki, USAGE, VALID_FROM } from '../../support/pki.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { missing, run } from '../../support/tools.ts';

const noOpenssl = missing('openssl', 'version');

test('a certificate is read as node:crypto and its extensions have it', async () => {
  const pki = await testPki();
  const { certificate } = await pki.party('AP_XA_01');
  const reference = new X509Certificate(certificate.der);
  assert.equal(certificate.serialNumber, BigInt(`0x${reference.serialNumber}`).toString());
  assert.equal(certificate.thumbprintSha256, createHash('sha256').update(certificate.der).digest('hex'));
  assert.equal(
    certificate.thumbprintSha1.toString('hex').toUpperCase(),
    reference.fingerprint.replaceAll(':', ''),
  );
  assert.equal(certificate.notBefore.toISOString(), VALID_FROM.toISOString());
  assert.equal(certificate.subject, 'CN=AP_XA_01,OU=OOTS,O=Quoin Tests,C=XX');
  assert.equal(certificate.issuer, pki.ca.certificate.subject);
  assert.deepEqual([...certificate.keyUsage!].sort(), ['digitalSignature', 'keyEncipherment']);
  assert.equal(certificate.isCa, false);
  assert.equal(certificate.signatureAlgorithm, 'sha256WithRSAEncryption');
  assert.equal(certificate.signatureStrength, 'strong');
  assert.deepEqual(subjectAttributes(certificate), {
    C: ['XX'],
    O: ['Quoin Tests'],
    OU: ['OOTS'],
    CN: ['AP_XA_01'],
  });
  assert.ok(Object.isFrozen(certificate));
});

test('the subject key identifier holds the octets, without any wrapping', async () => {
  const pki = await testPki();
  const octets = Buffer.from('00ff10', 'hex');
  const { certificate } = await pki.issue({ subjectKeyIdentifier: octets });
  assert.deepEqual(certificate.subjectKeyIdentifier, octets);
  const without = await pki.issue({ subjectKeyIdentifier: null, keyUsage: null });
  assert.equal(without.certificate.subjectKeyIdentifier, undefined);
  assert.equal(without.certificate.keyUsage, undefined);
});

test('path length, purposes and critical extensions are read', async () => {
  const pki = await testPki();
  const ca = await pki.issue({ ca: true, pathLength: 2, keyUsage: USAGE.keyCertSign });
  assert.equal(ca.certificate.isCa, true);
  assert.equal(ca.certificate.pathLength, 2);
  assert.deepEqual([...ca.certificate.keyUsage!], ['keyCertSign']);
  const odd = await pki.issue({
    extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'],
    extensions: [
      new x509.Extension('2.5.29.30', true, Buffer.from('3000', 'hex')),
      new x509.Extension('1.2.3.4', false, Buffer.from('0500', 'hex')),
      new x509.Extension('2.5.29.17', true, Buffer.from('300387012a', 'hex')),
    ],
  });
  assert.deepEqual([...odd.certificate.extendedKeyUsage!], ['1.3.6.1.5.5.7.3.2']);
  assert.deepEqual(odd.certificate.unknownCriticalExtensions, ['2.5.29.30']);
});

test('the same certificate is parsed once, in whatever form it comes', async () => {
  const { certificate } = await (await testPki()).party('AP_XA_01');
  assert.equal(parseCertificate(certificate.der), certificate);
  assert.equal(parseCertificate(certificate.pem), certificate);
  assert.equal(parseCertificate(Buffer.from(certificate.pem)), certificate);
  assert.equal(parseCertificate(certificate.pem.replaceAll('\n', '\r\n')), certificate);
  assert.equal(
    parseCertificate(`Bag Attributes\n    friendlyName: x\n${certificate.pem}\ntrailer`),
    certificate,
  );
});

test('the cache keeps to its bound and forgets the oldest', async () => {
  const pki = await testPki();
  const { certificate } = await pki.issue({ key: pki.ca.privateKey });
  const ending = certificate.der.readUInt16BE(certificate.der.length - 2);
  for (let index = 1; index <= 300; index += 1) {
    const der = Buffer.from(certificate.der);
    // Never the ending it has: that would be the same certificate again.
    der.writeUInt16BE((ending + index) % 65_536, der.length - 2);
    parseCertificate(der);
  }
  const again = parseCertificate(certificate.der);
  assert.notEqual(again, certificate);
  assert.equal(again.thumbprintSha256, certificate.thumbprintSha256);
});

test('a bundle is read in order, other blocks skipped', async () => {
  const pki = await testPki();
  const { certificate } = await pki.party('AP_XA_01');
  const bundle = `${certificate.pem}-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n${pki.ca.certificate.pem}`;
  assert.deepEqual(parseCertificates(bundle), [certificate, pki.ca.certificate]);
  assert.throws(() => parseCertificate(bundle), { code: 'pki/several-certificates' });
});

test('what is no certificate is refused with a code', async () => {
  const { certificate } = await (await testPki()).party('AP_XA_01');
  const cases: readonly (readonly [string, string | Uint8Array, string])[] = [
    ['nothing', '', 'pki/no-certificate'],
    ['prose', 'hello', 'pki/no-certificate'],
    ['no bytes', new Uint8Array(), 'pki/no-certificate'],
    ['no end line', certificate.pem.replace(/-----END.*/s, ''), 'pki/pem-broken'],
    ['not base64', '-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----', 'pki/pem-broken'],
    ['bytes behind', Buffer.concat([certificate.der, Buffer.from([0])]), 'pki/certificate-unreadable'],
    ['a length not written as DER writes it', longLength(certificate.der), 'pki/certificate-unreadable'],
    ['cut short', certificate.der.subarray(0, 300), 'pki/certificate-unreadable'],
    ['another structure', Buffer.from('30030201ff', 'hex'), 'pki/certificate-unreadable'],
    ['too large', Buffer.concat([Buffer.from([0x30]), Buffer.alloc(70_000)]), 'pki/certificate-too-large'],
    ['too much text', 'x'.repeat(5_000_000), 'pki/pem-too-large'],
  ];
  for (const [name, input, code] of cases)
    assert.throws(() => parseCertificate(input), { code }, `${name} should give ${code}`);
});

/** The same certificate with a zero in front of its length: BER, not DER. */
function longLength(der: Buffer): Buffer {
  assert.equal(der[1], 0x82);
  return Buffer.concat([Buffer.from([0x30, 0x83, 0x00]), der.subarray(2)]);
}

test('an extension twice makes a certificate unreadable', async () => {
  const pki = await testPki();
  const twice = new x509.Extension('1.2.3.4', false, Buffer.from('0500', 'hex'));
  await assert.rejects(pki.issue({ extensions: [twice, twice] }), { code: 'pki/certificate-unreadable' });
});

test('any damage gives a certificate or an error of ours, never a crash', async () => {
  const { certificate } = await (await testPki()).party('AP_XA_01');
  const position = fc.nat({ max: certificate.der.length - 1 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(position, fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
      (damage) => {
        const der = Buffer.from(certificate.der);
        for (const [at, value] of damage) der[at] = value;
        der[0] = 0x30;
        try {
          const read = parseCertificate(der);
          assert.ok(read.der.equals(der));
        } catch (error) {
          assert.ok(isQuoinError(error), String(error));
        }
      },
    ),
    { numRuns: 400 },
  );
});

test('names are spelled as OpenSSL spells them in RFC 2253', { skip: noOpenssl }, () => {
  const folder = scratchFolder();
  const subjects = [
    '/C=BE/O=Ministère, "de" <l\'Intérieur>/OU=a+b=c;d/CN=#x ',
    '/DC=eu/DC=europa/UID=u1/L=Łódź/ST=S\\\\t/street=Rue 1/CN= y',
  ];
  for (const [index, subject] of subjects.entries()) {
    const file = join(folder, `${index}.pem`);
    const key = join(folder, `${index}.key`);
    const options = ['-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-utf8', '-subj', subject];
    run('openssl', ['req', '-x509', ...options, '-out', file]);
    const spelled = run('openssl', [
      'x509',
      '-in',
      file,
      '-noout',
      '-subject',
      '-nameopt',
      'RFC2253,-esc_msb',
    ]);
    assert.equal(
      parseCertificate(readFileSync(file)).subject,
      spelled
        .replace(/^subject=/, '')
        .replace('street=', 'STREET=')
        .trimEnd(),
    );
  }
});

test('attributes without a keyword in RFC 2253 are written as Java writes them', { skip: noOpenssl }, () => {
  const folder = scratchFolder();
  const config = join(folder, 'req.cnf');
  writeFileSync(config, '[req]\ndistinguished_name=dn\n[dn]\n');
  const file = join(folder, 'c.pem');
  const subject = '/C=BE/organizationIdentifier=VATBE-1/emailAddress=a@b.eu/serialNumber=7/CN=x';
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', join(folder, 'k.pem')];
  run('openssl', ['req', '-x509', '-config', config, ...key, '-subj', subject, '-out', file]);
  const certificate = parseCertificate(readFileSync(file));
  assert.equal(
    certificate.subject,
    'CN=x,2.5.4.5=#130137,1.2.840.113549.1.9.1=#16066140622e6575,2.5.4.97=#0c0756415442452d31,C=BE',
  );
  assert.equal(
    certificate.facts.subject,
    'CN=x,serialNumber=7,emailAddress=a@b.eu,organizationIdentifier=VATBE-1,C=BE',
  );
  assert.deepEqual(subjectAttributes(certificate)['emailAddress'], ['a@b.eu']);
});
