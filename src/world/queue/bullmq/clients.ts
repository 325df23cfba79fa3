import { Redis } from 'ioredis';

/** ms within which Redis takes a ring; later the ring stays in this process. */
export const RING_MS = 1000;

/** ms without a byte after which a connection that is owed an answer is dead; longer than BullMQ lets Redis wait (10 s). */
const SILENCE_MS = 15_000;

/** ms to connect, TLS included. */
export const CONNECT_MS = 5000;

const LONGEST_PAUSE_MS = 2000;

/** The connections of one queue. */
export interface Clients {
  /** For rings: answers or fails within `RING_MS`, and at once while it is not connected. */
  readonly ring: Redis;
  /** For the worker, which BullMQ wants to wait for ever; BullMQ duplicates it for the command that blocks. */
  readonly work: Redis;
  /** Ends all connections, those that BullMQ has made of these too. */
  end(): void;
}

/** Connects, again and again for as long as it takes, until they are ended. */
export function openClients(url: string): Clients {
  let isEnded = false;
  const patient = {
    connectTimeout: CONNECT_MS,
    retryStrategy: (times: number) => (isEnded ? null : Math.min(100 * times, LONGEST_PAUSE_MS)),
    // After a failover the old primary answers as a replica until the connection is made anew.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    maxRetriesPerRequest: null,
    socketTimeout: SILENCE_MS,
  };
  const prompt = {
    ...patient,
    maxRetriesPerRequest: 0,
    socketTimeout: RING_MS,
    commandTimeout: RING_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  };
  const ring = new Redis(url, prompt);
  const work = new Redis(url, patient);
  const all = [ring, work];
  const duplicate = work.duplicate.bind(work);
  work.duplicate = (options) => {
    const copy = duplicate(options);
    all.push(copy);
    quieten(copy);
    return copy;
  };
  quieten(work);
  return {
    ring,
    work,
    end: () => {
      isEnded = true;
      for (const client of all) client.disconnect();
    },
  };
}

/** Without a listener ioredis writes to the console; what matters comes as failure of a command or as state. */
function quieten(client: Redis): void {
  client.on('error', () => undefined);
}

/** Host and port, for people; never the password. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port === '' ? '6379' : port}${pathname === '/' ? '' : pathname}`;
}
