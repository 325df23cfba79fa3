import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import {
  blocksFor,
  checkMustUnderstand,
  isSoapContentType,
  readEnvelope,
  writeEnvelope,
} from '../../../src/protocol/soap/index.ts';
import type { SoapEnvelope } from '../../../src/protocol/soap/index.ts';
import { attribute, canonicalize, NS, openDocuments, withXml } from '../../../src/protocol/xml/index.ts';

afterEach(() => assert.equal(openDocuments(), 0));

const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof QuoinError, String(error));
  assert.equal(error.code, expected);
  return true;
};
const read = <T>(xml: string, look: (envelope: SoapEnvelope) => T): T =>
  withXml(Buffer.from(xml), {}, (doc) => look(readEnvelope(doc)));
const envelope = (inside: string, prefix = 's'): string =>
  `<${prefix}:Envelope xmlns:${prefix}="${NS.S12}">${inside}</${prefix}:Envelope>`;
const withBlocks = (...blocks: string[]): string =>
  envelope(`<s:Header>${blocks.join('')}</s:Header><s:Body/>`);

test('an envelope has a Header and a Body, under any prefix, with white space and comments between', () => {
  for (const xml of [
    envelope('<S12:Header/><S12:Body/>', 'S12'),
    `<Envelope xmlns="${NS.S12}">\n <!-- c -->\n <Header>\n</Header> <Body/>\n</Envelope>`,
    `<?xml version="1.0" encoding="UTF-8"?>\n${envelope('<s:Header/><s:Body/>')}\n<!-- end -->`,
    `\ufeff${envelope('<s:Header/><s:Body/>')}`,
  ]) {
    read(xml, (found) => {
      assert.deepEqual(
        [found.envelope.name, found.header?.name, found.body.name],
        ['Envelope', 'Header', 'Body'],
      );
      assert.equal(found.doc.root, found.envelope);
    });
  }
});

test('a Header may be missing, as in answers that hold a fault only', () => {
  read(envelope('<s:Body/>'), ({ header, blocks }) => {
    assert.equal(header, undefined);
    assert.deepEqual(blocks, []);
  });
});

test('anything but one Header before one Body is refused', () => {
  const foreign = '<x:Header xmlns:x="urn:x"/>';
  for (const inside of [
    '',
    '<s:Header/>',
    '<s:Body/><s:Header/>',
    '<s:Header/><s:Header/><s:Body/>',
    '<s:Header/><s:Body/><s:Body/>',
    '<s:Header/><s:Body/><s:Trailer/>',
    '<s:Trailer/><s:Body/>',
    `${foreign}<s:Body/>`,
    `<s:Header/>${foreign.replace('Header', 'Body')}`,
    envelope('<s:Header/><s:Body/>'),
  ]) {
    assert.throws(() => read(envelope(inside), () => 0), code('soap/malformed-envelope'), inside);
  }
});

test('SOAP 1.1 and what is no envelope are told apart', () => {
  const v11 = `<s:Envelope xmlns:s="${NS.S11}"><s:Header/><s:Body/></s:Envelope>`;
  assert.throws(() => read(v11, () => 0), /SOAP 1\.1/);
  assert.throws(() => read(v11, () => 0), code('soap/version-mismatch'));
  assert.throws(() => read('<Envelope><Body/></Envelope>', () => 0), code('soap/version-mismatch'));
  assert.throws(() => read('<html><body/></html>', () => 0), code('soap/not-an-envelope'));
  assert.throws(() => read(`<s:Body xmlns:s="${NS.S12}"/>`, () => 0), code('soap/not-an-envelope'));
});

test('processing instructions are refused wherever they stand', () => {
  const fine = envelope('<s:Header/><s:Body/>');
  for (const xml of [`<?x?>${fine}`, `${fine}<?x?>`, fine.replace('<s:Body/>', '<s:Body><?x?></s:Body>')]) {
    assert.throws(() => read(xml, () => 0), code('soap/processing-instruction'), xml);
  }
});

test('a block is for us without role, with an empty one, for the last receiver and for the next node', () => {
  const block = (role: string): string => `<b:B xmlns:b="urn:b"${role}/>`;
  const roles = [
    '',
    ' s:role=""',
    ` s:role="${NS.S12}/role/next"`,
    ` s:role=" ${NS.S12}/role/ultimateReceiver "`,
  ];
  const others = [` s:role="${NS.S12}/role/none"`, ' s:role="ebms"', ' s:role="urn:other"'];
  read(withBlocks(...[...roles, ...others].map(block), '<b:C xmlns:b="urn:b"/>', '<B/>'), (found) => {
    assert.equal(found.blocks.length, 9);
    assert.deepEqual(blocksFor(found, 'urn:b', 'B'), found.blocks.slice(0, 4));
    assert.deepEqual(blocksFor(found, 'urn:other', 'B'), []);
  });
});

test('a role attribute of another namespace says nothing', () => {
  read(withBlocks('<b:B xmlns:b="urn:b" role="urn:other"/>'), (found) =>
    assert.equal(blocksFor(found, 'urn:b', 'B').length, 1),
  );
});

test('a block that must be understood and is not stops the message, unless it is for another node', () => {
  const check = (...blocks: string[]): void =>
    read(withBlocks(...blocks), (found) => checkMustUnderstand(found, [{ ns: 'urn:b', name: 'Known' }]));
  const block = (name: string, attributes: string): string => `<b:${name} xmlns:b="urn:b" ${attributes}/>`;
  for (const yes of ['true', '1', ' true\n']) {
    assert.throws(() => check(block('Other', `s:mustUnderstand="${yes}"`)), code('soap/must-understand'));
    check(block('Known', `s:mustUnderstand="${yes}"`));
    check(block('Other', `s:mustUnderstand="${yes}" s:role="urn:somebody"`));
  }
  for (const no of ['s:mustUnderstand="false"', 's:mustUnderstand="0"', '', 'mustUnderstand="true"']) {
    check(block('Other', no));
  }
  for (const wrong of ['', 'TRUE', 'yes', '2', 'true false']) {
    assert.throws(
      () => check(block('Known', `s:mustUnderstand="${wrong}"`)),
      code('soap/malformed-header'),
      wrong,
    );
  }
});

test('the refusal names the block', () => {
  assert.throws(
    () =>
      read(withBlocks('<wsa:To xmlns:wsa="urn:wsa" s:mustUnderstand="true"/>'), (found) =>
        checkMustUnderstand(found, []),
      ),
    (error) => error instanceof QuoinError && error.finding?.found === '{urn:wsa}To',
  );
});

test('the envelope written is read back, and its Body has the canonical form of an empty Body', () => {
  const { xml } = writeEnvelope({ blocks: ['<a:A xmlns:a="urn:a"></a:A>'], bodyId: '_b' });
  read(xml, (found) => {
    assert.equal(found.blocks[0]?.name, 'A');
    assert.equal(attribute(found.body, 'Id', NS.WSU), '_b');
    assert.equal(
      canonicalize(found.body).toString(),
      `<S12:Body xmlns:S12="${NS.S12}" xmlns:wsu="${NS.WSU}" wsu:Id="_b"></S12:Body>`,
    );
  });
});

test('an unsigned envelope has no identifier, and content where there is any', () => {
  const { xml } = writeEnvelope({ blocks: [], bodyId: undefined, bodyContent: '<x></x>' });
  assert.equal(
    xml,
    `<?xml version="1.0" encoding="UTF-8"?><S12:Envelope xmlns:S12="${NS.S12}"><S12:Header></S12:Header>` +
      '<S12:Body><x></x></S12:Body></S12:Envelope>',
  );
});

test('the surroundings of the Body do not change its canonical form', () => {
  const form = (blocks: string[]): string =>
    read(writeEnvelope({ blocks, bodyId: '_b' }).xml, ({ body }) => canonicalize(body).toString());
  assert.equal(form([]), form(['<a xmlns="urn:a" xmlns:b="urn:b"></a>', '<c></c>']));
});

test('media types of a SOAP part', () => {
  for (const yes of [
    'application/soap+xml',
    'Application/SOAP+XML; charset=UTF-8',
    'application/soap+xml;charset=utf-8;action=""',
    ' application/xop+xml; charset=UTF-8; type="application/soap+xml"',
  ]) {
    assert.ok(isSoapContentType(yes), yes);
  }
  for (const no of [
    '',
    'text/xml',
    'application/soap',
    'application/soap+xmlx',
    'text/html; x="application/soap+xml"',
  ]) {
    assert.ok(!isSoapContentType(no), no);
  }
});
