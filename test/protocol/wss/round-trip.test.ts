import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { SUITES } from '../../../src/protocol/wss/index.ts';
import type { KeyReferenceKind } from '../../../src/protocol/wss/index.ts';
import { openDocuments } from '../../../src/protocol/xml/index.ts';
import { alice, bob, everyone } from './keys.ts';
import { receive, send } from './mini-msh.ts';
import type { Part } from './mini-msh.ts';

const KINDS: readonly KeyReferenceKind[] = [
  'BinarySecurityToken',
  'PKIPath',
  'SubjectKeyIdentifier',
  'IssuerSerial',
];

const XML = Buffer.from('<?xml version="1.0"?>\n<!-- c --><r:a xmlns:r="urn:r" b=\'é\'><r:c/></r:a>\n');
const PARTS: Readonly<Record<string, readonly Part[]>> = {
  none: [],
  'one compressed': [
    { contentId: 'one@example.org', mimeType: 'application/gzip', content: gzipSync('<a/>') },
  ],
  'an empty one': [{ contentId: 'empty', mimeType: 'application/pdf', content: Buffer.alloc(0) }],
  'five of all kinds': [
    { contentId: 'gz', mimeType: 'application/gzip', content: gzipSync(randomBytes(5000)) },
    { contentId: 'xml', mimeType: 'application/xml; charset=UTF-8', content: XML },
    { contentId: 'ebrs', mimeType: 'application/x-ebrs+xml', content: XML },
    { contentId: 'text', mimeType: 'text/plain', content: Buffer.from('a\nb\r\nc\r') },
    { contentId: 'bin', mimeType: 'image/png', content: randomBytes(70_000) },
  ],
};

for (const suite of Object.keys(SUITES)) {
  for (const encrypts of [true, false]) {
    describe(`${suite}, ${encrypts ? 'signed and encrypted' : 'signed only'}`, () => {
      for (const signWith of KINDS) {
        for (const encryptWith of encrypts ? KINDS : KINDS.slice(0, 1)) {
          for (const [what, parts] of Object.entries(PARTS)) {
            test(`signer by ${signWith}, recipient by ${encryptWith}, parts: ${what}`, async () => {
              const sending = { signer: alice, recipient: bob.certificate, recipientChain: bob.chain, parts };
              const wire = await send({ ...sending, signWith, encryptWith, encrypts });
              const before = openDocuments();
              const received = await receive(wire, { keys: [alice, bob], known: everyone });
              assert.equal(openDocuments(), before);
              assert.equal(received.signer.thumbprintSha256, alice.certificate.thumbprintSha256);
              assert.equal(received.chain.length, signWith === 'PKIPath' ? 1 : 0);
              for (const { contentId, content } of parts)
                assert.deepEqual(received.contents.get(contentId), content);
              const isEncrypted = encrypts && parts.length > 0;
              assert.equal(received.recipient, isEncrypted ? bob.certificate.thumbprintSha256 : undefined);
              assert.deepEqual(
                received.references.map(({ uri }) => uri),
                ['#_m-1', '#_m-1-Body', ...parts.map(({ contentId }) => `cid:${contentId}`)],
              );
            });
          }
        }
      }
    });
  }
}
