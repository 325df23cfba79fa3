import type { Config } from '../config/index.ts';
import type { MshLimits, SendingLimits } from '../msh/index.ts';

/** The bounds of the configuration as the MSH knows them: it looks at those of its own only. */
export function mshLimits({ limits }: Config): MshLimits {
  return limits;
}

/** How much is sent at once, and when a partner counts as down. */
export function sendingLimits({ limits, breaker }: Config): SendingLimits {
  return { places: limits.outbound, perPartner: limits.outboundPerPartner, breaker };
}

/** The bounds that every listener has. */
export function listenerLimits({ times }: Config): { readonly headersMs: number; readonly closeMs: number } {
  return { headersMs: times.headersMs, closeMs: times.shutdownMs };
}
