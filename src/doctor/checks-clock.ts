import type { Patient } from './patient.ts';
import type { Check, Verdict } from './types.ts';
import { count } from './verdicts.ts';

/** ms a clock may be off before timestamps and certificates are judged wrongly. */
const SLACK = 10_000;
const FAR = 5 * 60_000;

/** What is known only when every partner was asked. */
export const CLOCK_CHECKS: readonly Check<Patient>[] = [
  {
    name: 'clock',
    asks: 'whether our clock agrees with those of the partners and goes forward',
    run: ({ ahead }) => {
      const jump = jumped();
      if (Math.abs(jump) > SLACK)
        return wrong('failed', `the clock was set by ${seconds(jump)} while this ran`);
      const differences = [...ahead.values()].toSorted((a, b) => a - b);
      const median = differences[Math.floor(differences.length / 2)];
      if (median === undefined)
        return {
          outcome: 'skipped',
          found: `${new Date().toISOString()} here; no partner told the time to compare it with`,
        };
      const off = Math.abs(median);
      const found = `${new Date().toISOString()} here, ${off < SLACK ? 'as' : `${seconds(-median)} away`} by the clocks of ${count(differences.length, 'partner')}`;
      return off < SLACK ? { outcome: 'ok', found } : wrong(off < FAR ? 'warning' : 'failed', found);
    },
  },
];

/** How far wall clock and monotonic clock have drifted apart since the process started: ms. */
function jumped(): number {
  return Date.now() - (performance.timeOrigin + performance.now());
}

function wrong(outcome: 'warning' | 'failed', found: string): Verdict {
  return {
    outcome,
    found,
    expected: `within ${SLACK / 1000} s`,
    advice: 'Let a time service (chrony, systemd-timesyncd) set the clock of this machine.',
  };
}

function seconds(ms: number): string {
  return `${ms < 0 ? '' : '+'}${Math.round(ms / 1000)} s`;
}
