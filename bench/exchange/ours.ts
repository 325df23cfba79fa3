import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoWorld } from '../../src/demo-world.ts';
import { startPair } from '../../src/faces/demo/index.ts';
import type { Pair } from '../../src/faces/demo/index.ts';
import { cpuOf } from '../process-cpu.ts';
import { payloadOf, submitLoad, watchAcknowledgements } from './load.ts';
import { measure } from './measure.ts';
import type { Load, Measurement } from './measure.ts';
import type { StoreServers } from './store-servers.ts';

/** Two access points of ours, each a process of `program`, exchange each load; `servers` hold their messages, or each its own file. */
export async function measureOurs(
  program: readonly string[],
  keyBits: number,
  loads: readonly Load[],
  servers: StoreServers | undefined,
): Promise<readonly Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'quoin-bench-'));
  const acknowledgements = watchAcknowledgements();
  const extraConfig = servers === undefined ? undefined : await servers.configurations();
  const pair = await startPair(
    { ...demoWorld(keyBits), command: program },
    {
      folder,
      logLevel: 'info',
      onEvent: (_name, event) => acknowledgements.onEvent(event),
      extraConfig,
    },
  );
  try {
    const measured: Measurement[] = [];
    for (const load of loads) {
      const payload = payloadOf(load.payloadBytes);
      const [{ api }] = pair.gateways;
      const subject = {
        who: 'Quoin to Quoin',
        keyBits,
        store: servers === undefined ? 'embedded' : 'PostgreSQL + Redis',
      };
      const exchange = (count: number) =>
        submitLoad(api, acknowledgements, { count, concurrency: load.concurrency, payload });
      measured.push(await measure(subject, load, { exchange, cpu: () => cpuOfPair(pair) }));
    }
    return measured;
  } finally {
    await pair.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function cpuOfPair(pair: Pair): number {
  return pair.gateways.reduce((sum, { pid }) => sum + cpuOf(pid), 0);
}
