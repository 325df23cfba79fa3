import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DOMParser } from '@xmldom/xmldom';
import { SignedXml } from 'xml-crypto';
import { escapeText, NS } from '../../../src/protocol/xml/index.ts';
import { PEERS, writeAsPeer } from '../../support/peers.ts';
import type { PeerShape } from '../../support/peers.ts';
import { alice, bob, everyone } from './keys.ts';
import { receive } from './mini-msh.ts';

/**
 * xml-crypto as an independent signer and reader, where it is able: it ignores the prefix list of SignedInfo and sorts
 * namespace prefixes without regard to case, so it cannot read signatures with the list "S12" that peers expect of us.
 */

const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

const issuerSerial =
  `<wsse:SecurityTokenReference xmlns:wsse="${NS.WSSE}"><ds:X509Data xmlns:ds="${NS.DS}"><ds:X509IssuerSerial>` +
  `<ds:X509IssuerName>${escapeText(alice.certificate.issuer)}</ds:X509IssuerName>` +
  `<ds:X509SerialNumber>${alice.certificate.serialNumber}</ds:X509SerialNumber>` +
  '</ds:X509IssuerSerial></ds:X509Data></wsse:SecurityTokenReference>';

function signedByXmlCrypto(unit: string, prefixes: readonly string[]): Buffer {
  const signer = new SignedXml({
    privateKey: alice.privateKey.export({ format: 'pem', type: 'pkcs8' }),
    idMode: 'wssecurity',
    signatureAlgorithm: RSA_SHA256,
    canonicalizationAlgorithm: C14N,
    getKeyInfoContent: () => issuerSerial,
  });
  for (const name of ['Messaging', 'Body']) {
    signer.addReference({
      xpath: `//*[local-name(.)='${name}']`,
      transforms: [C14N],
      digestAlgorithm: SHA256,
      inclusiveNamespacesPrefixList: [...prefixes],
    });
  }
  signer.computeSignature(
    `<env:Envelope xmlns:env="${NS.S12}" xmlns:wsu="${NS.WSU}" xmlns:unused="urn:unused"><env:Header>` +
      `<eb:Messaging xmlns:eb="${NS.EB}" env:mustUnderstand="true" wsu:Id="_m-1">${unit}</eb:Messaging>` +
      `<wsse:Security xmlns:wsse="${NS.WSSE}" env:mustUnderstand="true"/></env:Header><env:Body wsu:Id="b"/></env:Envelope>`,
    { prefix: 'ds', location: { reference: "//*[local-name(.)='Security']", action: 'append' } },
  );
  return Buffer.from(signer.getSignedXml());
}

describe('signatures that xml-crypto makes', () => {
  const units = {
    plain: '<eb:UserMessage>text</eb:UserMessage>',
    'namespaces and attributes':
      '<eb:UserMessage xmlns:q="urn:q" xmlns:a="urn:a"  z = "1" a:z=\'2\' q:b="&lt;&quot;&#10;"><x xmlns="urn:x"><y xmlns=""/></x></eb:UserMessage>',
    'non-ASCII, white space and references':
      '<eb:UserMessage>\n  é 漢 🙂 &amp; &gt; &#13;\t<![CDATA[<a>]]>\n</eb:UserMessage>',
  };
  for (const [what, unit] of Object.entries(units)) {
    for (const prefixes of [[], ['eb'], ['wsu', 'eb', 'unused', 'nowhere']]) {
      test(`${what}, prefix list "${prefixes.join(' ')}"`, async () => {
        const wire = { envelope: signedByXmlCrypto(unit, prefixes), parts: new Map() };
        const received = await receive(wire, { keys: [], known: everyone });
        assert.equal(received.signer.thumbprintSha256, alice.certificate.thumbprintSha256);
        const changed = Buffer.from(wire.envelope.toString().replace('UserMessage', 'UserMessage '));
        await receive({ ...wire, envelope: changed }, { keys: [], known: everyone });
        const broken = Buffer.from(
          wire.envelope.toString().replace('</eb:UserMessage>', '.</eb:UserMessage>'),
        );
        await assert.rejects(receive({ ...wire, envelope: broken }, { keys: [], known: everyone }), {
          code: 'wss/digest-mismatch',
        });
      });
    }
  }
});

describe('signatures of peers without prefix lists, read by xml-crypto', () => {
  const able = (shape: PeerShape) => shape.signedInfoPrefixes === undefined;
  for (const shape of PEERS.filter(able)) {
    test(shape.name, () => {
      const { envelope } = writeAsPeer(shape, { signer: alice, recipient: bob.certificate, parts: [] });
      const document = new DOMParser().parseFromString(envelope.toString(), 'text/xml');
      const [signature] = document.getElementsByTagNameNS(NS.DS, 'Signature');
      const reader = new SignedXml({
        publicCert: alice.certificate.pem,
        idMode: 'wssecurity',
        getCertFromKeyInfo: () => null,
      });
      reader.loadSignature(signature);
      assert.equal(reader.checkSignature(envelope.toString()), true);
      assert.equal(reader.getSignedReferences().length, 2);
    });
  }
});
