import { QuoinError } from '../../protocol/errors/index.ts';
import type { MshContext } from '../context.ts';
import { knownPartners } from '../partners/desk.ts';
import { laneOf } from '../partners/directory.ts';
import type { Lane, WaitingLane } from '../ports/index.ts';

/** ms for which a count is good. */
const FRESH_MS = 2_000;

/** Once full, new messages are taken again when this share of the limit is left: no flicker around the limit. */
const REOPENS_AT = 0.9;

type Context = Pick<MshContext, 'store' | 'nature' | 'agreements'>;

/** Says whether a new submission may be taken: rejects with `submit/backlog-full` while `most` or more wait to be sent. */
export function createBacklog(context: Context, most: number): () => Promise<void> {
  const { store, nature } = context;
  const reopensAt = Math.floor(most * REOPENS_AT);
  let look: Promise<readonly WaitingLane[]> | undefined;
  let lookedAt = 0;
  let full = false;
  const waiting = (): Promise<readonly WaitingLane[]> => {
    const age = nature.now() - lookedAt;
    // A clock that was set back must not make a count good for hours.
    if (look !== undefined && age >= 0 && age < FRESH_MS) return look;
    lookedAt = nature.now();
    const looking = store.waitingLanes();
    look = looking;
    looking.catch(() => {
      if (look === looking) look = undefined;
    });
    return looking;
  };
  return async () => {
    const lanes = await waiting();
    const count = lanes.reduce((sum, { messages }) => sum + messages, 0);
    full = full ? count > reopensAt : count >= most;
    if (full) throw backlogFull(count, mostlyFor(context, lanes), reopensAt);
  };
}

interface Share {
  readonly partner: string;
  readonly messages: number;
}

/** The partner for which most of them wait. Messages of P-Modes that are no longer there are nobody's. */
function mostlyFor(context: Context, lanes: readonly WaitingLane[]): Share | undefined {
  const key = ({ pmodeId, leg }: Lane): string => JSON.stringify([pmodeId, leg]);
  const owners = new Map<string, string>();
  for (const { name, ways } of knownPartners(context).values())
    for (const way of ways) owners.set(key(laneOf(way)), name);
  const shares = new Map<string, number>();
  for (const lane of lanes) {
    const partner = owners.get(key(lane));
    if (partner !== undefined) shares.set(partner, (shares.get(partner) ?? 0) + lane.messages);
  }
  const [first] = [...shares].sort(([, a], [, b]) => b - a);
  return first && { partner: first[0], messages: first[1] };
}

function backlogFull(count: number, mostly: Share | undefined, reopensAt: number): QuoinError {
  const whose = mostly === undefined ? '' : `, most of them for ${mostly.partner} (${mostly.messages})`;
  return new QuoinError(
    'submit/backlog-full',
    `${count} messages wait to be sent${whose}. New ones are taken again when at most ${reopensAt} wait.`,
    {
      finding: {
        check: 'backlog',
        expected: `at most ${reopensAt} waiting`,
        found: String(count),
        advice:
          'Submit again later. Operators see with `quoin partners list` what keeps them; limits.backlog is the limit.',
      },
    },
  );
}
