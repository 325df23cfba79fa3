/** How long to wait for a peer that is slow. */
export interface PatienceLimits {
  /** ms without a byte that a peer is granted at most. */
  readonly idleMs: number;
  /** bytes a second below which the grant is used up bit by bit, so that a slow drip ends too. */
  readonly minBytesPerSecond: number;
}

/** Below this a sender uses its grant up, unless told otherwise. */
export const MIN_BYTES_PER_SECOND = 1_024;

/** What is left of the grant; waiting uses it up, bytes earn it back. */
export interface Patience {
  /** ms the next wait may take. */
  left(): number;
  waited(ms: number): void;
  received(bytes: number): void;
}

/** A grant of `idleMs`, charged for waiting on the peer only: time we take ourselves is not held against it. */
export function createPatience(limits: PatienceLimits): Patience {
  let left = limits.idleMs;
  return {
    left: () => Math.max(0, left),
    waited: (ms) => {
      left -= ms;
    },
    received: (bytes) => {
      left = Math.min(limits.idleMs, left + (bytes * 1_000) / limits.minBytesPerSecond);
    },
  };
}
