import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  InboundFilter,
  MessageStore,
  NewInboundMessage,
  NewOutboundMessage,
  OutboundFilter,
  Page,
  PageRequest,
} from '../../src/msh/ports/index.ts';
import type { Property, UserMessage } from '../../src/protocol/ebms/index.ts';
import { newInbound, newOutbound, userMessage } from '../support/records.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const T = 1_772_000_000_000;

/** What the messages of these tests differ in. */
interface Told {
  readonly conversationId?: string;
  readonly action?: string;
  readonly service?: string;
  readonly refToMessageId?: string | undefined;
  readonly properties?: readonly Property[];
}

function header(messageId: string, told: Told): UserMessage {
  const message = userMessage(messageId, told);
  const ref = 'refToMessageId' in told ? told.refToMessageId : 'earlier@example.test';
  const { refToMessageId: _, ...info } = message.messageInfo;
  return {
    ...message,
    messageInfo: ref === undefined ? info : { ...info, refToMessageId: ref },
    collaborationInfo: {
      ...message.collaborationInfo,
      service: { value: told.service ?? 'QueryManager' },
    },
    messageProperties: told.properties ?? [],
  };
}

const corners = (originalSender: string, finalRecipient: string): readonly Property[] => [
  { name: 'originalSender', value: originalSender },
  { name: 'finalRecipient', value: finalRecipient },
];

async function send(store: MessageStore, id: string, told: Told, more: Partial<NewOutboundMessage> = {}) {
  await store.insertOutbound(newOutbound({ messageId: id, userMessage: header(id, told), ...more }));
}

async function receive(store: MessageStore, id: string, told: Told, more: Partial<NewInboundMessage> = {}) {
  await store.insertInbound(newInbound({ messageId: id, userMessage: header(id, told), ...more }));
}

/** The messages of both directions that the searches look among. */
const MESSAGES: readonly (readonly [
  id: string,
  told: Told,
  more: { partner?: string; pmodeId?: string; at?: number },
])[] = [
  ['a', { conversationId: 'x', action: 'Request', properties: corners('one', 'two') }, { at: T }],
  [
    'b',
    { conversationId: 'x', action: 'Response', refToMessageId: 'a' },
    { at: T + 10, partner: 'AP_XC_01' },
  ],
  [
    'c',
    { conversationId: 'y', service: 'Other', refToMessageId: undefined },
    { at: T + 10, pmodeId: 'else' },
  ],
  ['d', { conversationId: 'x', action: 'Request', properties: corners('three', 'four') }, { at: T + 20 }],
];

/** Searches and what they find, in the order in which it was kept. */
const SEARCHES: readonly (readonly [filter: InboundFilter & OutboundFilter, found: string])[] = [
  [{}, 'abcd'],
  [{ conversationId: 'x' }, 'abd'],
  [{ conversationId: 'x', action: 'Request' }, 'ad'],
  [{ refToMessageId: 'a' }, 'b'],
  [{ refToMessageId: 'earlier@example.test' }, 'ad'],
  [{ service: 'Other' }, 'c'],
  [{ service: 'other' }, ''],
  [{ partner: 'AP_XC_01' }, 'b'],
  [{ partner: 'AP_XB_01', conversationId: 'x' }, 'ad'],
  [{ pmodeId: 'else' }, 'c'],
  [{ since: T + 10 }, 'bcd'],
  [{ until: T + 10 }, 'a'],
  [{ since: T + 10, until: T + 20 }, 'bc'],
  [{ since: T + 21 }, ''],
  [{ action: '%' }, ''],
  [{ action: 'x'.repeat(5000) }, ''],
];

/** Searching in both directions. */
export function searchTests(under: StoreUnderTest): void {
  test('searches among sent and received messages find the same, by each filter and by several', async (t) => {
    const store = await under.open(t);
    for (const [id, told, { at, ...more }] of MESSAGES) {
      await send(store, id, told, { submittedAt: at!, ...more });
      await receive(store, id, told, { receivedAt: at!, ...more });
    }
    for (const [filter, found] of SEARCHES) {
      const sent = await store.listOutbound(filter, { limit: 10 });
      const received = await store.listInbound(filter, { limit: 10 });
      const said = JSON.stringify(filter);
      assert.equal(
        sent.items
          .map((message) => message.messageId)
          .toReversed()
          .join(''),
        found,
        said,
      );
      assert.equal(received.items.map((message) => message.messageId).join(''), found, said);
    }
    assert.equal((await store.findOutbound('b'))?.partner, 'AP_XC_01');
  });

  test('who may see what: senders among the sent, recipients among the received', async (t) => {
    const store = await under.open(t);
    for (const [id, told] of MESSAGES) {
      await send(store, id, told);
      await receive(store, id, told);
    }
    const sent = async (...originalSenders: string[]): Promise<string[]> =>
      (await store.listOutbound({ originalSenders }, { limit: 9 })).items.map((m) => m.messageId);
    const received = async (...finalRecipients: string[]): Promise<string[]> =>
      (await store.listInbound({ finalRecipients }, { limit: 9 })).items.map((m) => m.messageId);
    assert.deepEqual(await sent('one'), ['a']);
    assert.deepEqual(await sent('one', 'three'), ['d', 'a']);
    assert.deepEqual(await sent('two'), []);
    assert.deepEqual(await sent(), []);
    assert.deepEqual(await received('two'), ['a']);
    assert.deepEqual(await received('four', 'nobody'), ['d']);
    assert.deepEqual(await received('one'), []);
    assert.deepEqual(await received(), []);
  });

  test('a corner that is said twice, not at all or at great length is nobody for a search', async (t) => {
    const store = await under.open(t);
    const long = 'l'.repeat(8000);
    const odd: readonly (readonly Property[])[] = [
      [...corners('me', 'me'), ...corners('me', 'you')],
      [],
      corners(long, long),
    ];
    for (const [index, properties] of odd.entries()) {
      await send(store, `odd-${index}`, { properties });
      await receive(store, `odd-${index}`, { properties });
    }
    for (const name of ['me', 'you', '', long, long.slice(0, 255)]) {
      assert.deepEqual(await store.listOutbound({ originalSenders: [name] }, { limit: 9 }), { items: [] });
      assert.deepEqual(await store.listInbound({ finalRecipients: [name] }, { limit: 9 }), { items: [] });
    }
  });

  test('what a partner writes at great length is kept whole and found by itself', async (t) => {
    const store = await under.open(t);
    const long = '長'.repeat(1024);
    await receive(store, 'long', { conversationId: long, refToMessageId: long, action: long });
    const found = await store.listInbound({ conversationId: long, refToMessageId: long }, { limit: 2 });
    assert.equal(found.items[0]?.userMessage.collaborationInfo.conversationId, long);
  });

  test('pages follow the order of keeping whatever the clock said, in both directions, to the end', async (t) => {
    const store = await under.open(t);
    const times = [5, 3, 3, 3, 9, 1, 3];
    for (const [index, time] of times.entries()) {
      await send(store, `m${index}`, { conversationId: 'x' }, { submittedAt: T + time });
      await receive(store, `m${index}`, { conversationId: 'x' }, { receivedAt: T + time });
    }
    const walk = async (
      list: (page: PageRequest) => Promise<Page<{ readonly messageId: string }>>,
    ): Promise<string> => {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ limit: 2, cursor });
        seen.push(...page.items.map(({ messageId }) => messageId.slice(1)));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return seen.join('');
    };
    assert.equal(await walk((page) => store.listOutbound({ conversationId: 'x' }, page)), '6543210');
    assert.equal(await walk((page) => store.listInbound({ conversationId: 'x' }, page)), '0123456');
    const during = { since: T + 3, until: T + 6 };
    assert.equal(await walk((page) => store.listOutbound(during, page)), '63210');
    assert.equal(await walk((page) => store.listInbound(during, page)), '01236');
  });
}
