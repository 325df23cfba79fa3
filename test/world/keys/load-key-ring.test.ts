import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCa, issueCertificate } from '../../../src/protocol/pki/index.ts';
import type { KeyEntry } from '../../../src/protocol/pki/index.ts';
import type { Party, PartyCertificates, PMode } from '../../../src/protocol/pmode/index.ts';
import { DEMO_UNIT, isDemoCertificate, loadKeyRing } from '../../../src/world/keys/index.ts';
import type { KeyRingOptions, KeySource, LoadedKeyRing } from '../../../src/world/keys/index.ts';
import { pkcs12Of, revocationList, testPki, VALID_FROM, writeEntry } from '../../support/pki.ts';
import { scratchFolder } from '../../support/scratch.ts';

const AT = new Date('2026-06-01T12:00:00Z');
const BOTH = ['sign', 'decrypt'] as const;

function party(name: string, certificates: Partial<PartyCertificates> = {}): Party {
  return {
    name,
    partyIds: [{ value: name }],
    certificates: { signing: [], encryption: [], anchors: [], ...certificates },
  };
}

/** A P-Mode with a partner; legs do not matter to keys. */
function agreement(partner: Party, file: string, selfIs: PMode['selfIs'] = 'initiator'): PMode {
  const self = { party: party('AP_SELF', { signing: ['never-read.pem'] }), role: 'r' };
  const other = { party: partner, role: 'r' };
  const [initiator, responder] = selfIs === 'initiator' ? [self, other] : [other, self];
  return { id: 'p', mep: 'oneWay', binding: 'push', initiator, responder, selfIs, legs: [], file };
}

function load(folder: string, options: Partial<KeyRingOptions>): Promise<LoadedKeyRing> {
  const usual = {
    keys: [],
    pmodes: [],
    certificatesFolder: folder,
    allowDemoKeys: false,
    now: () => AT.getTime(),
  };
  return loadKeyRing({ ...usual, ...options });
}

/** A folder with a key of ours, and its source. */
async function own(name = 'AP_SELF', more: Partial<KeySource> = {}) {
  const folder = scratchFolder();
  const entry = await (await testPki()).party(name);
  const files = writeEntry(entry, folder);
  chmodSync(files.key, 0o600);
  const source: KeySource = { path: files.key, type: 'pem', certificate: files.bundle, use: BOTH, ...more };
  return { folder, entry, files, source };
}

function codes(problems: LoadedKeyRing['problems']): readonly string[] {
  return problems.map(({ code }) => code);
}

test('a PEM pair serves both uses', async () => {
  const { folder, entry, source } = await own();
  const { keyRing, problems, warnings, inventory } = await load(folder, { keys: [source] });
  assert.deepEqual([problems, warnings], [[], []]);
  const key = keyRing.signingKey();
  assert.ok(key.privateKey.equals(entry.privateKey));
  assert.equal(key.certificate.thumbprintSha256, entry.certificate.thumbprintSha256);
  assert.deepEqual(
    key.chain.map(({ subject }) => subject),
    entry.chain.map(({ subject }) => subject),
  );
  assert.deepEqual(keyRing.decryptionKeys(), [key]);
  assert.equal(inventory.length, 1);
  assert.deepEqual(inventory[0], {
    alias: 'AP_SELF.key',
    source: source.path,
    use: 'sign, decrypt',
    party: '',
    certificate: entry.certificate.facts,
    daysLeft: 8249,
    thumbprintSha1: entry.certificate.thumbprintSha1.toString('hex'),
    thumbprintSha256: entry.certificate.thumbprintSha256,
    findings: [],
  });
});

test('key and certificate may share one file; the key may be encrypted', async () => {
  const { folder, entry, files } = await own();
  const together = join(folder, 'all.pem');
  const locked = entry.privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  });
  writeFileSync(together, `${entry.certificate.pem}${locked.toString()}`, { mode: 0o600 });
  const source: KeySource = { path: together, type: 'pem', use: BOTH, password: () => 'x' };
  const { keyRing, problems } = await load(folder, { keys: [source] });
  assert.deepEqual(problems, []);
  assert.equal(keyRing.signingKey().certificate.subject, entry.certificate.subject);
  const wrong = await load(folder, { keys: [{ ...source, password: () => 'y' }] });
  assert.deepEqual(codes(wrong.problems), ['pki/wrong-password']);
  const none = await load(folder, { keys: [{ ...source, password: undefined }] });
  assert.deepEqual(codes(none.problems), ['pki/password-needed']);
  assert.ok(files.key);
});

test('PKCS#12: one entry needs no alias, several need one, in any case', async () => {
  const { folder, files } = await own();
  const source: KeySource = { path: files.pkcs12, type: 'pkcs12', use: BOTH, password: () => 'secret' };
  const one = await load(folder, { keys: [source] });
  assert.deepEqual(one.problems, []);
  assert.equal(one.keyRing.signingKey().alias, 'AP_SELF');
  const named = await load(folder, { keys: [{ ...source, alias: 'ap_self' }] });
  assert.deepEqual(named.problems, []);
  const unknown = await load(folder, { keys: [{ ...source, alias: 'other' }] });
  assert.deepEqual(codes(unknown.problems), ['keys/alias-unknown']);
  assert.equal(unknown.problems[0]?.finding?.found, 'AP_SELF');
  const wrong = await load(folder, { keys: [{ ...source, password: () => 'x' }] });
  assert.deepEqual(codes(wrong.problems), ['pki/wrong-password']);
});

test('separate keys for signing and decryption, each for its use only', async () => {
  const pki = await testPki();
  const folder = scratchFolder();
  const signer = await pki.party('AP_SELF_SIGN');
  const opener = await pki.party('AP_SELF_OPEN');
  const keys = [signer, opener].map((entry, index): KeySource => {
    const path = join(folder, `${index}.p12`);
    writeFileSync(path, pkcs12Of(entry), { mode: 0o600 });
    return { path, type: 'pkcs12', password: () => 'secret', use: index === 0 ? ['sign'] : ['decrypt'] };
  });
  const { keyRing } = await load(folder, { keys });
  assert.equal(keyRing.signingKey().alias, 'AP_SELF_SIGN');
  assert.deepEqual(
    keyRing.decryptionKeys().map(({ alias }) => alias),
    ['AP_SELF_OPEN'],
  );
});

/** Two keys of ours during a change, the first one named first. */
async function rollover(first: { until?: Date; from?: Date }, second: { until?: Date; from?: Date }) {
  const pki = await testPki();
  const folder = scratchFolder();
  const keys = await Promise.all(
    [first, second].map(async ({ from, until }, index): Promise<KeySource> => {
      const validity = { ...(from ? { notBefore: from } : {}), ...(until ? { notAfter: until } : {}) };
      const entry = await pki.issue({ alias: `own-${index}`, ...validity });
      const files = writeEntry(entry, folder);
      chmodSync(files.key, 0o600);
      return { path: files.key, type: 'pem', certificate: files.certificate, use: BOTH };
    }),
  );
  return { folder, keys };
}

test('the first key fit to sign signs; decryption keys come newest first, expired ones included', async () => {
  const { folder, keys } = await rollover(
    { until: new Date('2026-07-01') },
    { from: new Date('2026-05-01') },
  );
  const at = async (day: string) => {
    const { keyRing } = await load(folder, { keys, now: () => Date.parse(day) });
    return [keyRing.signingKey(), ...keyRing.decryptionKeys()].map(({ alias }) => alias);
  };
  assert.deepEqual(await at('2026-06-01'), ['own-0.key', 'own-1.key', 'own-0.key']);
  assert.deepEqual(await at('2026-08-01'), ['own-1.key', 'own-1.key', 'own-0.key']);
});

test('a ring that is loaded sees a key expire', async () => {
  const { folder, keys } = await rollover(
    { until: new Date('2026-07-01') },
    { until: new Date('2026-09-01') },
  );
  let now = Date.parse('2026-06-01');
  const { keyRing } = await load(folder, { keys, now: () => now });
  assert.equal(keyRing.signingKey().alias, 'own-0.key');
  now = Date.parse('2026-08-01');
  assert.equal(keyRing.signingKey().alias, 'own-1.key');
  now = Date.parse('2026-10-01');
  assert.throws(
    () => keyRing.signingKey(),
    (error: { code: string; message: string; finding: { check: string } }) => {
      assert.equal(error.code, 'keys/no-signing-key');
      assert.match(error.message, /CN=own-0.*notAfter.*CN=own-1.*notAfter/);
      assert.equal(error.finding.check, 'signing-key-present');
      return true;
    },
  );
});

test('no key at all is told when it is asked for', async () => {
  const { keyRing, problems } = await load(scratchFolder(), {});
  assert.deepEqual(problems, []);
  assert.throws(() => keyRing.signingKey(), { code: 'keys/no-signing-key' });
  assert.deepEqual(keyRing.decryptionKeys(), []);
});

test('every file that cannot be used is told at once, with its name and a cure; the sound ones are loaded', async () => {
  const { folder, files, source } = await own();
  const other = writeEntry(await (await testPki()).party('AP_XB_01'), folder);
  const garbage = join(folder, 'garbage.pem');
  writeFileSync(garbage, 'hello', { mode: 0o600 });
  const at = (path: string, more: Partial<KeySource> = {}): KeySource => ({ ...source, path, ...more });
  const missing = join(folder, 'missing.pem');
  const cases: readonly (readonly [source: KeySource, code: string, file: string])[] = [
    [at(missing), 'keys/file-missing', missing],
    [at(folder), 'keys/not-a-file', folder],
    [at(garbage), 'pki/no-private-key', garbage],
    [at(files.key, { certificate: garbage }), 'pki/no-certificate', garbage],
    [at(files.key, { certificate: missing }), 'keys/file-missing', missing],
    [at(files.key, { certificate: other.certificate }), 'pki/key-certificate-mismatch', files.key],
    [at(garbage, { type: 'pkcs12' }), 'pki/pkcs12-unreadable', garbage],
  ];
  const { problems, keyRing } = await load(folder, { keys: [...cases.map(([bad]) => bad), source] });
  assert.deepEqual(
    problems.map(({ code, file }) => [code, file]),
    cases.map(([, code, file]) => [code, file]),
  );
  for (const { message, file } of problems) assert.ok(message.startsWith(`${file}: `), message);
  assert.ok(problems.filter(({ advice }) => advice).length >= 5);
  assert.equal(keyRing.signingKey().alias, 'AP_SELF.key');
});

test('a private key everybody may read is warned of', async () => {
  const { folder, source } = await own();
  chmodSync(source.path, 0o644);
  const { warnings, problems } = await load(folder, { keys: [source] });
  assert.deepEqual([codes(problems), codes(warnings)], [[], ['keys/file-lies-open']]);
});

async function partner(name: string, entry?: KeyEntry) {
  const folder = scratchFolder();
  const written = entry ?? (await (await testPki()).party(name));
  const files = writeEntry({ ...written, alias: name }, folder);
  return { folder, entry: written, files, certificate: written.certificate };
}

test('partner certificates are found in the certificate folder, beside the P-Mode, or by absolute path', async () => {
  const { folder, certificate, files } = await partner('AP_XB_01');
  const elsewhere = scratchFolder();
  const beside = join(elsewhere, 'pmode.yaml');
  const names = ['AP_XB_01.pem', files.certificate, 'AP_XB_01-bundle.pem'];
  for (const name of names) {
    const b = party('AP_XB_01', { signing: [name], encryption: [name] });
    const { keyRing, problems } = await load(folder, { pmodes: [agreement(b, beside)] });
    assert.deepEqual(problems, [], name);
    assert.deepEqual(keyRing.signingCertificates(b), [certificate], name);
    assert.equal(keyRing.encryptionCertificate(b, AT), certificate, name);
    assert.deepEqual(keyRing.knownCertificates(), [certificate], name);
  }
  mkdirSync(join(elsewhere, 'keys'));
  copyFileSync(files.certificate, join(elsewhere, 'keys', 'b.pem'));
  const b = party('AP_XB_01', { signing: ['keys/b.pem'] });
  const { keyRing } = await load(folder, { pmodes: [agreement(b, beside, 'responder')] });
  assert.deepEqual(keyRing.signingCertificates(b), [certificate]);
  assert.deepEqual(keyRing.signingCertificates(party('AP_OTHER')), []);
});

test('a DER file is read as well', async () => {
  const { folder, certificate } = await partner('AP_XB_01');
  writeFileSync(join(folder, 'b.cer'), certificate.der);
  const b = party('B', { signing: ['b.cer'] });
  const { keyRing } = await load(folder, { pmodes: [agreement(b, join(folder, 'p.yaml'))] });
  assert.deepEqual(keyRing.signingCertificates(b), [certificate]);
});

test('partner files that cannot be used are told once each', async () => {
  const { folder } = await partner('AP_XB_01');
  writeFileSync(join(folder, 'bad.pem'), 'hello');
  const file = join(folder, 'p.yaml');
  const b = party('B', {
    signing: ['bad.pem', 'gone.pem'],
    encryption: ['bad.pem'],
    anchors: ['AP_XB_01.pem'],
  });
  const { problems, keyRing } = await load(folder, { pmodes: [agreement(b, file), agreement(b, file)] });
  assert.deepEqual(codes(problems), ['pki/no-certificate', 'keys/file-missing', 'keys/anchor-not-authority']);
  for (const { advice } of problems) assert.ok(advice);
  assert.deepEqual(keyRing.signingCertificates(b), []);
  assert.deepEqual(keyRing.anchors(b), []);
});

test('one name that means two files is refused', async () => {
  const one = await partner('AP_XB_01');
  const two = await partner('AP_XC_01');
  copyFileSync(one.files.certificate, join(one.folder, 'x.pem'));
  copyFileSync(two.files.certificate, join(two.folder, 'x.pem'));
  const { problems } = await load(scratchFolder(), {
    pmodes: [
      agreement(party('B', { signing: ['x.pem'] }), join(one.folder, 'p.yaml')),
      agreement(party('C', { signing: ['x.pem'] }), join(two.folder, 'p.yaml')),
    ],
  });
  assert.deepEqual(codes(problems), ['keys/name-ambiguous']);
});

test('pinned certificates stay listed when they expire; encryption takes the first that is fit', async () => {
  const pki = await testPki();
  const older = await partner('old', await pki.bad('expired'));
  const newer = await pki.party('AP_XB_01');
  writeEntry({ ...newer, alias: 'new' }, older.folder);
  const names = ['old.pem', 'new.pem'];
  const b = party('B', { signing: names, encryption: names });
  const pmodes = [agreement(b, join(older.folder, 'p.yaml'))];
  const { keyRing, problems, warnings, inventory } = await load(older.folder, { pmodes });
  assert.deepEqual(problems, []);
  assert.deepEqual(codes(warnings), ['keys/certificate-unfit']);
  assert.match(warnings[0]?.message ?? '', /old\.pem: .*notAfter/);
  assert.deepEqual(keyRing.signingCertificates(b), [older.certificate, newer.certificate]);
  assert.equal(keyRing.encryptionCertificate(b, AT), newer.certificate);
  assert.equal(keyRing.encryptionCertificate(b, new Date('2020-06-01')), older.certificate);
  assert.deepEqual(
    inventory.map(({ alias, use, party: who, findings, daysLeft }) => [
      alias,
      use,
      who,
      findings.map(({ check }) => check),
      daysLeft < 0,
    ]),
    [
      ['old.pem', 'verify, encrypt', 'B', ['certificate-validity'], true],
      ['new.pem', 'verify, encrypt', 'B', [], false],
    ],
  );
});

test('when no encryption certificate is fit, each says why', async () => {
  const pki = await testPki();
  const { folder } = await partner('old', await pki.bad('expired'));
  writeEntry({ ...(await pki.bad('wrong-key-usage-for-encryption')), alias: 'sign-only' }, folder);
  const b = party('AP_B', { encryption: ['old.pem', 'sign-only.pem'] });
  const { keyRing } = await load(folder, { pmodes: [agreement(b, join(folder, 'p.yaml'))] });
  assert.throws(
    () => keyRing.encryptionCertificate(b, AT),
    (error: { code: string; message: string }) => {
      assert.equal(error.code, 'keys/no-encryption-certificate');
      assert.match(
        error.message,
        /AP_B.*notAfter should be .* is 2021-01-01.*keyUsage should be keyEncipherment, is digitalSignature/,
      );
      return true;
    },
  );
  assert.throws(() => keyRing.encryptionCertificate(party('AP_C'), AT), {
    code: 'keys/no-encryption-certificate',
    message: /none configured/,
  });
});

test('a warning comes before a certificate expires', async () => {
  const pki = await testPki();
  const entry = await pki.issue({ notAfter: new Date('2026-06-20T00:00:00Z') });
  const { folder } = await partner('soon', entry);
  const b = party('B', { signing: ['soon.pem'] });
  const pmodes = [agreement(b, join(folder, 'p.yaml'))];
  const { warnings, inventory } = await load(folder, { pmodes });
  assert.deepEqual(codes(warnings), ['keys/certificate-expires-soon']);
  assert.equal(inventory[0]?.daysLeft, 18);
  const early = await load(folder, { pmodes, now: () => Date.parse('2026-05-01') });
  assert.deepEqual(early.warnings, []);
});

test('anchors: authorities only, and every one of a bundle', async () => {
  const pki = await testPki();
  const middle = await pki.issue({ subject: 'CN=Middle', ca: true });
  const { folder } = await partner('leaf', await pki.issue({ issuer: middle }));
  const b = party('B', { anchors: ['leaf-bundle.pem'], subject: { CN: 'leaf' } });
  const { keyRing, problems, inventory } = await load(folder, {
    pmodes: [agreement(b, join(folder, 'p.yaml'))],
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(keyRing.anchors(b), [middle.certificate, pki.ca.certificate]);
  assert.deepEqual(keyRing.signingCertificates(b), []);
  assert.deepEqual(
    inventory.map(({ use, findings }) => [use, findings.length]),
    [
      ['anchor', 0],
      ['anchor', 0],
    ],
  );
});

test('revocation lists are verified by the authorities at hand; an old list is warned of', async () => {
  const pki = await testPki();
  const { folder } = await partner('AP_XB_01');
  const since = new Date('2026-05-01');
  const good = join(folder, 'good.crl');
  writeFileSync(good, await revocationList(pki.ca, [(await pki.party('AP_GONE')).certificate], since, AT));
  const forged = join(folder, 'forged.crl');
  writeFileSync(forged, await revocationList(pki.impostorCa, [], since));
  const b = party('B', { signing: ['AP_XB_01-bundle.pem'] });
  const options = {
    pmodes: [agreement(b, join(folder, 'p.yaml'))],
    revocationLists: [good, forged, 'gone.crl'],
  };
  const now = await load(folder, options);
  assert.deepEqual(codes(now.problems), ['pki/revocation-list-unproven', 'keys/file-missing']);
  assert.equal(now.keyRing.revocationLists().length, 1);
  assert.equal(now.keyRing.revocationLists()[0]?.revoked.size, 1);
  assert.deepEqual(now.warnings, []);
  const later = await load(folder, { ...options, now: () => AT.getTime() + 1 });
  assert.deepEqual(codes(later.warnings), ['keys/revocation-list-stale']);
});

/** A key of the demonstration, as its command makes them. */
async function demoKey() {
  const validity = { notBefore: VALID_FROM, notAfter: new Date('2046-01-01') };
  const ca = await createCa({ alias: 'ca', subject: `CN=Demo CA,OU=${DEMO_UNIT}`, bits: 2048, ...validity });
  const { privateKey } = await (await testPki()).party('AP_DEMO');
  const subject = 'CN=AP_DEMO,OU=OOTS';
  const certificate = await issueCertificate({ issuer: ca, subject, publicKey: privateKey, ...validity });
  return { alias: 'demo', privateKey, certificate, chain: [ca.certificate] };
}

test('keys and certificates of the demonstration are refused outside it, ours and those of partners', async () => {
  const entry = await demoKey();
  assert.ok(isDemoCertificate(entry.certificate));
  assert.ok(isDemoCertificate(entry.chain[0]!));
  assert.ok(!isDemoCertificate((await testPki()).ca.certificate));
  const folder = scratchFolder();
  const files = writeEntry(entry, folder);
  chmodSync(files.key, 0o600);
  const b = party('B', { signing: ['demo.pem'], anchors: ['demo-bundle.pem'] });
  const options = {
    keys: [{ path: files.key, type: 'pem', certificate: files.certificate, use: BOTH }] as const,
    pmodes: [agreement(b, join(folder, 'p.yaml'))],
  };
  const refused = await load(folder, options);
  assert.deepEqual(
    refused.problems.map(({ code, file }) => [code, file]),
    [files.key, files.certificate, files.bundle].map((file) => ['keys/demo-keys-outside-demo', file]),
  );
  for (const { advice } of refused.problems) assert.ok(advice);
  assert.throws(() => refused.keyRing.signingKey(), { code: 'keys/no-signing-key' });
  assert.deepEqual(refused.keyRing.signingCertificates(b), []);
  assert.deepEqual(refused.keyRing.anchors(b), []);
  assert.deepEqual(refused.keyRing.knownCertificates(), []);
  const allowed = await load(folder, { ...options, allowDemoKeys: true });
  assert.deepEqual(allowed.problems, []);
  assert.equal(allowed.keyRing.signingKey().certificate, entry.certificate);
  assert.equal(allowed.keyRing.anchors(b).length, 1);
});

test('the ring is a snapshot: files that change later do not change it', async () => {
  const { folder, source, entry, files } = await own();
  const { keyRing } = await load(folder, { keys: [source] });
  writeFileSync(files.key, 'gone');
  assert.ok(keyRing.signingKey().privateKey.equals(entry.privateKey));
  assert.ok(Object.isFrozen(keyRing));
});

test('no problem shows a password or a key', async () => {
  const { folder, source, files } = await own();
  const password = 'hunter2-very-secret';
  const { problems } = await load(folder, {
    keys: [
      { ...source, path: files.pkcs12, type: 'pkcs12', certificate: undefined, password: () => password },
      { ...source, certificate: files.key },
    ],
  });
  assert.equal(problems.length, 2);
  const text = JSON.stringify(problems);
  assert.ok(!text.includes(password));
  assert.ok(!text.includes('PRIVATE KEY'));
});
