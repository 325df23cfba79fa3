import { QuoinError } from '../../protocol/errors/index.ts';
import type { MshContext } from '../context.ts';
import type { Pause, WaitingLane } from '../ports/index.ts';
import type { Breaker } from './breaker.ts';
import { knownPartners } from './desk.ts';
import type { PartnerDesk } from './desk.ts';
import { laneOf } from './directory.ts';
import type { DirectoryEntry } from './directory.ts';

/** How things stand with a partner, as this node sees it. Times are ms since the epoch. */
export interface PartnerStatus {
  readonly name: string;
  /** The P-Modes on whose legs we send to it. */
  readonly pmodes: readonly string[];
  readonly address?: string | undefined;
  readonly pause?: Pause | undefined;
  readonly breaker: Breaker;
  /** Pushes on their way from this node, and how many may be. */
  readonly running: number;
  readonly limit: number;
  /** Messages for it whose fate is open, on all nodes. */
  readonly waiting: number;
  /** Since when the first of them is due; undefined when none is. */
  readonly dueSince?: number | undefined;
}

/** What operators may ask and say about partners. */
export interface Partners {
  list(): Promise<readonly PartnerStatus[]>;
  /** Undefined when no P-Mode in force names it. */
  find(name: string): Promise<PartnerStatus | undefined>;
  /** Holds back all messages for it, on every node; false when they were held back before. Throws `send/unknown-partner`. */
  pause(name: string, by: string, reason?: string): Promise<boolean>;
  /** Lets them go out; false when nothing held them back. Throws `send/unknown-partner`. */
  resume(name: string): Promise<boolean>;
  /** Closes its breaker on every node. Throws `send/unknown-partner`. */
  reset(name: string): Promise<void>;
}

type Context = Pick<MshContext, 'store' | 'nature' | 'agreements' | 'sending'>;

/** The partners of the P-Modes in force, with what the desk of this node and the store know of them. */
export function partnersOf(context: Context, desk: PartnerDesk): Partners {
  const { store, nature } = context;
  const known = (name: string): void => {
    if (!knownPartners(context).has(name)) throw unknown(name, [...knownPartners(context).keys()]);
  };
  const find = async (name: string): Promise<PartnerStatus | undefined> => {
    const entry = knownPartners(context).get(name);
    return entry && statusOf(context, desk, entry, await store.waitingLanes());
  };
  return {
    find,
    list: async () => {
      const lanes = await store.waitingLanes();
      return [...knownPartners(context).values()].map((entry) => statusOf(context, desk, entry, lanes));
    },
    pause: async (name, by, reason) => {
      known(name);
      const paused = await store.pausePartner(name, { at: nature.now(), by, reason });
      await desk.followControls();
      return paused;
    },
    resume: async (name) => {
      known(name);
      const resumed = await store.resumePartner(name, nature.now());
      await desk.followControls();
      return resumed;
    },
    reset: async (name) => {
      known(name);
      await store.resetPartner(name, nature.now());
      await desk.followControls();
    },
  };
}

function statusOf(
  { sending, nature }: Context,
  desk: PartnerDesk,
  { name, party, ways }: DirectoryEntry,
  waiting: readonly WaitingLane[],
): PartnerStatus {
  const account = desk.account(name);
  const own = waiting.filter(({ pmodeId, leg }) =>
    ways.some((way) => laneOf(way).pmodeId === pmodeId && laneOf(way).leg === leg),
  );
  const dueSince = Math.min(...own.map(({ dueAt }) => dueAt));
  return {
    name,
    pmodes: [...new Set(ways.map(({ pmode }) => pmode.id))],
    address: party.address,
    pause: account.pause,
    breaker: account.breaker,
    running: account.running,
    limit: sending.perPartner,
    waiting: own.reduce((sum, { messages }) => sum + messages, 0),
    dueSince: dueSince <= nature.now() ? dueSince : undefined,
  };
}

function unknown(name: string, names: readonly string[]): QuoinError {
  return new QuoinError('send/unknown-partner', `No P-Mode names the partner ${name}.`, {
    finding: { check: 'partner-known', field: 'name', found: name, expected: names.join(', ') },
  });
}
