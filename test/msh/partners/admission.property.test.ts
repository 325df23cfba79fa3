import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { admit, sharedPlaces } from '../../../src/msh/partners/admission.ts';
import type { AdmissionFacts } from '../../../src/msh/partners/admission.ts';
import { closedBreaker } from '../../../src/msh/partners/breaker.ts';
import type { Breaker } from '../../../src/msh/partners/breaker.ts';
import { stoppedMs } from '../../../src/msh/partners/pauses.ts';
import '../../support/property-seed.ts';

const open: Breaker = { ...closedBreaker(0), state: 'open', until: 1000, waitMs: 1000, failures: 5 };
const facts = (more: Partial<AdmissionFacts>): AdmissionFacts => ({
  paused: false,
  breaker: closedBreaker(0),
  occupancy: { running: 0, perPartner: 2, total: 0, places: 8 },
  lastChance: false,
  now: 500,
  ...more,
});

test('what a message that is due waits for, or goes out as', () => {
  const halfOpen: Breaker = { ...open, state: 'half-open', until: undefined };
  const busy = { running: 2, perPartner: 2, total: 2, places: 8 };
  const rows: readonly (readonly [string, Partial<AdmissionFacts>, string])[] = [
    ['free', {}, 'attempt'],
    ['paused', { paused: true }, 'paused'],
    ['paused, at its last chance', { paused: true, lastChance: true }, 'paused'],
    ['open', { breaker: open }, 'breaker-open'],
    ['open, at its last chance', { breaker: open, lastChance: true }, 'last-chance'],
    ['open, the wait is over', { breaker: open, now: 1000 }, 'probe'],
    ['probing', { breaker: halfOpen, now: 5000 }, 'breaker-open'],
    ['probing, at its last chance', { breaker: halfOpen, now: 5000, lastChance: true }, 'last-chance'],
    ['at its limit', { occupancy: busy }, 'partner-busy'],
    ['at its limit, at its last chance', { occupancy: busy, lastChance: true }, 'partner-busy'],
    ['all places taken', { occupancy: { ...busy, running: 0, total: 8 } }, 'gateway-busy'],
  ];
  for (const [name, given, expected] of rows) {
    const admission = admit(facts(given));
    assert.equal(admission.kind === 'go' ? admission.as : admission.for, expected, name);
  }
});

test('however many partners hang, another one finds a place until the reserve is used up by partners of one push each', () => {
  const worlds = fc.record({
    places: fc.integer({ min: 1, max: 200 }),
    perPartner: fc.integer({ min: 1, max: 50 }),
    rings: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 500 }),
  });
  fc.assert(
    fc.property(worlds, ({ places, perPartner, rings }) => {
      const running = new Map<number, number>();
      let total = 0;
      // Nothing ever comes back: the worst case.
      for (const partner of rings) {
        const occupancy = { running: running.get(partner) ?? 0, perPartner, total, places };
        if (admit(facts({ occupancy })).kind !== 'go') continue;
        running.set(partner, occupancy.running + 1);
        total += 1;
      }
      assert.ok(total <= places);
      for (const count of running.values()) assert.ok(count <= perPartner);
      const reserve = places - sharedPlaces(places);
      const newcomer = admit(facts({ occupancy: { running: 0, perPartner, total, places } }));
      if (running.size < Math.max(1, reserve)) assert.equal(newcomer.kind, 'go');
    }),
  );
});

test('the clock of a message stands still in pauses, whatever they overlap', () => {
  assert.equal(stoppedMs([], 0, 100), 0);
  assert.equal(stoppedMs([{ from: 10, until: 30 }], 0, 100), 20);
  assert.equal(stoppedMs([{ from: 10, until: 30 }], 20, 100), 10);
  assert.equal(stoppedMs([{ from: 10, until: 30 }], 0, 20), 10);
  assert.equal(stoppedMs([{ from: 10 }], 0, 100), 90);
  assert.equal(stoppedMs([{ from: 200 }], 0, 100), 0);
  const span = fc.record({ from: fc.integer({ min: 0, max: 60 }), length: fc.integer({ min: 0, max: 30 }) });
  const range = fc.tuple(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 90 }));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 8 }), range, (spans, [a, b]) => {
      const pauses = spans.map(({ from, length }) => ({ from, until: from + length }));
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const ticks = Array.from({ length: to - from }, (_, index) => from + index);
      const stopped = ticks.filter((tick) => pauses.some((one) => one.from <= tick && tick < one.until));
      assert.equal(stoppedMs(pauses, from, to), stopped.length);
    }),
  );
});
