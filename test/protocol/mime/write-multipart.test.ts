import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { collect, parseContentType, writeMultipart } from '../../../src/protocol/mime/index.ts';
import type { MessageToWrite, PartToWrite } from '../../../src/protocol/mime/index.ts';
import { cut, readAll, streamOf } from './messages.ts';

const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof QuoinError, String(error));
  assert.equal(error.code, expected);
  return true;
};
const part = (contentId: string, content: Uint8Array, chunk = 1_000): PartToWrite => ({
  contentId,
  contentType: 'application/octet-stream',
  length: content.length,
  open: () => streamOf(...cut(Buffer.from(content), chunk)),
});
const message = (parts: readonly PartToWrite[], change: Partial<MessageToWrite> = {}): MessageToWrite => ({
  boundary: 'quoin-1',
  rootContentId: 'root@x',
  root: Buffer.from('<Envelope/>'),
  parts,
  ...change,
});

test('a message to the letter', async () => {
  const { contentType, contentLength, body } = writeMultipart(
    message([part('p@x', Buffer.from('\0\xff', 'latin1'))]),
  );
  assert.equal(
    contentType,
    'multipart/related; type="application/soap+xml"; boundary="quoin-1"; start="<root@x>"; start-info="application/soap+xml"',
  );
  const text = (await collect(body(), 10_000)).toString('latin1');
  assert.equal(
    text,
    '--quoin-1\r\nContent-Type: application/soap+xml; charset=UTF-8\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <root@x>\r\n\r\n' +
      '<Envelope/>\r\n' +
      '--quoin-1\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <p@x>\r\n\r\n' +
      '\0\xff\r\n' +
      '--quoin-1--\r\n',
  );
  assert.equal(contentLength, text.length);
});

test('property: what is written is read back, in order, and is as long as it says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 2_000 }),
      async (contents, chunk) => {
        const parts = contents.map((content, index) => part(`p${index}@x`, content, chunk));
        const { contentType, contentLength, body } = writeMultipart(message(parts));
        const bytes = await collect(body(), 100_000);
        assert.equal(bytes.length, contentLength);
        const read = await readAll(streamOf(...cut(bytes, chunk)), contentType);
        assert.deepEqual(
          read.map(({ contentId, content }) => [contentId, content]),
          [
            ['root@x', '<Envelope/>'],
            ...contents.map((content, index) => [`p${index}@x`, Buffer.from(content).toString('latin1')]),
          ],
        );
      },
    ),
    { numRuns: 200 },
  );
});

test('the body can be written again, and parts are opened one after the other', async () => {
  const opened: string[] = [];
  const watched = ['a@x', 'b@x'].map((id): PartToWrite => {
    const inner = part(id, randomBytes(10));
    return {
      ...inner,
      open: () => {
        opened.push(id);
        return inner.open();
      },
    };
  });
  const { body } = writeMultipart(message(watched));
  const once = await collect(body(), 10_000);
  assert.deepEqual(await collect(body(), 10_000), once);
  assert.deepEqual(opened, ['a@x', 'b@x', 'a@x', 'b@x']);
});

test('a part that is longer or shorter than it says stops the message before a wrong byte goes out', async () => {
  const long = { ...part('p@x', Buffer.alloc(10)), length: 9 };
  const sent: number[] = [];
  await assert.rejects(async () => {
    for await (const chunk of writeMultipart(message([long])).body()) sent.push(chunk.length);
  }, code('mime/length-mismatch'));
  assert.equal(sent.length, 2);
  const short = { ...part('p@x', Buffer.alloc(10)), length: 11 };
  await assert.rejects(
    collect(writeMultipart(message([short])).body(), 10_000),
    code('mime/length-mismatch'),
  );
  for (const length of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => writeMultipart(message([{ ...long, length }])), code('mime/length-mismatch'));
  }
});

test('what would change the headers is not written', () => {
  for (const contentId of ['', 'a b', '<a>', 'a\r\nX: y', 'é']) {
    assert.throws(
      () => writeMultipart(message([part(contentId, Buffer.alloc(0))])),
      code('mime/bad-content-id'),
    );
    assert.throws(
      () => writeMultipart(message([], { rootContentId: contentId })),
      code('mime/bad-content-id'),
    );
  }
  for (const contentType of ['', 'text', 'text/xml\r\nX: y', 'text/xml; a=\u0000', 'text/é']) {
    assert.throws(
      () => writeMultipart(message([{ ...part('p@x', Buffer.alloc(0)), contentType }])),
      code('mime/bad-content-type'),
    );
  }
  for (const boundary of ['', 'a b', 'a"b', 'a\r\n', 'é', 'x'.repeat(71), 'Envelope']) {
    const root = Buffer.from('<a>--Envelope</a>');
    assert.throws(() => writeMultipart(message([], { boundary, root })), code('mime/bad-boundary'), boundary);
  }
});

test('Content-IDs that could be taken for one another are not written', () => {
  const both = (one: string, other: string) =>
    message([part(one, Buffer.alloc(0)), part(other, Buffer.alloc(0))]);
  for (const written of [
    both('a@x', 'a@x'),
    both('a@x', 'A@x'),
    both('a@x', 'a%40x'),
    both('a@x', 'ROOT@x'),
  ]) {
    assert.throws(() => writeMultipart(written), code('mime/duplicate-content-id'));
  }
});

test('the Content-Type that is written can be read', () => {
  const { parameters } = parseContentType(writeMultipart(message([])).contentType);
  assert.equal(parameters.get('start'), '<root@x>');
  assert.equal(parameters.get('boundary'), 'quoin-1');
});

test('an error in a source stops the message', async () => {
  const failing: PartToWrite = {
    ...part('p@x', Buffer.alloc(10)),
    open: async function* () {
      yield Buffer.alloc(5);
      throw new Error('disk');
    },
  };
  await assert.rejects(collect(writeMultipart(message([failing])).body(), 10_000), /disk/);
});
