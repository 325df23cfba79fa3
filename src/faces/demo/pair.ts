import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { basename, join, relative } from 'node:path';
import { startGatewayProcess } from './gateway-process.ts';
import type { GatewayProcess, LogEvent } from './gateway-process.ts';
import type { DemoWorld, PartyFiles } from './world.ts';
import { startWireTap } from './wire-tap.ts';
import type { TappedExchange } from './wire-tap.ts';

/** Local names and PartyIds of the two fictitious Member States' access points. */
export const PARTIES = ['AP_XA_01', 'AP_XB_01'] as const;

/** Scheme of their PartyIds (OOTS TDD 4.7.1). */
export const PARTY_TYPE = 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots';

/** Two access points that know each other, each a process of its own with a folder of its own. */
export interface Pair {
  readonly folder: string;
  readonly gateways: readonly [GatewayProcess, GatewayProcess];
  readonly stop: () => Promise<void>;
}

/** How the pair is to be set up. */
export interface PairOptions {
  readonly folder: string;
  readonly onEvent: (name: string, event: LogEvent) => void;
  /** Records what passes between the two, when given. */
  readonly onExchange?: ((exchange: TappedExchange) => void) | undefined;
  /** Further top-level keys of both configurations, limits for example. */
  readonly extraConfig?: string | undefined;
  /** Extra lines for the P-Mode, below its profile. */
  readonly extraPMode?: string | undefined;
}

/** Ports of one access point. */
interface Ports {
  readonly as4: number;
  readonly api: number;
  /** Where the partner is told to push: the tap, or the access point itself. */
  readonly reachable: number;
}

/** Makes keys, P-Modes and configurations in an empty folder and starts both access points. */
export async function startPair(world: DemoWorld, options: PairOptions): Promise<Pair> {
  await rm(options.folder, { recursive: true, force: true });
  await mkdir(join(options.folder, 'keys'), { recursive: true });
  const keys = await world.makeKeys(join(options.folder, 'keys'), PARTIES);
  const taps: { readonly close: () => Promise<void> }[] = [];
  const ports = await preparePorts(options, taps);
  for (const [index, name] of PARTIES.entries()) await writeFiles(options, name, ports, keys, index);
  const started = await Promise.allSettled(PARTIES.map((name) => start(world, options, name)));
  const stop = async (): Promise<void> => {
    await Promise.all(
      started.flatMap((result) => (result.status === 'fulfilled' ? [result.value.stop()] : [])),
    );
    await Promise.all(taps.map((tap) => tap.close()));
  };
  const failed = started.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason as Error;
  }
  const [a, b] = started.map((result) => (result as PromiseFulfilledResult<GatewayProcess>).value);
  return { folder: options.folder, gateways: [a!, b!], stop };
}

function start(world: DemoWorld, options: PairOptions, name: string): Promise<GatewayProcess> {
  return startGatewayProcess({
    name,
    command: world.command,
    configFile: join(options.folder, name, 'quoin.yaml'),
    logFile: join(options.folder, name, 'quoin.log'),
    onEvent: options.onEvent,
  });
}

async function preparePorts(
  options: PairOptions,
  taps: { readonly close: () => Promise<void> }[],
): Promise<readonly [Ports, Ports]> {
  const free = await freePorts(4);
  const ports: Ports[] = [0, 1].map((index) => ({
    as4: free[index * 2]!,
    api: free[index * 2 + 1]!,
    reachable: free[index * 2]!,
  }));
  if (options.onExchange === undefined) return [ports[0]!, ports[1]!];
  const folder = join(options.folder, 'wire');
  await mkdir(folder, { recursive: true });
  let number = 0;
  const tapped = await Promise.all(
    ports.map(async (own, index) => {
      const tap = await startWireTap({
        from: PARTIES[1 - index]!,
        to: PARTIES[index]!,
        targetPort: own.as4,
        folder,
        nextNumber: () => (number += 1),
        onExchange: options.onExchange!,
      });
      taps.push(tap);
      return { ...own, reachable: tap.port };
    }),
  );
  return [tapped[0]!, tapped[1]!];
}

/** Ports nobody listens on now; the gateways take them a moment later. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  return ports;
}

async function writeFiles(
  options: PairOptions,
  name: string,
  ports: readonly [Ports, Ports],
  keys: ReadonlyMap<string, PartyFiles>,
  index: number,
): Promise<void> {
  const folder = join(options.folder, name);
  await mkdir(join(folder, 'pmodes'), { recursive: true });
  await writeFile(join(folder, 'quoin.yaml'), configuration(options, name, ports[index]!, keys.get(name)!));
  await writeFile(join(folder, 'pmodes', 'oots.yaml'), pmode(options, ports, keys));
}

function configuration(options: PairOptions, name: string, ports: Ports, files: PartyFiles): string {
  const folder = join(options.folder, name);
  return `# An access point of the demonstration.
accessPoint:
  party: ${name}
listeners:
  as4: { host: 127.0.0.1, port: ${ports.as4} }
  api: { host: 127.0.0.1, port: ${ports.api} }
data: data
pmodes: pmodes
certificates: ../keys
keys:
  - { path: ${relative(folder, files.key)}, certificate: ${relative(folder, files.certificate)} }
log: { level: debug }
${options.extraConfig ?? ''}`;
}

/** The same agreement for both sides, as two Member States would exchange it; certificates by name in the keys folder. */
function pmode(
  options: PairOptions,
  ports: readonly [Ports, Ports],
  keys: ReadonlyMap<string, PartyFiles>,
): string {
  const parties = PARTIES.map((name, index) => {
    const certificate = basename(keys.get(name)!.certificate);
    return `  ${name}:
    ids: [{ value: ${name}, type: '${PARTY_TYPE}' }]
    address: http://127.0.0.1:${ports[index]!.reachable}/as4
    certificates: { signing: [${certificate}], encryption: [${certificate}] }`;
  });
  return `# One agreement, the same file on both sides.
id: oots.${PARTIES.join('.')}
profile: oots
parties:
${parties.join('\n')}
initiator: ${PARTIES[0]}
responder: ${PARTIES[1]}
${options.extraPMode ?? ''}`;
}
