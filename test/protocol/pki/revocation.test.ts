import 'reflect-metadata';
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as x509 from '@peculiar/x509';
import { checkRevocation, decideTrust, parseRevocationList } from '../../../src/protocol/pki/index.ts';
import type { KeyEntry } from '../../../src/protocol/pki/index.ts';
import { revocationList, testPki, USAGE, writeEntry } from '../../support/pki.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { missing, run } from '../../support/tools.ts';

const AT = new Date('2026-06-01T12:00:00Z');
const SINCE = new Date('2026-05-01T00:00:00Z');

test('S14: a revoked certificate is not trusted, pinned or not; others of the issuer are', async () => {
  const pki = await testPki();
  const gone = await pki.party('AP_GONE');
  const there = await pki.party('AP_XA_01');
  const lists = [
    parseRevocationList(await revocationList(pki.ca, [gone.certificate], SINCE), [
      pki.impostorCa.certificate,
      pki.ca.certificate,
    ]),
  ];
  const verdict = (entry: KeyEntry, pinned: boolean) =>
    decideTrust({
      certificate: entry.certificate,
      chain: [],
      pinned: pinned ? [entry.certificate] : [],
      anchors: [pki.ca.certificate],
      subject: { CN: entry.alias },
      revocationLists: lists,
      at: AT,
      use: 'sign',
    });
  for (const pinned of [true, false]) {
    assert.equal(verdict(there, pinned).trusted, true);
    const refused = verdict(gone, pinned);
    assert.ok(!refused.trusted);
    assert.equal(refused.finding.check, 'certificate-not-revoked');
    assert.equal(refused.finding.found, `revoked on ${SINCE.toISOString()}`);
    assert.deepEqual(refused.finding.certificate, gone.certificate.facts);
  }
});

test('a revoked intermediate takes its leaves with it', async () => {
  const pki = await testPki();
  const middle = await pki.issue({ subject: 'CN=Middle', ca: true });
  const leaf = await pki.issue({ alias: 'AP_XA_01', issuer: middle });
  const list = parseRevocationList(await revocationList(pki.ca, [middle.certificate], SINCE), [
    pki.ca.certificate,
  ]);
  const verdict = decideTrust({
    certificate: leaf.certificate,
    chain: [middle.certificate],
    pinned: [],
    anchors: [pki.ca.certificate],
    subject: { CN: 'AP_XA_01' },
    revocationLists: [list],
    at: AT,
    use: 'sign',
  });
  assert.ok(!verdict.trusted);
  assert.deepEqual(verdict.finding.certificate, middle.certificate.facts);
});

test('a serial number counts only with its issuer', async () => {
  const pki = await testPki();
  const serialNumber = '4242';
  const other = await pki.issue({ subject: 'CN=Other Authority', issuer: 'self', ca: true });
  const mine = await pki.issue({ serialNumber });
  const theirs = await pki.issue({ serialNumber, issuer: other });
  const list = parseRevocationList(await revocationList(other, [theirs.certificate], SINCE), [
    other.certificate,
  ]);
  assert.equal(checkRevocation(mine.certificate, [list]), undefined);
  assert.equal(checkRevocation(theirs.certificate, [list])?.check, 'certificate-not-revoked');
});

test('a list nobody known signed is refused, as is one by an issuer that may not', async () => {
  const pki = await testPki();
  const bytes = await revocationList(pki.ca, [], SINCE);
  const unproven = { code: 'pki/revocation-list-unproven' };
  assert.throws(() => parseRevocationList(bytes, []), unproven);
  assert.throws(() => parseRevocationList(bytes, [pki.impostorCa.certificate]), unproven);
  const mute = await pki.issue({
    subject: pki.ca.certificate.subject,
    issuer: 'self',
    ca: true,
    key: pki.ca.privateKey,
    keyUsage: USAGE.keyCertSign,
  });
  assert.throws(() => parseRevocationList(bytes, [mute.certificate]), unproven);
  const changed = Buffer.from(bytes);
  changed[changed.length - 1] = changed[changed.length - 1]! ^ 1;
  assert.throws(() => parseRevocationList(changed, [pki.ca.certificate]), unproven);
});

test('what is no revocation list is refused', async () => {
  const { ca } = await testPki();
  const anchors = [ca.certificate];
  assert.throws(() => parseRevocationList('hello', anchors), { code: 'pki/revocation-list-unreadable' });
  assert.throws(() => parseRevocationList(ca.certificate.pem, anchors), {
    code: 'pki/revocation-list-unreadable',
  });
  assert.throws(() => parseRevocationList(ca.certificate.der, anchors), { code: 'pki/not-asn1' });
  assert.throws(() => parseRevocationList(Buffer.from('3000', 'hex'), anchors), { code: 'pki/not-asn1' });
});

test('a delta list is refused: it leaves out what it does not change', async () => {
  const { ca } = await testPki();
  const crl = await x509.X509CrlGenerator.create({
    issuer: new x509.X509Certificate(ca.certificate.der).subject,
    thisUpdate: SINCE,
    signingKey: await webcrypto.subtle.importKey(
      'pkcs8',
      ca.privateKey.export({ type: 'pkcs8', format: 'der' }),
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      false,
      ['sign'],
    ),
    signingAlgorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    extensions: [new x509.Extension('2.5.29.27', true, Buffer.from('020101', 'hex'))],
  });
  assert.throws(() => parseRevocationList(Buffer.from(crl.rawData), [ca.certificate]), {
    code: 'pki/revocation-list-unsupported',
  });
});

test('a list made by OpenSSL is read', { skip: missing('openssl', 'version') }, async () => {
  const pki = await testPki();
  const folder = scratchFolder();
  const gone = await pki.party('AP_GONE');
  writeEntry(pki.ca, folder);
  writeEntry(gone, folder);
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(
    join(folder, 'ca.cnf'),
    '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=30\n',
  );
  const ca = ['ca', '-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key.pem'];
  run('openssl', [...ca, '-revoke', 'AP_GONE.pem', '-crl_reason', 'keyCompromise'], folder);
  run('openssl', [...ca, '-gencrl', '-out', 'list.pem'], folder);
  const list = parseRevocationList(readFileSync(join(folder, 'list.pem')), [pki.ca.certificate]);
  assert.deepEqual([...list.revoked.keys()], [gone.certificate.serialNumber]);
  assert.equal(list.nextUpdate!.getTime() - list.thisUpdate.getTime(), 30 * 24 * 60 * 60 * 1000);
  assert.ok(checkRevocation(gone.certificate, [list]));
});
