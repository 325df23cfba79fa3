import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Refusal } from '../../src/protocol/errors/index.ts';
import { cidToContentId, parseContentType } from '../../src/protocol/mime/index.ts';
import { cut, readAll, streamOf } from '../protocol/mime/messages.ts';
import type { ReadPart } from '../protocol/mime/messages.ts';
import { FUZZ_RUNS, mutated } from './mutations.ts';

const TYPE = 'multipart/related; type="application/soap+xml"; boundary="=_b"; start="<root@x>"';

const SEEDS = [
  '--=_b\r\nContent-Type: application/soap+xml; charset=UTF-8\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <root@x>\r\n\r\n' +
    '<Envelope/>\r\n--=_b\r\nContent-Type: application/gzip\r\nContent-ID: <p@x>\r\n\r\n\x1f\x8b\x00\r\n-\xff\r\n--=_b--\r\n',
  'preamble\r\n--=_b\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\nZA==\r\n--=_b  \r\n' +
    'Content-Transfer-Encoding: quoted-printable\r\n\r\na=3D=\r\nb\r\n--=_b\r\n\r\n--=_b--\r\nepilogue',
  '--=_b\nContent-ID: a\n\nx\n--=_b\nContent-Type: text/xml;\n charset="a;b"\n\ny\n--=_b--',
];

const TOKENS = [
  '\r\n--=_b',
  '--=_b',
  '--=_b--',
  '\r\n--=_b--\r\n',
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  '--',
  '=_b',
  ' ',
  '\t',
  ':',
  ';',
  '"',
  '=',
  '<',
  '>',
  '\0',
  'Content-ID: <root@x>\r\n',
  'Content-Type: multipart/mixed\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  '=\r\n',
  'YQ==',
  '%40',
];

/** What came of a message: its parts, or the code it was refused with. */
async function outcome(source: AsyncIterable<Uint8Array>): Promise<ReadPart[] | string> {
  try {
    return await readAll(source, TYPE);
  } catch (error) {
    assert.ok(
      error instanceof Refusal && error.ebms === 'EBMS:0007',
      error instanceof Error ? error.stack : String(error),
    );
    return error.code;
  }
}

test('mutated messages are read or refused by name, the same however they are cut', async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(mutated(SEEDS, TOKENS), fc.integer({ min: 1, max: 40 }), async (bytes, size) => {
      const whole = await outcome(streamOf(bytes));
      assert.deepEqual(await outcome(streamOf(...cut(bytes, size))), whole);
      assert.deepEqual(await outcome(streamOf(...cut(bytes, 1))), whole);
      if (typeof whole !== 'string') accepted += 1;
    }),
    { numRuns: FUZZ_RUNS },
  );
  assert.ok(
    accepted > FUZZ_RUNS / 20,
    `only ${accepted} of ${FUZZ_RUNS} were readable: the fuzzer is too wild`,
  );
});

test('what was read can be written down and read again', async () => {
  await fc.assert(
    fc.asyncProperty(mutated(SEEDS, TOKENS), async (bytes) => {
      const parts = await outcome(streamOf(bytes));
      fc.pre(typeof parts !== 'string');
      const rest = 'content-transfer-encoding';
      const text = parts.map(({ headers, content }) => {
        const kept = Object.entries(headers).filter(([name]) => name !== rest);
        return `--other\r\n${kept.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${content}\r\n`;
      });
      const again = await readAll(
        streamOf(Buffer.from(`${text.join('')}--other--`, 'latin1')),
        'multipart/related; boundary=other',
      );
      assert.deepEqual(
        again.map(({ contentId, content }) => [contentId, content]),
        parts.map(({ contentId, content }) => [contentId, content]),
      );
    }),
    { numRuns: FUZZ_RUNS / 3 },
  );
});

test('any header value and any href is read or refused by name', () => {
  const tokens = [
    'multipart/related',
    ';',
    '=',
    '"',
    '\\',
    'boundary',
    'cid:',
    '%',
    '%0',
    '%0a',
    '\r\n',
    ' ',
    '<',
    '>',
    '@',
    'é',
    '\0',
  ];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...tokens), fc.string({ maxLength: 3 })), { maxLength: 12 })
    .map((list) => list.join(''));
  fc.assert(
    fc.property(text, (value) => {
      for (const read of [
        parseContentType,
        cidToContentId,
        (href: string) => cidToContentId(`cid:${href}`),
      ]) {
        try {
          read(value);
        } catch (error) {
          assert.ok(error instanceof Refusal, String(error));
        }
      }
    }),
    { numRuns: FUZZ_RUNS },
  );
});
