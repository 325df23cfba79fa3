import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { PartStreams, Submission } from '../../src/msh/index.ts';
import { QuoinError } from '../../src/protocol/errors/index.ts';
import { chunked, statusOf, submitParts } from '../support/test-gateway.ts';
import type { TestPart } from '../support/test-gateway.ts';
import { inReverse, pairGateways, PARTY_TYPE, SERVICE } from '../support/test-pair.ts';
import type { Pair } from '../support/test-pair.ts';

/** What a producer may ask for, twice or wrongly. */

const MIB = 1024 * 1024;
let pair: Pair;
const ending = inReverse({ after });
before(async () => {
  pair = await pairGateways(ending);
});

const ASK = { service: SERVICE, action: 'Ask', to: { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] } };
const TEXT: TestPart = { contentId: 'note', mimeType: 'text/plain', content: 'a note' };

/** What the store and the payload folder of the sender hold. */
async function traces(): Promise<{ readonly rows: number; readonly files: readonly string[] }> {
  return { rows: (await pair.a.outbox()).length, files: pair.a.payloadFiles() };
}

/** The submission must be refused with this code and leave nothing. */
async function refuses(code: string, submit: () => Promise<unknown>, field?: string): Promise<QuoinError> {
  const before = await traces();
  let refusal: QuoinError | undefined;
  await assert.rejects(submit, (error) => {
    assert.ok(error instanceof QuoinError, String(error));
    refusal = error;
    return true;
  });
  assert.equal(refusal!.code, code);
  if (field !== undefined) assert.equal(refusal!.finding?.field, field);
  assert.deepEqual(await traces(), before, 'nothing is kept');
  return refusal!;
}

describe('the same MessageId again', () => {
  test('with the same content is accepted without effect', async () => {
    const submission = { ...ASK, messageId: 'same-1@example.test', conversationId: 'talk' };
    const first = await submitParts(pair.a, submission, [TEXT]);
    assert.equal(first.outcome, 'accepted');
    await pair.a.settled();
    const before = await traces();
    const pushes = pair.wire.exchanges.length;
    const again = await submitParts(pair.a, submission, [TEXT]);
    assert.equal(again.outcome, 'already-accepted');
    assert.equal(again.state, 'ACKNOWLEDGED');
    assert.equal(again.conversationId, first.conversationId);
    await pair.a.settled();
    assert.deepEqual(await traces(), before);
    assert.equal(pair.wire.exchanges.length, pushes, 'nothing is sent a second time');
  });

  test('with ids that were made the first time is still the same', async () => {
    const submission = { ...ASK, messageId: 'same-2@example.test' };
    const bare = { mimeType: 'text/plain', content: 'x' };
    const first = await submitParts(pair.a, submission, [bare]);
    const again = await submitParts(pair.a, submission, [bare]);
    assert.equal(again.outcome, 'already-accepted');
    assert.equal(again.conversationId, first.conversationId);
  });

  test('many times at once is accepted once', async () => {
    const submission = { ...ASK, messageId: 'same-3@example.test' };
    const results = await Promise.all(
      Array.from({ length: 8 }, () => submitParts(pair.a, submission, [TEXT])),
    );
    assert.equal(results.filter(({ outcome }) => outcome === 'accepted').length, 1);
    await pair.a.settled();
    assert.equal((await pair.b.world.store.findInbound(submission.messageId)).length, 1);
    const { attempts } = await statusOf(pair.a, submission.messageId);
    assert.equal(attempts.length, 1);
  });

  const others: Readonly<Record<string, readonly [Partial<Submission>, readonly TestPart[]]>> = {
    'another payload': [{}, [{ ...TEXT, content: 'another note' }]],
    'another media type': [{}, [{ ...TEXT, mimeType: 'text/csv' }]],
    'a part more': [{}, [TEXT, { ...TEXT, contentId: 'two' }]],
    'no part': [{}, []],
    'another conversation': [{ conversationId: 'other' }, [TEXT]],
    'another property': [{ messageProperties: [{ name: 'x', value: 'y' }] }, [TEXT]],
    'another action': [{ action: 'Plain' }, [TEXT]],
  };
  for (const [name, [changes, parts]] of Object.entries(others)) {
    test(`with ${name} is a conflict, and the first is left as it was`, async () => {
      const submission = { ...ASK, messageId: `conflict-${name.replaceAll(' ', '-')}@example.test` };
      await submitParts(pair.a, submission, [TEXT]);
      await pair.a.settled();
      const first = await statusOf(pair.a, submission.messageId);
      await refuses(
        'submit/duplicate-message-id',
        () => submitParts(pair.a, { ...submission, ...changes }, parts),
        'messageId',
      );
      assert.deepEqual(await statusOf(pair.a, submission.messageId), first);
    });
  }
});

describe('parts', () => {
  const declared = { ...ASK, parts: [{ mimeType: 'text/plain' }, { mimeType: 'text/plain' }] };
  const streams = (...indexes: readonly number[]): PartStreams =>
    (async function* () {
      for (const index of indexes) yield { index, content: chunked(Buffer.from('x')) };
    })();

  test('in another order than declared are kept in the order declared', async () => {
    const reversed: PartStreams = (async function* () {
      for (const index of [1, 0]) yield { index, content: chunked(Buffer.from(`part ${index}`)) };
    })();
    const { messageId } = await pair.a.msh.submit(declared, reversed);
    await pair.a.settled();
    const [kept] = await pair.b.world.store.findInbound(messageId);
    const contents = await Promise.all(kept!.parts.map((part) => pair.b.content(part)));
    assert.deepEqual(contents.map(String), ['part 0', 'part 1']);
  });

  test('one does not come', () =>
    refuses('submit/missing-part', () => pair.a.msh.submit(declared, streams(0)), 'parts[1]').then(
      () => undefined,
    ));
  test('one comes twice', () =>
    refuses('submit/undeclared-part', () => pair.a.msh.submit(declared, streams(0, 0, 1)), 'parts[0]').then(
      () => undefined,
    ));
  test('one comes that was not declared', () =>
    refuses('submit/undeclared-part', () => pair.a.msh.submit(declared, streams(0, 1, 2)), 'parts[2]').then(
      () => undefined,
    ));

  test('one breaks off', async () => {
    const broken: PartStreams = (async function* () {
      yield { index: 0, content: chunked(Buffer.from('x')) };
      yield {
        index: 1,
        content: (async function* () {
          yield Buffer.alloc(100_000);
          throw new QuoinError('rest/upload-aborted', 'The upload broke off.');
        })(),
      };
    })();
    await refuses('rest/upload-aborted', () => pair.a.msh.submit(declared, broken));
  });

  test('zeros that are small, or not compressed, arrive', async () => {
    const { messageId } = await submitParts(pair.a, ASK, [
      { ...TEXT, content: Buffer.alloc(10 * MIB) },
      { ...TEXT, contentId: 'plain', content: Buffer.alloc(12 * MIB), compress: false },
    ]);
    await pair.a.settled();
    assert.equal((await statusOf(pair.a, messageId)).message.state, 'ACKNOWLEDGED');
  });

  const wrong: Readonly<
    Record<string, readonly [string, Partial<Submission>, readonly TestPart[], string?]>
  > = {
    'larger than the P-Mode allows': [
      'submit/too-large',
      { action: 'Small' },
      [{ ...TEXT, content: Buffer.alloc(100_001) }],
      'parts[0]',
    ],
    'larger together than the P-Mode allows': [
      'submit/too-large',
      { action: 'Small' },
      [
        { ...TEXT, content: Buffer.alloc(80_000) },
        { ...TEXT, contentId: 'two', content: Buffer.alloc(80_000) },
      ],
    ],
    'more than the P-Mode allows': [
      'submit/against-agreement',
      { action: 'Small' },
      ['1', '2', '3'].map((contentId) => ({ ...TEXT, contentId })),
    ],
    'with one Content-ID for two': ['submit/invalid-part', {}, [TEXT, TEXT], 'parts[1].contentId'],
    'with two Content-IDs that differ in letter case only': [
      'submit/invalid-part',
      {},
      [TEXT, { ...TEXT, contentId: 'NOTE' }],
      'parts[1].contentId',
    ],
    'with a property that is ours': [
      'submit/invalid-part',
      {},
      [{ ...TEXT, properties: [{ name: 'CompressionType', value: 'application/gzip' }] }],
      'parts[0].properties',
    ],
    'with a media type that is none': ['submit/against-agreement', {}, [{ ...TEXT, mimeType: 'text' }]],
    'with a charset that is none': ['submit/against-agreement', {}, [{ ...TEXT, charset: '!utf*' }]],
    'that grows so much that receivers take it for a bomb': [
      'submit/invalid-part',
      {},
      [TEXT, { ...TEXT, contentId: 'zeros', content: Buffer.alloc(12 * MIB) }],
      'parts[1].content',
    ],
    'XML that is none, to be signed in canonical form': [
      'submit/invalid-part',
      {},
      [{ ...TEXT, mimeType: 'application/xml', compress: false, content: '<a><b></a>' }],
      'parts[0].content',
    ],
    'XML with a DOCTYPE, to be signed in canonical form': [
      'submit/invalid-part',
      {},
      [{ ...TEXT, mimeType: 'application/xml', compress: false, content: '<!DOCTYPE a><a/>' }],
      'parts[0].content',
    ],
  };
  for (const [name, [code, submission, parts, field]] of Object.entries(wrong)) {
    test(name, async () => {
      await refuses(code, () => submitParts(pair.a, { ...ASK, ...submission }, parts), field);
    });
  }
});

describe('headers', () => {
  const wrong: Readonly<Record<string, readonly [string, Partial<Submission>, string?]>> = {
    'a MessageId with white space': ['submit/invalid-id', { messageId: 'a b' }, 'messageId'],
    'a MessageId in brackets': ['submit/invalid-id', { messageId: '<a@b>' }, 'messageId'],
    'a MessageId with a line break': ['submit/invalid-id', { messageId: 'a\r\nb' }, 'messageId'],
    'a MessageId too long to be kept by others': [
      'submit/invalid-id',
      { messageId: 'x'.repeat(256) },
      'messageId',
    ],
    'a RefToMessageId with white space': ['submit/invalid-id', { refToMessageId: 'a b' }, 'refToMessageId'],
    'a ConversationId with control characters': [
      'submit/invalid-id',
      { conversationId: 'a\u0000b' },
      'conversationId',
    ],
    'a property twice': [
      'submit/duplicate-property',
      {
        messageProperties: [
          { name: 'x', value: '1' },
          { name: 'x', value: '2' },
        ],
      },
    ],
    'without the properties of the leg': ['submit/against-agreement', { action: 'Corners' }],
  };
  for (const [name, [code, submission, field]] of Object.entries(wrong)) {
    test(name, async () => {
      await refuses(code, () => submitParts(pair.a, { ...ASK, ...submission }), field);
    });
  }
});

describe('a store that cannot keep', () => {
  const failing: Readonly<Record<string, 'insertOutbound' | 'create' | 'write' | 'commit'>> = {
    'the row': 'insertOutbound',
    'a payload, from the start': 'create',
    'a payload, while it is written': 'write',
    'a payload, at its end': 'commit',
  };
  for (const [name, at] of Object.entries(failing)) {
    test(name, async () => {
      let fails = true;
      const full = (): Promise<never> =>
        Promise.reject(new QuoinError('payloads/no-space', 'There is no space left.'));
      const own = await pairGateways(ending, {
        aroundA: (world) => ({
          ...world,
          store: {
            ...world.store,
            insertOutbound: (...given) =>
              fails && at === 'insertOutbound' ? full() : world.store.insertOutbound(...given),
          },
          payloads: {
            ...world.payloads,
            create: async () => {
              if (fails && at === 'create') return await full();
              const writer = await world.payloads.create();
              return {
                write: (chunk) => (fails && at === 'write' ? full() : writer.write(chunk)),
                commit: () => (fails && at === 'commit' ? full() : writer.commit()),
                abort: () => writer.abort(),
              };
            },
          },
        }),
      });
      const submission = { ...ASK, messageId: 'kept@example.test' };
      await assert.rejects(submitParts(own.a, submission, [TEXT]), { code: 'payloads/no-space' });
      assert.deepEqual(await own.a.outbox(), []);
      assert.deepEqual(own.a.payloadFiles(), [], 'nothing is kept, no draft either');
      fails = false;
      assert.equal((await submitParts(own.a, submission, [TEXT])).outcome, 'accepted');
      await own.a.settled();
      assert.equal((await statusOf(own.a, submission.messageId)).message.state, 'ACKNOWLEDGED');
    });
  }
});
