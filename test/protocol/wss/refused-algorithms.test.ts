import assert from 'node:assert/strict';
import { createHmac, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { isQuoinError } from '../../../src/protocol/errors/index.ts';
import { alice, mallory } from './keys.ts';
import { receive } from './mini-msh.ts';
import {
  wire,
  TEXT,
  receiving,
  C14N,
  SWA,
  TOKEN,
  BODY_REFERENCE,
  PART_REFERENCE,
  DIGEST_VALUE,
  SIGNATURE_VALUE,
  replace,
  signed,
  refuses,
  authentication,
  policy,
} from './signed-message.ts';

/** Values, transforms, prefix lists, references and algorithms that are refused; numbers as in the list of attacks. */

const broken = (element: string, insert: string) => element.replace(/>(.{10})/, `>$1${insert}`);
refuses('S08: markup inside values', [
  authentication(
    'a comment inside DigestValue',
    replace(DIGEST_VALUE, broken(DIGEST_VALUE, '<!-- -->')),
    'wss/malformed-signature',
  ),
  authentication(
    "a comment in front of DigestValue's text",
    replace(DIGEST_VALUE, DIGEST_VALUE.replace('>', '><!---->')),
    'wss/malformed-signature',
  ),
  authentication(
    'a comment inside SignatureValue',
    replace(SIGNATURE_VALUE, broken(SIGNATURE_VALUE, '<!---->')),
    'wss/malformed-signature',
  ),
  authentication(
    'an element inside DigestValue',
    replace(DIGEST_VALUE, broken(DIGEST_VALUE, '<x/>')),
    'wss/malformed-signature',
  ),
  authentication(
    'a comment inside the token',
    replace(TOKEN, broken(TOKEN, '<!---->')),
    'wss/malformed-signature',
  ),
  authentication(
    'a foreign character in DigestValue',
    replace(DIGEST_VALUE, broken(DIGEST_VALUE, '!')),
    'wss/malformed-signature',
  ),
  authentication(
    'nothing in SignatureValue',
    replace(SIGNATURE_VALUE, '<ds:SignatureValue/>'),
    'wss/malformed-signature',
  ),
  authentication(
    'nothing in DigestValue',
    replace(DIGEST_VALUE, '<ds:DigestValue/>'),
    'wss/malformed-signature',
  ),
  authentication(
    'two DigestValues',
    replace(DIGEST_VALUE, DIGEST_VALUE + DIGEST_VALUE),
    'wss/malformed-signature',
  ),
]);

describe('S08: harmless markup inside values', () => {
  const digest = />([^<]*)</.exec(DIGEST_VALUE)![1]!;
  for (const [what, value] of [
    ['CDATA', `<![CDATA[${digest}]]>`],
    ['a character reference', `&#${digest.charCodeAt(0)};${digest.slice(1)}`],
  ] as const) {
    test(`${what} leaves the value as it is`, async () => {
      await receive({ ...wire, envelope: Buffer.from(replace(digest, value)) }, receiving);
    });
  }

  test('a processing instruction is refused by the envelope reader, an entity by the parser', async () => {
    for (const [value, code] of [
      [`<?x?>${digest}`, 'soap/processing-instruction'],
      [`&x;${digest}`, 'xml/not-well-formed'],
    ] as const) {
      const changed = { ...wire, envelope: Buffer.from(replace(digest, value)) };
      await assert.rejects(
        receive(changed, receiving),
        (error) => isQuoinError(error) && error.code === code,
      );
    }
  });
});

const TRANSFORMS = [
  'http://www.w3.org/TR/1999/REC-xslt-19991116',
  'http://www.w3.org/TR/1999/REC-xpath-19991116',
  'http://www.w3.org/2002/06/xmldsig-filter2',
  'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  'http://www.w3.org/2000/09/xmldsig#base64',
  `${C14N}WithComments`,
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  'http://www.w3.org/2006/12/xml-c14n11',
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform',
  `${SWA}Attachment-Content-Signature-Transform`,
  'urn:unknown',
  '',
];
const EXC = `<ds:Transform Algorithm="${C14N}"></ds:Transform>`;
const bodyTransforms = (transforms: string) =>
  signed(replace(BODY_REFERENCE, BODY_REFERENCE.replace(EXC, transforms)));
const partTransforms = (transforms: string) =>
  signed(replace(PART_REFERENCE, PART_REFERENCE.replace(/<ds:Transform A.*<\/ds:Transform>/, transforms)));
refuses('S09: transforms', [
  ...TRANSFORMS.flatMap((uri) => {
    const one = `<ds:Transform Algorithm="${uri}"><x xmlns="urn:x"/></ds:Transform>`;
    const isSwa = uri.startsWith(SWA);
    return [
      policy(
        `an element through ${uri || 'an empty algorithm'}`,
        bodyTransforms(one),
        isSwa ? 'wss/transform-parameters' : 'wss/algorithm-not-allowed',
      ),
      policy(
        `an element through ${uri || 'an empty algorithm'} first`,
        bodyTransforms(one.replace(/<x.*\/>/, '') + EXC),
        'wss/transform-count',
      ),
    ];
  }),
  policy('an element without transform', bodyTransforms(''), 'wss/transform-count'),
  policy('an element with the transform twice', bodyTransforms(EXC + EXC), 'wss/transform-count'),
  policy('an element with three transforms', bodyTransforms(EXC + EXC + EXC), 'wss/too-many'),
  policy(
    'exclusive c14n with a foreign parameter',
    bodyTransforms(EXC.replace('><', '><x xmlns="urn:x"/><')),
    'wss/transform-parameters',
  ),
  policy(
    'exclusive c14n with two prefix lists',
    bodyTransforms(
      EXC.replace('><', `>${`<ec:InclusiveNamespaces xmlns:ec="${C14N}" PrefixList="a"/>`.repeat(2)}<`),
    ),
    'wss/transform-parameters',
  ),
  policy('a part through exclusive c14n', partTransforms(EXC), 'wss/algorithm-not-allowed'),
  policy(
    'a part through Attachment-Complete',
    partTransforms(`<ds:Transform Algorithm="${SWA}Attachment-Complete-Signature-Transform"/>`),
    'wss/algorithm-not-allowed',
  ),
  policy('a part without transform', partTransforms(''), 'wss/transform-count'),
  policy(
    'a part with parameters in its transform',
    partTransforms(
      `<ds:Transform Algorithm="${SWA}Attachment-Content-Signature-Transform"><x xmlns="urn:x"/></ds:Transform>`,
    ),
    'wss/transform-parameters',
  ),
  policy(
    'SignedInfo through c14n 1.0',
    signed(
      replace(
        `<ds:CanonicalizationMethod Algorithm="${C14N}"`,
        '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"',
      ),
    ),
    'wss/algorithm-not-allowed',
  ),
  policy(
    'SignedInfo with comments',
    signed(
      replace(
        `<ds:CanonicalizationMethod Algorithm="${C14N}"`,
        `<ds:CanonicalizationMethod Algorithm="${C14N}WithComments"`,
      ),
    ),
    'wss/algorithm-not-allowed',
  ),
]);

const withList = (list: string) =>
  bodyTransforms(EXC.replace('><', `><ec:InclusiveNamespaces xmlns:ec="${C14N}" PrefixList="${list}"/><`));
const unsignedList = (list: string) =>
  replace(
    BODY_REFERENCE,
    BODY_REFERENCE.replace(
      EXC,
      EXC.replace('><', `><ec:InclusiveNamespaces xmlns:ec="${C14N}" PrefixList="${list}"/><`),
    ),
  );
refuses('S10: prefix lists beyond all measure', [
  authentication(
    '100 000 prefixes on a reference',
    unsignedList('p '.repeat(100_000)),
    'wss/signature-value',
  ),
  policy(
    '100 000 prefixes on SignedInfo',
    replace('PrefixList="S12"', `PrefixList="${'p '.repeat(100_000)}"`),
    'wss/not-canonical',
  ),
  policy(
    'something that is no prefix on SignedInfo',
    replace('PrefixList="S12"', 'PrefixList="a:b"'),
    'wss/not-canonical',
  ),
]);

describe('S10: awkward prefix lists are honoured', () => {
  for (const [what, list] of [
    ['empty', ''],
    ['white space only', ' \t&#10; '],
    ['#default', '#default'],
    ['an undeclared prefix', 'nowhere'],
    ['all together, some twice', ' S12  S12 #default wsu\tnowhere '],
    ['the longest', Array.from({ length: 64 }, (_, i) => `p${i}`).join(' ')],
  ] as const) {
    test(what, async () => {
      await receive({ ...wire, envelope: withList(list) }, receiving);
      const changed = withList(list).toString().replace('</S12:Body>', '.</S12:Body>');
      await assert.rejects(receive({ ...wire, envelope: Buffer.from(changed) }, receiving), {
        code: 'wss/digest-mismatch',
      });
    });
  }
});

refuses('S11: references to somewhere else', [
  ...[
    '',
    '#',
    'http://example.org/x',
    'https://example.org/x',
    'file:///etc/passwd',
    'data:,x',
    '_m-1',
    '#xpointer(/)',
    "#xpointer(id('_m-1'))",
    '#element(/1)',
    '##_m-1',
    '#_m-1?x',
    '#%5Fm-1',
    '# _m-1',
  ].map((uri) =>
    policy(
      `URI "${uri}"`,
      signed(replace('<ds:Reference URI="#_m-1">', `<ds:Reference URI="${uri}">`)),
      'wss/reference-target',
    ),
  ),
  authentication(
    'no URI',
    signed(replace('<ds:Reference URI="#_m-1">', '<ds:Reference>')),
    'wss/malformed-signature',
  ),
  authentication(
    'an id nobody has',
    signed(replace('<ds:Reference URI="#_m-1">', '<ds:Reference URI="#_m-7">')),
    'wss/reference-unresolved',
  ),
]);

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const withMethod = (uri: string, value: (info: Buffer) => Buffer) => {
  const text = replace(
    `<ds:SignatureMethod Algorithm="${RSA_SHA256}"`,
    `<ds:SignatureMethod Algorithm="${uri}"`,
  );
  const info = /<ds:SignedInfo.*<\/ds:SignedInfo>/.exec(text)![0];
  return text.replace(
    SIGNATURE_VALUE,
    `<ds:SignatureValue>${value(Buffer.from(info)).toString('base64')}</ds:SignatureValue>`,
  );
};
const publicPem = alice.certificate.publicKey.export({ format: 'pem', type: 'spki' });
refuses('S12: signature algorithms', [
  policy(
    'HMAC-SHA1 with the public key as secret',
    withMethod('http://www.w3.org/2000/09/xmldsig#hmac-sha1', (info) =>
      createHmac('sha1', publicPem).update(info).digest(),
    ),
    'wss/algorithm-not-allowed',
  ),
  policy(
    'HMAC-SHA256 with the certificate as secret',
    withMethod('http://www.w3.org/2001/04/xmldsig-more#hmac-sha256', (info) =>
      createHmac('sha256', alice.certificate.der).update(info).digest(),
    ),
    'wss/algorithm-not-allowed',
  ),
  policy(
    'RSA-SHA1',
    withMethod('http://www.w3.org/2000/09/xmldsig#rsa-sha1', (info) => sign('sha1', info, alice.privateKey)),
    'wss/algorithm-not-allowed',
  ),
  policy(
    'RSA-MD5',
    withMethod('http://www.w3.org/2001/04/xmldsig-more#rsa-md5', (info) =>
      sign('md5', info, alice.privateKey),
    ),
    'wss/algorithm-not-allowed',
  ),
  policy(
    'RSA-SHA512, which another suite may have',
    withMethod('http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', (info) =>
      sign('sha512', info, alice.privateKey),
    ),
    'wss/algorithm-not-allowed',
  ),
  policy(
    'ECDSA',
    withMethod('http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', (info) =>
      sign('sha256', info, alice.privateKey),
    ),
    'wss/algorithm-not-allowed',
  ),
  policy(
    'none',
    withMethod('none', () => Buffer.of(0)),
    'wss/algorithm-not-allowed',
  ),
  policy(
    'an empty algorithm',
    withMethod('', () => Buffer.of(0)),
    'wss/algorithm-not-allowed',
  ),
  policy(
    'parameters for RSA-SHA256',
    replace(
      `Algorithm="${RSA_SHA256}">`,
      `Algorithm="${RSA_SHA256}"><ds:HMACOutputLength>0</ds:HMACOutputLength>`,
    ),
    'wss/transform-parameters',
  ),
  ...[
    'http://www.w3.org/2000/09/xmldsig#sha1',
    'http://www.w3.org/2001/04/xmldsig-more#md5',
    'http://www.w3.org/2001/04/xmlenc#sha512',
    '',
  ].map((uri) =>
    policy(
      `digest ${uri || 'none'}`,
      signed(
        TEXT.replace(PART_REFERENCE, PART_REFERENCE.replace('http://www.w3.org/2001/04/xmlenc#sha256', uri)),
      ),
      'wss/algorithm-not-allowed',
    ),
  ),
  authentication(
    'a value of another length',
    withMethod(RSA_SHA256, (info) => sign('sha256', info, alice.privateKey).subarray(1)),
    'wss/signature-value',
  ),
  authentication(
    'a value of zeros',
    withMethod(RSA_SHA256, () => Buffer.alloc(256)),
    'wss/signature-value',
  ),
  authentication('a value by another key', signed(TEXT, mallory), 'wss/signature-value'),
]);
