import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePkiPath, parsePkiPath } from '../../../src/protocol/pki/index.ts';
import { testPki } from '../../support/pki.ts';

async function path() {
  const pki = await testPki();
  const middle = await pki.issue({ alias: 'middle', ca: true });
  const leaf = await pki.issue({ alias: 'leaf', issuer: middle });
  return [leaf.certificate, middle.certificate, pki.ca.certificate] as const;
}

test('a PKIPath has the leaf last on the wire and first in the hand', async () => {
  const [leaf, middle, root] = await path();
  const der = encodePkiPath([leaf, middle, root]);
  const inside = Buffer.concat([root.der, middle.der, leaf.der]);
  assert.equal(der[0], 0x30);
  assert.ok(der.subarray(der.length - inside.length).equals(inside));
  assert.deepEqual(parsePkiPath(der), [leaf, middle, root]);
  assert.deepEqual(parsePkiPath(encodePkiPath([leaf])), [leaf]);
});

test('S14: an empty PKIPath is refused', () => {
  assert.throws(() => parsePkiPath(Buffer.from('3000', 'hex')), { code: 'pki/path-empty' });
  assert.throws(() => encodePkiPath([]), { code: 'pki/path-empty' });
});

test('S14: a PKIPath in reversed order is refused, and the finding says which certificate', async () => {
  const [leaf, middle, root] = await path();
  assert.throws(
    () => parsePkiPath(encodePkiPath([root, middle, leaf])),
    (error: { code: string; finding: { check: string; found: string } }) => {
      assert.equal(error.code, 'pki/path-out-of-order');
      assert.equal(error.finding.found, middle.facts.subject);
      return true;
    },
  );
  assert.throws(() => parsePkiPath(encodePkiPath([leaf, root])), { code: 'pki/path-out-of-order' });
});

test('S14: a PKIPath of a thousand certificates is refused before they are read', async () => {
  const [leaf] = await path();
  const many = encodePkiPath(Array.from({ length: 1000 }, () => leaf));
  assert.throws(() => parsePkiPath(many), { code: 'pki/path-too-long' });
  const eleven = encodePkiPath(Array.from({ length: 11 }, () => leaf));
  assert.throws(() => parsePkiPath(eleven), { code: 'pki/path-too-long' });
});

test('what is no PKIPath is refused', async () => {
  const [leaf] = await path();
  const cases: readonly (readonly [string, Buffer, string])[] = [
    ['nothing', Buffer.alloc(0), 'pki/not-asn1'],
    ['a certificate alone', leaf.der, 'pki/certificate-unreadable'],
    ['a number', Buffer.from('020101', 'hex'), 'pki/not-asn1'],
    ['bytes behind', Buffer.concat([encodePkiPath([leaf]), Buffer.from([0])]), 'pki/not-asn1'],
    ['deep nesting', nested(5000), 'pki/not-asn1'],
    ['a length beyond the end', Buffer.from('30847fffffff', 'hex'), 'pki/not-asn1'],
  ];
  for (const [name, der, code] of cases) assert.throws(() => parsePkiPath(der), { code }, name);
});

/** SEQUENCE in SEQUENCE, as deep as wanted. */
function nested(depth: number): Buffer {
  let inner = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) {
    const size = Buffer.alloc(5);
    size[0] = 0x83;
    size.writeUIntBE(inner.length, 1, 3);
    inner = Buffer.concat([Buffer.from([0x30]), size.subarray(0, 4), inner]);
  }
  return inner;
}
