import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { KeyEntry } from '../../src/protocol/pki/index.ts';
import { openDocuments } from '../../src/protocol/xml/index.ts';
import { forge } from '../support/attacker.ts';
import type { Changes, Forged } from '../support/attacker.ts';
import { collaborationXml, ordinaryPart, partyInfoXml, readAnswer } from '../support/attacker-target.ts';
import type { Answer } from '../support/attacker-target.ts';
import { MISHAPS, mortalWorld } from '../support/mortal-world.ts';
import type { Mishap, MortalWorld } from '../support/mortal-world.ts';
import { testPki } from '../support/pki.ts';
import { scratchFolder } from '../support/scratch.ts';
import { chunked, openTestGateway } from '../support/test-gateway.ts';
import type { TestGateway } from '../support/test-gateway.ts';
import { keysOf, oneWayYaml } from '../support/test-pair.ts';
import { createWire } from '../support/test-wire.ts';

/**
 * A message that comes in, with a mishap at every single call to a port: the partner gets a receipt or nothing it could
 * take for one, nothing half is kept, and its retry succeeds, once.
 */

let a: KeyEntry;
let b: KeyEntry;
before(async () => {
  const pki = await testPki();
  a = await pki.party('AP_A');
  b = await pki.party('AP_B');
});

const PARTS = [
  ordinaryPart({ contentId: 'one', content: Buffer.from('<evidence>one</evidence>') }),
  ordinaryPart({
    contentId: 'two',
    content: Buffer.alloc(9_000, 'two'),
    compress: false,
    mimeType: 'application/pdf',
  }),
];

/** The ways a message may be packaged that take different calls. */
const PACKAGES: Readonly<Record<string, Changes>> = {
  'the SOAP part first': {},
  'the SOAP part last, so that parts have to wait': { mime: ([root, ...parts]) => [...parts, root!] },
};

function message(messageId: string, changes: Changes): Forged {
  return forge({
    signer: a,
    recipient: b.certificate,
    messageId,
    partyInfo: partyInfoXml('AP_A', 'AP_B'),
    collaboration: collaborationXml('Ask'),
    parts: PARTS,
    changes,
  });
}

async function open(folder: string, mortal?: MortalWorld): Promise<TestGateway> {
  return await openTestGateway({
    party: 'AP_B',
    pmodes: { 'a-b.yaml': oneWayYaml('AP_A', 'AP_B') },
    keys: await keysOf('AP_B', ['AP_A']),
    folder: join(folder, 'receiver'),
    transport: createWire().transport,
    ...(mortal === undefined ? {} : { around: mortal.around }),
  });
}

async function push(gateway: TestGateway, { contentType, bytes }: Forged): Promise<Answer> {
  const body = chunked(bytes, 1500);
  const reply = await gateway.msh.receive({
    contentType,
    contentLength: bytes.byteLength,
    body,
    remote: undefined,
  });
  return readAnswer(reply, b.certificate);
}

async function survive(at: number, mishap: Mishap, changes: Changes): Promise<string | undefined> {
  const folder = scratchFolder();
  const mortal = mortalWorld(at, mishap);
  const first = await open(folder, mortal);
  const incoming = message(`${mishap}-${at}@attacker.test`, changes);
  const documents = openDocuments();
  const answer = await Promise.race([push(first, incoming), mortal.died]);
  mortal.spare();
  const place = mortal.struck();
  const where = `${mishap} at ${place ?? 'nothing'}`;
  const isDead = place !== undefined && mishap.startsWith('dies');
  if (!isDead) {
    assert.equal(openDocuments(), documents, `${where}: no XML document is left open`);
    await checkFailure(first, incoming, answer!, place, where);
  }
  if (isDead) await first.world.store.close();
  const gateway = isDead ? await open(folder) : first;
  try {
    const receipt = await push(gateway, incoming);
    assert.equal(receipt.kind, 'receipt', `${where}: the retry succeeds, not ${receipt.body.slice(0, 300)}`);
    assert.ok(receipt.signed, where);
    assert.equal((await push(gateway, incoming)).body, receipt.body, `${where}: and so does every other`);
    await checkKept(gateway, incoming, receipt, where);
  } finally {
    await gateway.stop();
  }
  return place;
}

/** Removing what is not needed any more is no part of the promise: the receipt stands without it. */
const AFTER_THE_COMMIT: ReadonlySet<string | undefined> = new Set([undefined, 'payloads.remove']);

const LEFT_TO_THE_SWEEPER = new Set(['fails at store.insertInbound', 'fails-after at writer.commit']);

async function checkFailure(
  gateway: TestGateway,
  { messageId }: Forged,
  answer: Answer,
  place: string | undefined,
  where: string,
): Promise<void> {
  const kept = await gateway.world.store.findInbound(messageId);
  if (AFTER_THE_COMMIT.has(place)) {
    assert.equal(answer.kind, 'receipt', where);
    assert.equal(kept.length, 1, where);
    return;
  }
  assert.equal(answer.kind, 'nothing', `${where}: ${answer.body.slice(0, 200)}`);
  assert.equal(answer.status, 503, where);
  if (where === 'fails-after at store.insertInbound') return;
  assert.deepEqual(kept, [], `${where}: nothing is kept`);
  // What might belong to a row, or is not known to be there, is left to the sweeper.
  if (LEFT_TO_THE_SWEEPER.has(where)) await sweep(gateway);
  assert.deepEqual(gateway.payloadFiles(), [], `${where}: no payload either`);
}

async function sweep(gateway: TestGateway): Promise<void> {
  const { store, payloads } = gateway.world;
  await payloads.sweep(0, (handles) => store.referencedPayloads(handles));
}

async function checkKept(
  gateway: TestGateway,
  { messageId }: Forged,
  receipt: Answer,
  where: string,
): Promise<void> {
  const delivered = await gateway.inbox();
  assert.equal(delivered.length, 1, `${where}: delivered once`);
  const [kept] = delivered;
  assert.equal(kept!.messageId, messageId);
  assert.equal(kept!.receipt.bytes.toString(), receipt.body, where);
  await sweep(gateway);
  assert.equal(gateway.payloadFiles().length, PARTS.length, `${where}: no payload is lost or left over`);
  for (const [i, part] of kept!.parts.entries())
    assert.deepEqual(await gateway.content(part), PARTS[i]!.content, where);
}

describe('a mishap at every call of the receiver', () => {
  for (const [name, changes] of Object.entries(PACKAGES)) {
    for (const mishap of MISHAPS) {
      test(`${mishap}, ${name}`, async () => {
        const places: string[] = [];
        for (let at = 1; ; at += 1) {
          const place = await survive(at, mishap, changes);
          if (place === undefined) break;
          places.push(place);
        }
        for (const step of [
          'store.findDuplicate',
          'payloads.create',
          'writer.write',
          'writer.commit',
          'store.insertInbound',
        ])
          assert.ok(places.includes(step), `${step} was struck: ${places.join(' ')}`);
      });
    }
  }
});

describe('what else may be missing', () => {
  test('the signing key: nothing is kept, the partner is asked to come again', async () => {
    const gateway = await open(scratchFolder());
    try {
      const { keys } = gateway;
      const own = keys.signing;
      const incoming = message('no-key@attacker.test', {});
      Object.defineProperty(keys, 'signing', {
        configurable: true,
        get: () => {
          throw new Error('the key is gone');
        },
      });
      const answer = await push(gateway, incoming);
      assert.equal(answer.status, 503);
      assert.deepEqual(await gateway.inbox(), []);
      assert.deepEqual(gateway.payloadFiles(), []);
      const refused = await push(
        gateway,
        message('no-key-either@attacker.test', { value: () => Buffer.alloc(256) }),
      );
      assert.equal(refused.status, 503, 'an error cannot be signed either, and an unsigned one is not sent');
      Object.defineProperty(keys, 'signing', { configurable: true, value: own });
      assert.equal((await push(gateway, incoming)).kind, 'receipt');
    } finally {
      await gateway.stop();
    }
  });

  test('the journal: a refusal is answered all the same', async () => {
    const mortal = mortalWorld(1, 'fails');
    const gateway = await open(scratchFolder(), mortal);
    try {
      const answer = await push(
        gateway,
        message('no-journal@attacker.test', { value: () => Buffer.alloc(256) }),
      );
      assert.equal(mortal.struck(), 'store.appendJournal');
      assert.equal(answer.error?.['errorCode'], 'EBMS:0101');
      assert.ok(gateway.events.some(({ event }) => event === 'journal/unavailable'));
    } finally {
      await gateway.stop();
    }
  });

  test('the second half of the body, because the partner went away', async () => {
    const gateway = await open(scratchFolder());
    try {
      const { bytes, contentType } = message('gone@attacker.test', {});
      const body = async function* (): AsyncGenerator<Uint8Array> {
        yield* chunked(bytes.subarray(0, bytes.length - 3000), 1500);
        throw new Error('aborted');
      };
      const reply = await gateway.msh.receive({
        contentType,
        contentLength: undefined,
        body: body(),
        remote: undefined,
      });
      assert.equal(reply.status, 503);
      assert.deepEqual(await gateway.inbox(), []);
      assert.deepEqual(gateway.payloadFiles(), []);
    } finally {
      await gateway.stop();
    }
  });
});
