import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { encodePkiPath, parseRevocationList } from '../../src/protocol/pki/index.ts';
import type { Certificate, KeyEntry } from '../../src/protocol/pki/index.ts';
import { NS } from '../../src/protocol/xml/index.ts';
import {
  issuerSerialReference,
  skiReference,
  strXml,
  tokenReference,
  tokenXml,
  X509,
} from '../support/attacker.ts';
import type { Changes, Forged } from '../support/attacker.ts';
import { openTarget } from '../support/attacker-target.ts';
import type { Target } from '../support/attacker-target.ts';
import { revocationList, tampered, USAGE } from '../support/pki.ts';
import type { BadCertificate } from '../support/pki.ts';
import { oneWayYaml } from '../support/test-pair.ts';

/** S14 to S18: who signed, by which reference, and whether that certificate may speak for the From party. */

/** AP_A proves itself by a pinned certificate. */
let target: Target;
/** AP_A proves itself by an authority and its name. */
let anchored: Target;

before(async () => {
  target = await openTarget();
  const yaml = oneWayYaml('AP_A', 'AP_B').replace(
    'certificates: ap_a.pem',
    'certificates: { anchors: ca.pem, subject: { CN: AP_A }, encryption: ap_a.pem }',
  );
  anchored = await openTarget({ pmodes: { 'a-b.yaml': yaml } });
  const { partners } = anchored.gateway.keys;
  const { ca } = anchored.pki;
  anchored.gateway.keys.partners = {
    ...partners,
    AP_A: { signing: [], encryption: partners['AP_A']!.encryption, anchors: [ca.certificate] },
  };
});
after(async () => {
  await target.gateway.stop();
  await anchored.gateway.stop();
});

const PATH = `${X509}X509PKIPathv1`;

/** A message signed by an entry whose token is a path of certificates, leaf first. */
function signedWithPath(to: Target, signer: KeyEntry, path: readonly Certificate[] | Buffer): Forged {
  const der = Buffer.isBuffer(path) ? path : encodePkiPath(path);
  return to.forge(
    {
      signerToken: () => tokenXml('signer-token', der, PATH),
      keyInfo: () => tokenReference('signer-token', PATH),
    },
    { signer },
  );
}

describe('S14 the certificate that came with the message', () => {
  const unfit: Readonly<Partial<Record<BadCertificate, string>>> = {
    expired: 'certificate-validity',
    'not-yet-valid': 'certificate-validity',
    'wrong-key-usage-for-signing': 'certificate-key-usage',
    'wrong-extended-key-usage': 'certificate-extended-key-usage',
    'ca-as-leaf': 'certificate-not-an-authority',
    'sha1-signed': 'certificate-signature-hash',
    'unknown-critical-extension': 'certificate-critical-extensions',
    'self-signed': 'chain-issuer-known',
    'wrong-issuer': 'chain-signature',
  };
  for (const [kind, check] of Object.entries(unfit)) {
    test(`S14 of the right name, by the trusted authority, but ${kind}`, async () => {
      const signer = await anchored.pki.bad(kind as BadCertificate, { name: 'AP_A' });
      const message = anchored.forge({}, { signer });
      await anchored.refuses(message, { ebms: 'EBMS:0101', code: 'receive/signer-not-trusted', check });
    });
  }

  for (const kind of ['rsa-1024', 'elliptic-curve'] as const) {
    test(`S14 of the right name, by the trusted authority, but ${kind}`, async () => {
      const signer = await anchored.pki.bad(kind, { name: 'AP_A' });
      const message = anchored.forge({}, { signer });
      await anchored.refuses(message, { ebms: 'EBMS:0101', code: 'wss/unsuitable-signer' });
    });
  }

  for (const kind of [
    'expired',
    'not-yet-valid',
    'wrong-key-usage-for-signing',
    'unknown-critical-extension',
  ] as const) {
    test(`S14 pinned, but ${kind}`, async () => {
      const signer = await target.pki.bad(kind, { name: 'AP_A' });
      const { keys } = target.gateway;
      const { partners } = keys;
      keys.partners = { ...partners, AP_A: { ...partners['AP_A']!, signing: [signer.certificate] } };
      try {
        const message = target.forge({}, { signer });
        await target.refuses(message, { ebms: 'EBMS:0101', code: 'receive/signer-not-trusted' });
      } finally {
        keys.partners = partners;
      }
    });
  }

  test('S14 of the right name, by the trusted authority, but revoked', async () => {
    const { keys } = anchored.gateway;
    const { ca } = anchored.pki;
    const signer = await anchored.pki.issue({ subject: 'CN=AP_A,OU=OOTS,O=Quoin Tests,C=XX' });
    const list = await revocationList(ca, [signer.certificate], new Date('2026-01-10'));
    keys.revocationLists = [parseRevocationList(list, [ca.certificate])];
    try {
      const message = anchored.forge({}, { signer });
      const check = 'certificate-not-revoked';
      await anchored.refuses(message, { ebms: 'EBMS:0101', code: 'receive/signer-not-trusted', check });
    } finally {
      keys.revocationLists = [];
    }
    await anchored.accepts(anchored.forge({}, { signer }));
  });

  test('S14 a certificate of the authority with the right name is trusted without being pinned', async () => {
    const renewed = await anchored.pki.issue({ subject: 'CN=AP_A,OU=OOTS,O=Quoin Tests,C=XX' });
    const kept = await anchored.accepts(anchored.forge({}, { signer: renewed }));
    assert.equal(kept.signer, renewed.certificate.thumbprintSha256);
  });

  test('S14 a certificate of the authority with another name', async () => {
    const other = await anchored.pki.issue({ subject: 'CN=AP_X,OU=OOTS,O=Quoin Tests,C=XX' });
    const message = anchored.forge({}, { signer: other });
    await anchored.refuses(message, { ebms: 'EBMS:0101', check: 'signer-speaks-for-from-party' });
  });

  test('S14 two names, the right one among them', async () => {
    const double = await anchored.pki.issue({ subject: 'CN=AP_X,CN=AP_A,O=Quoin Tests,C=XX' });
    const message = anchored.forge({}, { signer: double });
    await anchored.refuses(message, { ebms: 'EBMS:0101', check: 'signer-speaks-for-from-party' });
  });

  test('S14 the authority itself as signer', async () => {
    const message = anchored.forge({}, { signer: anchored.pki.ca });
    await anchored.refuses(message, { ebms: 'EBMS:0101', code: 'receive/signer-not-trusted' });
  });

  test('S14 a certificate with a turned byte in its signature', async () => {
    const signer = await anchored.pki.issue({ subject: 'CN=AP_A,OU=OOTS,O=Quoin Tests,C=XX' });
    const message = anchored.forge({}, { signer: { ...signer, certificate: tampered(signer.certificate) } });
    await anchored.refuses(message, { ebms: 'EBMS:0101', check: 'chain-signature' });
  });

  test('S14 an issuer that is no authority', async () => {
    const middle = await anchored.pki.issue({ subject: 'CN=AP_Z,O=Quoin Tests,C=XX' });
    const signer = await anchored.pki.issue({ subject: 'CN=AP_A,O=Quoin Tests,C=XX', issuer: middle });
    const message = signedWithPath(anchored, signer, [signer.certificate, middle.certificate]);
    await anchored.refuses(message, { ebms: 'EBMS:0101', code: 'receive/signer-not-trusted' });
  });

  test('S14 an intermediate authority beyond the path length of its issuer', async () => {
    const short = await anchored.pki.issue({
      subject: 'CN=Short,O=Quoin Tests,C=XX',
      ca: true,
      pathLength: 0,
    });
    const below = await anchored.pki.issue({
      subject: 'CN=Below,O=Quoin Tests,C=XX',
      ca: true,
      issuer: short,
    });
    const signer = await anchored.pki.issue({ subject: 'CN=AP_A,O=Quoin Tests,C=XX', issuer: below });
    const message = signedWithPath(anchored, signer, [
      signer.certificate,
      below.certificate,
      short.certificate,
    ]);
    await anchored.refuses(message, { ebms: 'EBMS:0101', code: 'receive/signer-not-trusted' });
  });

  test('S14 an intermediate authority without the right to sign certificates', async () => {
    const middle = await anchored.pki.issue({
      subject: 'CN=Middle,O=Quoin Tests,C=XX',
      ca: true,
      keyUsage: USAGE.digitalSignature,
    });
    const signer = await anchored.pki.issue({ subject: 'CN=AP_A,O=Quoin Tests,C=XX', issuer: middle });
    const message = signedWithPath(anchored, signer, [signer.certificate, middle.certificate]);
    await anchored.refuses(message, { ebms: 'EBMS:0101', check: 'chain-issuer-key-usage' });
  });
});

describe('S14 PKIPath', () => {
  let signer: KeyEntry;
  let middle: KeyEntry;
  before(async () => {
    middle = await anchored.pki.issue({ subject: 'CN=Intermediate,O=Quoin Tests,C=XX', ca: true });
    signer = await anchored.pki.issue({ subject: 'CN=AP_A,O=Quoin Tests,C=XX', issuer: middle });
  });

  test('S14 a sound path is accepted', async () => {
    await anchored.accepts(signedWithPath(anchored, signer, [signer.certificate, middle.certificate]));
  });

  test('S14 without its intermediate certificate', async () => {
    const message = signedWithPath(anchored, signer, [signer.certificate]);
    await anchored.refuses(message, { ebms: 'EBMS:0101', check: 'chain-issuer-known' });
  });

  test('S14 reversed, so that the authority stands where the signer should', async () => {
    const message = signedWithPath(anchored, signer, [middle.certificate, signer.certificate]);
    await anchored.refuses(message, { ebms: 'EBMS:0101' });
  });

  test('S14 empty', async () => {
    const message = signedWithPath(anchored, signer, Buffer.from('3000', 'hex'));
    await anchored.refuses(message, { ebms: 'EBMS:0101' });
  });

  test('S14 a thousand certificates', async () => {
    const path = Array.from({ length: 1000 }, (_, i) => (i === 0 ? signer.certificate : middle.certificate));
    const message = signedWithPath(anchored, signer, path);
    // Larger than an envelope may be: it is not read at all.
    await anchored.refuses(message, { ebms: 'EBMS:0007', code: 'mime/too-large' });
  });

  test('S14 forty certificates', async () => {
    const path = Array.from({ length: 40 }, (_, i) => (i === 0 ? signer.certificate : middle.certificate));
    await anchored.refuses(signedWithPath(anchored, signer, path), { ebms: 'EBMS:0101' });
  });

  const broken: Readonly<Record<string, (der: Buffer) => Buffer>> = {
    'cut short': (der) => der.subarray(0, -20),
    'with bytes behind it': (der) => Buffer.concat([der, Buffer.from('00', 'hex')]),
    'of indefinite length': (der) => Buffer.concat([Buffer.from('3080', 'hex'), der.subarray(4)]),
    'nothing but zeros': (der) => Buffer.alloc(der.length),
    'a claim of four gigabytes': () => Buffer.from('3084ffffffff', 'hex'),
  };
  for (const [name, change] of Object.entries(broken)) {
    test(`S14 ${name}`, async () => {
      const der = change(encodePkiPath([signer.certificate, middle.certificate]));
      await anchored.refuses(signedWithPath(anchored, signer, der), { ebms: 'EBMS:0101' });
    });
  }

  const tokens: Readonly<Record<string, Buffer>> = {
    'no bytes': Buffer.alloc(0),
    'no certificate': Buffer.from('this is no certificate'),
    'a SEQUENCE of nothing': Buffer.from('3000', 'hex'),
  };
  for (const [name, der] of Object.entries(tokens)) {
    test(`S14 an X509v3 token that holds ${name}`, async () => {
      const message = anchored.forge({ signerToken: () => tokenXml('signer-token', der) }, { signer });
      await anchored.refuses(message, { ebms: 'EBMS:0101' });
    });
  }
});

describe('S15 key references that name nobody, or two', () => {
  const x509Data = (inside: string): string => `<ds:X509Data xmlns:ds="${NS.DS}">${inside}</ds:X509Data>`;
  const x509Certificate = (certificate: Certificate): string =>
    `<ds:X509Certificate>${certificate.der.toString('base64')}</ds:X509Certificate>`;
  const keyValue = (certificate: Certificate): string => {
    const { n, e } = certificate.publicKey.export({ format: 'jwk' });
    const standard = (text: string | undefined): string =>
      Buffer.from(text ?? '', 'base64url').toString('base64');
    return `<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>${standard(n)}</ds:Modulus><ds:Exponent>${standard(e)}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>`;
  };
  const refused: Readonly<Record<string, (honest: string) => string>> = {
    'KeyValue only': () => keyValue(target.c.certificate),
    'KeyValue of the right key': () => keyValue(target.a.certificate),
    'KeyValue beside a token reference': (honest) => keyValue(target.c.certificate) + honest,
    'RetrievalMethod to a file': () => '<ds:RetrievalMethod URI="file:///etc/hostname"/>',
    'RetrievalMethod to the network': () =>
      '<ds:RetrievalMethod URI="http://attacker.test/cert" Type="http://www.w3.org/2000/09/xmldsig#rawX509Certificate"/>',
    KeyName: () => '<ds:KeyName>AP_A</ds:KeyName>',
    nothing: () => '',
    'a token that is not there': () => tokenReference('nowhere'),
    'a token on the network': () =>
      strXml('<wsse:Reference URI="http://attacker.test/token"></wsse:Reference>'),
    'the Messaging element as token': () => tokenReference('_messaging'),
    'X509Data of a foreign key beside a token of a known one': (honest) =>
      x509Data(x509Certificate(target.c.certificate)) + honest,
    'a token of a known key beside X509Data of a foreign one': (honest) =>
      honest + x509Data(x509Certificate(target.c.certificate)),
    'two certificates in one X509Data': () =>
      x509Data(x509Certificate(target.c.certificate) + x509Certificate(target.a.certificate)),
    'certificate and issuer of different partners in one X509Data': () =>
      x509Data(
        `${x509Certificate(target.c.certificate)}<ds:X509IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName>` +
          '<ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial>',
      ),
    'two references in one SecurityTokenReference': () =>
      strXml('<wsse:Reference URI="#signer-token"/><wsse:Reference URI="#signer-token"/>'),
    'an unknown kind of key identifier': () =>
      strXml('<wsse:KeyIdentifier ValueType="urn:example:kind">AAAA</wsse:KeyIdentifier>'),
  };
  for (const [name, keyInfo] of Object.entries(refused)) {
    test(`S15 ${name}`, async () => {
      await target.refuses(target.forge({ keyInfo }), { ebms: 'EBMS:0101' });
    });
  }

  test('S15 the certificate itself in X509Data proves as much as a token', async () => {
    const message = target.forge({ keyInfo: () => x509Data(x509Certificate(target.a.certificate)) });
    await target.accepts(message);
  });

  test('S15 a foreign certificate in X509Data', async () => {
    const message = target.forge(
      { keyInfo: () => x509Data(x509Certificate(target.c.certificate)) },
      { signer: target.c },
    );
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'receive/signer-not-trusted' });
  });

  test('S15 the token of the signer and an unused one of somebody else', async () => {
    const message = target.forge({
      security: (blocks) => [{ name: 'other', xml: tokenXml('unused', target.c.certificate.der) }, ...blocks],
    });
    assert.equal((await target.accepts(message)).signer, target.a.certificate.thumbprintSha256);
  });

  test('S15 a hundred tokens', async () => {
    const many = Array.from({ length: 100 }, (_, i) => ({
      name: 'other' as const,
      xml: tokenXml(`unused-${i}`, target.c.certificate.der),
    }));
    const message = target.forge({ security: (blocks) => [...many, ...blocks] });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/too-many' });
  });
});

describe('S16 two certificates with one subject key identifier', () => {
  let double: KeyEntry;
  const withSki = (signer: KeyEntry): Forged =>
    target.forge({ keyInfo: () => skiReference(signer.certificate.subjectKeyIdentifier!) }, { signer });
  before(async () => {
    double = await target.pki.bad('ski-collision', { name: 'AP_C', like: target.a });
    const { partners } = target.gateway.keys;
    // The double first, so that the first match is the wrong one.
    target.gateway.keys.partners = {
      AP_C: { signing: [double.certificate], encryption: partners['AP_C']!.encryption },
      AP_A: { ...partners['AP_A']!, signing: [double.certificate, ...partners['AP_A']!.signing].slice(1) },
    };
    assert.deepEqual(double.certificate.subjectKeyIdentifier, target.a.certificate.subjectKeyIdentifier);
  });

  test('S16 the signature decides whose it is', async () => {
    const kept = await target.accepts(withSki(target.a));
    assert.equal(kept.signer, target.a.certificate.thumbprintSha256);
  });

  test('S16 the other one may not speak for AP_A', async () => {
    const message = withSki(double);
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'receive/signer-not-trusted' });
  });

  test('S16 an identifier nobody has', async () => {
    const message = target.forge({ keyInfo: () => skiReference(Buffer.alloc(20, 7)) });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/unknown-signer' });
  });
});

describe('S17 issuer and serial number', () => {
  const spellings: readonly string[] = [
    'CN=Test Authority,O=Quoin Tests,C=XX',
    'CN=Test Authority, O=Quoin Tests, C=XX',
    'C=XX,O=Quoin Tests,CN=Test Authority',
    'cn=Test Authority,o=Quoin Tests,c=XX',
    'CN="Test Authority",O="Quoin Tests",C=XX',
    '2.5.4.3=Test Authority,2.5.4.10=Quoin Tests,2.5.4.6=XX',
    'CN=Test\\20Authority,O=Quoin Tests,C=XX',
    ' CN = Test Authority , O = Quoin Tests , C = XX ',
    'CN=TEST AUTHORITY,O=quoin tests,C=xx',
  ];
  for (const spelling of spellings) {
    test(`S17 accepted: ${spelling}`, async () => {
      const keyInfo = (): string => issuerSerialReference(spelling, target.a.certificate.serialNumber);
      await target.accepts(target.forge({ keyInfo }));
    });
  }

  const wrong: Readonly<Record<string, () => string>> = {
    'another issuer': () =>
      issuerSerialReference('CN=Test Authority,O=Other,C=XX', target.a.certificate.serialNumber),
    'an issuer with one attribute more': () =>
      issuerSerialReference('CN=Test Authority,OU=x,O=Quoin Tests,C=XX', target.a.certificate.serialNumber),
    'another serial number': () =>
      issuerSerialReference(spellings[0]!, (BigInt(target.a.certificate.serialNumber) + 1n).toString()),
    'a serial number in hexadecimal': () => issuerSerialReference(spellings[0]!, '0x1234'),
    'an endless serial number': () => issuerSerialReference(spellings[0]!, '9'.repeat(100_000)),
  };
  for (const [name, keyInfo] of Object.entries(wrong)) {
    test(`S17 ${name}`, async () => {
      await target.refuses(target.forge({ keyInfo }), { ebms: 'EBMS:0101' });
    });
  }
});

describe('S18 the right signature of the wrong partner', () => {
  const references: Readonly<Record<string, (signer: KeyEntry) => Changes>> = {
    'a token': () => ({}),
    'subject key identifier': (signer) => ({
      keyInfo: () => skiReference(signer.certificate.subjectKeyIdentifier!),
    }),
    'issuer and serial number': ({ certificate }) => ({
      keyInfo: () => issuerSerialReference(certificate.issuer, certificate.serialNumber),
    }),
  };
  for (const [name, changes] of Object.entries(references)) {
    test(`S18 AP_C signs a message from AP_A, named by ${name}`, async () => {
      const { partners } = target.gateway.keys;
      const signer = await target.pki.party('AP_C');
      target.gateway.keys.partners = {
        ...partners,
        AP_C: { signing: [signer.certificate], encryption: [signer.certificate] },
      };
      const message = target.forge(changes(signer), { signer });
      await target.refuses(message, { ebms: 'EBMS:0101', code: 'receive/signer-not-trusted' });
    });
  }

  test('S18 the target signs a message to itself', async () => {
    const message = target.forge({}, { signer: target.b });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'receive/signer-not-trusted' });
  });

  test('S18 a stranger signs', async () => {
    const stranger = await target.pki.issue({ issuer: 'self' });
    const message = target.forge({}, { signer: stranger });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'receive/signer-not-trusted' });
  });

  test('S18 the token of AP_A under the signature of AP_C', async () => {
    const message = target.forge(
      { signerToken: () => tokenXml('signer-token', target.a.certificate.der) },
      { signer: target.c },
    );
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/signature-value' });
  });
});
