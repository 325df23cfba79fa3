import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseApiKeys } from '../../src/config/index.ts';

const HASH = `sha256:${'ab'.repeat(32)}`;
const key = (more: string, hash = HASH): string =>
  `  - { name: portal, hash: '${hash}', scopes: [submit], created: 2027-01-01T00:00:00Z${more} }\n`;

test('a keys file is read into what callers are known by', () => {
  const { keys, problems } = parseApiKeys(
    `keys:\n${key(', parties: [XA1], expires: 2027-02-01T00:00:00+01:00')}`,
    'keys.yaml',
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(keys, [
    {
      name: 'portal',
      hash: 'ab'.repeat(32),
      scopes: ['submit'],
      parties: ['XA1'],
      created: Date.parse('2027-01-01T00:00:00Z'),
      expires: Date.parse('2027-01-31T23:00:00Z'),
    },
  ]);
  assert.deepEqual(parseApiKeys('', 'keys.yaml'), { keys: [], problems: [] });
});

test('each mistake is told with file, line and cure, and then no key holds', () => {
  const wrong: readonly (readonly [text: string, line: number, says: RegExp])[] = [
    [`keys:\n${key(', scope: [read]')}`, 2, /scope.*|scopes/],
    [`keys:\n${key('')}${key('', `sha256:${'cd'.repeat(32)}`)}`, 3, /same name/],
    [`keys:\n${key('')}${key('').replace('portal', 'other')}`, 3, /same hash/],
    [`keys:\n${key('').replace('[submit]', '[submti]')}`, 2, /submit/],
    [`keys:\n${key('', 'sha256:abc')}`, 2, /64 hexadecimal/],
    [`keys:\n${key(', expires: tomorrow')}`, 2, /time like/],
    [`keys:\n${key('').replace('portal', 'token')}`, 2, /taken by Quoin/],
    [`keys:\n${key(', parties: []')}`, 2, /left out/],
    ['keys:\n  - { name: portal }\n', 2, /hash is missing/],
    ['keys: [\n', 2, /./],
    [`# ${'x'.repeat(1024 * 1024)}\n`, 0, /limit is 1048576/],
  ];
  for (const [text, line, says] of wrong) {
    const { keys, problems } = parseApiKeys(text, 'keys.yaml');
    assert.deepEqual(keys, [], text.slice(0, 200));
    const hit = problems.find((one) => says.test(`${one.path} ${one.message} ${one.advice}`));
    assert.ok(hit, `${text.slice(0, 200)}: ${JSON.stringify(problems)}`);
    assert.equal(hit.file, 'keys.yaml');
    if (line > 0) assert.equal(hit.line, line, JSON.stringify(hit));
  }
});
