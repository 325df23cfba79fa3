import type { Agent } from 'undici';
import type { PushReply, PushRequest, Transport } from '../../msh/ports/index.ts';
import { QuoinError } from '../../protocol/errors/index.ts';
import { Push, wholeBody } from './push.ts';
import type { PushLimits } from './push.ts';
import { createConnector, outgoingTls } from './transport-tls.ts';
import type { PeerCertificates, TransportTls } from './transport-tls.ts';

/** How messages leave; all have defaults. */
export interface TransportOptions extends Partial<PushLimits> {
  /** ms for TCP and TLS together. */
  readonly connectTimeoutMs?: number | undefined;
  /** Connections to one host and port at once; further pushes wait. */
  readonly connectionsPerHost?: number | undefined;
  /** ms an unused connection is kept when the partner names no time of its own. */
  readonly keepAliveMs?: number | undefined;
  readonly userAgent?: string | undefined;
  readonly tls?: TransportTls | undefined;
}

const DEFAULTS = {
  connectTimeoutMs: 10_000,
  stallTimeoutMs: 60_000,
  replyTimeoutMs: 30_000,
  maxReplyBytes: 1024 * 1024,
  connectionsPerHost: 16,
  keepAliveMs: 4_000,
};

/** Headers the transport writes itself. */
const OWN_HEADERS = new Set(['content-length', 'transfer-encoding', 'host', 'connection', 'user-agent']);

function addressOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw new QuoinError(
    'http/address-invalid',
    'The address of the partner is not one a message can be sent to.',
    {
      finding: {
        check: 'address',
        field: 'address',
        expected: 'an http or https URL without user information',
        found: url ? `${url.protocol}//${url.host}` : address,
        advice: 'Correct the address in the P-Mode.',
      },
    },
  );
}

function headersOf(request: PushRequest, userAgent: string): Record<string, string> {
  const given = Object.entries(request.headers).filter(([name]) => !OWN_HEADERS.has(name.toLowerCase()));
  return {
    ...Object.fromEntries(given),
    'User-Agent': userAgent,
    'Content-Length': String(request.contentLength),
  };
}

function hostOf(url: URL): string {
  return url.port === '' ? `${url.hostname}:${url.protocol === 'https:' ? 443 : 80}` : url.host;
}

/** Connections to partners, and the certificates that were shown in those that failed. */
interface WayOut {
  readonly agent: Agent;
  readonly certificates: PeerCertificates;
}

/** The library is loaded by the first push: an access point that starts has no use for it yet. */
async function openWay(tls: ReturnType<typeof outgoingTls>, settings: typeof DEFAULTS): Promise<WayOut> {
  const undici = await import('undici');
  const { connect, certificates } = createConnector(undici, tls, settings.connectTimeoutMs);
  const agent = new undici.Agent({
    connect,
    connections: settings.connectionsPerHost,
    pipelining: 1,
    keepAliveTimeout: settings.keepAliveMs,
    // Our own clocks know the phases; these would only fire beside them.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { agent, certificates };
}

/**
 * The way out to partners: HTTP/1.1 POST with a known length, streamed; no redirects; TLS 1.2 or later; a pool per host.
 * An answer given before the message was taken is read like any other. Times and sizes are bounded in every phase.
 * Throws QuoinError `http/tls-configuration`; pushes reject with `http/...` as `Transport` says.
 */
export function createTransport(options: TransportOptions = {}): Transport {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const settings = { ...DEFAULTS, ...(Object.fromEntries(given) as TransportOptions) } as typeof DEFAULTS;
  const tls = outgoingTls(options.tls ?? {});
  let way: Promise<WayOut> | undefined;
  let closing: Promise<void> | undefined;
  return {
    push: (request) => post(request),
    close: () => (closing ??= closeWay()),
  };

  /** What is pushed after the close finds a way that is closed, and says so like one that was open before. */
  async function closeWay(): Promise<void> {
    const { agent } = await (way ??= openWay(tls, settings));
    await agent.close();
  }

  async function post(request: PushRequest): Promise<PushReply> {
    const url = addressOf(request.address);
    const { agent, certificates } = await (way ??= openWay(tls, settings));
    const context = { limits: settings, host: hostOf(url), certificates };
    const push = new Push(request, context, await wholeBody(request));
    if (push.over) return push.reply;
    try {
      agent.dispatch(
        {
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: 'POST',
          headers: headersOf(request, options.userAgent ?? 'quoin'),
          body: push.body,
        },
        push,
      );
    } catch (error) {
      push.fail(error as Error);
    }
    return push.reply;
  }
}
