import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { REST_LIMITS } from '../../../src/faces/rest/context.ts';
import type { Request } from '../../../src/faces/rest/request.ts';
import { UploadForm } from '../../../src/faces/rest/upload-form.ts';

/** The body of a request. */
type Body = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

function formOf(body: Body, contentType = 'multipart/form-data; boundary=b'): UploadForm {
  const request = {
    headers: { 'content-type': contentType },
    complete: true,
    iterator: async function* () {
      yield* body;
    },
  };
  return new UploadForm(request as unknown as Request, REST_LIMITS);
}

/** The bytes of a text, so many at a time. */
function* inPieces(text: string, step: number): Generator<Uint8Array> {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return String(Buffer.concat(pieces));
}

/** The fields of a form whose bytes come so many at a time, by name. */
async function read(text: string, step = text.length): Promise<readonly (readonly [string, string])[]> {
  const form = formOf(inPieces(text, step));
  const fields: (readonly [string, string])[] = [];
  for (;;) {
    const item = await form.next();
    if (item.kind === 'end') return fields;
    if (item.kind === 'message') fields.push(['message', item.text]);
    else fields.push([item.name, await textOf(item.content)]);
  }
}

const disposition = (rest: string): string => `Content-Disposition: form-data${rest}\r\n`;

const WHOLE = [
  'a preamble nobody reads\r\n--b\r\n',
  disposition('; name="message"'),
  'Content-Type: application/json; charset=utf-8\r\n\r\n{"parts":[]}\r\n--b \t\r\n',
  disposition('; filename="a; name=\\"message\\""; name="part-0"'),
  'content-transfer-encoding: Binary\r\n\r\nline\r\n--\r\n-b\n--b\r\r\n--bc\r\n--b\r\n',
  'CONTENT-DISPOSITION: Form-Data;\r\n NAME=part-1\r\n\r\n\r\n--b\r\n',
  'X-Other: yes\r\n\r\nwithout a name\r\n--b\r\n',
  "\r\nwithout headers\r\n--b--\r\nand what follows is nobody's",
].join('');

test('a form is read alike however its bytes come', async () => {
  const expected = [
    ['message', '{"parts":[]}'],
    ['part-0', 'line\r\n--\r\n-b\n--b\r\r\n--bc'],
    ['part-1', ''],
    ['', 'without a name'],
    ['', 'without headers'],
  ];
  for (let step = 1; step <= WHOLE.length; step += 1) assert.deepEqual(await read(WHOLE, step), expected);
});

test('a part that is not read is passed over', async () => {
  const text = `--b\r\n${disposition('; name=x')}\r\n${'long '.repeat(100)}\r\n--b\r\n${disposition('; name=y')}\r\nz\r\n--b--\r\n`;
  const form = formOf(inPieces(text, 60));
  const [first, second] = [await form.next(), await form.next()];
  assert.deepEqual([first.kind, second.kind], ['file', 'file']);
  assert.ok(second.kind === 'file' && second.name === 'y');
  assert.equal(await textOf(second.content), 'z');
  assert.equal((await form.next()).kind, 'end');
});

const BAD: Readonly<Record<string, string>> = {
  nothing: '',
  'no boundary': 'just text',
  'the boundary of another': '--c\r\n\r\nx\r\n--c--\r\n',
  'an end inside a part': '--b\r\n\r\nx',
  'an end behind a boundary': '--b\r\n\r\nx\r\n--b',
  'half of the last dashes': '--b\r\n\r\nx\r\n--b-',
  'an end inside the headers': `--b\r\n${disposition('; name=x')}`,
  'a boundary with much white space': `--b${' '.repeat(100)}\r\n\r\nx\r\n--b--`,
  'a header without a name': '--b\r\nwhat is this\r\n\r\nx\r\n--b--',
  'two names of one field': `--b\r\n${disposition('; name=part-0; name=part-1')}\r\nx\r\n--b--`,
  'two dispositions': `--b\r\n${disposition('; name=x').repeat(2)}\r\nx\r\n--b--`,
  'too many headers': `--b\r\n${'X: y\r\n'.repeat(21)}\r\nx\r\n--b--`,
  'too long headers': `--b\r\nX: ${'y'.repeat(9_000)}\r\n\r\nx\r\n--b--`,
};

for (const [name, text] of Object.entries(BAD)) {
  test(`${name} is no form, however its bytes come`, async () => {
    for (const step of [1, 7, text.length || 1])
      await assert.rejects(
        read(text, step),
        (error: unknown) => error instanceof QuoinError && error.code === 'rest/malformed-form',
      );
  });
}

test('headers that do not end are refused before much of them is held', async () => {
  let pulled = 0;
  const endless = function* (): Generator<Uint8Array> {
    for (;;) {
      pulled += 1;
      yield Buffer.from(pulled === 1 ? '--b\r\nX: ' : 'y'.repeat(1_000));
    }
  };
  await assert.rejects(formOf(endless()).next());
  assert.ok(pulled < 12, `${pulled} pieces`);
});

test('boundaries are found quoted and bare, and must be there', async () => {
  const text = (boundary: string): string =>
    `--${boundary}\r\n${disposition('; name=x')}\r\nz\r\n--${boundary}--\r\n`;
  const found = async (type: string, boundary: string): Promise<string> =>
    (await formOf(inPieces(text(boundary), 50), type).next()).kind;
  assert.equal(await found('multipart/form-data; boundary=b', 'b'), 'file');
  assert.equal(await found('multipart/form-data; charset=utf-8; Boundary="a b:c"', 'a b:c'), 'file');
  for (const type of [
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `x; boundary=${'b'.repeat(71)}`,
  ])
    await assert.rejects(found(type, 'b'), { code: 'rest/malformed-form' });
});
