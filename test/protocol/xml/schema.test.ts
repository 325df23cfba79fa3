import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { QuoinError } from '../../../src/protocol/errors/index.ts';
import { compileSchema, openDocuments, parseXml, withXml } from '../../../src/protocol/xml/index.ts';
import type { SchemaFinding } from '../../../src/protocol/xml/index.ts';

const schema = compileSchema(
  readFileSync(new URL('../../../schemas/xml/ebms-header-3.xsd', import.meta.url), 'utf8'),
);
after(() => {
  schema.dispose();
  assert.equal(openDocuments(), 0);
});

const NAMESPACES =
  'xmlns:eb="http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/" ' +
  'xmlns:S12="http://www.w3.org/2003/05/soap-envelope" ' +
  'xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"';
const INFO =
  '<eb:MessageInfo><eb:Timestamp>2026-01-02T03:04:05.678Z</eb:Timestamp><eb:MessageId>m@x</eb:MessageId></eb:MessageInfo>';
const PARTIES =
  '<eb:PartyInfo><eb:From><eb:PartyId type="urn:t">A</eb:PartyId><eb:Role>urn:r</eb:Role></eb:From>' +
  '<eb:To><eb:PartyId>urn:b</eb:PartyId><eb:Role>urn:r</eb:Role></eb:To></eb:PartyInfo>';
const COLLABORATION =
  '<eb:CollaborationInfo><eb:AgreementRef type="t" pmode="p">a</eb:AgreementRef><eb:Service type="t">s</eb:Service>' +
  '<eb:Action>a</eb:Action><eb:ConversationId></eb:ConversationId></eb:CollaborationInfo>';
const PROPERTIES =
  '<eb:MessageProperties><eb:Property name="n" type="t">v</eb:Property></eb:MessageProperties>';
const PAYLOAD =
  '<eb:PayloadInfo><eb:PartInfo href="cid:a@x"><eb:Schema location="urn:s"/><eb:Description xml:lang="en">d</eb:Description>' +
  '<eb:PartProperties><eb:Property name="MimeType">text/xml</eb:Property></eb:PartProperties></eb:PartInfo></eb:PayloadInfo>';

const user = (...pieces: string[]): string => `<eb:UserMessage>${pieces.join('')}</eb:UserMessage>`;
const signal = (...pieces: string[]): string => `<eb:SignalMessage>${pieces.join('')}</eb:SignalMessage>`;
const findings = (units: string): readonly SchemaFinding[] =>
  withXml(
    Buffer.from(
      `<eb:Messaging ${NAMESPACES} S12:mustUnderstand="true" wsu:Id="_m" id="_e">${units}</eb:Messaging>`,
    ),
    {},
    (doc) => schema.validate(doc),
  );

const error = (attributes: string): string => signal(INFO, `<eb:Error ${attributes}/>`);

test('headers as the standard has them are valid', () => {
  const receipt = '<eb:Receipt><n:NonRepudiationInformation xmlns:n="urn:n"/></eb:Receipt>';
  for (const units of [
    user(INFO, PARTIES, COLLABORATION),
    user(INFO, PARTIES, COLLABORATION, PROPERTIES, PAYLOAD),
    signal(INFO, receipt),
    signal(INFO, '<eb:PullRequest mpc="urn:mpc"/>'),
    error(
      'errorCode="EBMS:0101" severity="failure" origin="security" category="Processing" shortDescription="x"',
    ),
    user(INFO, PARTIES, COLLABORATION) + signal(INFO, receipt),
  ]) {
    assert.deepEqual(findings(units), [], units);
  }
});

test('headers that are not as the standard has them are not', () => {
  const without = (text: string, part: RegExp): string => text.replace(part, '');
  for (const units of [
    '',
    user(PARTIES, COLLABORATION),
    user(INFO, COLLABORATION, PARTIES),
    user(INFO, PARTIES, COLLABORATION, PAYLOAD, PROPERTIES),
    user(INFO, PARTIES, COLLABORATION, '<eb:PayloadInfo/>'),
    user(INFO, PARTIES, COLLABORATION, '<eb:MessageProperties/>'),
    user(INFO, PARTIES, COLLABORATION, PROPERTIES.replace(' name="n"', '')),
    user(INFO, without(PARTIES, /<eb:Role>.*?<\/eb:Role>/), COLLABORATION),
    user(INFO, PARTIES, without(COLLABORATION, /<eb:ConversationId>.*<\/eb:ConversationId>/)),
    user(INFO.replace('T03', ' 03'), PARTIES, COLLABORATION),
    user(INFO.replace('m@x', 'm x'), PARTIES, COLLABORATION),
    signal(INFO),
    signal(INFO, '<eb:Receipt/>'),
    error('errorCode="0101" severity="failure"'),
    error('errorCode="EBMS:0101" severity="Failure"'),
    error('severity="failure"'),
    user(INFO, PARTIES, COLLABORATION, '<eb:Unknown/>'),
  ]) {
    assert.notDeepEqual(findings(units), [], units);
  }
});

test('a finding says what and where', () => {
  const [first] = findings(`\n${user(INFO, PARTIES)}`);
  assert.match(first!.message, /CollaborationInfo/);
  assert.equal(first!.line, 2);
  assert.match(first!.place!, /UserMessage/);
});

test('all findings are reported, not only the first', () => {
  assert.ok(
    findings(error('errorCode="x" severity="y"') + error('errorCode="z" severity="warning"')).length >= 3,
  );
});

test('a schema that is none is refused, and leaves nothing open', () => {
  const before = openDocuments();
  const xs = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"';
  for (const xsd of [`<xs:schema ${xs}><xs:element name="a" type="missing"/></xs:schema>`, '<a/>', '<a']) {
    assert.throws(() => compileSchema(xsd), QuoinError);
  }
  assert.throws(
    () =>
      compileSchema(
        `<xs:schema ${xs}><xs:include schemaLocation="http://127.0.0.1:9/a.xsd"/><xs:element name="a" type="b"/></xs:schema>`,
      ),
    QuoinError,
  );
  assert.equal(openDocuments(), before);
});

test('what has been disposed is not used', () => {
  const own = compileSchema(
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"/></xs:schema>',
  );
  const doc = parseXml(Buffer.from('<a/>'));
  assert.deepEqual(own.validate(doc), []);
  doc.dispose();
  assert.throws(() => own.validate(doc), /disposed/);
  own.dispose();
  own.dispose();
  withXml(Buffer.from('<a/>'), {}, (other) => assert.throws(() => own.validate(other), /disposed/));
});

test('a schema takes what it imports from the parts it is given, and from nowhere else', () => {
  const head = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"';
  const main = `${head} xmlns:p="urn:p"><xs:import namespace="urn:p" schemaLocation="part.xsd"/><xs:element name="a" type="p:Number"/></xs:schema>`;
  const part = `${head} targetNamespace="urn:p"><xs:simpleType name="Number"><xs:restriction base="xs:integer"/></xs:simpleType></xs:schema>`;
  const validate = (compiled: ReturnType<typeof compileSchema>, xml: string): number =>
    withXml(Buffer.from(xml), {}, (doc) => compiled.validate(doc).length);
  const whole = compileSchema(main, { 'part.xsd': part });
  assert.deepEqual([validate(whole, '<a>1</a>'), validate(whole, '<a>x</a>')], [0, 1]);
  whole.dispose();
  assert.throws(() => compileSchema(main), { code: 'xml/schema' });
  assert.throws(() => compileSchema(main, { 'other.xsd': part }), { code: 'xml/schema' });
  assert.throws(() => compileSchema(main, { 'part.xsd': '<a' }), { code: 'xml/schema' });
});
