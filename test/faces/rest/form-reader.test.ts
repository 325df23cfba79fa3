import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormReader, boundaryOf } from '../../../src/faces/rest/form-reader.ts';
import { QuoinError } from '../../../src/protocol/errors/index.ts';

interface Part {
  readonly name: string;
  readonly charset: string | undefined;
  readonly encoding: string;
  readonly content: string;
}

/** What is read of a form whose bytes come so many at a time. */
async function read(form: string, step = form.length): Promise<readonly Part[]> {
  const bytes = Buffer.from(form, 'latin1');
  let at = 0;
  const pull = (): Promise<Uint8Array | undefined> => {
    const piece = bytes.subarray(at, at + step);
    at += step;
    return Promise.resolve(piece.length === 0 ? undefined : piece);
  };
  const reader = new FormReader('b', pull);
  const parts: Part[] = [];
  for (let head = await reader.nextPart(); head; head = await reader.nextPart()) {
    const pieces: Buffer[] = [];
    for (let piece = await reader.content(); piece; piece = await reader.content()) pieces.push(piece);
    parts.push({ ...head, content: Buffer.concat(pieces).toString('latin1') });
  }
  assert.equal(await reader.nextPart(), undefined);
  assert.ok(at >= bytes.length, 'all of the body was taken');
  return parts;
}

const disposition = (rest: string): string => `Content-Disposition: form-data${rest}\r\n`;

const WHOLE = [
  'a preamble nobody reads\r\n--b\r\n',
  disposition('; name="message"'),
  'Content-Type: application/json; charset=utf-8\r\n\r\n{"parts":[]}\r\n--b \t\r\n',
  disposition('; filename="a; name=\\"message\\""; name="part-0"'),
  'content-transfer-encoding: Binary\r\n\r\nline\r\n--\r\n-b\n--b\r\r\n--b\r\n',
  'CONTENT-DISPOSITION: Form-Data;\r\n NAME=part-1\r\n\r\n\r\n--b\r\n',
  'X-Other: yes\r\n\r\nwithout a name\r\n--b\r\n',
  "\r\nwithout headers\r\n--b--and what follows is nobody's",
].join('');

test('a form is read alike however its bytes come', async () => {
  const expected = [
    { name: 'message', charset: 'utf-8', encoding: '', content: '{"parts":[]}' },
    { name: 'part-0', charset: undefined, encoding: 'binary', content: 'line\r\n--\r\n-b\n--b\r' },
    { name: 'part-1', charset: undefined, encoding: '', content: '' },
    { name: '', charset: undefined, encoding: '', content: 'without a name' },
    { name: '', charset: undefined, encoding: '', content: 'without headers' },
  ];
  for (let step = 1; step <= WHOLE.length; step += 1) assert.deepEqual(await read(WHOLE, step), expected);
});

test('a part that is not read is passed over', async () => {
  const form = `--b\r\n${disposition('; name=x')}\r\n${'long '.repeat(100)}\r\n--b\r\n${disposition('; name=y')}\r\nz\r\n--b--\r\n`;
  const pieces = [form.slice(0, 60), form.slice(60)].map((text) => Buffer.from(text));
  const reader = new FormReader('b', () => Promise.resolve(pieces.shift()));
  assert.equal((await reader.nextPart())?.name, 'x');
  assert.equal((await reader.nextPart())?.name, 'y');
  assert.equal(String(await reader.content()), 'z');
  assert.equal(await reader.content(), undefined);
  assert.equal(await reader.nextPart(), undefined);
});

const BAD: Readonly<Record<string, string>> = {
  nothing: '',
  'no boundary': 'just text',
  'the boundary of another': '--c\r\n\r\nx\r\n--c--\r\n',
  'an end inside a part': '--b\r\n\r\nx',
  'an end behind a boundary': '--b\r\n\r\nx\r\n--b',
  'half of the last dashes': '--b\r\n\r\nx\r\n--b-',
  'an end inside the headers': `--b\r\n${disposition('; name=x')}`,
  'a boundary that goes on': '--b\r\n\r\nx\r\n--bc\r\n\r\nx\r\n--b--',
  'a boundary with much white space': `--b${' '.repeat(100)}\r\n\r\nx\r\n--b--`,
  'a header without a name': '--b\r\nwhat is this\r\n\r\nx\r\n--b--',
  'too many headers': `--b\r\n${'X: y\r\n'.repeat(21)}\r\nx\r\n--b--`,
  'too long headers': `--b\r\nX: ${'y'.repeat(9_000)}\r\n\r\nx\r\n--b--`,
};

for (const [name, form] of Object.entries(BAD)) {
  test(`${name} is no form, however its bytes come`, async () => {
    for (const step of [1, 7, form.length || 1])
      await assert.rejects(
        read(form, step),
        (error: unknown) => error instanceof QuoinError && error.code === 'rest/malformed-form',
      );
  });
}

test('headers that do not end are refused before much of them is held', async () => {
  let pulled = 0;
  const endless = (): Promise<Uint8Array> => {
    pulled += 1;
    return Promise.resolve(Buffer.from(pulled === 1 ? '--b\r\nX: ' : 'y'.repeat(1_000)));
  };
  await assert.rejects(new FormReader('b', endless).nextPart());
  assert.ok(pulled < 12, `${pulled} pieces`);
});

test('boundaries are found quoted and bare, and must be there', () => {
  assert.equal(boundaryOf('multipart/form-data; boundary=b'), 'b');
  assert.equal(boundaryOf('multipart/form-data; charset=utf-8; Boundary="a b:c"'), 'a b:c');
  for (const type of [
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `x; boundary=${'b'.repeat(71)}`,
  ])
    assert.throws(() => boundaryOf(type), { code: 'rest/malformed-form' });
});
