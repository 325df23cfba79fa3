import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { QuoinError, Refusal } from '../../../src/protocol/errors/index.ts';
import { collect, readMultipart } from '../../../src/protocol/mime/index.ts';
import type { MimeLimits, MimePart } from '../../../src/protocol/mime/index.ts';
import { contentsOf, cut, readAll, streamOf } from './messages.ts';

const RELATED = 'multipart/related; type="application/soap+xml"; boundary=b; start="<root@x>"';

const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof Refusal, String(error));
  assert.equal(error.code, expected, error.message);
  assert.equal(error.ebms, 'EBMS:0007');
  return true;
};
const refuses = (text: string, expected: string, limits?: Partial<MimeLimits>): Promise<void> =>
  assert.rejects(readAll(streamOf(text), RELATED, limits), code(expected));
const single = (headers: string, content = 'x'): string => `--b\r\n${headers}\r\n\r\n${content}\r\n--b--\r\n`;

async function nextOf(parts: AsyncGenerator<MimePart>): Promise<MimePart> {
  const next = await parts.next();
  assert.ok(next.done !== true);
  return next.value;
}

const MESSAGE =
  'preamble: --b is not it\r\n--bx neither\r\n' +
  '--b\r\n' +
  'Content-Type: application/soap+xml;\r\n\tcharset=UTF-8\r\n' +
  'Content-Transfer-Encoding: binary\r\n' +
  'CONTENT-ID: <root@x>\r\n\r\n' +
  '<Envelope/>\r\n' +
  '--b  \t\r\n' +
  'Content-Type: application/gzip\r\nContent-ID: <p1@x>\r\nContent-Disposition: attachment;\r\n filename="a b.gz"\r\n\r\n' +
  'one\r\n--bb\r\n--b-\r\n--b--no\r\n--b x\r\n-\r--b\n--b\n\r\r\n-\r\n--\r\n' +
  '\r\n--b\r\n' +
  '\r\n' +
  '\r\n--b\r\n' +
  'Content-ID: <empty@x>\r\n\r\n' +
  '--b\r\n' +
  'Content-ID: <p2@x>\r\n\r\n' +
  '\r\n\r\n' +
  '--b--\r\n' +
  'epilogue\r\n--b\r\n';

const CONTENTS = [
  '<Envelope/>',
  'one\r\n--bb\r\n--b-\r\n--b--no\r\n--b x\r\n-\r--b\n--b\n\r\r\n-\r\n--\r\n',
  '',
  '',
  '\r\n',
];

test('parts, headers, folding, padding, data that looks like a boundary, empty parts, what stands around', async () => {
  const parts = await readAll(streamOf(MESSAGE), RELATED);
  assert.deepEqual(
    parts.map((part) => part.content),
    CONTENTS,
  );
  assert.deepEqual(
    parts.map((part) => part.contentId),
    ['root@x', 'p1@x', undefined, 'empty@x', 'p2@x'],
  );
  assert.equal(parts[0]?.contentType, 'application/soap+xml; charset=UTF-8');
  assert.equal(parts[1]?.headers['content-disposition'], 'attachment; filename="a b.gz"');
  assert.equal(parts[2]?.contentType, undefined);
});

test('it does not matter where the stream is cut: at every byte in two, and into pieces of every size', async () => {
  const bytes = Buffer.from(MESSAGE, 'latin1');
  const whole = await readAll(streamOf(bytes), RELATED);
  for (let at = 0; at <= bytes.length; at += 1) {
    const halves = streamOf(bytes.subarray(0, at), Buffer.alloc(0), bytes.subarray(at));
    assert.deepEqual(await readAll(halves, RELATED), whole, `cut at ${at}`);
  }
  for (let size = 1; size <= 80; size += 1) {
    assert.deepEqual(await readAll(streamOf(...cut(bytes, size)), RELATED), whole, `pieces of ${size}`);
  }
});

test('a message that ends anywhere before its closing boundary is cut off', async () => {
  const end = MESSAGE.lastIndexOf('--b--\r\nepilogue') + '--b--'.length;
  const start = MESSAGE.indexOf('--b\r\n') + 5;
  for (let length = start; length < end; length += 1) {
    const text = MESSAGE.slice(0, length);
    // Cut within `--b--no`, it is a closing boundary: nobody could tell.
    if (!text.endsWith('\r\n--b--')) await refuses(text, 'mime/truncated');
  }
  await readAll(streamOf(MESSAGE.slice(0, end)), RELATED);
  await refuses('--b', 'mime/truncated');
});

test('line ends may be LF alone; then a line end in the content is LF too', async () => {
  const withLf = (text: string): string => text.replace('--b\n--b\n', '--c\n--c\n').replaceAll('\r\n', '\n');
  assert.deepEqual(await contentsOf(withLf(MESSAGE)), CONTENTS.map(withLf));
  assert.deepEqual(await contentsOf('--b\nA: b\r\n\r\nx\r\n--b--'), ['x\r']);
  assert.deepEqual(await contentsOf('--b\r\nA: b\n\nx\r\n--b--'), ['x']);
});

test('property: any content survives, whatever it looks like and however it is cut', async () => {
  const pieces = fc.constantFrom(
    '\r\n--b',
    '\r\n',
    '\n',
    '\r',
    '-',
    '--',
    '--b',
    '--b--',
    'b',
    ' ',
    'x',
    '\0',
    '\xff',
    '\r\n--',
  );
  const content = fc.array(pieces, { maxLength: 12 }).map((list) => list.join(''));
  await fc.assert(
    fc.asyncProperty(
      fc.array(content, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 20 }),
      async (contents, size) => {
        fc.pre(contents.every((text) => !/(^|\r\n)--b(--)?[ \t]*\r?\n/.test(`${text}\r\n`)));
        const text = contents.map((each) => `--b\r\nA: b\r\n\r\n${each}\r\n`).join('') + '--b--';
        const parts = await readAll(streamOf(...cut(Buffer.from(text, 'latin1'), size)), RELATED);
        assert.deepEqual(
          parts.map((part) => part.content),
          contents,
        );
      },
    ),
    { numRuns: 1000 },
  );
});

test('boundaries: quoted, with all the characters that stand in real ones, of any length up to 70', async () => {
  for (const boundary of [
    'b',
    "gc0p4Jq0M2Yt08j34c0p'()+_,-./:=?",
    '----=_Part_0_1.2',
    'uuid:6f1a3c1e-3c1a-4f3c',
    'with space',
    'MIMEBoundary_{x}#@!',
    'y'.repeat(70),
  ]) {
    assert.deepEqual(
      await contentsOf(`--${boundary}\r\n\r\nx\r\n--${boundary}--`, boundary),
      ['x'],
      boundary,
    );
  }
  for (const type of [
    'multipart/related',
    'multipart/related; boundary=""',
    'multipart/related; boundary="x "',
    `multipart/related; boundary=${'y'.repeat(71)}`,
    'multipart/related; boundary="a\u00e9"',
  ]) {
    await assert.rejects(readAll(streamOf('--b--'), type), code('mime/bad-boundary'), type);
  }
  await assert.rejects(readAll(streamOf(''), 'application/soap+xml'), code('mime/not-multipart'));
  await assert.rejects(
    readAll(streamOf(''), 'multipart/related; boundary=a; Boundary=b'),
    code('mime/malformed-content-type'),
  );
});

test('a boundary that something altered is named beside the one that was announced', async () => {
  await assert.rejects(contentsOf('--other\r\n\r\nx\r\n--other--', 'announced'), (error) => {
    assert.ok(error instanceof Refusal && error.code === 'mime/boundary-mismatch');
    assert.equal(error.finding?.expected, '--announced');
    assert.equal(error.finding.found, '--other');
    return true;
  });
  await refuses('', 'mime/boundary-missing');
  await refuses('<html>Bad gateway</html>', 'mime/boundary-missing');
  await refuses(' --b\r\n\r\nx\r\n--b--', 'mime/boundary-missing');
  await refuses('--b--\r\n', 'mime/no-parts');
});

test('what stands before and behind is bounded', async () => {
  const limits = { maxPreambleBytes: 100, maxEpilogueBytes: 100 };
  const body = single('A: b');
  assert.equal(
    (await readAll(streamOf('x'.repeat(98), '\r\n', body, 'x'.repeat(100)), RELATED, limits)).length,
    1,
  );
  await refuses(`${'x'.repeat(99)}\r\n${body}`, 'mime/boundary-missing', limits);
  await refuses('x\n'.repeat(100_000), 'mime/boundary-missing');
  await refuses(`${body}${'x'.repeat(101)}`, 'mime/epilogue-too-large', limits);
});

test('there may be so many parts and no more', async () => {
  const parts = (count: number): string => '--b\r\n\r\nx\r\n'.repeat(count) + '--b--';
  assert.equal((await contentsOf(parts(64))).length, 64);
  await refuses(parts(65), 'mime/too-many-parts');
  await refuses(parts(10_000), 'mime/too-many-parts');
  await refuses(parts(3), 'mime/too-many-parts', { maxParts: 2 });
});

test('headers are bounded, in bytes and in lines, also when they never end', async () => {
  const header = (bytes: number): string => single(`A: ${'x'.repeat(bytes - 'A: \r\n\r\n'.length)}`);
  assert.equal((await readAll(streamOf(header(100)), RELATED, { maxHeaderBytes: 100 })).length, 1);
  await refuses(header(101), 'mime/header-too-large', { maxHeaderBytes: 100 });
  const lines = (count: number): string =>
    single(Array.from({ length: count }, (_, n) => `A${n}: b`).join('\r\n'));
  assert.equal((await readAll(streamOf(lines(64)), RELATED)).length, 1);
  await refuses(lines(65), 'mime/header-too-large');
  await refuses(single(`A: b${'\r\n c'.repeat(64)}`), 'mime/header-too-large');
  let taken = 0;
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('--b\r\n');
    for (;;) {
      taken += 1000;
      yield Buffer.alloc(1000, 'x');
    }
  };
  await assert.rejects(readAll(endless(), RELATED), code('mime/header-too-large'));
  assert.ok(taken < 20_000, `${taken} bytes taken`);
});

test('headers that could be read in two ways are refused', async () => {
  for (const headers of [
    'Content-ID: <a>\r\nContent-ID: <b>',
    'Content-Type: text/xml\r\ncontent-type: text/plain',
    'Content-Transfer-Encoding: binary\r\nContent-Transfer-Encoding: base64',
    'Content-Disposition: a\r\nContent-Disposition: a',
  ]) {
    await refuses(single(headers), 'mime/duplicate-header');
  }
  const [part] = await readAll(streamOf(single('X-A: 1\r\nX-A: 2')), RELATED);
  assert.equal(part?.headers['x-a'], '1');
  for (const headers of [
    'no colon',
    ': no name',
    'Na me: x',
    'Name : x',
    ' folded: first',
    'A: b\rB: c',
    'A: b\0',
    'A: b\x0bc',
    'Content-ID: <a\rContent-Type: text/xml>',
    'N\xe9: x',
  ]) {
    await refuses(single(headers), 'mime/malformed-header');
  }
});

test('header values may hold UTF-8, and what is not UTF-8 is taken as Latin-1', async () => {
  const value = async (bytes: Buffer): Promise<string | undefined> =>
    (await readAll(streamOf('--b\r\nX-Name: ', bytes, '\r\n\r\nx\r\n--b--'), RELATED))[0]?.headers['x-name'];
  assert.equal(await value(Buffer.from('Zürich')), 'Zürich');
  assert.equal(await value(Buffer.from('Zürich', 'latin1')), 'Zürich');
});

test('Content-IDs: with and without brackets; such as could be taken for one another are refused', async () => {
  const ids = async (...headers: string[]): Promise<(string | undefined)[]> => {
    const text = headers.map((header) => `--b\r\nContent-ID: ${header}\r\n\r\nx\r\n`).join('');
    return (await readAll(streamOf(`${text}--b--`), RELATED)).map((part) => part.contentId);
  };
  assert.deepEqual(
    await ids('<a@x>', 'b@x', ' <c%40x> ', '100%', '<\r\n d>').catch(() => 'refused'),
    'refused',
  );
  assert.deepEqual(await ids('<a@x>', 'b@x', ' <c%40x> ', '100%', '6f1a3c1e-3c1a'), [
    'a@x',
    'b@x',
    'c%40x',
    '100%',
    '6f1a3c1e-3c1a',
  ]);
  for (const [one, other] of [
    ['<a@x>', '<a@x>'],
    ['<a@x>', 'a@x'],
    ['<a@x>', '<A@X>'],
    ['<a@x>', '<a%40x>'],
    ['<a%4Fx>', '<a%4fX>'],
  ] as const) {
    await assert.rejects(ids(one, other), code('mime/duplicate-content-id'), `${one} ${other}`);
  }
  for (const bad of ['', '<>', '<a b>', '<a', 'a>', '<<a>>', '<a>, <b>', '<a\tb>']) {
    await assert.rejects(ids(bad), code('mime/malformed-content-id'), bad);
  }
});

test('a multipart within a multipart is refused, also in capitals and folded', async () => {
  for (const type of ['multipart/mixed; boundary=c', 'MULTIPART/related', '\r\n multipart/signed']) {
    await refuses(single(`Content-Type: ${type}`), 'mime/nested-multipart');
  }
  await refuses(single('Content-Type: nonsense'), 'mime/malformed-content-type');
});

test('a body that is not read is skipped, one that is read in part as well', async () => {
  const parts = readMultipart(streamOf(...cut(Buffer.from(MESSAGE, 'latin1'), 7)), RELATED);
  const first = await nextOf(parts);
  for await (const chunk of first.body) {
    assert.ok(chunk.length > 0);
    break;
  }
  await parts.next();
  await parts.next();
  assert.equal((await nextOf(parts)).contentId, 'empty@x');
  const last = await nextOf(parts);
  assert.equal((await collect(last.body, 10)).toString(), '\r\n');
  assert.equal((await parts.next()).done, true);
});

test('a body cannot be read after the next part was asked for: no byte of another part is taken for its own', async () => {
  const parts = readMultipart(streamOf(...cut(Buffer.from(MESSAGE, 'latin1'), 5)), RELATED);
  const untouched = await nextOf(parts);
  const begun = await nextOf(parts);
  const iterator = begun.body[Symbol.asyncIterator]();
  await iterator.next();
  await parts.next();
  const skipped = (error: unknown): boolean =>
    error instanceof QuoinError && error.code === 'mime/part-skipped';
  await assert.rejects(collect(untouched.body, 100), skipped);
  await assert.rejects(async () => await iterator.next(), skipped);
});

test('who stops early lets go of the source; what goes wrong in the source comes through', async () => {
  let closed = false;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield Buffer.from('--b\r\n\r\nx');
      for (;;) yield Buffer.alloc(10);
    } finally {
      closed = true;
    }
  };
  for await (const part of readMultipart(source(), RELATED)) {
    assert.equal(part.contentId, undefined);
    break;
  }
  assert.ok(closed);
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('--b\r\n\r\nx');
    throw new Error('connection reset');
  };
  await assert.rejects(readAll(failing(), RELATED), /connection reset/);
});

test('content is passed on as views of what came, not as copies', async () => {
  const chunk = Buffer.alloc(65_536, 'x');
  let views = 0;
  const source = streamOf('--b\r\n\r\n', chunk, chunk, chunk, '\r\n--b--');
  for await (const part of readMultipart(source, RELATED)) {
    for await (const piece of part.body) if (piece.buffer === chunk.buffer) views += piece.length;
  }
  assert.equal(views, 3 * chunk.length);
});

test('memory does not depend on the size of a part', async () => {
  const chunk = Buffer.alloc(1_000_000, '\r\n-');
  const count = 400;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('--b\r\n\r\n');
    for (let index = 0; index < count; index += 1) yield chunk;
    yield Buffer.from('\r\n--b--');
  };
  const before = process.memoryUsage().arrayBuffers;
  let size = 0;
  let peak = 0;
  for await (const part of readMultipart(source(), RELATED)) {
    for await (const piece of part.body) {
      size += piece.length;
      peak = Math.max(peak, process.memoryUsage().arrayBuffers);
    }
  }
  assert.equal(size, count * chunk.length);
  assert.ok(peak - before < 100_000_000, `${peak - before} bytes held at most`);
});

test('collect stops at its limit and closes what it reads', async () => {
  let closed = false;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(10);
    } finally {
      closed = true;
    }
  };
  await assert.rejects(collect(source(), 95), code('mime/too-large'));
  assert.ok(closed);
  assert.deepEqual(await collect(streamOf('ab', '', 'c'), 3), Buffer.from('abc'));
});
