import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { InboundMessage, Submission } from '../../src/msh/index.ts';
import { readAnswer } from '../support/attacker-target.ts';
import { envelopeOf } from '../support/attacker-partner.ts';
import { testPki } from '../support/pki.ts';
import { statusOf, submitParts } from '../support/test-gateway.ts';
import type { TestGateway, TestPart } from '../support/test-gateway.ts';
import { inReverse, pairGateways, PARTY_TYPE, SERVICE } from '../support/test-pair.ts';
import type { Pair } from '../support/test-pair.ts';

/** One message from one access point to the other, on real stores: what goes in comes out. */

let pair: Pair;
const ending = inReverse({ after });
before(async () => {
  pair = await pairGateways(ending);
});

const to = (name: string): Pick<Submission, 'to'> => ({
  to: { partyIds: [{ value: name, type: PARTY_TYPE }] },
});

/** Submits to the other side and waits until it is acknowledged; gives back what arrived there. */
async function exchange(
  from: TestGateway,
  at: TestGateway,
  submission: Partial<Submission>,
  parts: readonly TestPart[],
): Promise<InboundMessage> {
  const { messageId } = await submitParts(
    from,
    { service: SERVICE, action: 'Ask', ...to(at.party), ...submission },
    parts,
  );
  await from.settled();
  const { message, attempts } = await statusOf(from, messageId);
  assert.equal(message.state, 'ACKNOWLEDGED', JSON.stringify([message.failure, (await at.journal())[0]]));
  assert.equal(attempts.length, 1);
  const [kept, ...more] = await at.world.store.findInbound(messageId);
  assert.ok(kept !== undefined);
  assert.deepEqual(more, []);
  return kept;
}

const xml =
  '<?xml version="1.0" encoding="UTF-8"?>\r\n<évidence  b="2"\ta="1">Łódź ☃ 😀<!-- kept --></évidence>\n\n';

describe('one way', () => {
  test('a document arrives as it was given, with everything said about it', async () => {
    const kept = await exchange(
      pair.a,
      pair.b,
      {
        conversationId: 'conversation/ÄÖ-1',
        messageProperties: [
          { name: 'originalSender', value: 'urn:c1', type: 'urn:example:corners' },
          { name: 'finalRecipient', value: 'Bürgeramt <&> "Łódź"' },
        ],
      },
      [
        {
          contentId: 'request-1',
          mimeType: 'application/xml',
          charset: 'UTF-8',
          content: xml,
          properties: [{ name: 'role', value: 'request & more', type: 'urn:example:roles' }],
        },
      ],
    );
    assert.equal((await pair.b.content(kept.parts[0]!)).toString(), xml);
    const { userMessage } = kept;
    assert.equal(userMessage.collaborationInfo.conversationId, 'conversation/ÄÖ-1');
    assert.deepEqual(userMessage.messageProperties, [
      { name: 'originalSender', value: 'urn:c1', type: 'urn:example:corners' },
      { name: 'finalRecipient', value: 'Bürgeramt <&> "Łódź"' },
    ]);
    const [part] = kept.parts;
    assert.equal(part!.href, 'cid:request-1');
    assert.equal(part!.mimeType, 'application/xml');
    assert.deepEqual(
      part!.properties.map(({ name }) => name),
      ['role', 'MimeType', 'CharacterSet'],
      'the consumer does not see CompressionType',
    );
    assert.equal(kept.signer, pair.a.keys.signing.certificate.thumbprintSha256);
    assert.equal(kept.state, 'RECEIVED');
    assert.equal(kept.deliverable, true);
  });

  test('the receipt is kept on both sides, to the byte', async () => {
    const kept = await exchange(pair.a, pair.b, {}, [{ mimeType: 'text/plain', content: 'x' }]);
    const { message } = await statusOf(pair.a, kept.messageId);
    assert.deepEqual(message.receipt!.bytes, kept.receipt.bytes);
    assert.equal(message.receipt!.messageId, kept.receipt.messageId);
    const { signing } = pair.b.keys;
    assert.equal(message.receipt!.signer, signing.certificate.thumbprintSha256);
    const reply = { status: 200, headers: {}, body: kept.receipt.bytes };
    const read = readAnswer(reply, signing.certificate);
    assert.ok(read.signed, 'read by other code, the signature holds');
    assert.equal(read.refToMessageId, kept.messageId);
    assert.deepEqual(
      [...read.received!.entries()].sort(),
      message.envelope!.references.map(({ uri, digestValue }) => [uri, digestValue]).sort(),
    );
  });

  test('without payload', async () => {
    const kept = await exchange(pair.a, pair.b, {}, []);
    assert.deepEqual(kept.parts, []);
    assert.match(pair.wire.exchanges.at(-1)!.request.contentType, /^application\/soap\+xml/);
  });

  test('ids are made where none are given, and are all different', async () => {
    const one = await exchange(pair.a, pair.b, {}, [{ mimeType: 'text/plain', content: 'x' }]);
    const two = await exchange(pair.a, pair.b, {}, [{ mimeType: 'text/plain', content: 'x' }]);
    assert.match(one.messageId, /^[0-9a-f-]{36}@ap-a\.test$/);
    assert.notEqual(one.messageId, two.messageId);
    assert.notEqual(
      one.userMessage.collaborationInfo.conversationId,
      two.userMessage.collaborationInfo.conversationId,
    );
  });

  for (const messageId of [
    '0b6ab3c2-7a6b-4d4c-9d9c-0a1b2c3d4e5f',
    'simple',
    'a/b+c=d?e#f@example.test',
    'ünï@example.test',
  ]) {
    test(`a MessageId of the producer is kept: ${messageId}`, async () => {
      const kept = await exchange(pair.a, pair.b, { messageId }, [{ mimeType: 'text/plain', content: 'x' }]);
      assert.equal(kept.messageId, messageId);
    });
  }

  test('in the other direction too', async () => {
    const kept = await exchange(pair.b, pair.a, {}, [{ mimeType: 'text/plain', content: 'back' }]);
    assert.equal((await pair.a.content(kept.parts[0]!)).toString(), 'back');
  });

  test('the backend takes it once', async () => {
    const kept = await exchange(pair.a, pair.b, {}, [{ mimeType: 'text/plain', content: 'x' }]);
    assert.equal(await pair.b.msh.acknowledge(kept.rowId), true);
    assert.equal(await pair.b.msh.acknowledge(kept.rowId), false);
    assert.equal((await pair.b.msh.inbound(kept.messageId))?.state, 'DOWNLOADED');
  });
});

describe('two way', () => {
  test('the answer names the question and stays in its conversation', async () => {
    const question = await exchange(
      pair.a,
      pair.b,
      { pmode: 'two-way', action: 'Question', conversationId: 'talk-1' },
      [{ mimeType: 'text/plain', content: 'who?' }],
    );
    const reply = await exchange(
      pair.b,
      pair.a,
      { pmode: 'two-way', action: 'Answer', refToMessageId: question.messageId },
      [{ mimeType: 'text/plain', content: 'me' }],
    );
    assert.equal(reply.userMessage.messageInfo.refToMessageId, question.messageId);
    assert.equal(reply.userMessage.collaborationInfo.conversationId, 'talk-1');
    assert.deepEqual(reply.userMessage.collaborationInfo.agreementRef, {
      value: 'two-way',
      type: 'urn:example:agreements',
    });
  });

  test('an answer without a question is refused at submission', async () => {
    const submission = { pmode: 'two-way', service: SERVICE, action: 'Answer', ...to('AP_A') };
    await assert.rejects(submitParts(pair.b, submission), { code: 'submit/reply-without-reference' });
  });

  test('an answer cannot leave the conversation', async () => {
    const question = await exchange(pair.a, pair.b, { pmode: 'two-way', action: 'Question' }, []);
    const submission = {
      pmode: 'two-way',
      service: SERVICE,
      action: 'Answer',
      ...to('AP_A'),
      refToMessageId: question.messageId,
      conversationId: 'another',
    };
    await assert.rejects(submitParts(pair.b, submission), { code: 'submit/conversation-mismatch' });
  });

  test('an answer to a question nobody asked is refused by the one who would have asked', async () => {
    const { messageId } = await submitParts(pair.b, {
      pmode: 'two-way',
      service: SERVICE,
      action: 'Answer',
      ...to('AP_A'),
      refToMessageId: 'never-asked@example.test',
      conversationId: 'talk-2',
    });
    await pair.b.settled();
    const { message } = await statusOf(pair.b, messageId);
    assert.equal(message.state, 'SEND_FAILURE');
    assert.match(message.failure?.partnerErrors?.errors[0]?.errorCode ?? '', /^EBMS:00(03|10)$/);
    assert.deepEqual(await pair.a.world.store.findInbound(messageId), []);
  });
});

describe('ping', () => {
  for (const target of [{ pmode: 'a-b' }, { party: 'AP_B' }]) {
    test(`by ${Object.keys(target)[0]}: acknowledged and never delivered`, async () => {
      const inbox = await pair.b.inbox();
      const files = pair.b.payloadFiles();
      const { messageId } = await pair.a.msh.ping(target);
      await pair.a.settled();
      const { message } = await statusOf(pair.a, messageId);
      assert.equal(message.state, 'ACKNOWLEDGED');
      assert.ok(message.receipt !== undefined);
      assert.deepEqual(await pair.b.inbox(), inbox);
      assert.deepEqual(pair.b.payloadFiles(), files);
      assert.match(envelopeOf(pair.wire.exchanges.at(-1)!.request), /core\/200704\/test</);
    });
  }

  test('of nobody', async () => {
    await assert.rejects(async () => pair.a.msh.ping({ party: 'AP_Z' }), { code: 'submit/no-test-leg' });
  });
});

describe('parts', () => {
  const several: readonly TestPart[] = [
    { contentId: 'one', mimeType: 'application/x-ebrs+xml', content: xml },
    { contentId: 'two@example.test', mimeType: 'application/pdf', content: randomBytes(70_000) },
    { contentId: 'three%20&(4)', mimeType: 'text/plain; charset=utf-8', content: 'a\nb\r\nc\rd' },
    { contentId: 'four', mimeType: 'image/svg+xml', content: '<svg  xmlns="http://www.w3.org/2000/svg"/>' },
    { contentId: 'five', mimeType: 'application/octet-stream', content: '' },
  ];
  const ways: Readonly<Record<string, readonly (boolean | undefined)[]>> = {
    'all compressed, as the leg says': [],
    'none compressed': [false, false, false, false, false],
    'some compressed': [true, false, true, false, true],
    'the others compressed': [false, true, false, true, false],
  };
  for (const [name, compress] of Object.entries(ways)) {
    test(`several parts in their order, ${name}`, async () => {
      const parts = several.map((part, i) =>
        compress[i] === undefined ? part : { ...part, compress: compress[i] },
      );
      const kept = await exchange(pair.a, pair.b, {}, parts);
      assert.deepEqual(
        kept.parts.map(({ mimeType }) => mimeType),
        several.map(({ mimeType }) => mimeType),
      );
      for (const [i, part] of kept.parts.entries()) {
        assert.deepEqual(await pair.b.content(part), Buffer.from(several[i]!.content));
        assert.equal(part.originalSize, Buffer.byteLength(several[i]!.content));
      }
      const labels = [...envelopeOf(pair.wire.exchanges.at(-1)!.request).matchAll(/CompressionType/g)];
      assert.equal(labels.length, compress.length === 0 ? 5 : compress.filter(Boolean).length);
    });
  }

  const types = [
    'application/x-ebrs+xml',
    'application/xml',
    'text/xml',
    'image/svg+xml',
    'text/plain',
    'text/csv; charset=utf-8',
    'application/pdf',
    'application/gzip',
    'application/octet-stream',
  ];
  for (const mimeType of types) {
    for (const action of ['Plain', 'SignedOnly']) {
      test(`${mimeType}, not compressed, on the leg ${action}`, async () => {
        const kept = await exchange(pair.a, pair.b, { action }, [
          { mimeType, content: xml, compress: false },
        ]);
        assert.equal((await pair.b.content(kept.parts[0]!)).toString(), xml, 'white space and comments too');
      });
    }
  }

  test('an empty part, compressed and not', async () => {
    for (const compress of [true, false]) {
      const kept = await exchange(pair.a, pair.b, {}, [
        { mimeType: 'application/pdf', content: '', compress },
      ]);
      assert.equal(kept.parts[0]!.size, 0);
      assert.deepEqual(await pair.b.content(kept.parts[0]!), Buffer.alloc(0));
    }
  });

  test('five megabytes, compressed and not', async () => {
    for (const compress of [true, false]) {
      const content = Buffer.concat([randomBytes(2_500_000), Buffer.alloc(2_500_000, 'abc')]);
      const kept = await exchange(pair.a, pair.b, {}, [{ mimeType: 'application/pdf', content, compress }]);
      assert.ok((await pair.b.content(kept.parts[0]!)).equals(content));
    }
  });
});

describe('legs', () => {
  const references: Readonly<Record<string, RegExp>> = {
    Ask: /#X509v3/,
    Chain: /#X509PKIPathv1/,
    Ski: /#X509SubjectKeyIdentifier/,
    Serial: /X509IssuerSerial/,
  };
  for (const [action, shape] of Object.entries(references)) {
    test(`key references as the leg ${action} has them, in message and receipt`, async () => {
      const kept = await exchange(pair.a, pair.b, { action }, [{ mimeType: 'text/plain', content: 'x' }]);
      const envelope = envelopeOf(pair.wire.exchanges.at(-1)!.request);
      const signature = /<ds:Signature.*<\/ds:Signature>/s.exec(envelope)![0];
      const key = /<xenc:EncryptedKey.*<\/xenc:EncryptedKey>/s.exec(envelope)![0];
      assert.match(signature, shape);
      assert.match(key, shape);
      assert.match(kept.receipt.bytes.toString(), shape);
      if (action === 'Ski' || action === 'Serial') assert.ok(!envelope.includes('BinarySecurityToken'));
    });
  }

  test('signed only: the document travels readable', async () => {
    await exchange(pair.a, pair.b, { action: 'SignedOnly' }, [
      { mimeType: 'text/plain', content: 'readable', compress: false },
    ]);
    const { body } = pair.wire.exchanges.at(-1)!.request;
    assert.ok(body.includes('readable'));
    assert.ok(!body.includes('EncryptedData'));
  });

  test('encrypted: it does not', async () => {
    await exchange(pair.a, pair.b, { action: 'Plain' }, [{ mimeType: 'text/plain', content: 'readable' }]);
    assert.ok(!pair.wire.exchanges.at(-1)!.request.body.includes('readable'));
  });

  test('neither signed nor encrypted, where both P-Modes say so', async () => {
    const kept = await exchange(pair.a, pair.b, { action: 'Open' }, [
      { mimeType: 'text/plain', content: 'open' },
    ]);
    assert.equal(kept.signer, undefined);
    assert.ok(!pair.wire.exchanges.at(-1)!.request.body.includes('Security'));
  });

  test('the P-Mode is found by its id alone', async () => {
    const { messageId } = await submitParts(pair.a, { pmode: 'a-b', action: 'Ask' });
    await pair.a.settled();
    assert.equal((await statusOf(pair.a, messageId)).message.state, 'ACKNOWLEDGED');
  });

  const unknown: Readonly<Record<string, Partial<Submission>>> = {
    'an unknown action': { action: 'Nothing' },
    'an unknown party': to('AP_Z'),
    'a leg the other side sends on': { pmode: 'two-way', action: 'Answer' },
  };
  for (const [name, submission] of Object.entries(unknown)) {
    test(`${name} is refused at submission`, async () => {
      const rows = (await pair.a.outbox()).length;
      const files = pair.a.payloadFiles();
      await assert.rejects(
        submitParts(pair.a, { service: SERVICE, action: 'Ask', ...to('AP_B'), ...submission }, [
          { mimeType: 'text/plain', content: 'x' },
        ]),
        (error: Error & { code?: string }) => /^submit\//.test(error.code ?? ''),
      );
      assert.equal((await pair.a.outbox()).length, rows);
      assert.deepEqual(pair.a.payloadFiles(), files);
    });
  }
});

describe('keys in change', () => {
  test('a partner may sign with either of two pinned certificates', async () => {
    const own = await pairGateways(ending);
    const next = await (await testPki()).issue({ subject: own.a.keys.signing.certificate.subject });
    const known = own.b.keys.partners['AP_A']!;
    own.b.keys.partners = { AP_A: { ...known, signing: [...known.signing, next.certificate] } };
    await exchange(own.a, own.b, {}, []);
    own.a.keys.signing = next;
    const kept = await exchange(own.a, own.b, {}, []);
    assert.equal(kept.signer, next.certificate.thumbprintSha256);
  });

  test('a partner may encrypt for the old certificate or the new one', async () => {
    const own = await pairGateways(ending);
    const next = await (await testPki()).issue({ subject: own.b.keys.signing.certificate.subject });
    own.b.keys.decryption = [next, ...own.b.keys.decryption];
    const parts = [{ mimeType: 'text/plain', content: 'x' }];
    await exchange(own.a, own.b, {}, parts);
    const known = own.a.keys.partners['AP_B']!;
    own.a.keys.partners = { AP_B: { ...known, encryption: [next.certificate] } };
    await exchange(own.a, own.b, {}, parts);
    const attempts = (await own.a.outbox()).map(
      async ({ messageId }) => (await statusOf(own.a, messageId)).attempts,
    );
    const recipients = (await Promise.all(attempts)).map(([attempt]) => attempt!.recipient);
    assert.equal(new Set(recipients).size, 2);
  });

  test('an expired encryption certificate stops the sending, and a new one lets it go on', async () => {
    const own = await pairGateways(ending);
    const expired = await (await testPki()).bad('expired');
    const known = own.a.keys.partners['AP_B']!;
    own.a.keys.partners = { AP_B: { ...known, encryption: [expired.certificate] } };
    const { messageId } = await submitParts(own.a, { service: SERVICE, action: 'Ask', ...to('AP_B') }, [
      { mimeType: 'text/plain', content: 'x' },
    ]);
    await own.a.settled();
    const waiting = await statusOf(own.a, messageId);
    assert.equal(waiting.message.state, 'WAITING_FOR_RETRY');
    assert.equal(waiting.message.failure?.code, 'keys/no-encryption-certificate');
    assert.deepEqual(own.wire.exchanges, [], 'nothing went out');
  });
});

describe('over real HTTP', () => {
  test('a message of several parts and its receipt', async () => {
    const own = await pairGateways(ending, { http: true });
    const content = randomBytes(3_000_000);
    const kept = await exchange(own.a, own.b, {}, [
      { mimeType: 'application/xml', content: xml },
      { mimeType: 'application/pdf', content, compress: false },
    ]);
    assert.ok((await own.b.content(kept.parts[1]!)).equals(content));
  });
});
