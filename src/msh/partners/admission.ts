import { mayProbe } from './breaker.ts';
import type { Breaker } from './breaker.ts';

/** Pushes that run now and how many may. */
export interface Occupancy {
  /** To this partner. */
  readonly running: number;
  readonly perPartner: number;
  /** To all partners together. */
  readonly total: number;
  readonly places: number;
}

/** What decides whether a message that is due may go out now. */
export interface AdmissionFacts {
  readonly paused: boolean;
  readonly breaker: Breaker;
  readonly occupancy: Occupancy;
  /** Its window closes now: what is not tried now is never tried. */
  readonly lastChance: boolean;
  readonly now: number;
}

/** Why a message that is due does not go out now. */
export type Hindrance = 'paused' | 'breaker-open' | 'partner-busy' | 'gateway-busy';

/** Whether a message goes out, and as what, or what it waits for. */
export type Admission =
  | { readonly kind: 'go'; readonly as: 'attempt' | 'probe' | 'last-chance' }
  | { readonly kind: 'wait'; readonly for: Hindrance };

/** Of all places, the share that only partners with nothing on its way may take. */
const SPARE = 1 / 4;

/**
 * The places that a partner may take that has a push on its way already. The rest is kept for the others, so that
 * several partners that hang together leave room for those that do not.
 */
export function sharedPlaces(places: number): number {
  return places - Math.floor(places * SPARE);
}

/** Pause first, then the breaker, then the places: who may not go out takes no place. */
export function admit(facts: AdmissionFacts): Admission {
  if (facts.paused) return { kind: 'wait', for: 'paused' };
  const as = passBreaker(facts);
  if (as === undefined) return { kind: 'wait', for: 'breaker-open' };
  const busy = lackOfPlace(facts.occupancy);
  return busy === undefined ? { kind: 'go', as } : { kind: 'wait', for: busy };
}

function passBreaker({
  breaker,
  lastChance,
  now,
}: AdmissionFacts): 'attempt' | 'probe' | 'last-chance' | undefined {
  if (breaker.state === 'closed') return 'attempt';
  if (mayProbe(breaker, now)) return 'probe';
  return lastChance ? 'last-chance' : undefined;
}

function lackOfPlace({ running, perPartner, total, places }: Occupancy): Hindrance | undefined {
  if (running >= perPartner) return 'partner-busy';
  const open = running === 0 ? places : sharedPlaces(places);
  return total >= open ? 'gateway-busy' : undefined;
}
