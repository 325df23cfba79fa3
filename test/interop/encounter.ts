import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../src/config/index.ts';
import { startGateway } from '../../src/gateway.ts';
import type { Gateway } from '../../src/gateway.ts';
import type {
  InboundMessage,
  JournalEntry,
  OutboundState,
  OutboundStatus,
  Submission,
} from '../../src/msh/index.ts';
import type { KeyEntry } from '../../src/protocol/pki/index.ts';
import { formatProblem } from '../../src/protocol/pmode/index.ts';
import { testPki, writeEntry } from '../support/pki.ts';
import type { EntryFiles, TestPki } from '../support/pki.ts';
import { scratchFolder } from '../support/scratch.ts';
import { submitParts } from '../support/test-gateway.ts';
import type { TestPart } from '../support/test-gateway.ts';
import { PARTY_TYPE, PEER, US } from './parties.ts';
import { startPeer } from './phase4-peer.ts';
import type { Peer, PeerReceived } from './phase4-peer.ts';
import { ACTIONS, pmodeFiles } from './agreements.ts';
import { startRelay } from './relay.ts';
import type { Relay } from './relay.ts';

/** Us and the phase4 peer, each with its keys, knowing each other, and the road from us to it. */
export interface Encounter {
  readonly pki: TestPki;
  readonly us: Gateway;
  readonly peer: Peer;
  readonly relay: Relay;
  readonly keys: { readonly us: KeyEntry; readonly peer: KeyEntry };
  /** Another access point of ours that says it is us, but has other keys or other certificates for the peer. */
  readonly anotherUs: (different: Partial<GatewayKeys>) => Promise<Gateway>;
  /** Another peer with the same keys that names its certificate in receipts in this way; lives as long as the test. */
  readonly anotherPeer: (receiptKeyReference: string) => Promise<Peer>;
  /** Writes a key where the peer can read it. */
  readonly writeKey: (entry: KeyEntry) => EntryFiles;
  readonly end: () => Promise<void>;
}

/** What one of our gateways signs and decrypts with, and what it takes the peer's certificates to be. */
export interface GatewayKeys {
  readonly own: KeyEntry;
  readonly peerSigning: KeyEntry;
  readonly peerEncryption: KeyEntry;
  /** Key of its door; plain HTTP without one. */
  readonly tls?: KeyEntry;
}

/** Starts both sides. */
export async function meet(): Promise<Encounter> {
  const pki = await testPki();
  const folder = scratchFolder();
  const [own, peerKey] = [await pki.party(US), await pki.party(PEER)];
  const writeKey = (entry: KeyEntry): EntryFiles => writeEntry(entry, folder);
  const [ownFiles, peerFiles, caFiles] = [own, peerKey, pki.ca].map(writeKey) as [
    EntryFiles,
    EntryFiles,
    EntryFiles,
  ];
  const relay = await startRelay();
  const gateways: Gateway[] = [];
  const startUs = async (different: Partial<GatewayKeys> = {}): Promise<Gateway> => {
    const keys = { own, peerSigning: peerKey, peerEncryption: peerKey, ...different };
    const gateway = await startOurs(join(folder, `us-${gateways.length}`), keys, relay.url);
    gateways.push(gateway);
    return gateway;
  };
  const us = await startUs();
  const peers: Peer[] = [];
  const startThem = async (more: object = {}): Promise<Peer> => {
    const peer = await startPeer(folder, { ...configuration, ...more });
    peers.push(peer);
    return peer;
  };
  const configuration = {
    partyId: PEER,
    partyType: PARTY_TYPE,
    keyStore: { path: peerFiles.pkcs12, password: peerFiles.password },
    partners: [
      { partyId: US, partyType: PARTY_TYPE, certificate: ownFiles.certificate, url: as4AddressOf(us) },
    ],
    trust: [caFiles.certificate],
    actions: ACTIONS,
  };
  const peer = await startThem();
  relay.leadTo(peer.url);
  return {
    pki,
    us,
    peer,
    relay,
    keys: { us: own, peer: peerKey },
    anotherUs: startUs,
    anotherPeer: (receiptKeyReference) => startThem({ receiptKeyReference }),
    writeKey,
    end: async () => {
      for (const gateway of gateways) await gateway.stop();
      await relay.close();
      for (const one of peers) await one.stop();
    },
  };
}

/** Where a gateway of ours takes messages. */
export function as4AddressOf(gateway: Gateway): string {
  return new URL('/as4', gateway.as4).href;
}

async function startOurs(folder: string, keys: GatewayKeys, peerUrl: string): Promise<Gateway> {
  mkdirSync(join(folder, 'pmodes'), { recursive: true });
  const certificates = join(folder, 'certificates');
  const own = writeEntry({ ...keys.own, alias: 'own' }, certificates);
  writeEntry({ ...keys.peerSigning, alias: 'peer-signing' }, certificates);
  writeEntry({ ...keys.peerEncryption, alias: 'peer-encryption' }, certificates);
  const tls = keys.tls && writeEntry({ ...keys.tls, alias: 'tls' }, certificates);
  const door = tls ? `, tls: { certificate: ${tls.bundle}, key: ${tls.key} }` : '';
  for (const [name, text] of Object.entries(pmodeFiles(peerUrl)))
    writeFileSync(join(folder, 'pmodes', name), text);
  writeFileSync(
    join(folder, 'quoin.yaml'),
    `accessPoint: { party: ${US} }
listeners:
  as4: { host: 127.0.0.1, port: 0${door} }
  api: { host: 127.0.0.1, port: 0 }
  operations: { host: 127.0.0.1, port: 0 }
data: data
pmodes: pmodes
certificates: certificates
keys: [{ path: ${own.key}, certificate: ${own.bundle} }]
log: { level: silent }
`,
  );
  const { config, problems } = loadConfig({ file: join(folder, 'quoin.yaml') });
  if (config === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  return await startGateway(config);
}

/** A message of ours and what came of it. */
export interface Sent {
  readonly messageId: string;
  readonly status: OutboundStatus;
  /** As the peer tells it; undefined when it took no such message. */
  readonly received: PeerReceived | undefined;
}

/** ms until something that should have happened counts as hanging. */
const PATIENCE = 60_000;

const ENDS: readonly OutboundState[] = ['ACKNOWLEDGED', 'SEND_FAILURE'];

/** Submits a message to the peer and waits until it is acknowledged or has failed. */
export async function sendToPeer(
  { us, peer }: Pick<Encounter, 'us' | 'peer'>,
  submission: Omit<Submission, 'parts'>,
  parts: readonly TestPart[] = [],
): Promise<Sent> {
  const { messageId } = await submitParts(
    us,
    { to: TO_PEER, messageProperties: CORNERS, ...submission },
    parts,
  );
  return { messageId, status: await outcome(us, messageId), received: await receivedBy(peer, messageId) };
}

/** What the peer received under a MessageId. */
export async function receivedBy(peer: Peer, messageId: string): Promise<PeerReceived | undefined> {
  return (await peer.received()).find((message) => message.messageId === messageId);
}

/** Waits until a message is acknowledged or has failed. */
export async function outcome(us: Gateway, messageId: string): Promise<OutboundStatus> {
  for (const end = Date.now() + PATIENCE; ;) {
    const status = await us.msh.status(messageId);
    if (status !== undefined && ENDS.includes(status.message.state)) return status;
    if (Date.now() > end) throw new Error(`${messageId} is still ${status?.message.state ?? 'unknown'}`);
    await delay(10);
  }
}

const TO_PEER = { partyIds: [{ value: PEER, type: PARTY_TYPE }] };

/** The four-corner properties, typed as the eDelivery profile allows. */
export const CORNERS = [
  { name: 'originalSender', value: 'XA22233223', type: 'urn:cef.eu:names:identifier:EAS:0096' },
  { name: 'finalRecipient', value: 'XB73524311', type: 'urn:cef.eu:names:identifier:EAS:9930' },
];

/** What we received under a MessageId; undefined when nothing was kept. */
export async function keptByUs(us: Gateway, messageId: string): Promise<InboundMessage | undefined> {
  return await us.msh.inbound(messageId);
}

/** Why we refused a message, as the journal has it. */
export async function refusedByUs(us: Gateway, messageId: string): Promise<JournalEntry | undefined> {
  return (await us.msh.journal({ messageId }, { limit: 10 })).items[0];
}
