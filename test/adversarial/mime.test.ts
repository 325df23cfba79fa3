import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Changes, Forgery } from '../support/attacker.ts';
import { withHeader } from '../support/attacker-mime.ts';
import type { WirePart } from '../support/attacker-mime.ts';
import { openTarget, ordinaryPart } from '../support/attacker-target.ts';
import type { Target } from '../support/attacker-target.ts';

/** M01 and M02: the package around the parts. */

let target: Target;
before(async () => {
  target = await openTarget({ limits: { spoolBytes: 100_000 } });
});
after(() => target.gateway.stop());

const ID = 'evidence@attacker.test';
const CONTENT = Buffer.concat([Buffer.from('\r\n--attack\r\n--attack-0123456789x\r\n\n'), randomBytes(3000)]);
const PART = ordinaryPart({ content: CONTENT, compress: false, mimeType: 'application/octet-stream' });

/** The payload part (the second MIME part) with a header changed. */
const payloadHeader =
  (name: string, value: string | undefined): NonNullable<Changes['mime']> =>
  ([root, part, ...others]) => [root!, withHeader(part!, name, value), ...others];
const rootHeader =
  (name: string, value: string | undefined): NonNullable<Changes['mime']> =>
  ([root, ...others]) => [withHeader(root!, name, value), ...others];
const ghost = (id: string, body = 'boo'): WirePart => ({
  headers: [['Content-ID', id]],
  body: Buffer.from(body),
});

describe('M01 accepted as it is', () => {
  const fine: Readonly<Record<string, readonly [Changes, Partial<Forgery>?]>> = {
    'LF only as line end': [{ layout: { lineEnd: '\n' } }],
    'a quoted boundary of odd characters': [{ layout: { boundary: "a b'()+_,-./:=?z" } }],
    'a bare boundary': [
      { layout: { contentType: 'Multipart/Related; type=application/soap+xml; boundary=attack-0123456789' } },
    ],
    'a boundary of 70 characters': [{ layout: { boundary: 'b'.repeat(70) } }],
    'a preamble and an epilogue': [{ layout: { preamble: 'This is MIME.\r\n', epilogue: 'The end.\r\n' } }],
    'a folded Content-Type': [
      { mime: payloadHeader('Content-Type', 'application/octet-stream;\r\n\tname="x"') },
    ],
    'a folded Content-ID': [{ mime: payloadHeader('Content-ID', `\r\n <${ID}>`) }],
    'header names in upper case': [
      {
        mime: (parts) =>
          parts.map((part) => ({
            ...part,
            headers: part.headers.map(([name, value]) => [name.toUpperCase(), value]),
          })),
      },
    ],
    'a Content-ID without brackets': [{ mime: payloadHeader('Content-ID', ID) }],
    'a root Content-ID without brackets': [{ mime: rootHeader('Content-ID', 'root@attacker.test') }],
    'no transfer encoding': [{ mime: payloadHeader('Content-Transfer-Encoding', undefined) }],
    'no start parameter, and a root without Content-ID': [
      {
        layout: { contentType: 'multipart/related; boundary="attack-0123456789"' },
        mime: rootHeader('Content-ID', undefined),
      },
    ],
    'a cid with %40': [{}, { parts: [{ ...PART, href: 'cid:evidence%40attacker.test' }] }],
    'a cid with lower-case escapes of everything': [
      {},
      { parts: [{ ...PART, href: `cid:${[...Buffer.from(ID)].map((b) => `%${b.toString(16)}`).join('')}` }] },
    ],
    'a Content-ID without @': [{}, { parts: [{ ...PART, contentId: 'payload-1' }] }],
    'a bare UUID as Content-ID': [
      {},
      { parts: [{ ...PART, contentId: '0b6ab3c2-7a6b-4d4c-9d9c-0a1b2c3d4e5f' }] },
    ],
    'the root behind the payload': [{ mime: ([root, ...others]) => [...others, root!] }],
    'parts in another order than PartInfo': [
      { mime: ([root, ...others]) => [root!, ...others.reverse()] },
      { parts: [PART, { ...PART, contentId: 'two' }, { ...PART, contentId: 'three' }] },
    ],
  };
  for (const [name, [changes, values = {}]] of Object.entries(fine)) {
    test(`M01 ${name}`, async () => {
      const kept = await target.accepts(target.forge(changes, { parts: [PART], ...values }));
      for (const part of kept.parts) assert.deepEqual(await target.gateway.content(part), CONTENT);
    });
  }
});

describe('M01 refused', () => {
  const refused: Readonly<Record<string, readonly [Changes, string, Partial<Forgery>?]>> = {
    'a Content-ID twice': [{ mime: (parts) => [...parts, ghost(`<${ID}>`)] }, 'mime/duplicate-content-id'],
    'a Content-ID twice, in another case': [
      { mime: (parts) => [...parts, ghost('<EVIDENCE@attacker.test>')] },
      'mime/duplicate-content-id',
    ],
    'a Content-ID twice, once escaped': [
      { mime: (parts) => [...parts, ghost('<evidence%40attacker.test>')] },
      'mime/duplicate-content-id',
    ],
    'the Content-ID of the root twice': [
      { mime: (parts) => [...parts, ghost('<root@attacker.test>')] },
      'mime/duplicate-content-id',
    ],
    'a Content-ID header twice in one part': [
      { mime: ([root, part]) => [root!, { ...part!, headers: [...part!.headers, ['Content-ID', '<x@y>']] }] },
      'mime/duplicate-header',
    ],
    'a Content-Type header twice in one part': [
      {
        mime: ([root, part]) => [
          root!,
          { ...part!, headers: [...part!.headers, ['content-type', 'text/xml']] },
        ],
      },
      'mime/duplicate-header',
    ],
    'a transfer encoding twice in one part': [
      {
        mime: ([root, part]) => [
          root!,
          { ...part!, headers: [...part!.headers, ['Content-Transfer-Encoding', 'base64']] },
        ],
      },
      'mime/duplicate-header',
    ],
    'no closing boundary': [{ layout: { closed: false } }, 'mime/truncated'],
    'another boundary in the body': [
      { layout: { contentType: 'multipart/related; boundary="other"' } },
      'mime/boundary-mismatch',
    ],
    'no boundary parameter': [{ layout: { contentType: 'multipart/related' } }, 'mime/bad-boundary'],
    'an empty boundary': [{ layout: { contentType: 'multipart/related; boundary=""' } }, 'mime/bad-boundary'],
    'a boundary of 71 characters': [{ layout: { boundary: 'b'.repeat(71) } }, 'mime/bad-boundary'],
    'two boundary parameters': [
      { layout: { contentType: 'multipart/related; boundary=a; boundary="attack-0123456789"' } },
      'mime/malformed-content-type',
    ],
    'a preamble of a megabyte': [
      { layout: { preamble: `${'x'.repeat(1_000_000)}\r\n` } },
      'mime/boundary-missing',
    ],
    'an epilogue of a megabyte': [{ layout: { epilogue: 'x'.repeat(1_000_000) } }, 'mime/epilogue-too-large'],
    'nothing but the closing boundary': [{ mime: () => [] }, 'mime/no-parts'],
    'a part that is multipart itself': [
      { mime: payloadHeader('Content-Type', 'multipart/mixed; boundary=inner') },
      'mime/nested-multipart',
    ],
    'a root that is multipart itself': [
      { mime: rootHeader('Content-Type', 'multipart/related; boundary=inner') },
      'mime/nested-multipart',
    ],
    'a root that is not SOAP': [{ mime: rootHeader('Content-Type', 'text/html') }, 'receive/not-as4'],
    'a root without type': [{ mime: rootHeader('Content-Type', undefined) }, 'receive/not-as4'],
    'a start that names nothing': [
      { layout: { contentType: 'multipart/related; boundary="attack-0123456789"; start="<nobody@x>"' } },
      'receive/no-soap-part',
    ],
    'a header line of a megabyte': [
      { mime: payloadHeader('X-Long', 'x'.repeat(1_000_000)) },
      'mime/header-too-large',
    ],
    'a thousand header lines': [
      {
        mime: ([root, part]) => [
          root!,
          { ...part!, headers: Array.from({ length: 1000 }, (_, i) => [`X-${i}`, 'x'] as const) },
        ],
      },
      'mime/header-too-large',
    ],
    'a header without a colon': [{ mime: payloadHeader('X\r\nnonsense\r\nY', 'x') }, 'mime/malformed-header'],
    'a header block that begins with a fold': [
      { mime: ([root, part]) => [root!, { ...part!, headers: [[' folded', 'x'], ...part!.headers] }] },
      'mime/malformed-header',
    ],
    'a NUL in a header': [{ mime: payloadHeader('Content-ID', `<${ID}\0>`) }, 'mime/malformed-header'],
    'a bare CR in a header': [
      { mime: payloadHeader('Content-ID', `<${ID}>\rX: y`) },
      'mime/malformed-header',
    ],
    'an empty Content-ID': [{ mime: payloadHeader('Content-ID', '<>') }, 'mime/malformed-content-id'],
    'a Content-ID with white space': [
      { mime: payloadHeader('Content-ID', '<a b>') },
      'mime/malformed-content-id',
    ],
    'a Content-ID in another case than the cid': [
      { mime: payloadHeader('Content-ID', '<EVIDENCE@attacker.test>') },
      'receive/undeclared-part',
    ],
    'a cid that smuggles a header': [
      {},
      'mime/malformed-cid',
      { parts: [{ ...PART, href: 'cid:evidence%0d%0aX-Evil:%20yes' }] },
    ],
    'a cid with half an escape': [{}, 'mime/malformed-cid', { parts: [{ ...PART, href: 'cid:evidence%4' }] }],
    'a cid with brackets': [{}, 'mime/malformed-cid', { parts: [{ ...PART, href: `cid:%3C${ID}%3E` }] }],
    'an empty cid': [{}, 'mime/malformed-cid', { parts: [{ ...PART, href: 'cid:' }] }],
  };
  for (const [name, [changes, code, values = {}]] of Object.entries(refused)) {
    test(`M01 ${name}`, async () => {
      const message = target.forge(changes, { parts: [PART], ...values });
      await target.refuses(message, { ebms: 'EBMS:0007', code });
    });
  }

  test('M01 a part of a body that never comes back to a boundary, cut anywhere', async () => {
    const { bytes, ...message } = target.forge({}, { parts: [PART] });
    const step = Math.floor(bytes.length / 24);
    for (let end = 0; end < bytes.length - 4; end += step) {
      await target.refuses({ ...message, bytes: bytes.subarray(0, end) }, { ebms: 'EBMS:0007' });
    }
  });

  test('M01 ten thousand parts', async () => {
    const more = Array.from({ length: 10_000 }, (_, i) => ghost(`<${i}@attacker.test>`));
    const message = target.forge({ mime: (parts) => [...more, ...parts] }, { parts: [PART] });
    await target.refuses(message, { ebms: 'EBMS:0007', code: 'mime/too-many-parts' });
  });

  test('M01 a hundred parts, all of them named', async () => {
    const parts = Array.from({ length: 100 }, (_, i) => ({
      ...PART,
      contentId: `${i}@attacker.test`,
      content: Buffer.from('x'),
    }));
    // The header schema of a message this large is refused before its parts are read.
    await target.refuses(target.forge({}, { parts }), { ebms: 'EBMS:0009' });
  });

  test('M01 too much payload before the root', async () => {
    const part = { ...PART, content: randomBytes(200_000) };
    const message = target.forge({ mime: ([root, ...others]) => [...others, root!] }, { parts: [part] });
    await target.refuses(message, { ebms: 'EBMS:0007', code: 'receive/soap-part-late' });
  });

  test('M01 payload before a root that is refused leaves nothing behind', async () => {
    const message = target.forge(
      { mime: ([root, ...others]) => [...others, root!], value: () => Buffer.alloc(256) },
      { parts: [PART] },
    );
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/signature-value' });
  });

  const hrefs: Readonly<Record<string, readonly [string, 'EBMS:0003' | 'EBMS:0011']>> = {
    'an http address': ['http://attacker.test/payload.xml', 'EBMS:0011'],
    'a file': ['file:///etc/hostname', 'EBMS:0011'],
    'an id in the envelope': ['#_body', 'EBMS:0003'],
  };
  for (const [name, [href, ebms]] of Object.entries(hrefs)) {
    test(`M01 PartInfo names ${name} (TA08)`, async () => {
      await target.refuses(target.forge({}, { parts: [{ ...PART, href }] }), { ebms });
    });
  }

  test('M01 two PartInfos name one part', async () => {
    const twice = (xml: string): string => xml.replace(/(<eb:PartInfo .*<\/eb:PartInfo>)/s, '$1$1');
    await target.refuses(target.forge({ unit: twice }, { parts: [PART] }), { ebms: 'EBMS:0003' });
  });

  test('M01 PartInfo without href means the Body, which must be empty', async () => {
    const message = target.forge({ unit: (xml) => xml.replace(/ href="[^"]*"/, '') }, { parts: [PART] });
    await target.refuses(message, { ebms: 'EBMS:0003' });
  });
});

describe('M02 transfer encodings', () => {
  const encoded =
    (encoding: string, encode: (body: Buffer) => string): NonNullable<Changes['mime']> =>
    ([root, part, ...others]) => [
      root!,
      {
        ...withHeader(part!, 'Content-Transfer-Encoding', encoding),
        body: Buffer.from(encode(part!.body), 'latin1'),
      },
      ...others,
    ];
  const base64 = (body: Buffer): string => body.toString('base64');
  const lines = (text: string): string => text.replace(/(.{76})/g, '$1\r\n');
  const quoted = (body: Buffer): string =>
    lines([...body].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')).replace(
      /\r\n/g,
      '=\r\n',
    );

  const fine: Readonly<Record<string, NonNullable<Changes['mime']>>> = {
    'base64 in one line': encoded('base64', base64),
    'BASE64 in lines': encoded('BASE64', (body) => lines(base64(body))),
    'quoted-printable': encoded('quoted-printable', (body) =>
      [...body]
        .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
        .join('')
        .replace(/((?:=..){20})/g, '$1=\r\n'),
    ),
    '8bit': encoded('8bit', (body) => body.toString('latin1')),
  };
  for (const [name, mime] of Object.entries(fine)) {
    test(`M02 ${name} is decoded before anything else`, async () => {
      const kept = await target.accepts(target.forge({ mime }, { parts: [PART] }));
      assert.deepEqual(await target.gateway.content(kept.parts[0]!), CONTENT);
    });
  }

  const wrong: Readonly<Record<string, NonNullable<Changes['mime']>>> = {
    'base64 without its padding': encoded('base64', (body) =>
      `${base64(body.subarray(0, 100))}`.replace(/=+$/, ''),
    ),
    'base64 with padding in the middle': encoded('base64', (body) => `QQ==${base64(body)}`),
    'base64 with too much padding': encoded('base64', (body) => `${base64(body)}====`),
    'base64 with a foreign character': encoded('base64', (body) => `*${base64(body)}`),
    'base64 in the alphabet for URLs': encoded('base64', (body) => body.toString('base64url')),
    'base64 with bits behind its end': encoded('base64', () => 'QR=='),
    'binary called base64': encoded('base64', (body) => body.toString('latin1')),
    'quoted-printable without digits': encoded('quoted-printable', (body) => `=ZZ${quoted(body)}`),
    'quoted-printable in an endless line': encoded('quoted-printable', (body) =>
      quoted(body).replaceAll('=\r\n', ''),
    ),
    'x-uuencode': encoded('x-uuencode', base64),
    constructor: encoded('constructor', base64),
  };
  for (const [name, mime] of Object.entries(wrong)) {
    test(`M02 ${name}`, async () => {
      await target.refuses(target.forge({ mime }, { parts: [PART] }), { ebms: 'EBMS:0007' });
    });
  }

  test('M02 base64 of the root with wrong padding', async () => {
    const message = target.forge(
      {
        mime: ([root, ...others]) => [
          {
            ...withHeader(root!, 'Content-Transfer-Encoding', 'base64'),
            body: Buffer.from(`${base64(root!.body)}=`),
          },
          ...others,
        ],
      },
      { parts: [PART] },
    );
    await target.refuses(message, { ebms: 'EBMS:0007', code: 'mime/malformed-base64' });
  });
});
