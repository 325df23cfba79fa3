import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import type { Submission } from '../../src/msh/index.ts';
import type { KeyEntry } from '../../src/protocol/pki/index.ts';
import { SERVICE, TWO_WAY_AGREEMENT, TWO_WAY_SERVICE, UNKNOWN_TO_PEER } from './agreements.ts';
import type { Action } from './agreements.ts';
import { CORNERS, meet, outcome, receivedBy, sendToPeer } from './encounter.ts';
import type { Sent } from './encounter.ts';
import { PARTY_TYPE, PEER, US } from './parties.ts';
import { DOCUMENTS, sha256 } from './payloads.ts';
import type { Document } from './payloads.ts';
import type { PeerReceived } from './phase4-peer.ts';
import type { Gateway } from '../../src/gateway.ts';

/** Messages from us to phase4: what it receives, what it answers, and what we make of the answer. */

const encounter = await meet();
const { peer, relay, us, pki, keys } = encounter;
after(() => encounter.end());

const DOCUMENT: Document = {
  contentId: 'xml@example.org',
  mimeType: 'application/xml',
  compress: true,
  content: Buffer.from('<evidence>preuve é</evidence>'),
};

function send(
  submission: Omit<Submission, 'parts'>,
  documents: readonly Document[] = [DOCUMENT],
  from: Gateway = us,
): Promise<Sent> {
  return sendToPeer({ us: from, peer }, submission, documents);
}

const onLeg = (action: Action, more: Omit<Submission, 'parts'> = {}): Omit<Submission, 'parts'> => ({
  service: { value: SERVICE },
  action,
  ...more,
});

/** The message arrived once, unchanged, and phase4's receipt was proven. */
function assertDelivered(
  sent: Sent,
  documents: readonly Document[],
): asserts sent is Sent & { readonly received: PeerReceived } {
  const { received, status } = sent;
  const { message, attempts } = status;
  assert.equal(message.state, 'ACKNOWLEDGED', JSON.stringify(message.failure));
  assert.equal(message.receipt?.signer, keys.peer.certificate.thumbprintSha256);
  assert.deepEqual(
    attempts.map((attempt) => [attempt.outcome, attempt.httpStatus]),
    [['acknowledged', 200]],
  );
  assert.equal(
    attempts[0]!.recipient,
    documents.length === 0 ? undefined : keys.peer.certificate.thumbprintSha256,
  );
  assert.ok(received !== undefined);
  assert.equal(received.duplicates, 0);
  assert.match(received.signer, /CN=AP_XA_01/);
  assert.deepEqual(
    received.parts.map((part) => [
      part.contentId,
      part.mimeType,
      part.compressed,
      part.charset,
      part.size,
      part.sha256,
    ]),
    documents.map((one) => [
      one.contentId,
      one.mimeType,
      one.compress,
      one.charset ?? null,
      one.content.length,
      sha256(one.content),
    ]),
  );
}

/** phase4 refused the message by a signed error, and nothing was delivered. */
function assertRefused({ status, received }: Sent, code: string, ours: { readonly verified: boolean }): void {
  const { failure, state } = status.message;
  assert.equal(state, 'SEND_FAILURE');
  assert.deepEqual(
    failure?.partnerErrors?.errors.map(({ errorCode }) => errorCode),
    [code],
  );
  assert.equal(failure.partnerErrors.verified, ours.verified);
  assert.equal(received, undefined);
}

describe('we send, phase4 receives and acknowledges', () => {
  for (const { name, documents } of DOCUMENTS)
    test(name, async () => {
      const sent: Sent = await send(onLeg('Plain'), documents);
      assertDelivered(sent, documents);
      for (const index of documents.keys()) {
        if (documents[index]!.content.length > 100_000) continue;
        assert.deepEqual(await peer.part(sent.received.index, index), documents[index]!.content);
      }
    });

  test('20 MB through the backend API', async () => {
    const content = DOCUMENTS.at(-1)!.documents[0]!.content;
    const form = new FormData();
    const part = { contentId: 'large@example.org', mimeType: 'application/pdf', compress: false };
    const message = {
      ...onLeg('Plain'),
      to: { partyIds: [{ value: PEER, type: PARTY_TYPE }] },
      messageProperties: CORNERS,
    };
    form.set('message', JSON.stringify({ ...message, parts: [part] }));
    form.set('part-0', new Blob([content], { type: 'application/pdf' }), 'large.pdf');
    const response = await fetch(new URL('/v1/messages', us.api), { method: 'POST', body: form });
    assert.equal(response.status, 202, await response.clone().text());
    const { messageId } = (await response.json()) as { messageId: string };
    const status = await outcome(us, messageId);
    assertDelivered({ messageId, status, received: await receivedBy(peer, messageId) }, [
      { ...part, content },
    ]);
  });

  test('the OOTS action with its header: typed properties in any order, bare UUIDs as identifiers', async () => {
    const [messageId, conversationId, refToMessageId] = [randomUUID(), randomUUID(), randomUUID()];
    const messageProperties = [
      { name: 'SpecificationId', value: 'oots-edm:v1.0' },
      CORNERS[1]!,
      { name: 'ExchangeId', value: randomUUID() },
      { name: 'trackingIdentifier', value: 'ä <&> "ö"', type: 'urn:example:tracking' },
      CORNERS[0]!,
    ];
    const sent: Sent = await send({
      action: 'ExecuteQueryRequest',
      messageId,
      conversationId,
      refToMessageId,
      messageProperties,
    });
    assertDelivered(sent, [DOCUMENT]);
    const { received } = sent;
    assert.equal(received.messageId, messageId);
    assert.equal(received.conversationId, conversationId);
    assert.equal(received.refToMessageId, refToMessageId);
    assert.equal(received.service, 'QueryManager');
    assert.equal(received.serviceType, 'urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0');
    assert.deepEqual(received.from, {
      partyId: US,
      partyType: PARTY_TYPE,
      role: 'http://sdg.europa.eu/edelivery/gateway',
    });
    assert.deepEqual(received.to, {
      partyId: PEER,
      partyType: PARTY_TYPE,
      role: 'http://sdg.europa.eu/edelivery/gateway',
    });
    assert.deepEqual(
      received.properties,
      messageProperties.map(({ name, value, ...more }) => ({
        name,
        type: 'type' in more ? more.type : null,
        value,
      })),
    );
  });

  test('the registration of evidence types: LifecycleManager', async () => {
    const sent: Sent = await send({ action: 'SubmitObjectsRequest' });
    assertDelivered(sent, [DOCUMENT]);
    assert.equal(sent.received.service, 'LifecycleManager');
  });

  test('part properties of our own, before and beside those of the profile', async () => {
    const properties = [
      { name: 'PayloadName', value: 'Geburtsurkunde ä.xml' },
      { name: 'Zeile', value: 'eins\nzwei\tdrei', type: 'urn:example:typed' },
    ];
    const sent: Sent = await sendToPeer(encounter, onLeg('Plain'), [{ ...DOCUMENT, properties }]);
    assertDelivered(sent, [DOCUMENT]);
    const { properties: told } = sent.received.parts[0]!;
    assert.deepEqual(Object.fromEntries(told.map(({ name, value }) => [name, value])), {
      PayloadName: 'Geburtsurkunde ä.xml',
      Zeile: 'eins\nzwei\tdrei',
      MimeType: 'application/xml',
      CompressionType: 'application/gzip',
    });
  });

  const references = {
    BinarySecurityToken: 'DIRECT_REF',
    PKIPath: 'DIRECT_REF',
    SubjectKeyIdentifier: 'KEY_IDENTIFIER',
    IssuerSerial: 'ISSUER_SERIAL',
    Mixed: 'KEY_IDENTIFIER',
  } as const;
  for (const [action, seen] of Object.entries(references))
    test(`signed and encrypted with the key reference ${action}`, async () => {
      const sent: Sent = await send(onLeg(action as keyof typeof references));
      assertDelivered(sent, [DOCUMENT]);
      assert.equal(sent.received.signKeyReference, seen);
    });

  test('ping: acknowledged, delivered nowhere', async () => {
    const before = await peer.pings();
    const { messageId } = await us.msh.ping({ party: PEER });
    const status = await outcome(us, messageId);
    assert.equal(status.message.state, 'ACKNOWLEDGED', JSON.stringify(status.message.failure));
    assert.equal(status.message.receipt?.signer, keys.peer.certificate.thumbprintSha256);
    assert.equal(await peer.pings(), before + 1);
    assert.equal(await receivedBy(peer, messageId), undefined);
  });

  test('two-way: our question, its answer with RefToMessageId and ConversationId', async () => {
    const question: Sent = await send({ service: { value: TWO_WAY_SERVICE }, action: 'Ask' });
    assertDelivered(question, [DOCUMENT]);
    assert.equal(question.received.agreementRef, TWO_WAY_AGREEMENT);
    const answer = await peer.send({
      to: US,
      service: TWO_WAY_SERVICE,
      action: 'Answer',
      agreementRef: TWO_WAY_AGREEMENT,
      refToMessageId: question.messageId,
      conversationId: question.received.conversationId,
      payloads: [{ mimeType: 'application/xml', base64: DOCUMENT.content.toString('base64') }],
    });
    assert.equal(answer.receiptVerified, true, answer.reason ?? answer.raw);
    const kept = await us.msh.inbound(answer.messageId);
    assert.equal(kept?.userMessage.messageInfo.refToMessageId, question.messageId);
    assert.equal(kept.userMessage.collaborationInfo.conversationId, question.received.conversationId);
  });

  for (const reference of [
    'PKIPATH',
    'ISSUER_SERIAL',
    'SUBJECT_KEY_IDENTIFIER',
    'X509_KEY_IDENTIFIER',
    'THUMBPRINT',
  ])
    test(`a receipt that names its signer by ${reference}`, async (t) => {
      const other = await encounter.anotherPeer(reference);
      relay.leadTo(other.url);
      t.after(() => {
        relay.leadTo(peer.url);
        return other.stop();
      });
      assertDelivered(await sendToPeer({ us, peer: other }, onLeg('Plain'), [DOCUMENT]), [DOCUMENT]);
    });
});

describe('we send again', () => {
  test('the receipt is lost on the way: phase4 says it has the message, delivers it once, retries end', async () => {
    relay.next({ reply: 'lost' });
    const { status, received } = await send(onLeg('Retried'));
    assert.deepEqual(
      status.attempts.map(({ outcome: end }) => end),
      ['retry', 'acknowledged'],
    );
    assert.equal(status.message.state, 'ACKNOWLEDGED');
    assert.equal(received?.duplicates, 1);
    const [first, second] = relay.passed.slice(-2);
    assert.equal(
      signatureOf(first!.request),
      signatureOf(second!.request),
      'the signed digests of a retry are the same',
    );
    assert.notDeepEqual(first!.request, second!.request, 'each attempt is encrypted afresh');
  });

  test('the receipt is changed on the way: not believed, and sent again', async () => {
    relay.next({ reply: (message) => flip(message, '<ds:DigestValue>') });
    const { status, received } = await send(onLeg('Retried'));
    assert.deepEqual(
      status.attempts.map(({ failure }) => failure?.code),
      ['send/invalid-receipt', undefined],
    );
    assert.equal(received?.duplicates, 1);
  });

  test('the message is changed on the way: refused as failed decryption, and accepted unchanged', async () => {
    relay.next({ request: (message) => flip(message, '\r\n\r\n', message.lastIndexOf('Content-ID')) });
    const sent: Sent = await send(onLeg('Retried'));
    const [first, second] = sent.status.attempts;
    assert.deepEqual(
      first?.failure?.partnerErrors?.errors.map(({ errorCode }) => errorCode),
      ['EBMS:0102'],
    );
    assert.equal(second?.outcome, 'acknowledged');
    assert.equal(sent.received?.duplicates, 0);
  });

  test('the same submission again is answered from what is known', async () => {
    const messageId = randomUUID();
    const first = await send(onLeg('Plain', { messageId }));
    const second = await send(onLeg('Plain', { messageId }));
    assert.deepEqual([first.status.attempts.length, second.status.attempts.length], [1, 1]);
    assert.equal(second.received?.duplicates, 0);
  });
});

describe('phase4 refuses what we send', () => {
  test('unsigned: EBMS:0103', async () => {
    assertRefused(await send(onLeg('Unsigned')), 'EBMS:0103', { verified: true });
  });

  test('unencrypted: EBMS:0103', async () => {
    assertRefused(await send(onLeg('Unencrypted')), 'EBMS:0103', { verified: true });
  });

  test('unencrypted with a changed payload: EBMS:0102', async () => {
    relay.next({ request: (message) => flip(message, '\r\n\r\n', message.lastIndexOf('Content-ID')) });
    assertRefused(await send(onLeg('Unencrypted')), 'EBMS:0102', { verified: true });
  });

  test('a changed header: EBMS:0102', async () => {
    relay.next({ request: (message) => flip(message, '<eb:ConversationId>') });
    assertRefused(await send(onLeg('Once')), 'EBMS:0102', { verified: true });
  });

  test('an action it has not agreed to: EBMS:0010, unsigned and so not believed', async () => {
    const sent: Sent = await send(onLeg(UNKNOWN_TO_PEER));
    assertRefused(sent, 'EBMS:0010', { verified: false });
    assert.equal(sent.status.message.failure?.code, 'send/missing-receipt');
  });

  test('signed by a stranger: EBMS:0102', async () => {
    const stranger = await pki.issue({ alias: US, issuer: 'self' });
    assertRefused(await sendAs({ own: stranger }), 'EBMS:0102', { verified: true });
  });

  test('signed by another party of the same authority: EBMS:0101', async () => {
    const other = await pki.party('AP_XC_01');
    assertRefused(await sendAs({ own: other }), 'EBMS:0101', { verified: true });
  });

  test('encrypted for another certificate: EBMS:0102', async () => {
    const other = await pki.party('AP_XC_01');
    assertRefused(await sendAs({ peerEncryption: other }), 'EBMS:0102', { verified: true });
  });

  test('its receipt is signed by another certificate than ours pins: not believed', async () => {
    const other = await pki.party('AP_XC_01');
    const { status } = await sendAs({ peerSigning: other });
    const { failure, state } = status.message;
    assert.equal(state, 'SEND_FAILURE');
    assert.equal(failure?.code, 'send/missing-receipt');
    assert.equal(failure.ebms, 'EBMS:0301');
    assert.equal(status.attempts[0]?.failure?.code, 'send/invalid-receipt');
    assert.match(failure.finding?.check ?? '', /signer|certificate|pinned|trust/);
  });

  async function sendAs(different: {
    own?: KeyEntry;
    peerEncryption?: KeyEntry;
    peerSigning?: KeyEntry;
  }): Promise<Sent> {
    return await send(onLeg('Once'), [DOCUMENT], await encounter.anotherUs(different));
  }
});

/** One bit of the byte behind a text turned over. */
function flip(message: Buffer, text: string, from = 0): Buffer {
  const at = message.indexOf(text, from);
  assert.ok(at >= 0, `${text} in the message`);
  const changed = Buffer.from(message);
  changed[at + text.length]! ^= 1;
  return changed;
}

function signatureOf(message: Buffer): string {
  return /<ds:Signature .*<\/ds:SignatureValue>/s.exec(message.toString('latin1'))![0];
}
