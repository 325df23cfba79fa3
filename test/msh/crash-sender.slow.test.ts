import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { OutboundMessage } from '../../src/msh/index.ts';
import { MISHAPS, mortalWorld } from '../support/mortal-world.ts';
import type { Mishap, MortalWorld } from '../support/mortal-world.ts';
import { scratchFolder } from '../support/scratch.ts';
import { createClock, openTestGateway, ringDue, submitParts } from '../support/test-gateway.ts';
import type { TestClock, TestGateway, TestPart } from '../support/test-gateway.ts';
import { ADDRESS, keysOf, oneWayYaml, PARTY_TYPE, SERVICE } from '../support/test-pair.ts';
import { createWire } from '../support/test-wire.ts';

/**
 * A submission and its sending, with a mishap at every single call to a port: whatever goes wrong, in the end the message
 * has been delivered exactly once and is acknowledged.
 */

const wire = createWire();
let receiver: TestGateway;
const pmodes = { 'a-b.yaml': oneWayYaml('AP_A', 'AP_B') };

before(async () => {
  receiver = await openTestGateway({
    party: 'AP_B',
    pmodes,
    keys: await keysOf('AP_B', ['AP_A']),
    folder: join(scratchFolder(), 'receiver'),
    transport: wire.transport,
  });
  wire.connect(ADDRESS.AP_B, (request) => receiver.msh.receive(request));
});
after(() => receiver.stop());

const PARTS: readonly TestPart[] = [
  { contentId: 'one', mimeType: 'application/xml', content: '<evidence>one</evidence>' },
  { contentId: 'two', mimeType: 'application/pdf', content: Buffer.alloc(5_000, 'two'), compress: false },
];

/**
 * How a message comes to its first attempt: claimed with its submission; kept, rung for and claimed as it is at hand; read
 * from the store by a process that did not keep it.
 */
const WAYS = {
  'at once': ['store.insertOutbound', 'writer.commit'],
  'from the hand': ['store.insertOutbound', 'writer.commit', 'queue.ring', 'store.claimFresh'],
  'from the store': ['queue.ring', 'store.outlook', 'store.claimOutbound', 'store.keepEnvelope'],
} as const;

type Way = keyof typeof WAYS;

interface Run {
  readonly way: Way;
  readonly folder: string;
  readonly clock: TestClock;
  readonly messageId: string;
}

async function open(run: Run, mortal?: MortalWorld): Promise<TestGateway> {
  return await openTestGateway({
    party: 'AP_A',
    pmodes,
    keys: await keysOf('AP_A', ['AP_B']),
    folder: run.folder,
    clock: run.clock,
    transport: wire.transport,
    ...(mortal === undefined ? {} : { around: mortal.around }),
  });
}

function submit(gateway: TestGateway, { messageId }: Run): ReturnType<typeof submitParts> {
  const to = { partyIds: [{ value: 'AP_B', type: PARTY_TYPE }] };
  return submitParts(gateway, { service: SERVICE, action: 'Ask', to, messageId }, PARTS);
}

/** Lives until everything is done or the process dies. True when the producer was told that the message is accepted. */
async function live(gateway: TestGateway, run: Run, mortal: MortalWorld): Promise<boolean> {
  let isAccepted = false;
  const start = (): Promise<void> => gateway.msh.start();
  const tell = async (): Promise<void> => {
    try {
      await submit(gateway, run);
      isAccepted = true;
    } catch (error) {
      if (mortal.struck() === undefined) throw error;
    }
  };
  const life = async (): Promise<void> => {
    if (run.way === 'from the hand') await tell();
    // Without knowing who is paused nothing starts; whoever watches the process starts it again.
    await start().catch((error: unknown) => {
      if (mortal.struck() === undefined) throw error;
      return start();
    });
    if (run.way !== 'from the hand') await tell();
    await gateway.idle();
  };
  await Promise.race([life(), mortal.died]);
  return isAccepted;
}

/** Lets time pass until the fate of the message is known. */
async function untilSettled(gateway: TestGateway, run: Run): Promise<OutboundMessage> {
  for (let round = 0; round < 8; round += 1) {
    await ringDue(gateway);
    const message = await gateway.world.store.findOutbound(run.messageId);
    assert.ok(message !== undefined);
    if (message.nextAttemptAt === undefined) return message;
    run.clock.now = Math.max(run.clock.now, message.nextAttemptAt);
  }
  throw new Error('the message does not come to an end');
}

/** A process that takes the message and ends before anything is sent. */
async function keepOnly(run: Run): Promise<void> {
  const gateway = await open(run);
  await submit(gateway, run);
  await gateway.stop();
}

/** One run with one mishap. Resolves to the call that went wrong; undefined when the run has fewer calls. */
async function survive(way: Way, at: number, mishap: Mishap): Promise<string | undefined> {
  const run: Run = {
    way,
    folder: join(scratchFolder(), 'sender'),
    clock: createClock(),
    messageId: `${way}-${mishap}-${at}@example.test`.replaceAll(' ', '-'),
  };
  if (way === 'from the store') await keepOnly(run);
  const mortal = mortalWorld(at, mishap);
  const first = await open(run, mortal);
  const wasAccepted = await live(first, run, mortal);
  mortal.spare();
  const place = mortal.struck();
  const where = `${mishap} at ${place ?? 'nothing'}`;
  const isDead = place !== undefined && mishap.startsWith('dies');
  // A dead process closes nothing in order; only the lock of the database goes with it.
  if (isDead) await first.world.store.close();
  const gateway = isDead ? await open(run) : first;
  try {
    if (isDead) await gateway.msh.start();
    const kept = await gateway.world.store.findOutbound(run.messageId);
    if (wasAccepted) assert.ok(kept !== undefined, `${where}: what was accepted is kept`);
    // The producer was told nothing, or a failure: it asks again, and that changes nothing if all was well.
    const again = await submit(gateway, run);
    assert.equal(again.outcome, kept === undefined ? 'accepted' : 'already-accepted', where);
    const message = await untilSettled(gateway, run);
    assert.equal(message.state, 'ACKNOWLEDGED', `${where}: ${JSON.stringify(message.failure)}`);
    assert.ok(message.receipt !== undefined, where);
    await checkDelivery(run, where);
    await checkPayloads(gateway, message, where);
  } finally {
    await gateway.stop();
  }
  return place;
}

async function checkDelivery({ messageId }: Run, where: string): Promise<void> {
  const delivered = (await receiver.inbox()).filter((message) => message.messageId === messageId);
  assert.equal(delivered.length, 1, `${where}: delivered once`);
  for (const [i, part] of delivered[0]!.parts.entries())
    assert.deepEqual(await receiver.content(part), Buffer.from(PARTS[i]!.content), where);
}

/** The payloads are still there, and once the sweeper has been, nothing else is. */
async function checkPayloads(gateway: TestGateway, message: OutboundMessage, where: string): Promise<void> {
  const { store, payloads } = gateway.world;
  await payloads.sweep(0, (handles) => store.referencedPayloads(handles));
  assert.equal(
    gateway.payloadFiles().length,
    message.parts.length,
    `${where}: no payload is lost or left over`,
  );
  for (const [i, part] of message.parts.entries())
    assert.deepEqual(await gateway.content(part), Buffer.from(PARTS[i]!.content), where);
}

for (const [way, steps] of Object.entries(WAYS) as [Way, readonly string[]][]) {
  describe(`a mishap at every call of the sender: ${way}`, () => {
    for (const mishap of MISHAPS) {
      test(mishap, async () => {
        const places: string[] = [];
        for (let at = 1; ; at += 1) {
          const place = await survive(way, at, mishap);
          if (place === undefined) break;
          places.push(place);
        }
        // Every step of the pipeline was struck once at least.
        for (const step of [
          ...steps,
          'payloads.open',
          'transport.push',
          'store.settleAttempt',
          'store.waitingLanes',
        ])
          assert.ok(places.includes(step), `${step} was struck: ${places.join(' ')}`);
      });
    }
  });
}
