import { transportTls } from '../gateway-tls.ts';
import { createTransport } from '../world/http/index.ts';
import type { Making, World } from './making.ts';
import { openPart } from './named-settings.ts';

/** The way out to partners; what still runs when patience ends is aborted. */
export async function openTransport(making: Making): Promise<World['transport']> {
  const { config, patience, closings, signals } = making;
  const tls = await transportTls(config.outbound.tls);
  const transport = await openPart(making, 'outbound-tls', () =>
    createTransport({
      tls,
      connectTimeoutMs: config.times.connectMs,
      stallTimeoutMs: config.times.idleMs,
      maxReplyBytes: config.limits.replyBytes,
    }),
  );
  closings.push(() => transport.close());
  const push: World['transport']['push'] = (request) => transport.push({ signal: patience, ...request });
  return { ...transport, push: signals.sending.count(push) };
}
