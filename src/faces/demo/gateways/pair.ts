import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { GatewayEnded, startGatewayProcess } from './gateway-process.ts';
import type { GatewayProcess, LogEvent } from './gateway-process.ts';
import { PARTIES, writePairFiles } from './pair-files.ts';
import type { Ports } from './pair-files.ts';
import { prepareFolder, releaseFolder } from './pair-folder.ts';
import type { DemoWorld, PartyFiles } from '../world.ts';
import { startWireTap } from './wire-tap.ts';
import type { TappedExchange, WireTap } from './wire-tap.ts';

/** Two access points that know each other, each a process of its own with a folder of its own. */
export interface Pair {
  readonly folder: string;
  readonly gateways: readonly [GatewayProcess, GatewayProcess];
  /** Resolves when everything that passed between them so far is written down. */
  readonly recorded: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** How the pair is to be set up. */
export interface PairOptions {
  /** New, empty, or left by an earlier pair. */
  readonly folder: string;
  readonly onEvent: (name: string, event: LogEvent) => void;
  /** Records what passes between the two, when given. */
  readonly onExchange?: ((exchange: TappedExchange) => void) | undefined;
  /** Further files by their path in the folder; `keys` is there already. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Further top-level keys of both configurations, limits for example, or of each. */
  readonly extraConfig?: string | ((party: string) => string) | undefined;
  /** Extra lines for the P-Mode, below its profile. */
  readonly extraPMode?: string | undefined;
  /** Keys and certificates are made, the access points start now. */
  readonly onKeys?: (() => void) | undefined;
  /** How much they log; `debug` unless told. */
  readonly logLevel?: string | undefined;
}

/** Ports are free when they are chosen; another program may be faster. */
const TRIES = 5;

/**
 * Makes keys, P-Modes and configurations in the folder and starts both access points. Throws `demo/...` for a folder that
 * cannot be used, GatewayEnded when one of them does not start.
 */
export async function startPair(world: DemoWorld, options: PairOptions): Promise<Pair> {
  await prepareFolder(options.folder);
  try {
    await mkdir(join(options.folder, 'keys'));
    const keys = await world.makeKeys(join(options.folder, 'keys'), PARTIES);
    options.onKeys?.();
    for (let tries = 1; ; tries += 1) {
      try {
        return await startOnce(world, options, keys);
      } catch (error) {
        const taken = error instanceof GatewayEnded && error.words.includes('http/port-taken');
        if (!taken || tries === TRIES) throw error;
      }
    }
  } catch (error) {
    await releaseFolder(options.folder);
    throw error;
  }
}

async function startOnce(
  world: DemoWorld,
  options: PairOptions,
  keys: ReadonlyMap<string, PartyFiles>,
): Promise<Pair> {
  const { folder } = options;
  const taps: WireTap[] = [];
  const started: GatewayProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((gateway) => gateway.stop()));
    await Promise.all(taps.map((tap) => tap.close()));
    await releaseFolder(folder);
  };
  try {
    const ports = await preparePorts(options, taps);
    await writePairFiles({ ...options, ports, keys });
    const outcomes = await Promise.allSettled(PARTIES.map((name) => start(world, options, name)));
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') started.push(outcome.value);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason as Error;
    const recorded = async (): Promise<void> => void (await Promise.all(taps.map((tap) => tap.recorded())));
    return { folder, gateways: [started[0]!, started[1]!], recorded, stop };
  } catch (error) {
    await stop();
    throw error;
  }
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

async function preparePorts(options: PairOptions, taps: WireTap[]): Promise<readonly [Ports, Ports]> {
  const free = await freePorts(6);
  const portsFrom = (first: number): Ports => {
    const [as4, api, operations] = free.slice(first) as [number, number, number];
    return { as4, api, operations, reachable: as4 };
  };
  const [a, b] = [portsFrom(0), portsFrom(3)];
  if (options.onExchange === undefined) return [a, b];
  const folder = join(options.folder, 'wire');
  await mkdir(folder, { recursive: true });
  let number = 0;
  const tapped = async (ports: Ports, from: string, to: string): Promise<Ports> => {
    const tap = await startWireTap({
      from,
      to,
      targetPort: ports.as4,
      folder,
      nextNumber: () => (number += 1),
      onExchange: options.onExchange!,
    });
    taps.push(tap);
    return { ...ports, reachable: tap.port };
  };
  return [await tapped(a, PARTIES[1], PARTIES[0]), await tapped(b, PARTIES[0], PARTIES[1])];
}

/** Ports nobody listens on now; the gateways take them a moment later. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  return ports;
}
