import { listenerTls } from '../gateway-tls.ts';
import { startAs4Listener } from '../world/http/index.ts';
import { messageGuard } from './intake.ts';
import { listenerLimits } from './limits.ts';
import type { Opening } from './making.ts';

/** Opens the door of the partners; its URL. */
export async function openAs4({ config, msh, observer, doors, signals, space }: Opening): Promise<string> {
  const { as4 } = config.listeners;
  const door = await startAs4Listener({
    host: as4.host,
    port: as4.port,
    path: as4.path,
    tls: await listenerTls(as4.tls),
    receive: signals.receiving.count((request) => msh.receive(request)),
    mayTake: messageGuard(space),
    limits: {
      ...listenerLimits(config),
      messageBytes: config.limits.messageBytes,
      concurrentMessages: config.limits.inbound,
      messagesPerRemote: config.limits.inboundPerRemote,
      refusalsPerMinute: config.limits.refusalsPerMinute,
      idleMs: config.times.idleMs,
    },
    observer,
  });
  doors.push(() => door.close());
  return door.address.url;
}
