import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Store } from '../../src/msh/index.ts';
import type { Forged, Forgery } from '../support/attacker.ts';
import { openTarget, ordinaryPart, partyInfoXml, readAnswer } from '../support/attacker-target.ts';
import type { Target } from '../support/attacker-target.ts';
import { scratchFolder } from '../support/scratch.ts';
import { chunked, openTestGateway } from '../support/test-gateway.ts';
import type { TestGateway } from '../support/test-gateway.ts';
import { keysOf, oneWayYaml } from '../support/test-pair.ts';
import { createWire } from '../support/test-wire.ts';

/** R01 and R02: the same MessageId again. */

let target: Target;
before(async () => {
  target = await openTarget();
});
after(() => target.gateway.stop());

const sameId = (messageId: string, values: Partial<Forgery> = {}): Forged =>
  target.forge({}, { messageId, ...values });
const delivered = async (messageId: string): Promise<number> =>
  (await target.gateway.inbox()).filter((message) => message.messageId === messageId).length;

describe('R01 the same message again is delivered once and acknowledged each time', () => {
  test('R01 the same bytes', async () => {
    const message = target.forge();
    const first = await target.strike(message);
    const files = target.gateway.payloadFiles();
    for (let again = 0; again < 3; again += 1) {
      const answer = await target.strike(message);
      assert.equal(answer.kind, 'receipt');
      assert.equal(answer.body, first.body, 'the receipt of the first copy, to the byte');
    }
    assert.equal(await delivered(message.messageId), 1);
    assert.deepEqual(target.gateway.payloadFiles(), files);
    const [kept] = await target.gateway.world.store.findInbound(message.messageId);
    assert.equal(kept!.duplicates, 3);
  });

  test('R01 encrypted and signed anew', async () => {
    const messageId = 'again-1@attacker.test';
    const first = await target.strike(sameId(messageId));
    const second = await target.strike(sameId(messageId));
    assert.equal(second.body, first.body);
    assert.equal(await delivered(messageId), 1);
  });

  test('R01 compressed another way: the documents are what counts', async () => {
    const messageId = 'again-2@attacker.test';
    const first = await target.strike(sameId(messageId));
    const files = target.gateway.payloadFiles();
    const plain = ordinaryPart({ compress: false, plainType: 'application/octet-stream' });
    const second = await target.strike(sameId(messageId, { parts: [plain] }));
    assert.equal(second.body, first.body);
    assert.equal(await delivered(messageId), 1);
    assert.deepEqual(target.gateway.payloadFiles(), files, 'the payload of the second copy is gone');
  });

  test('R01 with Content-IDs made anew', async () => {
    const messageId = 'again-3@attacker.test';
    const parts = ['one', 'two'].map((name) => ordinaryPart({ contentId: name, content: Buffer.from(name) }));
    const first = await target.strike(sameId(messageId, { parts }));
    const renamed = parts.map((part) => ({ ...part, contentId: `${part.contentId}-again` }));
    assert.equal((await target.strike(sameId(messageId, { parts: renamed }))).body, first.body);
    assert.equal(await delivered(messageId), 1);
  });

  test('R01 many copies at once', async () => {
    const messageId = 'at-once@attacker.test';
    const files = target.gateway.payloadFiles().length;
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => receiveBy(target.gateway, sameId(messageId))),
    );
    const bodies = new Set(answers.map(({ body }) => body));
    assert.equal(bodies.size, 1, 'everybody gets the same receipt');
    assert.ok([...bodies][0]!.includes('NonRepudiationInformation'));
    assert.equal(await delivered(messageId), 1);
    assert.equal(target.gateway.payloadFiles().length, files + 1, 'one payload is kept');
  });

  test('R01 without payload', async () => {
    const message = target.forge({}, { parts: [] });
    const first = await target.strike(message);
    assert.equal((await target.strike(message)).body, first.body);
    assert.equal(await delivered(message.messageId), 1);
  });

  test('R01 after the backend has taken the message', async () => {
    const message = target.forge();
    const first = await target.strike(message);
    const [kept] = await target.gateway.world.store.findInbound(message.messageId);
    assert.equal(await target.gateway.msh.acknowledge(kept!.rowId), true);
    assert.equal((await target.strike(message)).body, first.body);
    const [still] = await target.gateway.world.store.findInbound(message.messageId);
    assert.equal(still!.state, 'DOWNLOADED', 'it is not offered a second time');
  });
});

/** Receives without the checks of `strike`, which look at the whole process and so cannot run side by side. */
async function receiveBy(gateway: TestGateway, message: Forged) {
  const reply = await gateway.msh.receive({
    contentType: message.contentType,
    contentLength: undefined,
    body: chunked(message.bytes, 997),
    remote: undefined,
  });
  return readAnswer(reply, target.b.certificate);
}

describe('R01 after a crash', () => {
  const open = async (folder: string, store?: <S extends Store>(store: S) => S): Promise<TestGateway> =>
    openTestGateway({
      party: 'AP_B',
      pmodes: { 'a-b.yaml': oneWayYaml('AP_A', 'AP_B') },
      keys: await keysOf('AP_B', ['AP_A']),
      folder: join(folder, 'gateway'),
      transport: createWire().transport,
      ...(store === undefined ? {} : { around: (world) => ({ ...world, store: store(world.store) }) }),
    });

  test('R01 between the commit and the answer: the retry gets the receipt that was kept', async () => {
    const folder = scratchFolder();
    const message = target.forge();
    const dying = await open(folder, (store) => ({
      ...store,
      insertInbound: async (inbound) => {
        await store.insertInbound(inbound);
        return await new Promise(() => undefined);
      },
    }));
    void receiveBy(dying, message);
    while ((await dying.inbox()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const [before] = await dying.inbox();
    await dying.stop();

    const restarted = await open(folder);
    try {
      const answer = await receiveBy(restarted, message);
      assert.equal(answer.kind, 'receipt');
      assert.ok(answer.signed);
      assert.equal(answer.body, before!.receipt.bytes.toString());
      assert.equal((await restarted.inbox()).length, 1);
    } finally {
      await restarted.stop();
    }
  });
});

describe('R02 the same MessageId for something else', () => {
  test('R02 other content is refused, and the first is left as it was', async () => {
    const messageId = 'reused-1@attacker.test';
    const first = await target.accepts(sameId(messageId));
    const other = ordinaryPart({ content: Buffer.from('<evidence>of something else</evidence>') });
    const files = target.gateway.payloadFiles();
    const answer = await target.strike(sameId(messageId, { parts: [other] }));
    assert.equal(answer.error?.['errorCode'], 'EBMS:0003');
    assert.ok(answer.signed);
    const [journal] = await target.gateway.journal();
    assert.equal(journal!.failure.code, 'receive/message-id-reused');
    assert.equal(journal!.messageId, messageId);
    const [still, ...more] = await target.gateway.world.store.findInbound(messageId);
    assert.deepEqual(more, []);
    assert.deepEqual(still, first);
    assert.deepEqual(target.gateway.payloadFiles(), files);
  });

  const others: Readonly<Record<string, Partial<Forgery>>> = {
    'a part more': { parts: [ordinaryPart(), ordinaryPart({ contentId: 'two@attacker.test' })] },
    'no part': { parts: [] },
  };
  for (const [name, values] of Object.entries(others)) {
    test(`R02 ${name}`, async () => {
      const messageId = `reused-${name.replaceAll(' ', '-')}@attacker.test`;
      await target.accepts(sameId(messageId));
      const answer = await target.strike(sameId(messageId, values));
      assert.equal(answer.error?.['errorCode'], 'EBMS:0003');
      const [still] = await target.gateway.world.store.findInbound(messageId);
      assert.equal(still!.parts.length, 1);
    });
  }

  test('R02 two parts whose contents have changed places', async () => {
    const messageId = 'swapped@attacker.test';
    const one = ordinaryPart({ contentId: 'one@x', content: Buffer.from('<one/>') });
    const two = ordinaryPart({ contentId: 'two@x', content: Buffer.from('<two/>') });
    const first = await target.accepts(sameId(messageId, { parts: [one, two] }));
    const swapped = [
      { ...one, content: two.content },
      { ...two, content: one.content },
    ];
    const answer = await target.strike(sameId(messageId, { parts: swapped }));
    assert.equal(answer.error?.['errorCode'], 'EBMS:0003');
    const [still] = await target.gateway.world.store.findInbound(messageId);
    assert.deepEqual(still, first);
  });

  test('R02 at once: one of the two is kept, the other refused', async () => {
    const messageId = 'race@attacker.test';
    const other = ordinaryPart({ content: Buffer.from('<other/>') });
    const answers = await Promise.all([
      receiveBy(target.gateway, sameId(messageId)),
      receiveBy(target.gateway, sameId(messageId, { parts: [other] })),
    ]);
    assert.deepEqual(answers.map(({ kind }) => kind).sort(), ['error', 'receipt']);
    assert.equal(await delivered(messageId), 1);
  });

  test('R02 of another partner is another message', async () => {
    const messageId = 'shared@attacker.test';
    await target.accepts(sameId(messageId));
    const fromC = sameId(messageId, { signer: target.c, partyInfo: partyInfoXml('AP_C', 'AP_B') });
    const answer = await target.strike(fromC);
    assert.equal(answer.kind, 'receipt');
    assert.equal((await target.gateway.world.store.findInbound(messageId)).length, 2);
  });

  test('R02 nobody can burn the MessageId of a partner', async () => {
    const messageId = 'wanted@attacker.test';
    await target.refuses(sameId(messageId, { signed: false }), { ebms: 'EBMS:0103' });
    await target.refuses(sameId(messageId, { signer: target.c }), { ebms: 'EBMS:0101' });
    const broken = target.forge({ encipher: (_, plain) => plain }, { messageId });
    await target.refuses(broken, { ebms: 'EBMS:0102' });
    await target.accepts(sameId(messageId));
  });

  test('R02 an unsigned copy of a message that was received learns nothing of it', async () => {
    const messageId = 'known@attacker.test';
    await target.accepts(sameId(messageId));
    for (const values of [{ signed: false }, { signer: target.c }] as const) {
      const answer = await target.strike(sameId(messageId, values));
      assert.equal(answer.kind, 'error');
      assert.match(answer.error!['errorCode']!, /^EBMS:010[13]$/);
    }
    const [kept] = await target.gateway.world.store.findInbound(messageId);
    assert.equal(kept!.duplicates, 0);
  });
});
