import { QuoinError } from '../../protocol/errors/index.ts';
import type { MshContext } from '../context.ts';
import { knownPartners } from '../partners/desk.ts';
import { laneKey, laneOf } from '../partners/directory.ts';
import type { WaitingLane } from '../ports/index.ts';
import type { Intake } from './intake.ts';

/** ms for which a count is good. */
const FRESH_MS = 2_000;

/** Once full, new messages are taken again when this share of the limit is left: no flicker around the limit. */
const REOPENS_AT = 0.9;

/** From the limit on, a partner for which this share of the limit waits is full. */
const OWN_SHARE = 0.5;

/** As many limits may wait before nobody is served any more. */
const HARD_LIMITS = 2;

type Context = Pick<MshContext, 'store' | 'nature' | 'agreements'>;

/**
 * Watches how many messages wait to be sent, and rejects with `submit/backlog-full`: everybody while twice the limit waits;
 * a partner while the limit is reached and half of it, or more, waits for this one. So a slow partner stops no other.
 */
export function createBacklog(context: Context, most: number): Intake {
  const looks = createLooks(context);
  const everybody = createGate(most * HARD_LIMITS);
  const anybody = createGate(most);
  const own = Math.ceil(most * OWN_SHARE);
  const gates = new Map<string, Gate>();
  return {
    mayTake: async () => {
      const { count, shares } = await looks();
      if (everybody.isShut(count)) throw backlogFull(count, mostOf(shares), everybody.reopensAt);
    },
    mayTakeFor: async (partner) => {
      const { count, shares } = await looks();
      const messages = shares.get(partner) ?? 0;
      const gate = gates.get(partner) ?? createGate(own);
      gates.set(partner, gate);
      // Both are asked each time: a gate knows only what it saw.
      const [isFull, isGreedy] = [anybody.isShut(count), gate.isShut(messages)];
      if (isFull && isGreedy) throw partnerFull(count, { partner, messages }, [anybody, gate]);
    },
  };
}

/** Shut from a number on, until a tenth of it is gone. */
interface Gate {
  readonly reopensAt: number;
  readonly isShut: (count: number) => boolean;
}

function createGate(most: number): Gate {
  const reopensAt = Math.floor(most * REOPENS_AT);
  let shut = false;
  return {
    reopensAt,
    isShut: (count) => {
      shut = shut ? count > reopensAt : count >= most;
      return shut;
    },
  };
}

/** What waits: all of it, and by partner. Messages of P-Modes that are no longer there are nobody's. */
interface Waiting {
  readonly count: number;
  readonly shares: ReadonlyMap<string, number>;
}

function createLooks(context: Context): () => Promise<Waiting> {
  const { store, nature } = context;
  let look: Promise<Waiting> | undefined;
  let lookedAt = 0;
  return () => {
    const age = nature.now() - lookedAt;
    // A clock that was set back must not make a count good for hours.
    if (look !== undefined && age >= 0 && age < FRESH_MS) return look;
    lookedAt = nature.now();
    const looking = store.waitingLanes().then((lanes) => ({
      count: lanes.reduce((sum, { messages }) => sum + messages, 0),
      shares: sharesOf(context, lanes),
    }));
    look = looking;
    looking.catch(() => {
      if (look === looking) look = undefined;
    });
    return looking;
  };
}

interface Share {
  readonly partner: string;
  readonly messages: number;
}

function sharesOf(context: Context, lanes: readonly WaitingLane[]): ReadonlyMap<string, number> {
  const owners = new Map<string, string>();
  for (const { name, ways } of knownPartners(context).values())
    for (const way of ways) owners.set(laneKey(laneOf(way)), name);
  const shares = new Map<string, number>();
  for (const lane of lanes) {
    const partner = owners.get(laneKey(lane));
    if (partner !== undefined) shares.set(partner, (shares.get(partner) ?? 0) + lane.messages);
  }
  return shares;
}

/** The partner for which most of them wait. */
function mostOf(shares: Waiting['shares']): Share | undefined {
  const [first] = [...shares].sort(([, a], [, b]) => b - a);
  return first && { partner: first[0], messages: first[1] };
}

function backlogFull(count: number, mostly: Share | undefined, reopensAt: number): QuoinError {
  const whose = mostly === undefined ? '' : `, most of them for ${mostly.partner} (${mostly.messages})`;
  return full(
    `${count} messages wait to be sent${whose}. New ones are taken again when at most ${reopensAt} wait.`,
    count,
    reopensAt,
  );
}

function partnerFull(
  count: number,
  { partner, messages }: Share,
  [all, own]: readonly [Gate, Gate],
): QuoinError {
  return full(
    `${count} messages wait to be sent, ${messages} of them for ${partner}. New ones for it are taken again when at most ${all.reopensAt} wait, or ${own.reopensAt} of its own.`,
    messages,
    own.reopensAt,
  );
}

function full(message: string, found: number, reopensAt: number): QuoinError {
  return new QuoinError('submit/backlog-full', message, {
    finding: {
      check: 'backlog',
      expected: `at most ${reopensAt} waiting`,
      found: String(found),
      advice:
        'Submit again later. Operators see with `quoin partners list` what keeps them; limits.backlog is the limit.',
    },
  });
}
