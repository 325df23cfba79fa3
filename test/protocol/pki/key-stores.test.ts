import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  loadPemKeyEntry,
  loadPkcs12,
  parseCertificate,
  parsePrivateKey,
  privateKeyPem,
  writePkcs12,
} from '../../../src/protocol/pki/index.ts';
import type { KeyEntry } from '../../../src/protocol/pki/index.ts';
import { ellipticKey, pemOfKey, pkcs12Of, testPki, writeEntry } from '../../support/pki.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { missing, run } from '../../support/tools.ts';

const noOpenssl = missing('openssl', 'version');
const noKeytool = missing('keytool', '-help');

test('a private key is read plain, as PKCS#8 and PKCS#1, and encrypted', async () => {
  const { privateKey } = await (await testPki()).party('AP_XA_01');
  const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' });
  const old = privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'pâss' });
  assert.ok(parsePrivateKey(pemOfKey(privateKey)).equals(privateKey));
  assert.ok(parsePrivateKey(pkcs1).equals(privateKey));
  assert.ok(parsePrivateKey(Buffer.from(privateKeyPem(privateKey, 'pâss')), 'pâss').equals(privateKey));
  assert.ok(parsePrivateKey(old, 'pâss').equals(privateKey));
  assert.ok(parsePrivateKey(pemOfKey(privateKey), 'not needed').equals(privateKey));
});

test('a private key that cannot be had says why', async () => {
  const { privateKey, certificate } = await (await testPki()).party('AP_XA_01');
  const plain = pemOfKey(privateKey);
  const locked = privateKeyPem(privateKey, 'right');
  const cases: readonly (readonly [string, string, string | undefined, string])[] = [
    ['none', certificate.pem, undefined, 'pki/no-private-key'],
    ['two', plain + plain, undefined, 'pki/several-private-keys'],
    ['no password', locked, undefined, 'pki/password-needed'],
    ['an empty password', locked, '', 'pki/password-needed'],
    ['a wrong password', locked, 'wrong', 'pki/wrong-password'],
    ['the password with a line end', locked, 'right\n', 'pki/wrong-password'],
    ['damage', plain.replace(/M/g, 'N'), undefined, 'pki/private-key-unreadable'],
  ];
  for (const [name, pem, password, code] of cases)
    assert.throws(() => parsePrivateKey(pem, password), { code }, name);
});

test('no wrong password passes for another error, whatever the padding happens to be', async () => {
  const { privateKey } = await (await testPki()).party('AP_XA_01');
  const locked = privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' });
  for (let attempt = 0; attempt < 600; attempt += 1)
    assert.throws(() => parsePrivateKey(locked, `wrong ${attempt}`), {
      code: 'pki/wrong-password',
    });
});

test('a PEM pair finds its certificate among others and puts the issuers in order', async () => {
  const pki = await testPki();
  const middle = await pki.issue({ alias: 'middle', ca: true });
  const { privateKey, certificate } = await pki.issue({ alias: 'leaf', issuer: middle });
  const shuffled = [pki.ca, middle].map((each) => each.certificate.pem).join('') + certificate.pem;
  const entry = loadPemKeyEntry({ alias: 'a', key: pemOfKey(privateKey), certificates: shuffled });
  assert.equal(entry.certificate, certificate);
  assert.deepEqual(entry.chain, [middle.certificate, pki.ca.certificate]);
  assert.equal(entry.alias, 'a');
});

test('a key and a certificate of another key are told apart', async () => {
  const pki = await testPki();
  const { privateKey } = await pki.party('AP_XA_01');
  const other = await pki.party('AP_XB_01');
  assert.throws(
    () => loadPemKeyEntry({ alias: 'a', key: pemOfKey(privateKey), certificates: other.certificate.pem }),
    (error: { code: string; finding: { found: string; advice: string } }) => {
      assert.equal(error.code, 'pki/key-certificate-mismatch');
      assert.equal(error.finding.found, other.certificate.facts.subject);
      return true;
    },
  );
});

test('issuers that name each other in a circle do not hang', async () => {
  const pki = await testPki();
  const named = (subject: string, issuerName: string) =>
    pki.issue({ subject: `CN=${subject}`, issuerName: `CN=${issuerName}`, ca: true });
  const chainOf = async (...entries: readonly KeyEntry[]) =>
    loadPemKeyEntry({
      alias: 'a',
      key: pemOfKey(entries[0]!.privateKey),
      certificates: entries.map(({ certificate }) => certificate),
    }).chain.map(({ subject }) => subject);
  const [a, b, c] = [await named('A', 'B'), await named('B', 'A'), await named('B', 'C')];
  assert.deepEqual(await chainOf(a, b), ['CN=B']);
  assert.deepEqual(await chainOf(a, c, await named('C', 'B')), ['CN=B', 'CN=C']);
});

test('PKCS#12 of ours opens again, and in OpenSSL', { skip: noOpenssl }, async () => {
  const entry = await (await testPki()).party('AP_XA_01');
  const file = join(scratchFolder(), 'own.p12');
  const bytes = await writePkcs12(entry, 'secret');
  writeFileSync(file, bytes);
  const opened = await loadPkcs12(bytes, 'secret');
  assert.equal(opened.entries[0]?.alias, 'AP_XA_01');
  assert.equal(opened.entries[0]?.certificate, entry.certificate);
  assert.deepEqual(opened.entries[0]?.chain, entry.chain);
  assert.ok(opened.entries[0]?.privateKey.equals(entry.privateKey));
  const seen = run('openssl', ['pkcs12', '-in', file, '-passin', 'pass:secret', '-nokeys', '-clcerts']);
  assert.equal(parseCertificate(seen), entry.certificate);
});

/** How OpenSSL writes stores: now, for old programs, and variations between. */
const OPENSSL: Readonly<Record<string, readonly string[]>> = {
  'AES-256 with SHA-256 (now)': [],
  '3DES with SHA-1': ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'],
  'RC2 and 3DES (legacy)': ['-legacy'],
  'AES-128 with SHA-512 MAC': ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-macalg', 'sha512'],
  'certificates not encrypted': ['-certpbe', 'NONE'],
  'no MAC': ['-nomac'],
};

for (const [name, options] of Object.entries(OPENSSL))
  test(`PKCS#12 by OpenSSL: ${name}`, { skip: noOpenssl }, async () => {
    const entry = await (await testPki()).party('AP_XA_01');
    const folder = scratchFolder();
    const files = writeEntry(entry, folder);
    const store = join(folder, 'store.p12');
    const inputs = ['-inkey', files.key, '-in', files.bundle, '-name', 'Gâteway', '-out', store];
    run('openssl', ['pkcs12', '-export', ...inputs, '-passout', 'pass:s3cret', ...options]);
    const { entries, certificates, trusted } = await loadPkcs12(readFileSync(store), 's3cret');
    assert.equal(entries.length, 1);
    assert.equal(entries[0]?.alias, 'Gâteway');
    assert.equal(entries[0]?.certificate, entry.certificate);
    assert.deepEqual(entries[0]?.chain, entry.chain);
    assert.ok(entries[0]?.privateKey.equals(entry.privateKey));
    assert.equal(certificates.length, 2);
    assert.deepEqual(trusted, []);
    for (const wrong of [
      'wrong',
      's3cret\n',
      'wröng',
      ...Array.from({ length: 20 }, (_, index) => `w${index}`),
    ])
      await assert.rejects(loadPkcs12(readFileSync(store), wrong), { code: 'pki/wrong-password' });
    await assert.rejects(loadPkcs12(readFileSync(store), ''), { code: 'pki/wrong-password' });
  });

test('PKCS#12 by OpenSSL: an empty password', { skip: noOpenssl }, async () => {
  const entry = await (await testPki()).party('AP_XA_01');
  const folder = scratchFolder();
  const files = writeEntry(entry, folder);
  const store = join(folder, 'store.p12');
  run('openssl', [
    'pkcs12',
    '-export',
    '-inkey',
    files.key,
    '-in',
    files.certificate,
    '-out',
    store,
    '-passout',
    'pass:',
  ]);
  const { entries } = await loadPkcs12(readFileSync(store), '');
  assert.equal(entries[0]?.certificate, entry.certificate);
});

for (const options of [[], ['-legacy']])
  test(`PKCS#12 by OpenSSL: a password beyond ASCII ${options.join()}`, { skip: noOpenssl }, async () => {
    const entry = await (await testPki()).party('AP_XA_01');
    const folder = scratchFolder();
    const files = writeEntry(entry, folder);
    const inputs = [
      '-inkey',
      files.key,
      '-in',
      files.certificate,
      '-out',
      's.p12',
      '-passout',
      'pass:Žlutý kůň',
    ];
    run('openssl', ['pkcs12', '-export', ...inputs, ...options], folder);
    const store = readFileSync(join(folder, 's.p12'));
    const { entries } = await loadPkcs12(store, 'Žlutý kůň');
    assert.equal(entries[0]?.certificate, entry.certificate);
    await assert.rejects(loadPkcs12(store, 'Žlutý kun'), { code: 'pki/wrong-password' });
  });

test('PKCS#12 by OpenSSL: algorithms the library does not know', { skip: noOpenssl }, async () => {
  const entry = await (await testPki()).party('AP_XA_01');
  const folder = scratchFolder();
  const files = writeEntry(entry, folder);
  const inputs = ['-inkey', files.key, '-in', files.certificate, '-out', 's.p12', '-passout', 'pass:x'];
  run('openssl', ['pkcs12', '-export', ...inputs, '-keypbe', 'camellia-128-cbc'], folder);
  await assert.rejects(loadPkcs12(readFileSync(join(folder, 's.p12')), 'x'), {
    code: 'pki/pkcs12-unsupported',
  });
});

test('PKCS#12 by OpenSSL: an elliptic key', { skip: noOpenssl }, async () => {
  const pki = await testPki();
  const entry = await pki.issue({ alias: 'ec', key: await ellipticKey() });
  const folder = scratchFolder();
  writeFileSync(join(folder, 'k.pem'), pemOfKey(entry.privateKey));
  writeFileSync(join(folder, 'c.pem'), entry.certificate.pem);
  const options = ['-inkey', 'k.pem', '-in', 'c.pem', '-out', 's.p12', '-passout', 'pass:x'];
  run('openssl', ['pkcs12', '-export', ...options], folder);
  const { entries } = await loadPkcs12(readFileSync(join(folder, 's.p12')), 'x');
  assert.ok(entries[0]?.privateKey.equals(entry.privateKey));
  assert.equal(entries[0]?.certificate, entry.certificate);
});

test('PKCS#12 by Java: a key pair, its chain and two trusted certificates', { skip: noKeytool }, async () => {
  const pki = await testPki();
  const folder = scratchFolder();
  const entry = await pki.party('AP_XA_01');
  const partners = [await pki.party('AP_XB_01'), await pki.party('AP_XC_01')];
  const store = ['-keystore', 'java.p12', '-storepass', 'changeit', '-noprompt'];
  const source = ['-srckeystore', 'AP_XA_01.p12', '-srcstoretype', 'PKCS12', '-srcstorepass', 'secret'];
  writeEntry(entry, folder, 'secret');
  for (const partner of partners) writeEntry(partner, folder);
  run(
    'keytool',
    [
      '-importkeystore',
      ...source,
      '-destkeystore',
      'java.p12',
      '-deststoretype',
      'PKCS12',
      '-deststorepass',
      'changeit',
      '-noprompt',
    ],
    folder,
  );
  for (const { alias } of partners)
    run('keytool', ['-importcert', '-alias', alias, '-file', `${alias}.pem`, ...store], folder);
  const opened = await loadPkcs12(readFileSync(join(folder, 'java.p12')), 'changeit');
  assert.equal(opened.entries.length, 1);
  assert.equal(opened.entries[0]?.alias, 'ap_xa_01');
  assert.equal(opened.entries[0]?.certificate, entry.certificate);
  assert.deepEqual(opened.entries[0]?.chain, entry.chain);
  assert.deepEqual(
    opened.trusted
      .map(({ alias, certificate }) => [alias?.toLowerCase(), certificate.thumbprintSha256])
      .sort(),
    partners.map(({ alias, certificate }) => [alias.toLowerCase(), certificate.thumbprintSha256]).sort(),
  );
  await assert.rejects(loadPkcs12(readFileSync(join(folder, 'java.p12')), 'changeme'), {
    code: 'pki/wrong-password',
  });
});

test(
  'PKCS#12 by Java: a key made there, and a JKS store with what to do about it',
  { skip: noKeytool },
  async () => {
    const folder = scratchFolder();
    const subject = 'cn=OOTS_AP_ACC_FR_001, c=BE, o=DINUM, ou=OOTS';
    const make = [
      '-genkeypair',
      '-alias',
      'OOTS_AP_ACC_FR_001',
      '-keyalg',
      'RSA',
      '-keysize',
      '2048',
      '-dname',
      subject,
      '-storepass',
      'changeit',
    ];
    run('keytool', [...make, '-keystore', 'a.p12', '-storetype', 'PKCS12'], folder);
    run('keytool', [...make, '-keystore', 'a.jks', '-storetype', 'JKS', '-keypass', 'changeit'], folder);
    const { entries } = await loadPkcs12(readFileSync(join(folder, 'a.p12')), 'changeit');
    const [entry] = entries;
    assert.equal(entry?.certificate.subject, 'CN=OOTS_AP_ACC_FR_001,C=BE,O=DINUM,OU=OOTS');
    assert.ok(createPublicKey(entry.privateKey).equals(entry.certificate.publicKey));
    await assert.rejects(
      loadPkcs12(readFileSync(join(folder, 'a.jks')), 'changeit'),
      (error: { code: string; finding: { advice: string } }) => {
        assert.equal(error.code, 'pki/jks-not-supported');
        assert.match(error.finding.advice, /keytool -importkeystore/);
        return true;
      },
    );
  },
);

test('what is no PKCS#12 is refused with a code', async () => {
  const entry = await (await testPki()).party('AP_XA_01');
  const sound = pkcs12Of(entry);
  const damaged = Buffer.from(sound);
  damaged[damaged.length >> 1] = damaged[damaged.length >> 1]! ^ 1;
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['nothing', Buffer.alloc(0), 'pki/pkcs12-unreadable'],
    ['a certificate', entry.certificate.der, 'pki/pkcs12-unreadable'],
    ['PEM', Buffer.from(entry.certificate.pem), 'pki/pkcs12-unreadable'],
    ['cut short', sound.subarray(0, 500), 'pki/pkcs12-unreadable'],
    ['one bit turned over', damaged, 'pki/wrong-password'],
    ['too large', Buffer.alloc(5 * 1024 * 1024), 'pki/pkcs12-unreadable'],
  ];
  for (const [name, bytes, code] of cases) await assert.rejects(loadPkcs12(bytes, 'secret'), { code }, name);
});
