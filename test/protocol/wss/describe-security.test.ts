import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readEnvelope } from '../../../src/protocol/soap/index.ts';
import { describeSecurity, readSecurity } from '../../../src/protocol/wss/index.ts';
import type { SecurityDescription } from '../../../src/protocol/wss/index.ts';
import { withXml } from '../../../src/protocol/xml/index.ts';
import { PEERS, writeAsPeer } from '../../support/peers.ts';
import { alice, bob } from './keys.ts';
import { send } from './mini-msh.ts';

const describeBytes = (bytes: Buffer): SecurityDescription =>
  withXml(bytes, {}, (doc) => describeSecurity(readSecurity(readEnvelope(doc))));

const parts = [{ contentId: 'one', mimeType: 'application/gzip', content: Buffer.from('x') }];

describe('a Security header in words', () => {
  test('says who signed what and who can read what, and outlives the document', async () => {
    const { envelope } = await send({
      signer: alice,
      signWith: 'BinarySecurityToken',
      recipient: bob.certificate,
      encryptWith: 'IssuerSerial',
      parts,
    });
    const { signature, encryption } = describeBytes(envelope);
    assert.equal(signature?.algorithm, 'RSA-SHA256');
    assert.equal(signature.canonicalization, 'exclusive c14n with prefixes "S12"');
    assert.equal(signature.signer, `BinarySecurityToken of ${alice.certificate.subject}`);
    assert.equal(signature.certificate?.serialNumber, alice.certificate.facts.serialNumber);
    assert.deepEqual(
      signature.references.map(({ uri, covers, transforms }) => [uri, covers, transforms]),
      [
        ['#_m-1', '/Envelope/Header/Messaging', ['exclusive c14n']],
        ['#_m-1-Body', '/Envelope/Body', ['exclusive c14n']],
        ['cid:one', 'attachment', ['Attachment-Content']],
      ],
    );
    assert.deepEqual(encryption, {
      keyEncryption: 'RSA-OAEP (SHA-256, MGF1 with SHA-256)',
      recipient: `issuer ${bob.certificate.issuer}, serial number ${bob.certificate.serialNumber}`,
      parts: [
        { contentId: 'one', algorithm: 'AES-128-GCM', mimeType: 'application/gzip', form: 'content only' },
      ],
    });
    assert.doesNotThrow(() => JSON.stringify({ signature, encryption }));
  });

  test('names what it does not know by its URI, and what stood there not', () => {
    const flame = PEERS.find(({ name }) => name === 'Flame')!;
    const { envelope } = writeAsPeer(flame, { signer: alice, recipient: bob.certificate, parts });
    const text = envelope
      .toString()
      .replace('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'urn:unknown');
    const { signature, encryption } = describeBytes(Buffer.from(text));
    assert.equal(signature?.algorithm, 'urn:unknown');
    assert.equal(encryption?.keyEncryption, 'RSA-OAEP (no DigestMethod, no MGF)');
  });

  test('is empty where there is no Security header', () => {
    const { envelope } = writeAsPeer(PEERS[0]!, { signer: alice, recipient: bob.certificate, parts: [] });
    const text = envelope.toString().replace(/<wsse:Security .*<\/wsse:Security>/, '');
    assert.deepEqual(describeBytes(Buffer.from(text)), {});
  });
});
