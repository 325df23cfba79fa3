import { constants, createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { NS } from '../../src/protocol/xml/index.ts';
import {
  BODY_ID,
  C14N_TRANSFORM,
  canonical,
  MESSAGING_ID,
  SHA256,
  sha256,
  SMS,
  SWA,
} from '../support/attacker.ts';
import type { Changes, Forged, ForgedReference } from '../support/attacker.ts';
import { openTarget } from '../support/attacker-target.ts';
import type { Target } from '../support/attacker-target.ts';

/** S09 to S12: transforms, prefix lists, reference targets, signature and digest algorithms. */

const DSIG_MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
let target: Target;
before(async () => {
  target = await openTarget();
});
after(() => target.gateway.stop());

const transform = (algorithm: string, inside = ''): string =>
  `<ds:Transform Algorithm="${algorithm}">${inside}</ds:Transform>`;

/** The references with one of them changed. */
function changed(
  which: (reference: ForgedReference) => boolean,
  change: (reference: ForgedReference) => ForgedReference,
): NonNullable<Changes['references']> {
  return (references) => references.map((reference) => (which(reference) ? change(reference) : reference));
}

const isMessaging = ({ uri }: ForgedReference): boolean => uri === `#${MESSAGING_ID}`;
const isPart = ({ uri }: ForgedReference): boolean => uri.startsWith('cid:');

describe('S09 transforms', () => {
  const xslt =
    '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><xsl:include href="http://attacker.test/x.xsl"/></xsl:stylesheet>';
  const refused: Readonly<Record<string, { readonly xml: string; readonly code?: string }>> = {
    XSLT: { xml: transform('http://www.w3.org/TR/1999/REC-xslt-19991116', xslt) },
    XPath: {
      xml: transform(
        'http://www.w3.org/TR/1999/REC-xpath-19991116',
        '<ds:XPath>count(//. | //@* | //namespace::*)</ds:XPath>',
      ),
    },
    'XPath filter 2': { xml: transform('http://www.w3.org/2002/06/xmldsig-filter2') },
    'enveloped signature': { xml: transform(`${NS.DS}enveloped-signature`) },
    'enveloped signature before c14n': {
      xml: transform(`${NS.DS}enveloped-signature`) + C14N_TRANSFORM,
      code: 'wss/transform-count',
    },
    base64: { xml: transform(`${NS.DS}base64`) },
    'exclusive c14n with comments': { xml: transform(`${NS.EC}WithComments`) },
    'inclusive c14n': { xml: transform('http://www.w3.org/TR/2001/REC-xml-c14n-20010315') },
    'inclusive c14n 1.1': { xml: transform('http://www.w3.org/2006/12/xml-c14n11') },
    'STR-Transform': {
      xml: transform(
        `${SMS}STR-Transform`,
        `<wsse:TransformationParameters xmlns:wsse="${NS.WSSE}"><ds:CanonicalizationMethod Algorithm="${NS.EC}"/></wsse:TransformationParameters>`,
      ),
    },
    'an attachment transform for an element': {
      xml: transform(`${SWA}Attachment-Content-Signature-Transform`),
    },
    'an unknown one': { xml: transform('urn:example:transform') },
    none: { xml: '', code: 'wss/transform-count' },
    'the right one twice': { xml: C14N_TRANSFORM + C14N_TRANSFORM, code: 'wss/transform-count' },
    'the right one with an XPath inside': {
      xml: transform(NS.EC, '<ds:XPath>//*</ds:XPath>'),
      code: 'wss/transform-parameters',
    },
    'a hundred of them': { xml: C14N_TRANSFORM.repeat(100), code: 'wss/too-many' },
  };
  for (const [name, { xml, code = 'wss/algorithm-not-allowed' }] of Object.entries(refused)) {
    test(`S09 on Messaging: ${name}`, async () => {
      const message = target.forge({
        references: changed(isMessaging, (reference) => ({ ...reference, transforms: xml })),
      });
      await target.refuses(message, { ebms: 'EBMS:0103', code });
    });
  }

  const onParts: Readonly<Record<string, string>> = {
    'Attachment-Complete': transform(`${SWA}Attachment-Complete-Signature-Transform`),
    'Attachment-Ciphertext': transform(`${SWA}Attachment-Ciphertext-Transform`),
    'exclusive c14n': C14N_TRANSFORM,
    none: '',
  };
  for (const [name, transforms] of Object.entries(onParts)) {
    test(`S09 on a part: ${name}`, async () => {
      const message = target.forge({
        references: changed(isPart, (reference) => ({ ...reference, transforms })),
      });
      await target.refuses(message, { ebms: 'EBMS:0103' });
    });
  }

  for (const algorithm of [
    `${NS.EC}WithComments`,
    'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
    'urn:example:c14n',
  ]) {
    test(`S09 CanonicalizationMethod ${algorithm}`, async () => {
      const message = target.forge({
        signedInfo: (xml) =>
          xml.replace(
            `<ds:CanonicalizationMethod Algorithm="${NS.EC}"`,
            `<ds:CanonicalizationMethod Algorithm="${algorithm}"`,
          ),
      });
      await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/algorithm-not-allowed' });
    });
  }
});

describe('S10 InclusiveNamespaces', () => {
  const list = (prefixes: string): string =>
    transform(
      NS.EC,
      `<ec:InclusiveNamespaces xmlns:ec="${NS.EC}" PrefixList="${prefixes}"></ec:InclusiveNamespaces>`,
    );
  /** Declarations on the Envelope that only a prefix list brings into the canonical form. */
  const DECLARED = ' xmlns="urn:example:default" xmlns:xsd="urn:example:xsd" xmlns:zoo="urn:example:zoo"';

  /** Signs Messaging in the canonical form that the list calls for, made by hand: declarations in order of prefix. */
  function signedWith(prefixes: string, expected: (messaging: string) => string): Forged {
    let messaging = '';
    return target.forge({
      messaging: (xml) => (messaging = xml),
      references: changed(isMessaging, (reference) => ({
        ...reference,
        transforms: list(prefixes),
        digest: sha256(expected(canonical(messaging).toString())),
      })),
      envelope: (xml) => xml.replace('<S12:Envelope', `<S12:Envelope${DECLARED}`),
    });
  }
  const onDefault = (xml: string): string =>
    xml.replace('<eb:Messaging ', '<eb:Messaging xmlns="urn:example:default" ');
  const onXsd = (xml: string): string =>
    xml.replace(/( xmlns:wsu="[^"]*")/, '$1 xmlns:xsd="urn:example:xsd"');

  const accepted: Readonly<Record<string, readonly [string, (xml: string) => string]>> = {
    'an empty list': ['', (xml) => xml],
    'white space only': ['&#32;&#9;', (xml) => xml],
    '#default': ['#default', onDefault],
    'a prefix declared further up': ['xsd', onXsd],
    'a prefix used anyway': ['eb S12', (xml) => xml],
    'a prefix nobody declares': ['nowhere', (xml) => xml],
    'all of these': ['#default nowhere xsd eb', (xml) => onXsd(onDefault(xml))],
    'a prefix twice': ['xsd xsd', onXsd],
  };
  for (const [name, [prefixes, expected]] of Object.entries(accepted)) {
    test(`S10 ${name} gives the right canonical form`, async () => {
      await target.accepts(signedWith(prefixes, expected));
    });
  }

  test('S10 a canonical form that ignores the list is refused', async () => {
    const message = signedWith('xsd', (xml) => xml);
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/digest-mismatch' });
  });

  test('S10 a hundred thousand prefixes', async () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `p${i}`).join(' ');
    await target.refuses(
      signedWith(many, (xml) => xml),
      { ebms: 'EBMS:0103', code: 'wss/not-canonical' },
    );
  });

  test('S10 a prefix that is none', async () => {
    await target.refuses(
      signedWith('a:b', (xml) => xml),
      { ebms: 'EBMS:0103', code: 'wss/not-canonical' },
    );
  });

  test('S10 a hundred thousand prefixes for SignedInfo', async () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `p${i}`).join(' ');
    const message = target.forge({
      signedInfo: (xml) =>
        xml.replace(
          '</ds:CanonicalizationMethod>',
          `<ec:InclusiveNamespaces xmlns:ec="${NS.EC}" PrefixList="${many}"></ec:InclusiveNamespaces></ds:CanonicalizationMethod>`,
        ),
    });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/not-canonical' });
  });
});

describe('S11 what a reference names', () => {
  const targets: Readonly<Record<string, string>> = {
    'an http address': 'http://attacker.test/document.xml',
    'a file': 'file:///etc/hostname',
    'a relative file': '../../etc/hostname',
    'the whole document by xpointer': '#xpointer(/)',
    'an id by xpointer': `#xpointer(id('${BODY_ID}'))`,
    'the empty URI': '',
    'an empty fragment': '#',
    'a fragment with an escape': '#%5fbody',
    'a fragment with white space': `# ${BODY_ID}`,
  };
  for (const [name, uri] of Object.entries(targets)) {
    test(`S11 ${name}`, async () => {
      const message = target.forge({
        references: (references) => [...references, { ...references[0]!, uri }],
      });
      await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/reference-target' });
    });
  }

  test('S11 an id that nothing carries', async () => {
    const message = target.forge({
      references: (references) => [...references, { ...references[0]!, uri: '#nobody' }],
    });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/reference-unresolved' });
  });

  test('S11 a thousand references', async () => {
    const message = target.forge({
      references: (references) => [...references, ...Array.from({ length: 1000 }, () => references[0]!)],
    });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/too-many' });
  });

  test('S11 twenty references to one large element', async () => {
    const message = target.forge({
      references: (references) => [...references, ...Array.from({ length: 20 }, () => references[0]!)],
    });
    await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/too-many' });
  });
});

describe('S12 signature and digest algorithms', () => {
  const publicDer = (): Buffer => target.a.certificate.publicKey.export({ type: 'spki', format: 'der' });
  const publicPem = (): string =>
    target.a.certificate.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const hmac =
    (hash: string, key: () => Buffer | string) =>
    (bytes: Buffer): Buffer =>
      createHmac(hash, key()).update(bytes).digest();
  const refused: Readonly<
    Record<string, { readonly method: string; readonly value?: (bytes: Buffer) => Buffer }>
  > = {
    'HMAC-SHA256 keyed with the public key (DER)': {
      method: `${DSIG_MORE}hmac-sha256`,
      value: hmac('sha256', publicDer),
    },
    'HMAC-SHA256 keyed with the public key (PEM)': {
      method: `${DSIG_MORE}hmac-sha256`,
      value: hmac('sha256', publicPem),
    },
    'HMAC-SHA256 keyed with the certificate': {
      method: `${DSIG_MORE}hmac-sha256`,
      value: hmac('sha256', () => target.a.certificate.der),
    },
    'HMAC-SHA1': { method: `${NS.DS}hmac-sha1`, value: hmac('sha1', publicDer) },
    'RSA-SHA1': { method: `${NS.DS}rsa-sha1`, value: (bytes) => sign('sha1', bytes, target.a.privateKey) },
    'RSA-MD5': { method: `${DSIG_MORE}rsa-md5`, value: (bytes) => sign('md5', bytes, target.a.privateKey) },
    'RSA-SHA512, which the suite does not list': {
      method: `${DSIG_MORE}rsa-sha512`,
      value: (bytes) => sign('sha512', bytes, target.a.privateKey),
    },
    'ECDSA with a DER value': {
      method: `${DSIG_MORE}ecdsa-sha256`,
      value: (bytes) => sign('sha256', bytes, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    },
    Ed25519: {
      method: 'http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519',
      value: (bytes) => sign(null, bytes, generateKeyPairSync('ed25519').privateKey),
    },
    none: { method: 'none', value: () => Buffer.from('none') },
    'an empty name': { method: '', value: () => Buffer.from('none') },
    'the right name in upper case': { method: `${DSIG_MORE}RSA-SHA256` },
    'a digest algorithm': { method: SHA256 },
  };
  for (const [name, { method, value }] of Object.entries(refused)) {
    test(`S12 ${name}`, async () => {
      const message = target.forge({ signatureMethod: method, ...(value === undefined ? {} : { value }) });
      await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/algorithm-not-allowed' });
    });
  }

  test('S12 no algorithm at all', async () => {
    const message = target.forge({
      signedInfo: (xml) => xml.replace(/<ds:SignatureMethod Algorithm="[^"]*"/, '<ds:SignatureMethod'),
    });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/malformed-signature' });
  });

  const values: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
    'one byte': () => Buffer.from([1]),
    'zeros of the right length': () => Buffer.alloc(256),
    'the modulus itself and more': () => Buffer.alloc(257, 0xff),
    'RSA-PSS under the name of PKCS#1': (bytes) =>
      sign('sha256', bytes, {
        key: target.a.privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      }),
    'SHA-1 under the name of SHA-256': (bytes) => sign('sha1', bytes, target.a.privateKey),
    'of other bytes': () => sign('sha256', Buffer.from('other'), target.a.privateKey),
    'of another key': (bytes) => sign('sha256', bytes, target.c.privateKey),
    'with a byte in front': (bytes) =>
      Buffer.concat([Buffer.from([0]), sign('sha256', bytes, target.a.privateKey)]),
  };
  for (const [name, value] of Object.entries(values)) {
    test(`S12 a value that does not hold: ${name}`, async () => {
      await target.refuses(target.forge({ value }), { ebms: 'EBMS:0101', code: 'wss/signature-value' });
    });
  }

  test('S12 an empty value', async () => {
    const message = target.forge({ value: () => Buffer.alloc(0) });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/malformed-signature' });
  });

  test('S12 a value that is no base64', async () => {
    const message = target.forge({
      signature: (xml) => xml.replace('<ds:SignatureValue>', '<ds:SignatureValue>*'),
    });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/malformed-signature' });
  });

  const digests: Readonly<Record<string, readonly [string, string]>> = {
    'SHA-1': [`${NS.DS}sha1`, 'sha1'],
    MD5: [`${DSIG_MORE}md5`, 'md5'],
    'SHA-512, which the suite does not list': [`${NS.XENC}sha512`, 'sha512'],
    'one that nobody knows': ['urn:example:digest', 'sha256'],
  };
  for (const [name, [digestMethod, hash]] of Object.entries(digests)) {
    for (const [what, which] of [
      ['Messaging', isMessaging],
      ['a part', isPart],
    ] as const) {
      test(`S12 the digest of ${what} by ${name}`, async () => {
        let messaging = '';
        const message = target.forge({
          messaging: (xml) => (messaging = xml),
          references: changed(which, (reference) => ({
            ...reference,
            digestMethod,
            digest: createHash(hash).update(canonical(messaging)).digest('base64'),
          })),
        });
        await target.refuses(message, { ebms: 'EBMS:0103', code: 'wss/algorithm-not-allowed' });
      });
    }
  }

  test('S12 a digest cut to its first half', async () => {
    const message = target.forge({
      references: changed(isMessaging, (reference) => ({
        ...reference,
        digest: Buffer.from(reference.digest, 'base64').subarray(0, 16).toString('base64'),
      })),
    });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/digest-mismatch' });
  });

  test('S12 an empty digest', async () => {
    const message = target.forge({
      references: changed(isMessaging, (reference) => ({ ...reference, digest: '' })),
    });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/malformed-signature' });
  });

  test('S12 a flipped bit anywhere in the signed header', async () => {
    const message = target.forge({ envelope: (xml) => xml.replace('>conversation-1<', '>conversation-2<') });
    await target.refuses(message, { ebms: 'EBMS:0101', code: 'wss/digest-mismatch' });
  });
});
