import { Redis } from 'ioredis';
import { describeError, QuoinError } from '../../../protocol/errors/index.ts';
import type { ErrorCode } from '../../../protocol/errors/index.ts';
import { CONNECT_MS, placeOf } from './clients.ts';

/** What BullMQ and this adapter ask of a server: one row, one verdict on what `INFO` says. */
interface ServerRule {
  readonly check: string;
  readonly code: ErrorCode;
  readonly expected: string;
  /** What speaks against the server; undefined when nothing does. */
  readonly fault: (info: ServerInfo) => string | undefined;
}

type ServerInfo = ReadonlyMap<string, string>;

const LOWEST_VERSION = [6, 2] as const;

const RULES: readonly ServerRule[] = [
  {
    check: 'redis-version',
    code: 'queue/redis-too-old',
    expected: `Redis ${LOWEST_VERSION.join('.')} or newer, or any Valkey`,
    fault: (info) => {
      // Valkey names itself and keeps redis_version at the version it is compatible with.
      if (info.has('valkey_version')) return undefined;
      const version = info.get('redis_version') ?? 'unknown';
      return isOlder(version) ? `version ${version}` : undefined;
    },
  },
  {
    check: 'redis-loaded',
    code: 'queue/redis-unreachable',
    expected: 'a server that has loaded its data',
    fault: (info) => (info.get('loading') === '1' ? 'it is still loading' : undefined),
  },
  {
    check: 'redis-stand-alone',
    code: 'queue/redis-cluster',
    expected: 'one server, or the primary of a group that fails over',
    fault: (info) => (info.get('redis_mode') === 'cluster' ? 'redis_mode cluster' : undefined),
  },
  {
    check: 'redis-primary',
    code: 'queue/redis-replica',
    expected: 'a server that takes writes',
    fault: (info) => (info.get('role') === 'slave' ? 'role replica' : undefined),
  },
  {
    check: 'redis-keeps-all-keys',
    code: 'queue/redis-evicts',
    expected: 'maxmemory-policy noeviction',
    fault: (info) => {
      const policy = info.get('maxmemory_policy') ?? 'noeviction';
      return policy === 'noeviction' ? undefined : `maxmemory-policy ${policy}`;
    },
  },
];

/** What the operator should know before any message relies on this server. Throws QuoinError `queue/redis-...`. */
export async function checkServer(url: string): Promise<void> {
  const place = placeOf(url);
  judgeServer(await askServer(url, place), place);
}

/** Throws for the first rule that the answer to `INFO` breaks. */
export function judgeServer(answer: string, place: string): void {
  const info = new Map(
    answer.split(/\r?\n/).flatMap((line) => {
      const at = line.indexOf(':');
      return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
  for (const { check, code, expected, fault } of RULES) {
    const found = fault(info);
    if (found === undefined) continue;
    throw new QuoinError(code, `The Redis server ${place} cannot be the queue: ${found}.`, {
      finding: { check, field: 'redis', expected, found },
    });
  }
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [lowestMajor, lowestMinor] = LOWEST_VERSION;
  return !(major > lowestMajor || (major === lowestMajor && minor >= lowestMinor));
}

/** The answer to `INFO`, on a connection that is tried once. */
async function askServer(url: string, place: string): Promise<string> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: CONNECT_MS,
    socketTimeout: CONNECT_MS,
    // It would write to the console when the user may not ask.
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The first one says why; what follows from it is that the connection is closed.
  let why: unknown;
  client.on('error', (error) => (why ??= error));
  try {
    await client.connect();
    return await client.info();
  } catch (error) {
    throw refusal(why ?? error, place);
  } finally {
    client.disconnect();
  }
}

/** How a server words that it knows the caller and does not let him in, or not do what is asked. */
const LOGIN = /^(?:WRONGPASS|NOAUTH|NOPERM)|invalid (?:username-)?password|AUTH.*without any password/i;

function refusal(error: unknown, place: string): QuoinError {
  if (error instanceof Error && LOGIN.test(error.message)) {
    return new QuoinError('queue/redis-login-refused', `The Redis server ${place} refuses the login.`, {
      cause: error,
      finding: {
        check: 'redis-login',
        field: 'redis',
        expected: 'a user and password that the server knows, allowed to use all keys and commands',
        found: describeError(error),
      },
    });
  }
  return unreachable(error, place);
}

/** The server gave no answer. */
export function unreachable(error: unknown, place: string): QuoinError {
  return new QuoinError('queue/redis-unreachable', `The Redis server ${place} does not answer.`, {
    cause: error,
    finding: {
      check: 'redis-answers',
      field: 'redis',
      expected: 'an answer to INFO',
      found: describeError(error),
    },
  });
}
