import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createMsh } from '../../src/msh/index.ts';
import type {
  DocumentCheck,
  InboundMessage,
  JournalEntry,
  KeyRing,
  Msh,
  MshContext,
  MshEvent,
  MshLimits,
  MshTimes,
  OutboundMessage,
  MessageStore,
  OutboundStatus,
  PartStreams,
  PayloadStore,
  Queue,
  SendingLimits,
  StoredPart,
  Submission,
  SubmitResult,
  SubmittedPart,
  Transport,
} from '../../src/msh/index.ts';
import { QuoinError } from '../../src/protocol/errors/index.ts';
import type { Certificate, KeyEntry, RevocationList } from '../../src/protocol/pki/index.ts';
import { loadPModes } from '../../src/protocol/pmode/index.ts';
import type { PMode } from '../../src/protocol/pmode/index.ts';
import { openFilePayloads } from '../../src/world/payloads/index.ts';
import { createLocalQueue } from '../../src/world/queue/index.ts';
import { openSqliteStore } from '../../src/world/store/index.ts';
import type { WholeStore } from '../../src/world/store/index.ts';

/** A clock that stands still until it is told to go on. ms since the epoch. */
export interface TestClock {
  now: number;
  advance(ms: number): void;
}

export function createClock(at = '2026-01-15T12:00:00Z'): TestClock {
  const clock = {
    now: Date.parse(at),
    advance: (ms: number) => {
      clock.now += ms;
    },
  };
  return clock;
}

/** What a gateway knows of a partner. */
export interface TestPartner {
  readonly signing: readonly Certificate[];
  readonly encryption: readonly Certificate[];
  readonly anchors?: readonly Certificate[];
}

/** Keys of a gateway; a test may change them between messages. */
export interface TestKeys {
  signing: KeyEntry;
  decryption: readonly KeyEntry[];
  /** By the local name of the party in the P-Modes. */
  partners: Readonly<Record<string, TestPartner>>;
  revocationLists?: readonly RevocationList[];
}

/** A key ring over the keys as they are at the time of each call. */
export function keyRingOf(keys: TestKeys): KeyRing {
  const none: TestPartner = { signing: [], encryption: [] };
  const partner = (name: string): TestPartner => keys.partners[name] ?? none;
  return {
    signingKey: () => keys.signing,
    decryptionKeys: () => keys.decryption,
    signingCertificates: ({ name }) => partner(name).signing,
    anchors: ({ name }) => partner(name).anchors ?? [],
    revocationLists: () => keys.revocationLists ?? [],
    encryptionCertificate: ({ name }, at) => {
      const usable = partner(name).encryption.find(
        ({ notBefore, notAfter }) => notBefore <= at && at <= notAfter,
      );
      if (usable !== undefined) return usable;
      throw new QuoinError(
        'keys/no-encryption-certificate',
        `There is no encryption certificate for ${name}.`,
      );
    },
    knownCertificates: () =>
      Object.values(keys.partners).flatMap(({ signing, encryption, anchors = [] }) => [
        ...signing,
        ...encryption,
        ...anchors,
      ]),
  };
}

/** The adapters a gateway works on. */
export interface TestWorld {
  readonly store: WholeStore;
  readonly payloads: PayloadStore;
  readonly queue: Queue;
  readonly transport: Transport;
}

/** What a test gateway is made of. */
export interface TestGatewayOptions {
  /** Its local name in the P-Modes. */
  readonly party: string;
  /** YAML of P-Mode files by their names. */
  readonly pmodes: Readonly<Record<string, string>>;
  readonly keys: TestKeys;
  /** Where its data lies; a gateway opened again on the same folder finds what the one before has kept. */
  readonly folder: string;
  readonly transport: Transport;
  readonly clock?: TestClock;
  readonly limits?: Partial<MshLimits>;
  readonly times?: Partial<MshTimes>;
  readonly sending?: Partial<SendingLimits>;
  /** Knows the documents that P-Modes want checked. */
  readonly documents?: DocumentCheck;
  /** Puts something between the MSH and its adapters. */
  readonly around?: (world: TestWorld) => TestWorld;
}

/** An access point inside this process: the real MSH on the real store, payload store and queue. */
export interface TestGateway {
  readonly party: string;
  readonly folder: string;
  readonly clock: TestClock;
  readonly keys: TestKeys;
  readonly pmodes: readonly PMode[];
  readonly msh: Msh;
  readonly context: MshContext;
  /** The adapters, without anything a test has put around them. */
  readonly world: TestWorld;
  readonly events: readonly MshEvent[];
  /** Waits until no row is due and no worker runs. */
  settled(): Promise<void>;
  /** Waits until no worker runs; a row may be due whose ring was lost. */
  idle(): Promise<void>;
  journal(): Promise<readonly JournalEntry[]>;
  inbox(): Promise<readonly InboundMessage[]>;
  outbox(): Promise<readonly OutboundMessage[]>;
  /** Files below the payload folder, unfinished ones too. */
  payloadFiles(): readonly string[];
  /** The business document of a kept part. */
  content(part: StoredPart): Promise<Buffer>;
  /** Stops and closes everything; the folder stays. */
  stop(): Promise<void>;
}

const MIB = 1024 * 1024;

export const TEST_LIMITS: MshLimits = {
  envelopeBytes: MIB,
  parts: 64,
  messageBytes: 256 * MIB,
  // Payloads are files here, unless a test says otherwise: that is the longer way.
  inlineBytes: 0,
  spoolBytes: MIB,
  gzipRatio: 200,
  replyBytes: MIB,
  canonicalBytes: 8 * MIB,
};

/** The sweeper is rung by hand, so that a test decides what happens when. */
export const TEST_TIMES: MshTimes = {
  leaseMs: 60_000,
  responseTimeoutMs: 30_000,
  sweepIntervalMs: 24 * 3_600_000,
  roundMs: 24 * 3_600_000,
  orphanAgeMs: 3_600_000,
};

/** The breaker stays out of the way of tests that are not about it. */
export const TEST_SENDING: SendingLimits = {
  places: 4,
  perPartner: 4,
  breaker: { failures: 1_000_000, waitMs: 1000, longestWaitMs: 10_000 },
};

/** Opens a gateway; it sends when `msh.start` has been called. */
export async function openTestGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const { party, keys, folder, clock = createClock() } = options;
  const payloadFolder = join(folder, 'payloads');
  mkdirSync(folder, { recursive: true });
  const nature = { now: () => clock.now, uuid: () => randomUUID() };
  const world: TestWorld = {
    store: await openSqliteStore({ file: join(folder, 'quoin.db') }),
    payloads: await openFilePayloads({ folder: payloadFolder }),
    queue: createLocalQueue(nature),
    transport: options.transport,
  };
  const busy = watchQueue(world.queue);
  const used = (options.around ?? ((all) => all))({ ...world, queue: busy.queue });
  const store = busy.watched(used.store);
  const events: MshEvent[] = [];
  const pmodes = pmodesOf(options.pmodes, party);
  const keyRing = keyRingOf(keys);
  const agreements = { pmodes, keyRing };
  const context: MshContext = {
    ...used,
    store,
    nature,
    observer: { emit: (event) => void events.push(event) },
    agreements: () => agreements,
    limits: { ...TEST_LIMITS, ...options.limits },
    times: { ...TEST_TIMES, ...options.times },
    idDomain: `${party.toLowerCase().replaceAll('_', '-')}.test`,
    sending: { ...TEST_SENDING, ...options.sending },
    ...(options.documents === undefined ? {} : { documents: options.documents }),
  };
  const msh = createMsh(context);
  const page = { limit: 1000 };
  return {
    party,
    folder,
    clock,
    keys,
    pmodes,
    msh,
    context,
    world,
    events,
    settled: () => settled(async () => (await world.store.dueOutbound(clock.now, 1)).length > 0, busy),
    idle: () => settled(() => Promise.resolve(false), busy),
    journal: async () => (await world.store.listJournal({}, page)).items,
    inbox: async () => (await world.store.listInbound({}, page)).items,
    outbox: async () => (await world.store.listOutbound({}, page)).items,
    payloadFiles: () => filesBelow(payloadFolder),
    content: (part) => bytesOf(msh.openPayload(part.payload, part)),
    stop: async () => {
      await msh.stop();
      await world.store.close();
    },
  };
}

function pmodesOf(files: Readonly<Record<string, string>>, self: string): readonly PMode[] {
  const texts = Object.entries(files).map(([file, text]) => ({ file, text }));
  const { pmodes, problems } = loadPModes(texts, { self });
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return pmodes;
  throw new Error(errors.map(({ path, message }) => `${path}: ${message}`).join('\n'));
}

interface Busy {
  readonly queue: Queue;
  /** The same store; a first attempt that is claimed with its submission runs until it is settled. */
  readonly watched: <S extends Pick<MessageStore, 'insertOutbound' | 'settleAttempt'>>(store: S) => S;
  readonly running: () => number;
}

/** The same queue, with its running handlers counted, and first attempts that do not come by it. */
function watchQueue(queue: Queue): Busy {
  let running = 0;
  const first = new Set<string>();
  return {
    running: () => running + first.size,
    watched: (store) =>
      new Proxy(store, {
        get: (target, name, self) => {
          if (name === 'insertOutbound')
            return async (...[message, claim]: Parameters<MessageStore['insertOutbound']>) => {
              const inserted = await target.insertOutbound(message, claim);
              if (claim !== undefined && inserted.outcome === 'kept') first.add(message.rowId);
              return inserted;
            };
          if (name === 'settleAttempt')
            return (...[rowId, ...rest]: Parameters<MessageStore['settleAttempt']>) =>
              target.settleAttempt(rowId, ...rest).finally(() => first.delete(rowId));
          return Reflect.get(target, name, self) as unknown;
        },
      }),
    queue: {
      ring: (rowId, at) => queue.ring(rowId, at),
      close: () => queue.close(),
      listen: (handler, options) =>
        queue.listen(async (rowId) => {
          running += 1;
          try {
            await handler(rowId);
          } finally {
            running -= 1;
          }
        }, options),
    },
  };
}

const PATIENCE_MS = 30_000;

async function settled(hasDue: () => Promise<boolean>, busy: Busy): Promise<void> {
  const hangs = Date.now() + PATIENCE_MS;
  for (let quiet = 0; quiet < 3;) {
    if (Date.now() > hangs) throw new Error(`not settled after ${PATIENCE_MS} ms`);
    await delay(2);
    quiet = !(await hasDue()) && busy.running() === 0 ? quiet + 1 : 0;
  }
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

/** A stream as one Buffer. */
export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Bytes as a stream of chunks whose size fits nothing in particular. */
export async function* chunked(bytes: Uint8Array, size = 4093): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

/** A part to be submitted, with its bytes. */
export type TestPart = SubmittedPart & { readonly content: Buffer | string };

/** Submits parts that are at hand. */
export function submitParts(
  { msh }: Pick<TestGateway, 'msh'>,
  submission: Omit<Submission, 'parts'>,
  parts: readonly TestPart[] = [],
): Promise<SubmitResult> {
  const declared = parts.map(({ content: _, ...part }) => part);
  return msh.submit({ ...submission, parts: declared }, streamsOf(parts));
}

async function* streamsOf(parts: readonly TestPart[]): PartStreams {
  for (const [index, { content }] of parts.entries()) yield { index, content: chunked(Buffer.from(content)) };
}

/** The status of a message that must be there. */
export async function statusOf({ msh }: TestGateway, messageId: string): Promise<OutboundStatus> {
  const status = await msh.status(messageId);
  if (status === undefined) throw new Error(`no message ${messageId}`);
  return status;
}

/** Rings every row that is due, as the sweeper does, and waits. */
export async function ringDue(gateway: TestGateway): Promise<void> {
  const { store, queue } = gateway.world;
  for (const rowId of await store.dueOutbound(gateway.clock.now, 100)) await queue.ring(rowId);
  await gateway.settled();
}
