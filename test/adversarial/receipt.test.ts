import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { NS, openDocuments } from '../../src/protocol/xml/index.ts';
import { MESSAGING_ID } from '../support/attacker.ts';
import { writeMime } from '../support/attacker-mime.ts';
import {
  answer,
  envelopeOf,
  forgeSignal,
  messageIdOf,
  openSender,
  receiptFor,
  receiptXml,
  referencesOf,
} from '../support/attacker-partner.ts';
import type { Answering, Sender, SignalForgery } from '../support/attacker-partner.ts';
import { testPki } from '../support/pki.ts';
import type { WireReply, WireRequest } from '../support/test-wire.ts';

/** S19 and S20: receipts that prove something else, or nothing. */

let sender: Sender;
before(async () => {
  sender = await openSender();
});
after(() => sender.gateway.stop());

const honest: Answering = (request) => receiptFor(request, sender.b);
const changed =
  (changes: (request: WireRequest) => Partial<SignalForgery>): Answering =>
  (request) =>
    receiptFor(request, sender.b, changes(request));
const withReferences = (edit: (references: readonly string[]) => readonly string[]): Answering =>
  changed((request) => ({ content: receiptXml(edit(referencesOf(request))) }));

/** The receipt must be taken for none: no receipt is kept, EBMS:0302 is noted, and the next attempt may still succeed. */
async function refusesReceipt(answering: Answering, check?: string): Promise<void> {
  const documents = openDocuments();
  const { messageId } = await sender.send(answering);
  const { message, attempts } = await sender.status(messageId);
  assert.equal(message.state, 'WAITING_FOR_RETRY');
  assert.equal(message.receipt, undefined, 'nothing is kept as proof');
  const [attempt] = attempts;
  assert.equal(attempt!.outcome, 'retry');
  assert.equal(attempt!.failure?.code, 'send/invalid-receipt');
  assert.equal(attempt!.failure?.ebms, 'EBMS:0302');
  assert.ok(attempt!.failure?.finding !== undefined);
  if (check !== undefined) assert.equal(attempt!.failure.finding.check, check);
  assert.equal(openDocuments(), documents);
  assert.equal((await sender.retry(messageId, honest)).message.state, 'ACKNOWLEDGED');
}

async function acceptsReceipt(answering: Answering): Promise<void> {
  const { messageId } = await sender.send(answering);
  const { message } = await sender.status(messageId);
  assert.equal(message.state, 'ACKNOWLEDGED', JSON.stringify(message.failure));
  assert.equal(message.receipt?.signer, sender.b.certificate.thumbprintSha256);
}

describe('S19 accepted', () => {
  const b = (): SignalForgery['signer'] => sender.b;
  const fine: Readonly<Record<string, Answering>> = {
    'an honest receipt made by hand': honest,
    'references in another order': withReferences((references) => [...references].reverse()),
    'other prefixes': withReferences((references) =>
      references.map((one) =>
        one
          .replaceAll('<ds:', '<sig:')
          .replaceAll('</ds:', '</sig:')
          .replace('<sig:Reference', `<sig:Reference xmlns:sig="${NS.DS}"`),
      ),
    ),
    'white space in digests': withReferences((references) =>
      references.map((one) => one.replace(/<ds:DigestValue>(.*?)</, '<ds:DigestValue>\n  $1\n<')),
    ),
    'HTTP 500': (request) => ({ ...receiptFor(request, b()), status: 500 }),
    'HTTP 202': (request) => ({ ...receiptFor(request, b()), status: 202 }),
    'as the only part of multipart/related': (request) => {
      const { body } = receiptFor(request, b());
      const written = writeMime([
        {
          headers: [
            ['Content-Type', 'application/soap+xml'],
            ['Content-ID', '<root@attacker.test>'],
          ],
          body,
        },
      ]);
      return answer(written);
    },
  };
  for (const [name, answering] of Object.entries(fine)) {
    test(`S19 ${name}`, () => acceptsReceipt(answering));
  }
});

describe('S19 non-repudiation information that does not fit', () => {
  const digest = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
  const cases: Readonly<Record<string, readonly [Answering, string]>> = {
    'the digest of one part is another': [
      withReferences((all) =>
        all.map((one, i) => (i === all.length - 1 ? one.replace(/(DigestValue>)[^<]*/, `$1${digest}`) : one)),
      ),
      'receipt-digest-agrees',
    ],
    'the digest of Messaging is another': [
      withReferences(([first, ...others]) => [
        first!.replace(/(DigestValue>)[^<]*/, `$1${digest}`),
        ...others,
      ]),
      'receipt-digest-agrees',
    ],
    'all digests exchanged': [
      withReferences((all) => {
        const digests = all.map((one) => /DigestValue>([^<]*)/.exec(one)![1]!);
        return all.map((one, i) =>
          one.replace(/(DigestValue>)[^<]*/, `$1${digests[(i + 1) % digests.length]}`),
        );
      }),
      'receipt-digest-agrees',
    ],
    'another digest algorithm': [
      withReferences((all) => all.map((one) => one.replace(`${NS.XENC}sha256`, `${NS.XENC}sha512`))),
      'receipt-digest-agrees',
    ],
    'a reference is missing': [withReferences((all) => all.slice(1)), 'receipt-names-every-part'],
    'the part is missing': [
      withReferences((all) => all.filter((one) => !one.includes('cid:'))),
      'receipt-names-every-part',
    ],
    'a reference more': [
      withReferences((all) => [...all, all[0]!.replace(/URI="[^"]*"/, 'URI="#other"')]),
      'receipt-names-only-what-was-sent',
    ],
    'a reference twice': [withReferences((all) => [...all, all[0]!]), 'receipt-names-each-part-once'],
    'a reference twice, with two digests': [
      withReferences((all) => [all[0]!.replace(/(DigestValue>)[^<]*/, `$1${digest}`), ...all]),
      'receipt-names-each-part-once',
    ],
    'no reference': [withReferences(() => []), 'receipt-readable'],
    'no non-repudiation information': [
      changed(() => ({ content: '<eb:Receipt></eb:Receipt>' })),
      'receipt-has-non-repudiation',
    ],
    'a copy of the UserMessage instead': [
      changed((request) => ({
        content: `<eb:Receipt>${/<eb:UserMessage.*<\/eb:UserMessage>/s.exec(envelopeOf(request))![0]}</eb:Receipt>`,
      })),
      'receipt-has-non-repudiation',
    ],
    'another namespace': [
      changed((request) => ({
        content: receiptXml(referencesOf(request), 'http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.1'),
      })),
      'receipt-readable',
    ],
    'MessagePartIdentifier instead of references': [
      changed(() => ({
        content: receiptXml([]).replace(
          '></ebbp',
          '><ebbp:MessagePartNRInformation><ebbp:MessagePartIdentifier>x</ebbp:MessagePartIdentifier></ebbp:MessagePartNRInformation></ebbp',
        ),
      })),
      'receipt-readable',
    ],
    'two of them': [
      changed((request) => {
        const one = receiptXml(referencesOf(request));
        return { content: one.replace(/<eb:Receipt>(.*)<\/eb:Receipt>/s, '<eb:Receipt>$1$1</eb:Receipt>') };
      }),
      'receipt-readable',
    ],
    'a comment inside a digest': [
      withReferences((all) => all.map((one) => one.replace(/(DigestValue>.{5})/, '$1<!-- -->'))),
      'receipt-readable',
    ],
    'a thousand references': [
      withReferences((all) => Array.from({ length: 1000 }, () => all[0]!)),
      'receipt-readable',
    ],
    'the id of another message': [
      changed(() => ({ refToMessageId: 'other@attacker.test' })),
      'receipt-names-the-message',
    ],
    'no id of a message': [changed(() => ({ refToMessageId: undefined })), 'receipt-readable'],
  };
  for (const [name, [answering, check]] of Object.entries(cases)) {
    test(`S19 ${name}`, () => refusesReceipt(answering, check));
  }
});

describe('S19 receipts that the partner has not signed', () => {
  test('S19 not signed at all', () =>
    refusesReceipt(
      changed(() => ({ signed: false })),
      'answer-signed',
    ));
  test('S19 signed by another partner', () =>
    refusesReceipt(
      changed(() => ({ signer: sender.c })),
      'signer-pinned',
    ));
  test('S19 signed with our own key', () =>
    refusesReceipt(
      changed(() => ({ signer: sender.a })),
      'signer-pinned',
    ));
  test('S19 signed by a stranger of the same name', async () => {
    const stranger = await (await testPki()).issue({ subject: sender.b.certificate.subject });
    await refusesReceipt(
      changed(() => ({ signer: stranger })),
      'signer-pinned',
    );
  });
  test('S19 changed after signing', () =>
    refusesReceipt(
      changed(() => ({ changes: { envelope: (xml: string) => xml.replace('12:00:01', '12:00:02') } })),
      'reference-digest',
    ));
  test('S19 with a broken signature value', () =>
    refusesReceipt(
      changed(() => ({ changes: { value: () => Buffer.alloc(256, 1) } })),
      'signature-value',
    ));
  test('S19 signed in its Body only', () =>
    refusesReceipt(
      changed(() => ({
        changes: { references: (all) => all.filter(({ uri }) => uri !== `#${MESSAGING_ID}`) },
      })),
      'signature-covers',
    ));
  test('S19 signed by a weak algorithm', () =>
    refusesReceipt(
      changed(() => ({ changes: { signatureMethod: `${NS.DS}rsa-sha1` } })),
      'algorithm-allowed',
    ));
  test('S19 a true receipt for another message, wrapped beside a forged one', async () => {
    const { messageId } = await sender.send(honest);
    const old = sender.wire.exchanges.at(-1)!;
    assert.equal((await sender.status(messageId)).message.state, 'ACKNOWLEDGED');
    const wrapped = (request: WireRequest): WireReply => {
      const forged = forgeSignal({
        signer: sender.c,
        signed: false,
        refToMessageId: messageIdOf(request),
        content: receiptXml(referencesOf(request)),
      });
      const inside = /<eb:Messaging.*<\/eb:Messaging>/s;
      const unit = inside.exec(forged.envelope)![0].replace(MESSAGING_ID, '_forged');
      const signed = old.reply!.body.toString();
      const original = inside.exec(signed)![0];
      const envelope = signed.replace(original, `${unit}<x:W xmlns:x="urn:example:w">${original}</x:W>`);
      return { status: 200, contentType: 'application/soap+xml', body: Buffer.from(envelope) };
    };
    await refusesReceipt(wrapped, 'signature-covers');
  });
});

describe('S20 a true receipt, played again', () => {
  test('S20 for a later message with the same content', async () => {
    const content = '<evidence>the same</evidence>';
    await sender.send(honest, { content });
    const old = sender.wire.exchanges.at(-1)!.reply!;
    const { messageId } = await sender.send(() => old, { content });
    const { message, attempts } = await sender.status(messageId);
    assert.equal(message.state, 'WAITING_FOR_RETRY');
    assert.equal(message.receipt, undefined);
    assert.equal(attempts[0]!.failure?.ebms, 'EBMS:0302');
    assert.equal(attempts[0]!.failure?.finding?.check, 'receipt-names-the-message');
  });

  test('S20 with the id of the later message written into it', async () => {
    const content = '<evidence>the same again</evidence>';
    const first = await sender.send(honest, { content });
    const old = sender.wire.exchanges.at(-1)!.reply!;
    const forged: Answering = (request) => ({
      ...old,
      body: Buffer.from(old.body.toString().replaceAll(first.messageId, messageIdOf(request))),
    });
    const { messageId } = await sender.send(forged, { content });
    const { message, attempts } = await sender.status(messageId);
    assert.equal(message.receipt, undefined);
    assert.equal(attempts[0]!.failure?.finding?.check, 'reference-digest');
  });

  test('S20 our own message, sent back to us', async () => {
    const mirror: Answering = ({ contentType, body }) => ({ status: 200, contentType, body });
    const { messageId } = await sender.send(mirror);
    const { message, attempts } = await sender.status(messageId);
    assert.equal(message.state, 'WAITING_FOR_RETRY');
    assert.equal(attempts[0]!.failure?.code, 'send/other-message');
  });
});
