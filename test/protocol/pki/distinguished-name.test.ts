import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeValue } from '../../../src/protocol/pki/distinguished-name.ts';
import { issueCertificate, nameAttributes, sameDistinguishedName } from '../../../src/protocol/pki/index.ts';
import { testPki } from '../../support/pki.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { missing, run } from '../../support/tools.ts';

const SAME: readonly (readonly [string, string, string])[] = [
  ['spaces', 'CN=a,O=b,C=BE', 'CN = a,  O=b , C= BE'],
  ['order reversed', 'CN=a,OU=x,O=b,C=BE', 'C=BE, O=b, OU=x, CN=a'],
  ['types in lower case', 'CN=a,O=b', 'cn=a,o=b'],
  ['OpenSSL with slashes', 'CN=a,O=b,C=BE', '/C=BE/O=b/CN=a'],
  ['a slash inside a value', 'CN=http://x/y,C=BE', '/C=BE/CN=http://x/y'],
  ['OID spelled out', 'CN=a,O=b', '2.5.4.3=a,OID.2.5.4.10=b'],
  ['.NET state', 'CN=a,ST=Brussels', 'CN=a, S=Brussels'],
  ['.NET quotes', 'CN=a,O=Doe\\, Inc.', 'CN=a, O="Doe, Inc."'],
  ['.NET quote in quotes', 'CN=a,O=the \\"x\\" co', 'CN=a, O="the ""x"" co"'],
  ['RFC 1779 quotes and semicolon', 'CN=a,O=Doe\\, Inc.', 'CN=a;O="Doe, Inc."'],
  ['escaped as hex pairs', 'CN=Lučić', 'CN=Lu\\C4\\8Di\\C4\\87'],
  ['Java hex for e-mail', 'CN=a,EMAILADDRESS=x@y.eu', 'CN=a,1.2.840.113549.1.9.1=#16067840792e6575'],
  ['.NET e-mail', 'E=x@y.eu,CN=a', '1.2.840.113549.1.9.1=#16067840792e6575,CN=a'],
  ['serial number', 'SERIALNUMBER=7,CN=a', '2.5.4.5=#130137,CN=a'],
  ['organizationIdentifier', '2.5.4.97=#0c0756415442452d31,C=BE', 'organizationIdentifier=VATBE-1,C=BE'],
  ['case of values', 'CN=Laurentius-C3,C=SI', 'CN=laurentius-c3,C=si'],
  ['inner spaces', 'CN=a  b,C=SI', 'CN=a b,C=SI'],
  ['several attributes in one', 'CN=a+UID=7,C=BE', 'UID=7 + CN=a, C=BE'],
  ['other white space at a line break', 'CN=a,\n  O=b', 'CN=a,O=b'],
  ['escaped equals sign', 'CN=a\\=b,C=BE', 'CN=a=b,C=BE'],
  ['composed characters', 'CN=Lu\u010di\u0107', 'CN=Luc\u030cic\u0301'],
];

const DIFFERENT: readonly (readonly [string, string, string])[] = [
  ['another value', 'CN=a,O=b', 'CN=c,O=b'],
  ['one attribute more', 'CN=a,O=b', 'CN=a,O=b,C=BE'],
  ['values exchanged', 'CN=a,O=b', 'CN=b,O=a'],
  ['an order that is neither', 'CN=a,O=b,C=BE', 'O=b,CN=a,C=BE'],
  ['an escaped comma', 'CN=a\\,O=b', 'CN=a,O=b'],
  ['a literal number sign is not hex', 'CN=\\#0c0161', 'CN=a'],
  ['one relative name or two', 'CN=a+O=b', 'CN=a,O=b'],
  ['text that is no name', 'CN=a', 'a'],
  ['a quote left open', 'CN="a', 'CN=a'],
  ['empty and not', '', 'CN=a'],
];

for (const [what, a, b] of SAME)
  test(`same name: ${what}`, () => {
    assert.ok(sameDistinguishedName(a, b));
    assert.ok(sameDistinguishedName(b, a));
  });

for (const [what, a, b] of DIFFERENT)
  test(`other name: ${what}`, () => {
    assert.ok(!sameDistinguishedName(a, b));
    assert.ok(!sameDistinguishedName(b, a));
  });

test('an escaped blank is part of the value, others around it are not', () => {
  assert.deepEqual(nameAttributes('CN= a ,O=\\ '), { O: [' '], CN: ['a'] });
  assert.deepEqual(nameAttributes(' CN=\\ b\\  , O = c\\\\ '), { O: ['c\\'], CN: [' b '] });
});

test('a name of absurd length is no name', () => {
  const long = `CN=${'a'.repeat(10_000)}`;
  assert.ok(!sameDistinguishedName(long, `${long} `));
});

test('whatever a value holds, it comes out of a certificate and its name as it went in', async () => {
  const pki = await testPki();
  const value = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => Buffer.from(text).toString() === text && !text.includes('\u0000'));
  await fc.assert(
    fc.asyncProperty(value, value, async (name, organisation) => {
      const certificate = await issueCertificate({
        issuer: pki.ca,
        subject: `CN=${escapeValue(name)},O=${escapeValue(organisation)}`,
        publicKey: pki.ca.privateKey,
        notBefore: pki.ca.certificate.notBefore,
        notAfter: pki.ca.certificate.notAfter,
      });
      assert.deepEqual(nameAttributes(certificate.subject), { CN: [name], O: [organisation] });
      const reversed = `O=${escapeValue(organisation)}, CN=${escapeValue(name)}`;
      assert.ok(sameDistinguishedName(certificate.subject, reversed));
    }),
    { numRuns: 100 },
  );
});

const JAVA = `
import java.io.FileInputStream;
import java.security.cert.*;
public class Names {
  public static void main(String[] a) throws Exception {
    X509Certificate c = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(a[0]));
    var p = c.getSubjectX500Principal();
    System.out.println(p.getName("RFC2253"));
    System.out.println(p.getName("RFC1779"));
    System.out.println(p.getName("CANONICAL"));
    System.out.println(p.toString());
    System.out.println(c.getSubjectDN().getName());
  }
}`;

test(
  'Java spells names in five ways, all of them the same to us',
  { skip: missing('java', '-version') },
  async () => {
    const folder = scratchFolder();
    const pki = await testPki();
    const certificate = await issueCertificate({
      issuer: pki.ca,
      subject:
        'CN=Ap \\"one\\"\\, Łódź \\+ x\\;y,emailAddress=a@b.eu,serialNumber=99,OU=\\#5,OU=b  c,O=\\ Ministère <1> ,ST=S,DC=eu,C=BE',
      publicKey: pki.ca.privateKey,
      notBefore: pki.ca.certificate.notBefore,
      notAfter: pki.ca.certificate.notAfter,
    });
    writeFileSync(join(folder, 'c.pem'), certificate.pem);
    writeFileSync(join(folder, 'Names.java'), JAVA);
    const spelled = run(
      'java',
      ['-Dfile.encoding=UTF-8', '-Dstdout.encoding=UTF-8', 'Names.java', 'c.pem'],
      folder,
    )
      .trimEnd()
      .split('\n');
    assert.equal(spelled.length, 5);
    assert.equal(spelled[0], certificate.subject);
    for (const name of spelled) assert.ok(sameDistinguishedName(name, certificate.subject), name);
  },
);
