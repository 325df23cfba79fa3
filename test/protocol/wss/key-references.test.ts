import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Refusal } from '../../../src/protocol/errors/index.ts';
import { encodePkiPath } from '../../../src/protocol/pki/index.ts';
import type { Certificate } from '../../../src/protocol/pki/index.ts';
import { escapeText, NS } from '../../../src/protocol/xml/index.ts';
import { signAgain } from '../../support/peers.ts';
import { alice, bare, bob, ca, elliptic, everyone, mallory, short, twin } from './keys.ts';
import { receive, send } from './mini-msh.ts';
import type { Wire } from './mini-msh.ts';

/** Which certificate a signature names, in every form that is accepted or refused. */

const wire = await send({
  signer: alice,
  signWith: 'BinarySecurityToken',
  recipient: bob.certificate,
  encryptWith: 'IssuerSerial',
  parts: [],
});
const TEXT = wire.envelope.toString();
const TOKEN = /<wsse:BinarySecurityToken .*<\/wsse:BinarySecurityToken>/.exec(TEXT)![0];
const STR = /<wsse:SecurityTokenReference>.*<\/wsse:SecurityTokenReference>/.exec(TEXT)![0];

const X509 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#';
const SMS11 = 'http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#';
const BASE64 =
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';

const token = (
  content: string,
  valueType = `${X509}X509v3`,
  id = '_m-1-Signer',
  encoding = ` EncodingType="${BASE64}"`,
) =>
  `<wsse:BinarySecurityToken${encoding} ValueType="${valueType}" wsu:Id="${id}">${content}</wsse:BinarySecurityToken>`;
const str = (content: string) => `<wsse:SecurityTokenReference>${content}</wsse:SecurityTokenReference>`;
const keyIdentifier = (valueType: string, octets: Buffer) =>
  str(
    `<wsse:KeyIdentifier EncodingType="${BASE64}" ValueType="${valueType}">${octets.toString('base64')}</wsse:KeyIdentifier>`,
  );
const issuerSerial = (issuer: string, serial: string) =>
  '<ds:X509Data><ds:X509IssuerSerial>' +
  `<ds:X509IssuerName>${escapeText(issuer)}</ds:X509IssuerName><ds:X509SerialNumber>${serial}</ds:X509SerialNumber>` +
  '</ds:X509IssuerSerial></ds:X509Data>';
const b64 = (certificate: Certificate) => certificate.der.toString('base64');

/** The message with another token and another content of KeyInfo; neither is signed. */
const withReference = (keyInfo: string, tokens = ''): Wire => ({
  ...wire,
  envelope: Buffer.from(TEXT.replace(TOKEN, () => tokens).replace(STR, () => keyInfo)),
});
const receiving = { keys: [bob], known: everyone };
const { certificate } = alice;
const ski = certificate.subjectKeyIdentifier!;

describe('accepted', () => {
  const accepted: Readonly<Record<string, Wire>> = {
    'a token': withReference(STR, TOKEN),
    'a token broken into lines': withReference(
      STR,
      token(`\n${b64(certificate).replace(/(.{64})/g, '$1\r\n')}\n`),
    ),
    'a token without EncodingType': withReference(STR, token(b64(certificate), undefined, undefined, '')),
    'a token that comes after the signature': {
      ...wire,
      envelope: Buffer.from(TEXT.replace(TOKEN, '').replace('</wsse:Security>', `${TOKEN}</wsse:Security>`)),
    },
    'a token named by a plain Id': withReference(STR, TOKEN.replace('wsu:Id', 'Id')),
    'a reference without ValueType': withReference(STR.replace(/ ValueType="[^"]*"/, ''), TOKEN),
    'a path': withReference(
      STR,
      token(encodePkiPath([certificate, ca.certificate]).toString('base64'), `${X509}X509PKIPathv1`),
    ),
    'a path of the signer alone': withReference(
      STR,
      token(encodePkiPath([certificate]).toString('base64'), `${X509}X509PKIPathv1`),
    ),
    'an embedded token': withReference(str(`<wsse:Embedded>${TOKEN}</wsse:Embedded>`)),
    'a key identifier': withReference(keyIdentifier(`${X509}X509SubjectKeyIdentifier`, ski)),
    'a thumbprint': withReference(keyIdentifier(`${SMS11}ThumbprintSHA1`, certificate.thumbprintSha1)),
    'the certificate as key identifier': withReference(keyIdentifier(`${X509}X509v3`, certificate.der)),
    'issuer and serial number': withReference(
      str(issuerSerial(certificate.issuer, certificate.serialNumber)),
    ),
    'issuer and serial number without SecurityTokenReference': withReference(
      issuerSerial(certificate.issuer, certificate.serialNumber),
    ),
    X509SKI: withReference(
      str(`<ds:X509Data><ds:X509SKI>${ski.toString('base64')}</ds:X509SKI></ds:X509Data>`),
    ),
    X509Certificate: withReference(
      str(`<ds:X509Data><ds:X509Certificate>${b64(certificate)}</ds:X509Certificate></ds:X509Data>`),
    ),
  };
  for (const [what, message] of Object.entries(accepted)) {
    test(what, async () => {
      const { signer } = await receive(message, receiving);
      assert.equal(signer.thumbprintSha256, certificate.thumbprintSha256);
    });
  }

  test('a path brings the issuers along, nearest first', async () => {
    const { chain } = await receive(accepted['a path']!, receiving);
    assert.deepEqual(
      chain.map(({ thumbprintSha256 }) => thumbprintSha256),
      [ca.certificate.thumbprintSha256],
    );
  });
});

describe('S16: one key identifier, two certificates', () => {
  const message = withReference(keyIdentifier(`${X509}X509SubjectKeyIdentifier`, ski));

  test('the signature decides which one signed', async () => {
    assert.ok(
      everyone.indexOf(twin.certificate) < everyone.indexOf(certificate),
      'the wrong one is tried first',
    );
    const { signer } = await receive(message, receiving);
    assert.equal(signer.thumbprintSha256, certificate.thumbprintSha256);
  });

  test('the one who did not sign is not taken for the signer', async () => {
    await assert.rejects(receive(message, { ...receiving, known: [twin.certificate] }), {
      code: 'wss/signature-value',
    });
  });

  test('only so many are tried', async () => {
    const crowd = [...Array.from({ length: 8 }, () => twin.certificate), certificate];
    await assert.rejects(receive(message, { ...receiving, known: crowd }), { code: 'wss/signature-value' });
  });
});

describe('S17: one name, many spellings', () => {
  const serial = certificate.serialNumber;
  const spellings = {
    'OpenSSL, from the root down': 'C=XX, O=Quoin Tests, CN=Test Authority',
    'Java, with spaces': 'CN=Test Authority, O=Quoin Tests, C=XX',
    '.NET, quoted': 'CN="Test Authority", O="Quoin Tests", C=XX',
    'lower-case types': 'cn=Test Authority,o=Quoin Tests,c=XX',
    'dotted types': '2.5.4.3=Test Authority,2.5.4.10=Quoin Tests,2.5.4.6=XX',
    'over two lines': '\n  CN=Test Authority,\n  O=Quoin Tests, C=XX\n',
  };
  for (const [what, issuer] of Object.entries(spellings)) {
    test(what, async () => {
      const { signer } = await receive(withReference(str(issuerSerial(issuer, ` ${serial}\n`))), receiving);
      assert.equal(signer.thumbprintSha256, certificate.thumbprintSha256);
    });
  }

  test('another name or serial number is another certificate', async () => {
    for (const [issuer, number] of [
      ['CN=Test Authority,O=Quoin Tests,C=YY', serial],
      ['CN=Test Authority,O=Quoin Tests', serial],
      [certificate.issuer, `${serial}0`],
    ] as const) {
      await assert.rejects(receive(withReference(str(issuerSerial(issuer, number))), receiving), {
        code: 'wss/unknown-signer',
      });
    }
  });
});

describe('the signer is the one the reference names, and nobody else', () => {
  const foreign = token(b64(mallory.certificate), undefined, 'foreign');

  test('another token that stands first does not matter', async () => {
    const { signer } = await receive(withReference(STR, foreign + TOKEN), receiving);
    assert.equal(signer.thumbprintSha256, certificate.thumbprintSha256);
  });

  test('a signature by one with a reference to the other is refused', async () => {
    const message = withReference(STR.replace('#_m-1-Signer', '#foreign'), foreign + TOKEN);
    await assert.rejects(receive(message, receiving), { code: 'wss/signature-value', ebms: 'EBMS:0101' });
  });

  test('who signs and names himself is reported as himself: trust is decided elsewhere', async () => {
    const message = withReference(STR.replace('#_m-1-Signer', '#foreign'), TOKEN + foreign);
    const { signer } = await receive(
      { ...message, envelope: signAgain(message.envelope, mallory) },
      receiving,
    );
    assert.equal(signer.thumbprintSha256, mallory.certificate.thumbprintSha256);
  });
});

const modulus =
  '<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>';
const path = (certificates: readonly Certificate[]) => {
  const body = Buffer.concat(certificates.map(({ der }) => der));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return token(
    Buffer.concat([Buffer.of(0x30, 0x84), length, body]).toString('base64'),
    `${X509}X509PKIPathv1`,
  );
};

describe('refused (S14, S15)', () => {
  const refused: Readonly<Record<string, readonly [Wire, string]>> = {
    'a KeyValue': [withReference(modulus), 'wss/malformed-signature'],
    'a KeyValue inside the reference': [withReference(str(modulus)), 'wss/malformed-signature'],
    'a RetrievalMethod': [
      withReference('<ds:RetrievalMethod URI="http://example.org/key"/>'),
      'wss/malformed-signature',
    ],
    'a KeyInfoReference': [
      withReference(`<dsig11:KeyInfoReference xmlns:dsig11="${NS.DSIG11}" URI="#_m-1-Signer"/>`, TOKEN),
      'wss/malformed-signature',
    ],
    'a KeyName': [withReference('<ds:KeyName>alice</ds:KeyName>'), 'wss/malformed-signature'],
    nothing: [withReference(''), 'wss/malformed-signature'],
    'X509Data of another beside a known token': [
      withReference(issuerSerial(mallory.certificate.issuer, mallory.certificate.serialNumber) + STR, TOKEN),
      'wss/malformed-signature',
    ],
    'two references': [withReference(STR + STR, TOKEN), 'wss/malformed-signature'],
    'two things in one reference': [
      withReference(str(issuerSerial('CN=a', '1').repeat(2))),
      'wss/malformed-signature',
    ],
    'two certificates in X509Data': [
      withReference(
        str(
          `<ds:X509Data>${`<ds:X509Certificate>${b64(certificate)}</ds:X509Certificate>`.repeat(2)}</ds:X509Data>`,
        ),
      ),
      'wss/malformed-signature',
    ],
    'a revocation list in X509Data': [
      withReference('<ds:X509Data><ds:X509CRL>AA==</ds:X509CRL></ds:X509Data>'),
      'wss/malformed-signature',
    ],
    'a token that is not there': [withReference(STR), 'wss/malformed-signature'],
    'a token outside the Security header': [outside(), 'wss/malformed-signature'],
    'a token on another machine': [
      withReference(STR.replace('#_m-1-Signer', 'http://example.org/token')),
      'wss/malformed-signature',
    ],
    'an element that is no token': [
      withReference(STR.replace('#_m-1-Signer', '#_m-1'), TOKEN),
      'wss/malformed-signature',
    ],
    'a token of an unknown type': [
      withReference(STR, token(b64(certificate), `${X509}PKCS7`)),
      'wss/malformed-signature',
    ],
    'a token of a type that every object has': [
      withReference(STR, token(b64(certificate), 'constructor')),
      'wss/malformed-signature',
    ],
    'a key identifier of a type that every object has': [
      withReference(keyIdentifier('constructor', ski)),
      'wss/malformed-signature',
    ],
    'a token in an unknown encoding': [
      withReference(
        STR,
        token(certificate.der.toString('hex'), undefined, undefined, ' EncodingType="urn:hex"'),
      ),
      'wss/malformed-signature',
    ],
    'a token that is no base64': [withReference(STR, token('%%%')), 'wss/malformed-signature'],
    'a token that is no certificate': [withReference(STR, token('AAAA')), 'wss/malformed-signature'],
    'an empty token': [withReference(STR, token('')), 'wss/malformed-signature'],
    'a token beyond the size limit': [
      withReference(STR, token('AAAA'.repeat(30_000))),
      'wss/malformed-signature',
    ],
    'a certificate with trailing bytes': [
      withReference(STR, token(Buffer.concat([certificate.der, Buffer.of(0)]).toString('base64'))),
      'wss/malformed-signature',
    ],
    'an embedded something else': [
      withReference(str(`<wsse:Embedded>${STR}</wsse:Embedded>`), TOKEN),
      'wss/malformed-signature',
    ],
    'an unknown kind of key identifier': [
      withReference(keyIdentifier(`${SMS11}EncryptedKeySHA1`, ski)),
      'wss/malformed-signature',
    ],
    'a serial number that is no number': [
      withReference(str(issuerSerial(certificate.issuer, '0x1'))),
      'wss/malformed-signature',
    ],
    'a comment in the serial number': [
      withReference(str(issuerSerial(certificate.issuer, '1<!---->2'))),
      'wss/malformed-signature',
    ],
    'an empty path': [withReference(STR, path([])), 'wss/malformed-signature'],
    'a path in reverse order': [
      withReference(STR, path([certificate, ca.certificate])),
      'wss/malformed-signature',
    ],
    'a path of 9': [
      withReference(STR, path(Array.from({ length: 9 }, () => ca.certificate))),
      'wss/malformed-signature',
    ],
    'a path of 500': [
      withReference(STR, path(Array.from({ length: 500 }, () => ca.certificate))),
      'wss/malformed-signature',
    ],
    'a path whose leaf did not sign': [
      withReference(STR, path([ca.certificate, mallory.certificate])),
      'wss/signature-value',
    ],
    'a key identifier we do not know': [
      withReference(keyIdentifier(`${X509}X509SubjectKeyIdentifier`, Buffer.alloc(20))),
      'wss/unknown-signer',
    ],
    'a thumbprint we do not know': [
      withReference(keyIdentifier(`${SMS11}ThumbprintSHA1`, Buffer.alloc(20))),
      'wss/unknown-signer',
    ],
    'a short RSA key': [withReference(STR, token(b64(short.certificate))), 'wss/unsuitable-signer'],
    'a key on a curve': [withReference(STR, token(b64(elliptic.certificate))), 'wss/unsuitable-signer'],
    'a certificate of somebody else': [
      withReference(STR, token(b64(bare.certificate))),
      'wss/signature-value',
    ],
  };

  function outside(): Wire {
    const text = withReference(STR).envelope.toString();
    return {
      ...wire,
      envelope: Buffer.from(
        text.replace(
          '</S12:Header>',
          `<x:X xmlns:x="urn:x" xmlns:wsse="${NS.WSSE}" xmlns:wsu="${NS.WSU}">${TOKEN}</x:X></S12:Header>`,
        ),
      ),
    };
  }

  for (const [what, [message, code]] of Object.entries(refused)) {
    test(`${what}: EBMS:0101 ${code}`, async () => {
      await assert.rejects(receive(message, receiving), (error) => {
        assert.ok(error instanceof Refusal, String(error));
        assert.deepEqual([error.ebms, error.code], ['EBMS:0101', code], error.message);
        return true;
      });
    });
  }
});
