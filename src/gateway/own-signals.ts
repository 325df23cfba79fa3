import { isReady, readiness } from '../faces/operations/index.ts';
import type { ComponentStatus } from '../faces/operations/index.ts';
import { programVersion } from '../program-version.ts';
import type { Sample } from '../world/observe/index.ts';
import type { Making } from './making.ts';

const STATUS_VALUE: Readonly<Record<ComponentStatus, number>> = { up: 1, degraded: 0.5, down: 0 };

/** What runs, and what readiness says of it, as metrics: an alert needs no second place to look at. */
export function addOwnSignals({ signals }: Pick<Making, 'signals'>): void {
  const labels = { version: programVersion(), node: process.version };
  signals.gauges.push(
    {
      name: 'build',
      metrics: ['quoin_build_info'],
      collect: () => [{ metric: 'quoin_build_info', value: 1, labels }],
    },
    {
      name: 'health',
      metrics: ['quoin_ready', 'quoin_component_up'],
      collect: async () => {
        const { status, components } = await readiness(signals.phase, signals.watch);
        return [
          { metric: 'quoin_ready', value: isReady(status) ? 1 : 0 },
          ...Object.entries(components).map(([component, seen]): Sample => ({
            metric: 'quoin_component_up',
            value: STATUS_VALUE[seen.status],
            labels: { component },
          })),
        ];
      },
    },
  );
}
