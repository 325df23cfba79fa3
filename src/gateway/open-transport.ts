import { transportTls } from '../gateway-tls.ts';
import { createTransport } from '../world/http/index.ts';
import type { Making, World } from './making.ts';

/** The way out to partners; what still runs when patience ends is aborted. */
export async function openTransport({
  config,
  patience,
  closings,
  signals,
}: Making): Promise<World['transport']> {
  const transport = createTransport({
    tls: await transportTls(config.outbound.tls),
    connectTimeoutMs: config.times.connectMs,
    stallTimeoutMs: config.times.idleMs,
    maxReplyBytes: config.limits.replyBytes,
  });
  closings.push(() => transport.close());
  const push: World['transport']['push'] = (request) => transport.push({ signal: patience, ...request });
  return { ...transport, push: signals.sending.count(push) };
}
