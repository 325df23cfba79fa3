import assert from 'node:assert/strict';
import { createHash, verify } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isQuoinError } from '../../../src/protocol/errors/index.ts';
import { readEnvelope, writeFault } from '../../../src/protocol/soap/index.ts';
import {
  checkCoverage,
  readSecurity,
  signEnvelope,
  verifySignature,
} from '../../../src/protocol/wss/index.ts';
import type { SignRequest } from '../../../src/protocol/wss/index.ts';
import {
  canonicalize,
  children,
  isElement,
  NS,
  openDocuments,
  parseXml,
  withXml,
} from '../../../src/protocol/xml/index.ts';
import { alice, bare, elliptic, short } from './keys.ts';
import { messagingText, SUITE } from './mini-msh.ts';

const digestValue = createHash('sha256').update('content').digest('base64');
const attachments = [
  { href: 'cid:one@example.org', digestValue },
  { href: 'cid:two&%C3%A9', digestValue },
];
const request: SignRequest = {
  messaging: messagingText([]),
  messagingId: '_m-1',
  attachments,
  key: alice,
  keyReference: 'BinarySecurityToken',
  suite: SUITE,
};

const securityNames = (bytes: Buffer) =>
  withXml(bytes, {}, (doc) => {
    const security = readEnvelope(doc).blocks.find((block) => isElement(block, NS.WSSE, 'Security'))!;
    return children(security).map(({ name }) => name);
  });

const refusedAs = (code: string) => (error: unknown) => isQuoinError(error) && error.code === code;

describe('a signed envelope', () => {
  test('is the same for the same request: signed once, it can be signed again', () => {
    assert.deepEqual(signEnvelope(request), signEnvelope(request));
  });

  test('names Messaging, Body and every part, each with its one transform', () => {
    const { references, signer } = signEnvelope(request);
    const c14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
    const swa =
      'http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Signature-Transform';
    assert.deepEqual(
      references.map(({ uri, transforms }) => [uri, transforms]),
      [
        ['#_m-1', [{ algorithm: c14n }]],
        ['#_m-1-Body', [{ algorithm: c14n }]],
        ['cid:one@example.org', [{ algorithm: swa }]],
        ['cid:two&%C3%A9', [{ algorithm: swa }]],
      ],
    );
    assert.equal(signer, alice.certificate.thumbprintSha256);
  });

  test('holds SignedInfo in the very form that is signed', () => {
    withXml(signEnvelope(request).bytes, {}, (doc) => {
      const claimed = readSecurity(readEnvelope(doc));
      const { signedInfo, canonicalization } = claimed.signature!;
      assert.deepEqual(canonicalization.prefixes, ['S12']);
      const canonical = canonicalize(signedInfo, canonicalization.prefixes).toString();
      assert.ok(signEnvelope(request).bytes.toString().includes(canonical));
    });
  });

  test('has token, then signature, and the place for encryption before both', () => {
    const { bytes, encryptionOffset } = signEnvelope(request);
    assert.deepEqual(securityNames(bytes), ['BinarySecurityToken', 'Signature']);
    assert.ok(bytes.subarray(encryptionOffset).toString().startsWith('<wsse:BinarySecurityToken'));
    const bySerial = signEnvelope({ ...request, keyReference: 'IssuerSerial' });
    assert.deepEqual(securityNames(bySerial.bytes), ['Signature']);
    assert.ok(bySerial.bytes.subarray(bySerial.encryptionOffset).toString().startsWith('<ds:Signature'));
  });

  test('counts the place for encryption in bytes, not characters', () => {
    const messaging = messagingText([], '<eb:UserMessage>漢字 é 🙂</eb:UserMessage>');
    const { bytes, encryptionOffset } = signEnvelope({ ...request, messaging });
    assert.ok(bytes.subarray(encryptionOffset).toString().startsWith('<wsse:BinarySecurityToken'));
  });

  test('is not confused by a header that looks like the Security header', () => {
    const messaging = messagingText(
      [],
      '<eb:UserMessage>&lt;wsse:Security <![CDATA[<wsse:Security>]]></eb:UserMessage>',
    );
    const { bytes, encryptionOffset } = signEnvelope({ ...request, messaging });
    assert.ok(bytes.subarray(encryptionOffset).toString().startsWith('<wsse:BinarySecurityToken'));
  });

  test('covers a Fault in the Body', () => {
    const fault = writeFault({ code: 'Receiver', reason: 'It did not work.' });
    const { bytes } = signEnvelope({ ...request, attachments: [], fault });
    withXml(bytes, {}, (doc) => {
      const envelope = readEnvelope(doc);
      const verified = verifySignature(readSecurity(envelope), { suite: SUITE, findCertificates: () => [] });
      const [messaging] = envelope.blocks;
      checkCoverage(verified, {
        messaging: messaging!,
        body: envelope.body,
        contentIds: [],
        acceptFault: true,
      });
    });
    const changed = Buffer.from(bytes.toString().replace('It did not work', 'It did not walk'));
    withXml(changed, {}, (doc) => {
      const claimed = readSecurity(readEnvelope(doc));
      assert.throws(
        () => verifySignature(claimed, { suite: SUITE, findCertificates: () => [] }),
        refusedAs('wss/digest-mismatch'),
      );
    });
  });

  test('leaves no document open', () => {
    const before = openDocuments();
    signEnvelope(request);
    assert.throws(() => signEnvelope({ ...request, messaging: '<not-closed>' }));
    assert.equal(openDocuments(), before);
  });
});

describe('what cannot be signed', () => {
  const [attachment] = attachments;
  const wrong: readonly (readonly [string, Partial<SignRequest>, string])[] = [
    ['an id that is no XML name', { messagingId: '1:2' }, 'wss/malformed-request'],
    ['an id that is not that of Messaging', { messagingId: '_other' }, 'wss/malformed-request'],
    [
      'several elements as Messaging',
      { messaging: messagingText([]) + messagingText([]) },
      'wss/malformed-request',
    ],
    ['a part twice', { attachments: [attachment!, attachment!] }, 'wss/malformed-request'],
    [
      'a part without cid:',
      { attachments: [{ href: 'http://example.org', digestValue }] },
      'wss/malformed-request',
    ],
    [
      'a digest that is none',
      { attachments: [{ href: 'cid:a', digestValue: 'AAAA' }] },
      'wss/malformed-request',
    ],
    [
      'a control character in a name',
      { attachments: [{ href: 'cid:\u0001', digestValue }] },
      'xml/forbidden-character',
    ],
  ];
  for (const [what, change, code] of wrong) {
    test(what, () => assert.throws(() => signEnvelope({ ...request, ...change }), refusedAs(code)));
  }

  test('with a key that is too short', () => {
    assert.throws(() => signEnvelope({ ...request, key: short }), refusedAs('wss/unsuitable-key'));
  });

  test('with a key of another type', () => {
    assert.throws(() => signEnvelope({ ...request, key: elliptic }), refusedAs('wss/unsuitable-key'));
  });

  test('with a key identifier that the certificate has not', () => {
    const bySki: SignRequest = { ...request, key: bare, keyReference: 'SubjectKeyIdentifier' };
    assert.throws(() => signEnvelope(bySki), refusedAs('wss/no-subject-key-identifier'));
  });
});

describe('an independent reader', () => {
  test('node:crypto verifies SignatureValue over SignedInfo as it stands in the text', () => {
    const text = signEnvelope(request).bytes.toString();
    const info = /<ds:SignedInfo.*<\/ds:SignedInfo>/s.exec(text)![0];
    const value = /<ds:SignatureValue>(.*)<\/ds:SignatureValue>/.exec(text)![1]!;
    const { publicKey } = alice.certificate;
    assert.equal(verify('RSA-SHA256', Buffer.from(info), publicKey, Buffer.from(value, 'base64')), true);
  });
});

test('any Messaging content that XML can carry is signed and verified', () => {
  const text = fc
    .string({ unit: 'grapheme', maxLength: 40 })
    .map((value) => value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ''));
  fc.assert(
    fc.property(text, text, (content, value) => {
      const escape = (raw: string) =>
        raw.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
      const messaging = messagingText(
        [],
        `<eb:A b="${escape(value)}" a="1"  c = '2'>${escape(content)}<!-- x --></eb:A>`,
      );
      const { bytes } = signEnvelope({ ...request, messaging });
      const doc = parseXml(bytes);
      try {
        const verified = verifySignature(readSecurity(readEnvelope(doc)), {
          suite: SUITE,
          findCertificates: () => [],
        });
        assert.equal(verified.coveredElements.length, 2);
      } finally {
        doc.dispose();
      }
    }),
    { numRuns: 60 },
  );
});
