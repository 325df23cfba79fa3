import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import 'reflect-metadata';
import { SubjectAlternativeNameExtension } from '@peculiar/x509';
import type { Gateway } from '../../src/gateway.ts';
import type { InboundMessage } from '../../src/msh/index.ts';
import type { KeyEntry } from '../../src/protocol/pki/index.ts';
import { bytesOf } from '../support/test-gateway.ts';
import { SERVICE, TWO_WAY_AGREEMENT, TWO_WAY_SERVICE } from './agreements.ts';
import type { Action } from './agreements.ts';
import { as4AddressOf, CORNERS, meet, sendToPeer } from './encounter.ts';
import type { Sent } from './encounter.ts';
import { PARTY_TYPE, PEER, US } from './parties.ts';
import { DOCUMENTS, sha256 } from './payloads.ts';
import type { Document } from './payloads.ts';
import type { PeerAnswer, PeerPayload, PeerSend } from './phase4-peer.ts';
import { startRelay } from './relay.ts';

/** Messages from phase4 to us: what we keep, what we answer, and what phase4 makes of the answer. */

const encounter = await meet();
const { keys, peer, pki, us, writeKey } = encounter;
const relay = await startRelay();
relay.leadTo(as4AddressOf(us));
after(async () => {
  await encounter.end();
  await relay.close();
});

const OOTS = {
  service: 'QueryManager',
  serviceType: 'urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0',
  action: 'ExecuteQueryRequest',
};
const ROLE = 'http://sdg.europa.eu/edelivery/gateway';
const DOCUMENT: Document = {
  contentId: 'xml@example.org',
  mimeType: 'application/xml',
  compress: true,
  content: Buffer.from('<evidence>preuve é</evidence>'),
};

function payloadOf({ content, ...document }: Document): PeerPayload {
  return { ...document, base64: content.toString('base64') };
}

function send(
  action: Action,
  more: PeerSend = {},
  documents: readonly Document[] = [DOCUMENT],
): Promise<PeerAnswer> {
  return peer.send({ to: US, service: SERVICE, action, payloads: documents.map(payloadOf), ...more });
}

/** Our receipt was verified by phase4, and what we keep is what it sent. */
async function assertKept(
  answer: PeerAnswer,
  documents: readonly Document[],
  by: Gateway = us,
): Promise<InboundMessage> {
  assert.equal(answer.kind, 'receipt', answer.raw || JSON.stringify(answer));
  assert.deepEqual([answer.reason, answer.receiptVerified], [null, true]);
  assert.equal(answer.refToMessageId, answer.messageId);
  assert.match(answer.receiptSigner ?? '', /CN=AP_XA_01/);
  assert.equal(answer.digests?.length, documents.length + 2);
  assert.ok(answer.digests.every(({ match }) => match));
  const kept = await by.msh.inbound(answer.messageId);
  assert.ok(kept !== undefined);
  assert.equal(kept.signer, keys.peer.certificate.thumbprintSha256);
  assert.deepEqual(
    kept.parts.map((part) => [part.href, part.mimeType, part.originalSize, part.sha256]),
    documents.map((one) => [`cid:${one.contentId}`, one.mimeType, one.content.length, sha256(one.content)]),
  );
  return kept;
}

/** phase4 got our signed error; we kept nothing and know why. */
async function assertRefused(
  answer: PeerAnswer,
  code: string,
  check: string,
  by: Gateway = us,
): Promise<void> {
  assert.deepEqual(
    answer.errors.map((error) => error.code),
    [code],
    answer.raw,
  );
  assert.equal(answer.httpStatus, 200);
  assert.equal(answer.errors[0]!.refToMessageInError, answer.messageId);
  assert.match(answer.errorSigner ?? 'unsigned', /CN=AP_XA_01/);
  assert.equal(await by.msh.inbound(answer.messageId), undefined);
  const { items } = await by.msh.journal({ messageId: answer.messageId }, { limit: 10 });
  assert.deepEqual(
    items.map(({ failure }) => failure.ebms),
    [code],
  );
  assert.equal(items[0]!.failure.finding?.check, check);
}

describe('phase4 sends, we receive and acknowledge', () => {
  for (const { name, documents } of DOCUMENTS)
    test(name, async () => {
      const kept = await assertKept(await send('Plain', {}, documents), documents);
      for (const [index, part] of kept.parts.entries())
        assert.deepEqual(await bytesOf(us.msh.openPayload(part.payload, part)), documents[index]!.content);
    });

  test('the OOTS action with its header: properties in any order, bare UUIDs as identifiers', async () => {
    const [messageId, conversationId, refToMessageId] = [randomUUID(), randomUUID(), randomUUID()];
    const properties = [
      { name: 'SpecificationId', value: 'oots-edm:v1.0' },
      CORNERS[1]!,
      { name: 'ExchangeId', value: randomUUID() },
      CORNERS[0]!,
      { name: 'trackingIdentifier', value: 'ä <&> "ö"', type: 'urn:example:tracking' },
    ];
    const document = {
      ...DOCUMENT,
      contentId: randomUUID(),
      properties: [{ name: 'PayloadName', value: 'Geburtsurkunde ä.xml' }],
    };
    const answer = await send('Plain', { ...OOTS, messageId, conversationId, refToMessageId, properties }, [
      document,
    ]);
    assert.equal(answer.messageId, messageId);
    const { userMessage, parts, pmodeId, leg } = await assertKept(answer, [document]);
    assert.deepEqual([pmodeId, leg], ['one-way', 'query-request']);
    assert.deepEqual(userMessage.messageProperties, properties);
    assert.equal(userMessage.messageInfo.refToMessageId, refToMessageId);
    assert.equal(userMessage.collaborationInfo.conversationId, conversationId);
    assert.deepEqual(userMessage.collaborationInfo.service, { value: OOTS.service, type: OOTS.serviceType });
    assert.deepEqual(userMessage.from, { partyIds: [{ value: PEER, type: PARTY_TYPE }], role: ROLE });
    assert.deepEqual(userMessage.to, { partyIds: [{ value: US, type: PARTY_TYPE }], role: ROLE });
    const told = new Map(parts[0]!.properties.map(({ name, value }) => [name, value]));
    assert.equal(told.get('PayloadName'), 'Geburtsurkunde ä.xml');
    assert.equal(told.get('CompressionType'), undefined, 'the consumer does not see it');
  });

  const both = [
    'BST_DIRECT_REFERENCE',
    'ISSUER_SERIAL',
    'ISSUER_SERIAL_QUOTE_FORMAT',
    'SUBJECT_KEY_IDENTIFIER',
    'X509_KEY_IDENTIFIER',
    'THUMBPRINT',
  ];
  for (const keyReference of both)
    test(`signed and encrypted with the key reference ${keyReference}`, async () => {
      await assertKept(await send('Plain', { keyReference }), [DOCUMENT]);
    });

  test('signed with the key reference PKIPATH', async () => {
    await assertKept(await send('Plain', { signKeyReference: 'PKIPATH' }), [DOCUMENT]);
  });

  test('encrypted with the key reference X509_SKI', async () => {
    await assertKept(await send('Plain', { encryptKeyReference: 'X509_SKI' }), [DOCUMENT]);
  });

  for (const action of ['BinarySecurityToken', 'PKIPath', 'SubjectKeyIdentifier', 'IssuerSerial'] as const)
    test(`our receipt with the key reference ${action}`, async () => {
      await assertKept(await send(action), [DOCUMENT]);
    });

  test('over TLS', async () => {
    const here = new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]);
    const tls = await pki.issue({ alias: 'tls', extensions: [here] });
    const behindTls = await encounter.anotherUs({ tls });
    const url = as4AddressOf(behindTls);
    assert.match(url, /^https:/);
    await assertKept(await send('Plain', { url }), [DOCUMENT], behindTls);
  });

  test('ping: acknowledged, delivered nowhere', async () => {
    const answer = await peer.ping({ to: US });
    assert.deepEqual([answer.reason, answer.receiptVerified], [null, true]);
    const { items } = await us.msh.inbox({}, { limit: 1000 });
    assert.equal(
      items.find(({ messageId }) => messageId === answer.messageId),
      undefined,
    );
  });

  test('two-way: its question, our answer with RefToMessageId and ConversationId', async () => {
    const twoWay = { service: TWO_WAY_SERVICE, agreementRef: TWO_WAY_AGREEMENT };
    const question = await assertKept(await send('Plain', { ...twoWay, action: 'Ask' }), [DOCUMENT]);
    const { messageId, userMessage } = question;
    assert.equal(userMessage.collaborationInfo.agreementRef?.value, TWO_WAY_AGREEMENT);
    const submission = { service: { value: TWO_WAY_SERVICE }, action: 'Answer', refToMessageId: messageId };
    const answer: Sent = await sendToPeer(encounter, submission, [DOCUMENT]);
    assert.equal(answer.status.message.state, 'ACKNOWLEDGED', JSON.stringify(answer.status.message.failure));
    assert.equal(answer.received?.refToMessageId, messageId);
    assert.equal(answer.received.conversationId, userMessage.collaborationInfo.conversationId);
  });
});

describe('phase4 sends again', () => {
  test('the same bytes: the same receipt, delivered once', async () => {
    const answer = await send('Plain', { url: relay.url });
    await assertKept(answer, [DOCUMENT]);
    const first = relay.passed.at(-1)!;
    const again = await Promise.all(
      [1, 2].map(() =>
        fetch(as4AddressOf(us), {
          method: 'POST',
          headers: { 'content-type': first.contentType },
          body: first.request,
        }),
      ),
    );
    for (const response of again) {
      assert.equal(response.status, 200);
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), first.reply);
    }
    assert.equal((await us.msh.inbound(answer.messageId))?.duplicates, 2);
  });

  test('the same bytes at the same time: one is delivered, both get its receipt', async () => {
    relay.next({ request: (message) => flip(message, '<ds:SignatureValue>') });
    await send('Plain', { url: relay.url });
    const { contentType, request } = relay.passed.at(-1)!;
    const whole = flip(request, '<ds:SignatureValue>');
    const receipts = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const response = await fetch(as4AddressOf(us), {
          method: 'POST',
          headers: { 'content-type': contentType },
          body: whole,
        });
        return await response.text();
      }),
    );
    assert.match(receipts[0]!, /NonRepudiationInformation/);
    assert.deepEqual(new Set(receipts).size, 1);
  });

  test('the same MessageId and content, signed anew: delivered once, answered by the receipt of the first', async () => {
    const messageId = randomUUID();
    await assertKept(await send('Plain', { messageId }), [DOCUMENT]);
    const second = await send('Plain', { messageId });
    assert.equal(second.kind, 'receipt');
    assert.equal(second.refToMessageId, messageId);
    assert.match(second.receiptSigner ?? '', /CN=AP_XA_01/);
    assert.equal((await us.msh.inbound(messageId))?.duplicates, 1);
  });

  test('the same MessageId with other content: EBMS:0003, the first stays', async () => {
    const messageId = randomUUID();
    const kept = await assertKept(await send('Plain', { messageId }), [DOCUMENT]);
    const second = await send('Plain', { messageId }, [{ ...DOCUMENT, content: Buffer.from('<other/>') }]);
    assert.deepEqual(
      second.errors.map(({ code }) => code),
      ['EBMS:0003'],
    );
    assert.deepEqual(await us.msh.inbound(messageId), kept);
  });

  test('after a refusal, the same MessageId is welcome', async () => {
    const messageId = randomUUID();
    await assertRefused(await send('Plain', { messageId, sign: false }), 'EBMS:0103', 'signature-present');
    await assertKept(await send('Plain', { messageId }), [DOCUMENT]);
  });
});

describe('phase4 does not believe a receipt', () => {
  test('that was changed on the way', async () => {
    relay.next({ reply: (message) => flip(message, '<ds:DigestValue>') });
    const answer = await send('Plain', { url: relay.url });
    assert.equal(answer.kind, 'receipt');
    assert.equal(answer.receiptVerified, false);
  });

  test('that another than its partner signed', async () => {
    const other = await pki.party('AP_XC_01');
    const impostor = await encounter.anotherUs({ own: other });
    const encryptFor = writeKey(other).certificate;
    const answer = await send('Plain', { url: as4AddressOf(impostor), encryptFor });
    assert.equal(answer.kind, 'receipt');
    assert.equal(answer.receiptVerified, false);
    assert.match(answer.receiptSigner ?? '', /CN=AP_XC_01/);
  });
});

describe('we refuse what phase4 sends', () => {
  const refusals: Readonly<Record<string, readonly [PeerSend, string, string]>> = {
    unsigned: [{ sign: false }, 'EBMS:0103', 'signature-present'],
    unencrypted: [{ encrypt: false }, 'EBMS:0103', 'encryption-present'],
    'neither signed nor encrypted': [{ sign: false, encrypt: false }, 'EBMS:0103', 'signature-present'],
    'a changed payload': [{ tamper: 'payload' }, 'EBMS:0102', 'part-decrypts'],
    'a changed payload that need not be encrypted': [
      { tamper: 'payload', encrypt: false, action: 'Unencrypted' },
      'EBMS:0101',
      'payload-digest',
    ],
    'a changed header': [{ tamper: 'messaging' }, 'EBMS:0101', 'reference-digest'],
    'a changed signature': [{ tamper: 'signature' }, 'EBMS:0101', 'signature-value'],
    'a key value instead of a certificate': [{ signKeyReference: 'KEY_VALUE' }, 'EBMS:0101', 'key-reference'],
    // WSS 1.1.1 7.3 has it, eDelivery AS4 1.15 1.4.2.6 has not.
    'the session key named by its digest': [
      { encryptKeyReference: 'ENCRYPTED_KEY_SHA1_IDENTIFIER' },
      'EBMS:0102',
      'child-missing',
    ],
    'an unknown action': [{ action: 'NoSuchAction' }, 'EBMS:0010', 'pmode-knows-action'],
    'an unknown service': [{ service: 'urn:no-such-service' }, 'EBMS:0010', 'pmode-knows-service'],
    'a service type that was not agreed': [
      { ...OOTS, serviceType: 'urn:other' },
      'EBMS:0010',
      'pmode-knows-service',
    ],
    'an unknown sender': [
      { from: { partyId: 'AP_XZ_01', partyType: PARTY_TYPE, role: ROLE } },
      'EBMS:0001',
      'pmode-knows-from',
    ],
    'another type of party': [
      { from: { partyId: PEER, partyType: 'urn:other', role: ROLE } },
      'EBMS:0001',
      'pmode-knows-from',
    ],
    'another role': [
      { from: { partyId: PEER, partyType: PARTY_TYPE, role: 'urn:other' } },
      'EBMS:0010',
      'pmode-knows-fromRole',
    ],
    'an agreement reference that was not agreed': [
      { agreementRef: 'urn:other' },
      'EBMS:0010',
      'pmode-knows-agreement',
    ],
    'four-corner properties missing': [{ properties: [] }, 'EBMS:0010', 'property-required'],
    'one of the four-corner properties missing': [
      { properties: [CORNERS[0]!] },
      'EBMS:0010',
      'property-required',
    ],
  };
  for (const [name, [request, code, check]] of Object.entries(refusals))
    test(`${name}: ${code}`, async () => assertRefused(await send('Plain', request), code, check));

  test('a stranger signs: EBMS:0101', async () => {
    const stranger = await pki.issue({ alias: 'stranger', issuer: 'self' });
    await assertRefused(await signedBy(stranger), 'EBMS:0101', 'signer-pinned');
  });

  test('a stranger of the same name signs: EBMS:0101', async () => {
    const like = await pki.issue({ alias: 'like', subject: keys.peer.certificate.subject });
    await assertRefused(await signedBy(like), 'EBMS:0101', 'signer-pinned');
  });

  test('another party of the same authority signs: EBMS:0101', async () => {
    await assertRefused(await signedBy(await pki.party('AP_XC_01')), 'EBMS:0101', 'signer-pinned');
  });

  test('an expired certificate signs, the one we have: EBMS:0101', async () => {
    const expired = await pki.bad('expired');
    const trusting = await encounter.anotherUs({ peerSigning: expired });
    const answer = await signedBy(expired, { url: as4AddressOf(trusting) });
    await assertRefused(answer, 'EBMS:0101', 'certificate-validity', trusting);
  });

  test('encrypted for another certificate: EBMS:0102', async () => {
    const encryptFor = writeKey(await pki.party('AP_XC_01')).certificate;
    await assertRefused(await send('Plain', { encryptFor }), 'EBMS:0102', 'encrypted-for-us');
  });

  test('an answer to a question we never asked: EBMS:0003', async () => {
    const answer = { service: TWO_WAY_SERVICE, action: 'Answer', agreementRef: TWO_WAY_AGREEMENT };
    await assertRefused(
      await send('Plain', { ...answer, refToMessageId: randomUUID() }),
      'EBMS:0003',
      'reply-names-a-known-request',
    );
  });

  async function signedBy(entry: KeyEntry, more: PeerSend = {}): Promise<PeerAnswer> {
    const { password, pkcs12 } = writeKey(entry);
    return await send('Plain', { signCertificate: { path: pkcs12, password }, ...more });
  }
});

/** One bit of the byte behind a text turned over. */
function flip(message: Buffer, text: string): Buffer {
  const at = message.indexOf(text);
  assert.ok(at >= 0, `${text} in the message`);
  const changed = Buffer.from(message);
  changed[at + text.length]! ^= 1;
  return changed;
}
