import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Refusal } from '../../../src/protocol/errors/index.ts';
import { cut, readAll, streamOf } from './messages.ts';

const code = (expected: string) => (error: unknown) => error instanceof Refusal && error.code === expected;

async function decoded(encoding: string, content: string, size = 1_000): Promise<string> {
  const text = `--b\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${content}\r\n--b--`;
  const [part] = await readAll(
    streamOf(...cut(Buffer.from(text, 'latin1'), size)),
    'multipart/related; boundary=b',
  );
  return part!.content;
}

test('7bit, 8bit and binary are passed on; so is content without the header', async () => {
  for (const encoding of ['7bit', '8BIT', 'binary', ' Binary ', '']) {
    assert.equal(await decoded(encoding, 'a=3D\xff\r\n'), 'a=3D\xff\r\n', encoding);
  }
});

test('an encoding that does not exist is refused, also one every object has', async () => {
  for (const encoding of ['x-uuencode', 'gzip', 'base64; x', 'constructor', '__proto__']) {
    await assert.rejects(decoded(encoding, 'x'), code('mime/unknown-encoding'), encoding);
  }
});

test('base64: any bytes, in lines of any length, cut anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 80 }),
      fc.constantFrom('\r\n', '\n', ' \r\n\t'),
      fc.integer({ min: 1, max: 90 }),
      async (bytes, line, lineEnd, size) => {
        const text = Buffer.from(bytes)
          .toString('base64')
          .replace(new RegExp(`.{${line}}`, 'g'), `$&${lineEnd}`);
        assert.equal(await decoded('base64', text, size), Buffer.from(bytes).toString('latin1'));
      },
    ),
    { numRuns: 500 },
  );
});

test('base64 that is not base64 is refused', async () => {
  for (const text of [
    'YQ',
    'YQ=',
    'YWI',
    'YQ===',
    '=',
    '====',
    'YQ==YQ==',
    'YQ=\r\n',
    'Y!Q=',
    'YR==',
    'YW-_',
    'YQ==x',
    'YWJj=',
    'é',
  ]) {
    for (const size of [1, 3, 1_000]) {
      await assert.rejects(
        decoded('base64', text, size),
        code('mime/malformed-base64'),
        `${text} by ${size}`,
      );
    }
  }
  assert.equal(await decoded('base64', ''), '');
  assert.equal(await decoded('base64', '\r\n \r\n'), '');
});

test('quoted-printable: escapes, soft line breaks, added white space, cut anywhere', async () => {
  const text = 'a=3Db=c3=A9 =\r\nc  \t\r\nd=20\r\n=  \r\ne=0D=0A\nf';
  for (let size = 1; size <= 60; size += 1) {
    assert.equal(await decoded('quoted-printable', text, size), 'a=b\xc3\xa9 c\r\nd \r\ne\r\n\nf');
  }
  assert.equal(await decoded('Quoted-Printable', 'x=\r\n'), 'x');
  assert.equal(await decoded('quoted-printable', 'x='), 'x');
  assert.equal(await decoded('quoted-printable', ''), '');
});

test('quoted-printable that is not, or whose lines do not end, is refused', async () => {
  for (const text of ['=', '=4', '=GG', 'a=\tb', '=-1', 'x'.repeat(1_001), ' '.repeat(100_000)]) {
    await assert.rejects(
      decoded('quoted-printable', `${text}x\r\ny`),
      code('mime/malformed-quoted-printable'),
      text.slice(0, 20),
    );
  }
});
