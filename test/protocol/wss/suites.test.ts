import assert from 'node:assert/strict';
import { getCiphers, getHashes } from 'node:crypto';
import { describe, test } from 'node:test';
import { Refusal } from '../../../src/protocol/errors/index.ts';
import { ALGORITHMS, findAlgorithm } from '../../../src/protocol/wss/algorithms.ts';
import { acceptedAlgorithm, sentAlgorithm, SUITES } from '../../../src/protocol/wss/suites.ts';
import type { Slot } from '../../../src/protocol/wss/suites.ts';

const SUITE = 'eDelivery-AS4-1.15';
const SLOTS = Object.keys(SUITES[SUITE]).filter((key) => key !== 'name' && key !== 'clause') as Slot[];
const context = { field: 'a place' };

const refusesWith0103 = (act: () => unknown) =>
  assert.throws(act, (error) => {
    assert.ok(error instanceof Refusal);
    assert.equal(error.ebms, 'EBMS:0103');
    assert.equal(error.code, 'wss/algorithm-not-allowed');
    assert.equal(error.finding?.field, 'a place');
    return true;
  });

describe('the algorithm table', () => {
  test('names every pair of kind and URI once', () => {
    assert.equal(new Set(ALGORITHMS.map(({ kind, uri }) => `${kind} ${uri}`)).size, ALGORITHMS.length);
  });

  test('names only primitives that node:crypto has', () => {
    for (const row of ALGORITHMS) {
      if (row.standing === 'never') continue;
      if (row.kind === 'data-encryption') assert.ok(getCiphers().includes(row.node!), row.name);
      if (row.kind === 'digest' || row.kind === 'mask-generation')
        assert.ok(getHashes().includes(row.node), row.name);
    }
  });

  test('gives a reason for everything it does not plainly allow', () => {
    for (const row of ALGORITHMS) {
      if (row.standing !== 'suite') assert.ok(row.reason, row.name);
    }
  });

  test('signatures and key transport ask for at least 2048 bits', () => {
    for (const row of ALGORITHMS) {
      if (row.standing === 'never') continue;
      if (row.kind === 'signature' || row.kind === 'key-encryption')
        assert.ok(row.minKeyBits >= 2048, row.name);
    }
  });
});

describe('the suite table', () => {
  test('is what eDelivery AS4 1.15 fixes, URI by URI', () => {
    const sent = Object.fromEntries(SLOTS.map((slot) => [slot, sentAlgorithm(SUITE, slot).uri]));
    assert.deepEqual(sent, {
      canonicalization: 'http://www.w3.org/2001/10/xml-exc-c14n#',
      attachmentTransform:
        'http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Signature-Transform',
      digest: 'http://www.w3.org/2001/04/xmlenc#sha256',
      signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      dataEncryption: 'http://www.w3.org/2009/xmlenc11#aes128-gcm',
      keyEncryption: 'http://www.w3.org/2009/xmlenc11#rsa-oaep',
      keyEncryptionDigest: 'http://www.w3.org/2001/04/xmlenc#sha256',
      maskGeneration: 'http://www.w3.org/2009/xmlenc11#mgf1sha256',
    });
  });

  for (const suite of Object.values(SUITES)) {
    test(`${suite.name} accepts what it sends, and lists no algorithm that may never be accepted`, () => {
      for (const slot of SLOTS) {
        const { kind, send, accept, legacy } = suite[slot];
        assert.ok(accept.includes(send), slot);
        for (const uri of accept) assert.equal(findAlgorithm(kind, uri)?.standing, 'suite', uri);
        for (const uri of legacy) assert.equal(findAlgorithm(kind, uri)?.standing, 'legacy', uri);
      }
    });
  }

  for (const slot of SLOTS) {
    test(`${slot}: everything else is refused, with and without the legacy switch`, () => {
      const { kind, accept, legacy } = SUITES[SUITE][slot];
      const others = ALGORITHMS.filter((row) => row.kind === kind && !accept.includes(row.uri));
      for (const { uri } of others) {
        refusesWith0103(() => acceptedAlgorithm(SUITE, slot, uri, context));
        if (legacy.includes(uri)) continue;
        refusesWith0103(() =>
          acceptedAlgorithm(SUITE, slot, uri, { ...context, acceptLegacyKeyTransport: true }),
        );
      }
      for (const uri of ['', 'urn:unknown', `${accept[0]!} `, accept[0]!.toUpperCase()]) {
        refusesWith0103(() =>
          acceptedAlgorithm(SUITE, slot, uri, { ...context, acceptLegacyKeyTransport: true }),
        );
      }
    });
  }

  test('the legacy switch opens SHA-1 for key transport only', () => {
    const sha1 = 'http://www.w3.org/2000/09/xmldsig#sha1';
    const legacy = { ...context, acceptLegacyKeyTransport: true };
    assert.equal(acceptedAlgorithm(SUITE, 'keyEncryptionDigest', sha1, legacy).node, 'sha1');
    refusesWith0103(() => acceptedAlgorithm(SUITE, 'digest', sha1, legacy));
  });

  test('a refusal says what is wrong with an algorithm and which switch would accept it', () => {
    const mgf1p = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p';
    assert.throws(
      () => acceptedAlgorithm(SUITE, 'keyEncryption', mgf1p, context),
      (error: Refusal) => {
        assert.match(error.finding?.found ?? '', /replaced in eDelivery AS4 1\.13/);
        assert.match(error.finding?.advice ?? '', /acceptLegacyKeyTransport/);
        return true;
      },
    );
  });
});
