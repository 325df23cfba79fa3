import { failureFrom } from '../messages.ts';
import type { Lane, RowId } from '../ports/index.ts';
import { repeat } from '../repeat.ts';
import { ring } from '../ring.ts';
import type { Account } from './account.ts';
import { mayProbe } from './breaker.ts';
import type { DeskContext, PartnerDesk } from './desk.ts';
import { knownPartners } from './desk.ts';
import { laneOf } from './directory.ts';

/** Rows of one way rung for at once. */
const ROWS_AT_ONCE = 200;

/** Rounds between two looks for messages whose window closes behind an open breaker. */
const LAST_CHANCE_EVERY = 5;

/** Rounds that are made. */
export interface Rounds {
  readonly stop: () => Promise<void>;
}

/**
 * Makes the rounds: takes over what operators said on other nodes, rings for one message when a partner may be tried
 * again, for those that have their last chance, and for those that found no place and whose ring went astray.
 * Of rounds that fail one after the other the first is reported; what was known before holds on.
 */
export function startRounds(context: DeskContext, desk: PartnerDesk, everyMs: number): Rounds {
  let round = 0;
  let failing = false;
  const rounds = repeat(async () => {
    round += 1;
    failing = !(await reporting(context, failing, async () => {
      await desk.followControls();
      for (const account of desk.accounts().filter(({ breaker }) => breaker.state !== 'closed')) {
        await ringForProbe(context, account);
        if (round % LAST_CHANCE_EVERY === 0) await ringLastChances(context, account);
      }
      desk.ringParked();
    }));
    return everyMs;
  });
  return { stop: rounds.stop };
}

/** Rings for what is due on the ways of a partner. Never rejects. */
export async function ringForPartner(context: DeskContext, partner: string): Promise<void> {
  await reporting(context, false, async () => {
    for (const lane of lanesOf(context, partner))
      await ringAll(context, await context.store.dueOnLane(lane, context.nature.now(), ROWS_AT_ONCE));
  });
}

/** The message that has waited longest on the first way on which one waits; which one it is makes no difference. */
async function ringForProbe(context: DeskContext, { name, breaker, pause }: Account): Promise<void> {
  const now = context.nature.now();
  if (pause !== undefined || !mayProbe(breaker, now)) return;
  for (const lane of lanesOf(context, name)) {
    const rows = await context.store.dueOnLane(lane, now, 1);
    if (rows.length > 0) return await ringAll(context, rows);
  }
}

/**
 * Pauses move the end of a window, never forward: so those found here are all that may have their last chance, and the
 * desk looks at each again.
 */
async function ringLastChances(context: DeskContext, { name, pause }: Account): Promise<void> {
  if (pause !== undefined) return;
  const now = context.nature.now();
  for (const way of knownPartners(context).get(name)?.ways ?? []) {
    const begunBefore = now - way.leg.receptionAwareness.window;
    const rows = await context.store.dueBegunBefore(laneOf(way), now, begunBefore, ROWS_AT_ONCE);
    await ringAll(context, rows);
  }
}

function lanesOf(context: DeskContext, partner: string): readonly Lane[] {
  return (knownPartners(context).get(partner)?.ways ?? []).map(laneOf);
}

async function ringAll(context: DeskContext, rows: readonly RowId[]): Promise<void> {
  for (const rowId of rows) await ring(context, rowId);
}

/** Whether the pass succeeded; a failure is told unless the one before failed too. */
async function reporting(context: DeskContext, isTold: boolean, pass: () => Promise<void>): Promise<boolean> {
  try {
    await pass();
    return true;
  } catch (error) {
    const failure = failureFrom('partners/round', error);
    if (!isTold) context.observer.emit({ event: 'partner/round-failed', level: 'error', failure });
    return false;
  }
}
