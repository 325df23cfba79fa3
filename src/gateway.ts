import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from './config/index.ts';
import { announce } from './gateway/announce.ts';
import { addCareSignals } from './gateway/care-signals.ts';
import { closeAll, finish } from './gateway/closings.ts';
import type { Closings } from './gateway/closings.ts';
import { submissionIntake } from './gateway/intake.ts';
import type { Making } from './gateway/making.ts';
import { openDoors } from './gateway/open-doors.ts';
import { openExchanges } from './gateway/open-exchanges.ts';
import { openNode } from './gateway/open-node.ts';
import { openOperations } from './gateway/open-operations.ts';
import { openNotifier } from './gateway/open-notifier.ts';
import { openWorld } from './gateway/open-world.ts';
import { createReloading } from './gateway/open-reloading.ts';
import type { ConfigOrigin } from './gateway/open-reloading.ts';
import type { ReloadReport } from './gateway/reloader.ts';
import { createSignals } from './gateway/signals.ts';
import { createSpaceGuard } from './gateway/space-guard.ts';
import { createBacklog, createMsh } from './msh/index.ts';
import type { Msh } from './msh/index.ts';
import { createObserver, systemNature } from './world/observe/index.ts';
import type { EventLog } from './world/observe/index.ts';

/** An access point that runs; addresses are URLs. */
export interface Gateway {
  readonly as4: string;
  readonly api: string;
  readonly operations: string;
  readonly msh: Msh;
  readonly observer: EventLog;
  /** Reads P-Modes, keys and trust again and puts them in force, if they are valid. Never rejects. */
  readonly reload: (trigger: 'signal' | 'api') => Promise<ReloadReport>;
  /** Tells load balancers, stops taking messages after `times.drainMs`, lets running work finish within `times.shutdownMs`, closes everything in reverse order. */
  readonly stop: () => Promise<void>;
}

/** What the gateway is told besides its configuration. */
export interface GatewayOptions {
  /** Where the configuration came from, to be read again for a reload; without it P-Modes and keys are read again only. */
  readonly origin?: ConfigOrigin;
  /** One readable line an event instead of JSON. */
  readonly pretty?: boolean;
}

/**
 * Starts an access point from its configuration; with `src/gateway` the only place that knows two adapters at once. Starts
 * in order, sends nothing before its doors are open, and closes what was started before when a step fails. Throws
 * QuoinError of whichever room refused.
 */
export async function startGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  const startedAt = systemNature.now();
  const observer = createObserver({ level: config.log.level, pretty: options.pretty });
  const reloader = await createReloading({ config, observer, origin: options.origin });
  const loaded: Making['loaded'] = () => reloader.current.loaded;
  const signals = createSignals(observer);
  const closings: Closings = [];
  try {
    const { msh, ...doors } = await startAll({
      config,
      loaded,
      reloader,
      observer,
      closings,
      signals,
    });
    announce({ config, loaded, observer }, reloader.current.read.warnings);
    observer.emit({
      event: 'gateway/listening',
      level: 'info',
      party: config.accessPoint.party,
      pmodes: loaded().agreements.pmodes.length,
      ...doors,
      tookMs: systemNature.now() - startedAt,
    });
    // Without them the log still tells everything; whoever asks for them learns why.
    for (const load of signals.later) void load().catch(() => undefined);
    return {
      ...doors,
      msh,
      observer,
      reload: (trigger) => reloader.reload(trigger),
      stop: () => stop({ config, observer, closings, signals }),
    };
  } catch (error) {
    // Why it cannot start is what the operator must read, whatever closing says.
    await closeAll(closings).catch(() => undefined);
    throw error;
  }
}

async function startAll(
  given: Omit<Making, 'patience'>,
): Promise<Pick<Gateway, 'as4' | 'api' | 'operations' | 'msh'>> {
  const patience = new AbortController();
  const making: Making = { ...given, patience: patience.signal };
  const operations = await openOperations(making);
  const world = await openWorld(making);
  const { backlog, freeSpaceBytes } = making.config.limits;
  const space = createSpaceGuard(world.payloads, freeSpaceBytes, world);
  const msh = createMsh(world, submissionIntake(createBacklog(world, backlog), space, freeSpaceBytes));
  const notifier = openNotifier(making, world);
  addCareSignals(making.signals, msh, notifier);
  const doors: Closings = [];
  const opened = openExchanges(making, world, msh);
  const workers = [
    () => msh.stop(),
    () => notifier.stop(),
    () => opened?.recorder.stop() ?? Promise.resolve(),
  ];
  making.closings.push(() => finish([...doors, ...workers], making.config.times.shutdownMs, patience));
  const node = await openNode(making, world);
  const urls = await openDoors({
    ...making,
    world,
    msh,
    exchanges: opened?.exchanges,
    space,
    notifier,
    node,
    doors,
  });
  await Promise.all([msh.start(), notifier.start()]);
  opened?.recorder.start();
  making.signals.phase = 'running';
  return { ...urls, operations, msh };
}

/** Load balancers are told first, and get the time to hear it; then nothing new is taken, and what runs may finish. */
async function stop({
  config,
  observer,
  closings,
  signals,
}: Pick<Making, 'config' | 'observer' | 'closings' | 'signals'>): Promise<void> {
  observer.emit({ event: 'gateway/stopping', level: 'info' });
  signals.phase = 'stopping';
  await delay(config.times.drainMs);
  await closeAll(closings);
  observer.emit({ event: 'gateway/stopped', level: 'info' });
}
