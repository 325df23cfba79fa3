import type { Config } from '../config/index.ts';
import type { MshLimits, SendingLimits } from '../msh/index.ts';

/** The bounds of the configuration as the MSH knows them. */
export function mshLimits(config: Config): MshLimits {
  const {
    envelopeBytes,
    parts,
    messageBytes,
    inlineBytes,
    spoolBytes,
    gzipRatio,
    replyBytes,
    canonicalBytes,
  } = config.limits;
  return {
    envelopeBytes,
    parts,
    messageBytes,
    inlineBytes,
    spoolBytes,
    gzipRatio,
    replyBytes,
    canonicalBytes,
  };
}

/** How much is sent at once, and when a partner counts as down. */
export function sendingLimits({ limits, breaker }: Config): SendingLimits {
  return { places: limits.outbound, perPartner: limits.outboundPerPartner, breaker };
}

/** The bounds that every listener has. */
export function listenerLimits({ times }: Config): { readonly headersMs: number; readonly closeMs: number } {
  return { headersMs: times.headersMs, closeMs: times.shutdownMs };
}
