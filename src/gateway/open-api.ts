import { startRestListener } from '../faces/rest/index.ts';
import type { FindEvidence } from '../faces/rest/index.ts';
import { MIN_BYTES_PER_SECOND, readRequestBody, startHttpListener } from '../world/http/index.ts';
import { configurationDesk } from './configuration-desk.ts';
import { listenerLimits } from './limits.ts';
import { findKnownEvidence } from './evidence-finder.ts';
import type { Opening } from './making.ts';
import { openCommonServices } from './open-common-services.ts';

/** Opens the door of the backends; its URL. */
export async function openApi(opening: Opening): Promise<string> {
  const { config, msh, notifier, exchanges, observer, doors } = opening;
  const { api } = config.listeners;
  const { apiJsonBytes, messageBytes, parts, submissions, eventStreams } = config.limits;
  const rest = await startRestListener({
    listen: (options: Parameters<typeof startHttpListener>[0]) =>
      startHttpListener({ ...options, limits: listenerLimits(config) }),
    readBody: (request, invite) =>
      // The API knows how long each body may be; only the pace is watched here.
      readRequestBody(
        request,
        { maxBytes: Infinity, idleMs: config.times.idleMs, minBytesPerSecond: MIN_BYTES_PER_SECOND },
        invite,
      ).stream,
    host: api.host,
    port: api.port,
    token: api.token?.(),
    // Whether there are any is settled at the start; which ones are in force, at every request.
    keys: api.keysFile === undefined ? undefined : () => opening.reloader.current.apiKeys ?? [],
    msh,
    notifier,
    exchanges,
    observer,
    findEvidence: await openEvidence(opening),
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

/** What asks the common services; nothing where none are named. Throws `config/common-services`. */
async function openEvidence({
  config: { commonServices },
  loaded,
  observer,
  doors,
}: Opening): Promise<FindEvidence | undefined> {
  if (commonServices === undefined) return undefined;
  const { services, close } = await openCommonServices(commonServices, { observer, now: Date.now });
  doors.push(close);
  return (wish) => findKnownEvidence(services, wish, loaded().agreements.pmodes);
}
