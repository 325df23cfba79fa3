import { startRestListener } from '../faces/rest/index.ts';
import { startHttpListener } from '../world/http/index.ts';
import { configurationDesk } from './configuration-desk.ts';
import { listenerLimits } from './limits.ts';
import type { Opening } from './making.ts';

/** Opens the door of the backends; its URL. */
export async function openApi(opening: Opening): Promise<string> {
  const { config, msh, notifier, observer, doors } = opening;
  const { api } = config.listeners;
  const { apiJsonBytes, messageBytes, parts, submissions, eventStreams } = config.limits;
  const rest = await startRestListener({
    listen: (options: Parameters<typeof startHttpListener>[0]) =>
      startHttpListener({ ...options, limits: listenerLimits(config) }),
    host: api.host,
    port: api.port,
    token: api.token?.(),
    // Whether there are any is settled at the start; which ones are in force, at every request.
    keys: api.keysFile === undefined ? undefined : () => opening.reloader.current.apiKeys ?? [],
    msh,
    notifier,
    observer,
    configuration: configurationDesk(opening),
    // The SOAP part counts as one of a message.
    limits: {
      jsonBytes: apiJsonBytes,
      submissionBytes: messageBytes,
      parts: parts - 1,
      submissions,
      eventStreams,
    },
  });
  doors.push(() => rest.close());
  return rest.address.url;
}
