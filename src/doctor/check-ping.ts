import { setTimeout as sleep } from 'node:timers/promises';
import { legsOf } from './checks-partner.ts';
import type { GoverningLeg } from '../protocol/pmode/index.ts';
import type { Partner } from './patient.ts';
import type { Check, Verdict } from './types.ts';

/** ms between two looks at the test message. */
const PAUSE = 250;

/** A sent message, as far as the outcome of its first attempt goes. */
interface Status {
  readonly state: string;
  readonly attempts: readonly {
    readonly startedAt: string;
    readonly endedAt: string;
    readonly failure?: {
      readonly message: string;
      readonly finding?: { readonly expected?: string; readonly found?: string; readonly advice?: string };
    };
  }[];
}

/** How things stand with a partner at the running access point, as far as it decides whether messages go out. */
interface Standing {
  readonly paused?: { readonly at: string; readonly by: string; readonly reason?: string };
  readonly breaker: { readonly state: string; readonly reason?: string; readonly nextProbeAt?: string };
}

/** The test message that the running access point sends to a partner. */
export const PING_CHECK: Check<Partner> = {
  name: 'ping',
  asks: 'whether the partner acknowledges a test message of the running access point',
  needs: ['http', 'pmode-match'],
  limitMs: 120_000,
  run: async (partner, signal) => {
    const over = legsOf(partner).find(
      ({ direction, leg }) => direction === 'send' && leg.delivery === 'none',
    );
    return (
      (await reasonAgainst(partner, over)) ??
      (await heldBack(partner)) ??
      (await ping(partner, over!.pmode.id, signal))
    );
  },
};

async function reasonAgainst(
  { pings, patient }: Partner,
  over: GoverningLeg | undefined,
): Promise<Verdict | undefined> {
  if (!pings) return { outcome: 'skipped', found: 'not asked for (--no-ping)' };
  if (!(await patient.isRunning()))
    return {
      outcome: 'skipped',
      found: 'no access point runs that could send it',
      advice: 'Start it with quoin serve and run quoin doctor again.',
    };
  if (over !== undefined) return undefined;
  return {
    outcome: 'skipped',
    found: 'the P-Mode has no leg for the test service',
    advice: 'Agree on one with the partner: profiles four-corner and oots have it.',
  };
}

/** A message to a partner that is held back would wait with the others: that is told instead of waited for. */
async function heldBack({ patient, name }: Partner): Promise<Verdict | undefined> {
  const { paused, breaker } = await patient.call<Standing>({
    path: `/v1/partners/${encodeURIComponent(name)}`,
  });
  if (paused !== undefined) {
    const why = paused.reason === undefined ? '' : `: ${paused.reason}`;
    return {
      outcome: 'warning',
      found: `paused since ${paused.at} by ${paused.by}${why}; no test message was sent`,
      advice: `Let messages go out with quoin partners resume ${name} and run quoin doctor again.`,
    };
  }
  const { state, reason, nextProbeAt } = breaker;
  // Once the wait is over, the test message is the one that finds out.
  const isDue = state === 'open' && nextProbeAt !== undefined && Date.parse(nextProbeAt) <= Date.now();
  if (state === 'closed' || isDue) return undefined;
  return {
    outcome: 'warning',
    found: `left alone after failures (${reason ?? state})${nextProbeAt === undefined ? '' : `, tried again at ${nextProbeAt}`}; no test message was sent`,
    advice: `If it is back, close the breaker with quoin partners reset ${name} and run quoin doctor again.`,
  };
}

async function ping({ patient }: Partner, pmode: string, signal: AbortSignal): Promise<Verdict> {
  const { messageId } = await patient.call<{ readonly messageId: string }>({
    method: 'POST',
    path: '/v1/ping',
    json: { pmode },
  });
  for (;;) {
    const { state, attempts } = await patient.call<Status>({
      path: `/v1/messages/${encodeURIComponent(messageId)}`,
    });
    const last = attempts.at(-1);
    if (state === 'ACKNOWLEDGED' && last !== undefined)
      return {
        outcome: 'ok',
        found: `receipt verified after ${Date.parse(last.endedAt) - Date.parse(last.startedAt)} ms`,
      };
    if (last?.failure !== undefined) {
      const { message, finding = {} } = last.failure;
      const { expected, advice } = finding;
      return { outcome: 'failed', found: `${message} (${messageId})`, expected, advice };
    }
    await sleep(PAUSE, undefined, { signal });
  }
}
