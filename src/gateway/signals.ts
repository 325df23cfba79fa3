import { HealthWatch } from '../faces/operations/index.ts';
import type { Phase } from '../faces/operations/index.ts';
import { createInFlight } from '../world/observe/index.ts';
import type { EventLog, GaugeSource, InFlight } from '../world/observe/index.ts';

/**
 * What the operators' door shows. That door opens first, so whoever opens something adds how to look at it: to `watch`
 * what readiness depends on, to `gauges` what is measured.
 */
export interface Signals {
  phase: Phase;
  readonly watch: HealthWatch;
  readonly gauges: GaugeSource[];
  /** What may be loaded once the doors are open, because no message waits for it. */
  readonly later: (() => Promise<void>)[];
  /** Messages that partners push to us now. */
  readonly receiving: InFlight;
  /** Messages that we push to partners now. */
  readonly sending: InFlight;
}

/** Signals of an access point that has opened nothing yet. */
export function createSignals(observer: EventLog): Signals {
  const receiving = createInFlight();
  const sending = createInFlight();
  return {
    phase: 'starting',
    watch: new HealthWatch(observer),
    gauges: [inFlight(receiving, sending)],
    later: [],
    receiving,
    sending,
  };
}

function inFlight(receiving: InFlight, sending: InFlight): GaugeSource {
  return {
    name: 'in-flight',
    metrics: ['quoin_in_flight'],
    collect: () => [
      { metric: 'quoin_in_flight', value: receiving.now(), labels: { direction: 'in' } },
      { metric: 'quoin_in_flight', value: sending.now(), labels: { direction: 'out' } },
    ],
  };
}
