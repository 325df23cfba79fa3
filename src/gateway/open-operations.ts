import { operationsHandler } from '../faces/operations/index.ts';
import { startHttpListener } from '../world/http/index.ts';
import { createMetrics } from '../world/observe/index.ts';
import type { Metrics } from '../world/observe/index.ts';
import { addAgreementSignals, partnerNames } from './agreement-signals.ts';
import { listenerLimits } from './limits.ts';
import type { Making } from './making.ts';
import { addOwnSignals } from './own-signals.ts';

/** The door of the operators. */
export interface Operations {
  readonly url: string;
  readonly metrics: Metrics;
}

/** Opens the door of the operators, the first to open and the last to close. */
export async function openOperations(making: Making): Promise<Operations> {
  const { config, observer, closings, signals, loaded } = making;
  addOwnSignals(making);
  addAgreementSignals(making);
  const metrics = createMetrics({
    log: observer,
    partners: partnerNames(() => loaded().agreements),
    sources: signals.gauges,
  });
  closings.push(() => Promise.resolve(metrics.close()));
  const listener = await startHttpListener({
    name: 'operations',
    host: config.listeners.operations.host,
    port: config.listeners.operations.port,
    limits: listenerLimits(config),
    observer,
    handle: operationsHandler({
      phase: () => signals.phase,
      watch: signals.watch,
      metrics: () => metrics.text(),
      observer,
    }),
  });
  closings.push(() => listener.close());
  return { url: listener.address.url, metrics };
}
