import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGatewayProcess } from '../../src/faces/demo/index.ts';
import type { GatewayProcess } from '../../src/faces/demo/index.ts';
import { SERVICE, pmodeFiles } from '../../test/interop/agreements.ts';
import { PARTY_TYPE, PEER, US } from '../../test/interop/parties.ts';
import { PEER_JAR, startPeer } from '../../test/interop/phase4-peer.ts';
import type { Peer, PeerSend } from '../../test/interop/phase4-peer.ts';
import { testPki, writeEntry } from '../../test/support/pki.ts';
import { cpuOf } from '../process-cpu.ts';
import { payloadOf } from './load.ts';
import { measure } from './measure.ts';
import type { Load, Measurement } from './measure.ts';

/** Options of Java: its full compiler, and memory for the messages it keeps. */
const JVM = ['-Xmx3g'];

/** Why phase4 cannot be measured here, or false. */
export function noPhase4(): false | string {
  return existsSync(PEER_JAR)
    ? false
    : 'the phase4 peer is not built (npm run interop builds it; Java 17 and Maven)';
}

/**
 * phase4 sends to itself and to one access point of ours: signed, encrypted, compressed, each receipt verified, as between
 * ours. It keeps what it receives in memory and has no store, queue or API to submit to. RSA-2048.
 */
export async function measureTheirs(
  program: readonly string[],
  loads: readonly Load[],
): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'quoin-bench-phase4-'));
  const ends: (() => Promise<void>)[] = [];
  try {
    const { peer, us } = await startBoth(program, folder, ends);
    const measured: Measurement[] = [];
    for (const load of loads) {
      for (const [who, target, pids] of [
        ['phase4 to phase4', { to: PEER, url: peer.url }, [peer.pid]],
        ['phase4 to Quoin', { to: US }, [peer.pid, us.pid]],
      ] as const) {
        const request = requestOf(target, load);
        const store = who === 'phase4 to Quoin' ? 'embedded' : 'memory';
        const exchange = (count: number) => proven(peer, request, count, load.concurrency);
        const cpu = (): number => pids.reduce((sum, pid) => sum + cpuOf(pid), 0);
        measured.push(await measure({ who, keyBits: 2048, store }, load, { exchange, cpu }));
        await peer.forget();
      }
    }
    return measured;
  } finally {
    for (const end of ends.reverse()) await end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function proven(peer: Peer, request: PeerSend, count: number, threads: number) {
  const result = await peer.load(request, count, threads);
  if (result.failed > 0)
    throw new Error(`${result.failed} of ${count} messages of phase4 were not acknowledged`);
  return { ...result, count };
}

function requestOf(target: Pick<PeerSend, 'to' | 'url'>, load: Load): PeerSend {
  return {
    ...target,
    service: SERVICE,
    action: 'BinarySecurityToken',
    payloads: [
      {
        mimeType: 'application/pdf',
        compress: true,
        base64: payloadOf(load.payloadBytes).toString('base64'),
      },
    ],
  };
}

async function startBoth(
  program: readonly string[],
  folder: string,
  ends: (() => Promise<void>)[],
): Promise<{ readonly peer: Peer; readonly us: GatewayProcess }> {
  const pki = await testPki();
  const [own, peerKey] = [await pki.party(US), await pki.party(PEER)];
  const certificates = join(folder, 'certificates');
  const ours = writeEntry({ ...own, alias: 'own' }, certificates);
  const theirs = writeEntry({ ...peerKey, alias: 'peer-signing' }, certificates);
  writeEntry({ ...peerKey, alias: 'peer-encryption' }, certificates);
  const ca = writeEntry(pki.ca, certificates);
  mkdirSync(join(folder, 'pmodes'));
  // We only receive: nothing listens at the address of the peer that our P-Modes name.
  for (const [name, text] of Object.entries(pmodeFiles('http://127.0.0.1:9/as4')))
    writeFileSync(join(folder, 'pmodes', name), text);
  const us = await startUs(program, folder, ours);
  ends.push(() => us.gateway.stop());
  const known = (partyId: string, certificate: string, url: string) => ({
    partyId,
    partyType: PARTY_TYPE,
    certificate,
    url,
  });
  const peer = await startPeer(
    folder,
    {
      partyId: PEER,
      partyType: PARTY_TYPE,
      keyStore: { path: theirs.pkcs12, password: theirs.password },
      partners: [
        known(US, ours.certificate, us.as4),
        known(PEER, theirs.certificate, 'http://127.0.0.1:9/as4'),
      ],
      trust: [ca.certificate],
      actions: [{ service: SERVICE, action: 'BinarySecurityToken' }],
    },
    JVM,
  );
  ends.push(() => peer.stop());
  return { peer, us: us.gateway };
}

async function startUs(
  program: readonly string[],
  folder: string,
  own: { readonly key: string; readonly bundle: string },
): Promise<{ readonly gateway: GatewayProcess; readonly as4: string }> {
  const configFile = join(folder, 'quoin.yaml');
  writeFileSync(
    configFile,
    `accessPoint: { party: ${US} }
listeners:
  as4: { host: 127.0.0.1, port: 0 }
  api: { host: 127.0.0.1, port: 0 }
  operations: { host: 127.0.0.1, port: 0 }
data: data-${randomUUID()}
pmodes: pmodes
certificates: certificates
keys: [{ path: ${own.key}, certificate: ${own.bundle} }]
`,
  );
  let as4 = '';
  const gateway = await startGatewayProcess({
    name: US,
    command: program,
    configFile,
    logFile: join(folder, 'quoin.log'),
    onEvent: (_name, event) => {
      if (event.event === 'gateway/listening') as4 = new URL('/as4', String(event['as4'])).href;
    },
  });
  return { gateway, as4 };
}
