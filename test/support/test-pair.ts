import { join } from 'node:path';
import type { DocumentCheck, MshLimits, MshTimes } from '../../src/msh/index.ts';
import { startAs4Listener, createTransport } from '../../src/world/http/index.ts';
import { testPki } from './pki.ts';
import { scratchFolder } from './scratch.ts';
import { createClock, openTestGateway } from './test-gateway.ts';
import type { TestClock, TestGateway, TestKeys, TestWorld } from './test-gateway.ts';
import { createWire } from './test-wire.ts';
import type { TestWire } from './test-wire.ts';

export const PARTY_TYPE = 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:test';
export const SERVICE = { value: 'exchange', type: 'urn:example:services' };
export const ROLE_A = 'urn:example:roles:asker';
export const ROLE_B = 'urn:example:roles:answerer';
const EBMS = 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/';

/** Addresses of the parties on the wire of the tests. */
export const ADDRESS = {
  AP_A: 'https://ap-a.test/as4',
  AP_B: 'https://ap-b.test/as4',
  AP_C: 'https://ap-c.test/as4',
} as const;

export type PartyName = keyof typeof ADDRESS;

const partyYaml = (name: PartyName, address: string): string => `  ${name}:
    ids: [{ value: ${name}, type: '${PARTY_TYPE}' }]
    address: ${address}
    certificates: ${name.toLowerCase()}.pem
`;

const leg = (action: string, more = ''): string =>
  `  - { name: ${action.toLowerCase()}, service: { value: ${SERVICE.value}, type: '${SERVICE.type}' }, action: ${action}${more} }\n`;

/** One agreement of two parties with a leg for every manner of sending. Both send on every leg. */
export function oneWayYaml(
  a: PartyName,
  b: PartyName,
  addresses: Readonly<Record<string, string>> = ADDRESS,
): string {
  return `parties:
${partyYaml(a, addresses[a]!)}${partyYaml(b, addresses[b]!)}initiator: { party: ${a}, role: '${ROLE_A}' }
responder: { party: ${b}, role: '${ROLE_B}' }
legDefaults: { sender: either }
legs:
${leg('Ask')}${leg('Plain', ', compress: false')}${leg('SignedOnly', ', security: { encrypt: false }')}\
${leg('Open', ', security: { sign: false, encrypt: false }')}\
${leg('Tolerant', ', security: { acceptUnsignedBody: true, acceptLegacyKeyTransport: true }')}\
${leg('Small', ', payload: { maxParts: 2, maxPartSize: 100kB, maxMessageSize: 150kB }')}\
${leg('Chain', ', security: { signingKeyReference: PKIPath, encryptionKeyReference: PKIPath }')}\
${leg('Ski', ', security: { signingKeyReference: SubjectKeyIdentifier, encryptionKeyReference: SubjectKeyIdentifier }')}\
${leg('Serial', ', security: { signingKeyReference: IssuerSerial, encryptionKeyReference: IssuerSerial }')}\
${leg('Corners', ', properties: [originalSender, finalRecipient]')}\
  - { name: test, service: '${EBMS}service', action: '${EBMS}test' }
`;
}

/** A question and its answer, tied together. */
export function twoWayYaml(
  a: PartyName,
  b: PartyName,
  addresses: Readonly<Record<string, string>> = ADDRESS,
): string {
  return `mep: twoWay
parties:
${partyYaml(a, addresses[a]!)}${partyYaml(b, addresses[b]!)}initiator: { party: ${a}, role: '${ROLE_A}' }
responder: { party: ${b}, role: '${ROLE_B}' }
agreement: { value: two-way, type: 'urn:example:agreements' }
legs:
${leg('Question', ', replyLeg: answer')}${leg('Answer')}`;
}

/** What a pair is made of; everything may be left out. */
export interface PairOptions {
  readonly pmodes?: Readonly<Record<string, string>>;
  readonly limits?: Partial<MshLimits>;
  readonly times?: Partial<MshTimes>;
  readonly clock?: TestClock;
  readonly documents?: DocumentCheck;
  readonly aroundA?: (world: TestWorld) => TestWorld;
  readonly aroundB?: (world: TestWorld) => TestWorld;
  /** Real HTTP between the two instead of the wire. */
  readonly http?: boolean;
}

/** Two access points that know each other, with one clock and a wire between them. */
export interface Pair {
  readonly a: TestGateway;
  readonly b: TestGateway;
  readonly wire: TestWire;
  readonly clock: TestClock;
}

/** Keys of a party: its own, and what it knows of the others. */
export async function keysOf(self: PartyName, others: readonly PartyName[]): Promise<TestKeys> {
  const pki = await testPki();
  const own = await pki.party(self);
  const partners = await Promise.all(
    others.map(async (name) => {
      const { certificate } = await pki.party(name);
      return [name, { signing: [certificate], encryption: [certificate] }] as const;
    }),
  );
  return { signing: own, decryption: [own], partners: Object.fromEntries(partners) };
}

/** Something that runs clean-up when it ends: a test context, or the module with `after` of node:test. */
export interface Ending {
  after(cleanUp: () => void | Promise<void>): void;
}

/** Clean-up in reverse order, as one. */
export function inReverse(test: Ending): Ending {
  const steps: (() => void | Promise<void>)[] = [];
  test.after(async () => {
    for (const step of steps.splice(0).reverse()) await step();
  });
  return { after: (step) => void steps.push(step) };
}

const endings = new WeakMap<Ending, Ending>();

/** The one list of clean-up of a test, run in reverse: what stands on something else ends before it. */
export function reversed(test: Ending): Ending {
  const known = endings.get(test) ?? inReverse(test);
  endings.set(test, known);
  return known;
}

/** Opens and starts both ends; they stop when the test ends. */
export async function pairGateways(ending: Ending, options: PairOptions = {}): Promise<Pair> {
  const test = inReverse(ending);
  const { clock = createClock(), limits, times, documents } = options;
  const wire = createWire();
  const folder = scratchFolder();
  const addresses: Record<string, string> = { ...ADDRESS };
  if (options.http === true) await openDoors(test, wire, addresses);
  const pmodes = options.pmodes ?? {
    'a-b.yaml': oneWayYaml('AP_A', 'AP_B', addresses),
    'two-way.yaml': twoWayYaml('AP_A', 'AP_B', addresses),
  };
  const open = async (
    party: PartyName,
    other: PartyName,
    around: PairOptions['aroundA'],
  ): Promise<TestGateway> => {
    const gateway = await openTestGateway({
      party,
      pmodes,
      clock,
      keys: await keysOf(party, [other]),
      folder: join(folder, party),
      transport: options.http === true ? httpTransport(test) : wire.transport,
      ...(limits === undefined ? {} : { limits }),
      ...(times === undefined ? {} : { times }),
      ...(documents === undefined ? {} : { documents }),
      ...(around === undefined ? {} : { around }),
    });
    wire.connect(ADDRESS[party], (request) => gateway.msh.receive(request));
    await gateway.msh.start();
    test.after(() => gateway.stop());
    return gateway;
  };
  const a = await open('AP_A', 'AP_B', options.aroundA);
  const b = await open('AP_B', 'AP_A', options.aroundB);
  return { a, b, wire, clock };
}

function httpTransport(test: Ending): ReturnType<typeof createTransport> {
  const transport = createTransport();
  test.after(() => transport.close());
  return transport;
}

/** A real listener for each party; what it receives goes to whoever is connected to the wire under that name. */
async function openDoors(test: Ending, wire: TestWire, addresses: Record<string, string>): Promise<void> {
  for (const party of ['AP_A', 'AP_B'] as const) {
    const listener = await startAs4Listener({
      host: '127.0.0.1',
      port: 0,
      path: '/as4',
      receive: (request) => wire.receiveAt(ADDRESS[party], request),
      limits: { messageBytes: 64 * 1024 * 1024 },
      observer: { emit: () => undefined },
    });
    test.after(() => listener.close());
    addresses[party] = `${listener.address.url}/as4`;
  }
}
