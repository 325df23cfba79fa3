import { operationsHandler } from '../faces/operations/index.ts';
import { startHttpListener } from '../world/http/index.ts';
import { createMetrics } from '../world/observe/index.ts';
import { addAgreementSignals, partnerNames } from './agreement-signals.ts';
import { listenerLimits } from './limits.ts';
import type { Making } from './making.ts';
import { openPart } from './named-settings.ts';
import { addReloadSignals } from './reload-signals.ts';
import { openTracing } from './open-tracing.ts';
import { addOwnSignals } from './own-signals.ts';

/** Opens the door of the operators, the first to open and the last to close; its URL. */
export async function openOperations(making: Making): Promise<string> {
  const { config, observer, closings, signals, loaded } = making;
  openTracing(making);
  addOwnSignals(making);
  addAgreementSignals(making);
  addReloadSignals(making);
  const metrics = createMetrics({
    log: observer,
    partners: partnerNames(() => loaded().agreements),
    sources: signals.gauges,
  });
  closings.push(() => Promise.resolve(metrics.close()));
  const listener = await openPart(making, 'operations', () =>
    startHttpListener({
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
    }),
  );
  closings.push(() => listener.close());
  signals.later.push(() => metrics.begin());
  return listener.address.url;
}
