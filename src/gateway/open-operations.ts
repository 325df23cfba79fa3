import { operationsHandler } from '../faces/operations/index.ts';
import { startHttpListener } from '../world/http/index.ts';
import { listenerLimits } from './limits.ts';
import type { Making } from './making.ts';

/** Opens the door of the operators, the first to open and the last to close; its URL. */
export async function openOperations({ config, observer, closings }: Making): Promise<string> {
  const { host, port } = config.listeners.operations;
  const listener = await startHttpListener({
    name: 'operations',
    host,
    port,
    limits: listenerLimits(config),
    observer,
    handle: operationsHandler(),
  });
  closings.push(() => listener.close());
  return listener.address.url;
}
