import 'reflect-metadata';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as x509 from '@peculiar/x509';
import { verifyChain } from '../../../src/protocol/pki/index.ts';
import type { Certificate, ChainVerdict, KeyEntry } from '../../../src/protocol/pki/index.ts';
import { tampered, testPki, USAGE } from '../../support/pki.ts';
import type { TestCertificate } from '../../support/pki.ts';

const AT = new Date('2026-06-01T12:00:00Z');

function checks(verdict: ChainVerdict): readonly string[] {
  return 'findings' in verdict ? verdict.findings.map(({ check }) => check) : [];
}

async function ask(leaf: KeyEntry, intermediates: readonly KeyEntry[], anchors?: readonly Certificate[]) {
  const pki = await testPki();
  return verifyChain({
    leaf: leaf.certificate,
    intermediates: intermediates.map(({ certificate }) => certificate),
    anchors: anchors ?? [pki.ca.certificate],
    at: AT,
  });
}

/** A leaf below an intermediate that is as asked. */
async function below(intermediate: TestCertificate, leaf: TestCertificate = {}) {
  const pki = await testPki();
  const subject = 'CN=Middle,O=Quoin Tests,C=XX';
  const middle = await pki.issue({ alias: 'middle', subject, ca: true, ...intermediate });
  return { middle, leaf: await pki.issue({ issuer: middle, key: pki.ca.privateKey, ...leaf }) };
}

test('a leaf of an anchor, and one below an intermediate', async () => {
  const pki = await testPki();
  const direct = await pki.party('AP_XA_01');
  assert.deepEqual(await ask(direct, []), { path: [direct.certificate, pki.ca.certificate] });
  const { middle, leaf } = await below({});
  assert.deepEqual(await ask(leaf, [middle]), {
    path: [leaf.certificate, middle.certificate, pki.ca.certificate],
  });
});

test('intermediates may come in any order, with strangers among them; an intermediate may be an anchor', async () => {
  const pki = await testPki();
  const { middle, leaf } = await below({});
  const stranger = await pki.party('AP_XB_01');
  const verdict = await ask(leaf, [stranger, pki.ca, middle, stranger]);
  assert.ok('path' in verdict && verdict.path.length === 3);
  const short = await ask(leaf, [], [middle.certificate]);
  assert.ok('path' in short && short.path.length === 2);
});

test('an anchor is its own path', async () => {
  const { certificate } = await (await testPki()).issue({ issuer: 'self' });
  assert.deepEqual(verifyChain({ leaf: certificate, intermediates: [], anchors: [certificate], at: AT }), {
    path: [certificate],
  });
});

test('an authority of the same name and another key is passed over', async () => {
  const pki = await testPki();
  const leaf = await pki.party('AP_XA_01');
  const verdict = await ask(leaf, [], [pki.impostorCa.certificate, pki.ca.certificate]);
  assert.deepEqual(verdict, { path: [leaf.certificate, pki.ca.certificate] });
});

test('what breaks a path is named, with the certificate it lies in', async () => {
  const pki = await testPki();
  const long = (name: string, issuer: KeyEntry, pathLength?: number): Promise<KeyEntry> =>
    pki.issue({
      subject: `CN=${name}`,
      issuer,
      ca: true,
      ...(pathLength === undefined ? {} : { pathLength }),
    });
  const critical = new x509.Extension('2.5.29.30', true, Buffer.from('3000', 'hex'));
  const constrained = await long('Constrained', pki.ca, 0);
  const tooDeep = await long('Too deep', constrained);
  const cases: Record<string, readonly [verdict: ChainVerdict, check: string, about: Certificate]> = {};
  const add = async (
    name: string,
    parts: { middle: KeyEntry; leaf: KeyEntry },
    check: string,
    about?: KeyEntry,
  ) => {
    const verdict = await ask(parts.leaf, [parts.middle]);
    cases[name] = [verdict, check, (about ?? parts.middle).certificate];
  };
  await add('expired issuer', await below({ notAfter: new Date('2025-01-01') }), 'chain-validity');
  await add('issuer not valid yet', await below({ notBefore: new Date('2030-01-01') }), 'chain-validity');
  await add('issuer is no authority', await below({ ca: false }), 'chain-issuer-is-authority');
  await add(
    'issuer may not issue',
    await below({ keyUsage: USAGE.digitalSignature }),
    'chain-issuer-key-usage',
  );
  await add('issuer signed with SHA-1', await below({ hash: 'SHA-1' }), 'chain-signature-hash');
  await add(
    'issuer with names constrained',
    await below({ extensions: [critical] }),
    'chain-critical-extensions',
  );
  const weak = await below({}, { hash: 'SHA-1' });
  await add('leaf signed with SHA-1', weak, 'chain-signature-hash', weak.leaf);
  const unknown = await below({ issuer: pki.impostorCa });
  await add('issuer signed by somebody else', unknown, 'chain-signature');
  const alone = await below({});
  cases['issuer not sent'] = [await ask(alone.leaf, []), 'chain-issuer-known', alone.leaf.certificate];
  const leaf = await pki.issue({ issuer: tooDeep });
  cases['path length'] = [
    await ask(leaf, [tooDeep, constrained]),
    'chain-path-length',
    constrained.certificate,
  ];
  const self = await pki.bad('self-signed');
  cases['self-signed'] = [await ask(self, []), 'chain-issuer-known', self.certificate];
  const none = await pki.party('AP_XA_01');
  cases['no anchors'] = [await ask(none, [pki.ca], []), 'chain-issuer-known', pki.ca.certificate];
  for (const [name, [verdict, check, about]] of Object.entries(cases)) {
    assert.deepEqual(checks(verdict), [check], name);
    assert.ok('finding' in verdict);
    assert.deepEqual(verdict.finding.certificate, about.facts, name);
    assert.ok(verdict.finding.advice, name);
  }
});

test('a certificate whose signature is broken has no path', async () => {
  const pki = await testPki();
  const broken = tampered((await pki.party('AP_XA_01')).certificate);
  const verdict = verifyChain({ leaf: broken, intermediates: [], anchors: [pki.ca.certificate], at: AT });
  assert.deepEqual(checks(verdict), ['chain-signature']);
});

test('an expired anchor holds nothing', async () => {
  const pki = await testPki();
  const old = await pki.issue({
    issuer: 'self',
    ca: true,
    subject: 'CN=Old',
    notAfter: new Date('2025-01-01'),
  });
  const leaf = await pki.issue({ issuer: old });
  assert.deepEqual(checks(await ask(leaf, [], [old.certificate])), ['chain-validity']);
});

test('too many intermediates are refused before any signature is verified', async () => {
  const pki = await testPki();
  const leaf = await pki.party('AP_XA_01');
  const verdict = await ask(
    leaf,
    Array.from({ length: 17 }, () => pki.ca),
  );
  assert.deepEqual(checks(verdict), ['chain-size']);
});

test('authorities that issue each other end in a refusal, not in a loop', async () => {
  const pki = await testPki();
  const ring = await Promise.all(
    ['A', 'B', 'C'].map((name, index) =>
      pki.issue({
        subject: `CN=${name}`,
        issuerName: `CN=${['B', 'C', 'A'][index]}`,
        issuer: pki.ca,
        key: pki.ca.privateKey,
        ca: true,
      }),
    ),
  );
  const leaf = await pki.issue({ issuer: ring[0]!, key: pki.ca.privateKey });
  const verdict = await ask(leaf, ring, [pki.impostorCa.certificate]);
  assert.deepEqual(checks(verdict), ['chain-issuer-known']);
});

test('many authorities of one name cost a bounded number of signatures', async () => {
  const pki = await testPki();
  const namesakes = await Promise.all(
    Array.from({ length: 16 }, () =>
      pki.issue({ subject: 'CN=N', issuerName: 'CN=N', issuer: pki.ca, key: pki.ca.privateKey, ca: true }),
    ),
  );
  const leaf = await pki.issue({ issuer: namesakes[0]!, key: pki.ca.privateKey });
  const verdict = await ask(leaf, namesakes, [pki.impostorCa.certificate]);
  assert.ok(checks(verdict).includes('chain-size'));
});

test('a path of nine certificates is too long', async () => {
  const pki = await testPki();
  const path: KeyEntry[] = [pki.ca];
  for (let depth = 0; depth < 8; depth += 1) {
    const subject = `CN=Level ${depth}`;
    path.push(await pki.issue({ subject, issuer: path.at(-1)!, key: pki.ca.privateKey, ca: depth < 7 }));
  }
  const [leaf, ...issuers] = path.toReversed();
  assert.deepEqual(checks(await ask(leaf!, issuers)), ['chain-length']);
  assert.ok('path' in (await ask(issuers[0]!, issuers.slice(1))));
});
