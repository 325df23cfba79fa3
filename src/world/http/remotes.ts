import { isIPv6 } from 'node:net';
import type { Observer } from '../../msh/ports/index.ts';
import type { PlainAnswer } from './as4-gate.ts';

/** What one remote address may take of a door; 0 is no bound. */
export interface RemoteLimits {
  /** Messages received from it at once. */
  readonly messagesPerRemote: number;
  /** Messages of it refused in a minute, from which on it is turned away before anything is read. */
  readonly refusalsPerMinute: number;
}

const WINDOW_MS = 60_000;

/** Remotes that are remembered; of more, the one whose window began first is forgotten. */
const MOST_REMOTES = 10_000;

type Bound = 'inboundPerRemote' | 'refusalsPerMinute';

/** A minute of one remote, from its first refusal on. */
interface Minute {
  readonly endsAt: number;
  refused: number;
  readonly told: Set<Bound>;
}

/**
 * Keeps one remote from taking the places of all others, and from having every useless message read, journalled and
 * answered by a signature. What succeeds is never counted. Times are from a clock that only goes forward.
 */
export class Remotes {
  readonly #limits: RemoteLimits;
  readonly #observer: Observer;
  readonly #now: () => number;
  readonly #running = new Map<string, number>();
  readonly #minutes = new Map<string, Minute>();

  constructor(limits: RemoteLimits, observer: Observer, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#observer = observer;
    this.#now = now;
  }

  /** Why nothing of this remote is taken now. */
  refusal(remote: string | undefined): PlainAnswer | undefined {
    const name = remoteName(remote);
    const { messagesPerRemote, refusalsPerMinute } = this.#limits;
    const minute = this.#minute(name);
    if (refusalsPerMinute > 0 && minute !== undefined && minute.refused >= refusalsPerMinute) {
      const seconds = Math.max(1, Math.ceil((minute.endsAt - this.#now()) / 1000));
      this.#tell(name, minute, 'refusalsPerMinute', seconds);
      return turnedAway(seconds, 'Too many messages from this address were refused');
    }
    if (messagesPerRemote > 0 && (this.#running.get(name) ?? 0) >= messagesPerRemote) {
      this.#tell(name, minute ?? this.#begin(name), 'inboundPerRemote', BUSY_SECONDS);
      return turnedAway(
        BUSY_SECONDS,
        'This access point is receiving as many messages from this address as it may',
      );
    }
    return undefined;
  }

  /** A message begins; the function returned ends it, and says whether it was refused. */
  enter(remote: string | undefined): (refused: boolean) => void {
    const name = remoteName(remote);
    this.#running.set(name, (this.#running.get(name) ?? 0) + 1);
    return (refused) => {
      const left = (this.#running.get(name) ?? 1) - 1;
      if (left > 0) this.#running.set(name, left);
      else this.#running.delete(name);
      if (refused) (this.#minute(name) ?? this.#begin(name)).refused += 1;
    };
  }

  #minute(name: string): Minute | undefined {
    const minute = this.#minutes.get(name);
    if (minute === undefined || this.#now() < minute.endsAt) return minute;
    this.#minutes.delete(name);
    return undefined;
  }

  #begin(name: string): Minute {
    // Minutes are equally long and begin in the order of the map: those that are over stand first.
    for (const [other, { endsAt }] of this.#minutes) {
      if (endsAt > this.#now() && this.#minutes.size < MOST_REMOTES) break;
      this.#minutes.delete(other);
    }
    const minute: Minute = { endsAt: this.#now() + WINDOW_MS, refused: 0, told: new Set() };
    this.#minutes.set(name, minute);
    return minute;
  }

  /** Once a minute and bound: the log must not grow with every request of a flood. */
  #tell(remote: string, minute: Minute, limit: Bound, retryAfterSeconds: number): void {
    if (minute.told.has(limit)) return;
    minute.told.add(limit);
    const { refused } = minute;
    this.#observer.emit({
      event: 'http/remote-throttled',
      level: 'warn',
      remote,
      limit,
      refused,
      retryAfterSeconds,
    });
  }
}

const BUSY_SECONDS = 30;

/** 503 and not 429: for the software of a partner that shares the address, 4xx would mean that its message is wrong. */
function turnedAway(seconds: number, why: string): PlainAnswer {
  return {
    status: 503,
    headers: { 'Retry-After': String(seconds) },
    text: `${why}. Please try again later.`,
    quiet: true,
  };
}

/** Who owns one IPv6 address usually owns all of its /64; an IPv4 address is one however it is written. */
export function remoteName(remote: string | undefined): string {
  if (remote === undefined) return 'unknown';
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remote)?.[1];
  if (v4 !== undefined) return v4;
  return isIPv6(remote) ? `${networkOf(remote)}::/64` : remote;
}

/** The first four groups of an IPv6 address. */
function networkOf(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(missing).fill('0'), ...after].slice(0, 4).join(':');
}
