import type { ErrorRoom } from './types.ts';

/** The bell. */
export const queue: ErrorRoom = {
  about: 'the bell',
  note: 'Codes that begin with `redis-` refuse the start: an operator is there to read them. A Redis that is lost later refuses nothing; see [operating.md](operating.md#redis).',
  codes: {
    'queue/already-listening': {
      seenBy: 'D',
      cause: 'A queue was given two handlers.',
      cure: 'A defect: report it.',
    },
    'queue/bad-concurrency': {
      seenBy: 'O',
      cause: 'Not a whole number above zero.',
      cure: 'Set `limits.outbound` to 1 or more.',
    },
    'queue/disconnected': {
      seenBy: 'O',
      cause:
        'The server of the queue does not serve (health is degraded): nodes send by themselves what they have, and share no work.',
      cure: 'Bring Redis back; nothing else needs to be done.',
    },
    'queue/redis-cluster': {
      seenBy: 'O',
      cause: 'The Redis server runs in cluster mode.',
      cure: 'Name a server without cluster mode, or the primary of a group that fails over.',
    },
    'queue/redis-evicts': {
      seenBy: 'O',
      cause: 'The `maxmemory-policy` of the Redis server lets it drop keys of the queue.',
      cure: 'Set `maxmemory-policy noeviction` on the server, or use one that is no cache.',
    },
    'queue/redis-login-refused': {
      seenBy: 'O',
      cause:
        'The Redis server does not know the user or password, or the user may not do what the queue needs.',
      cure: 'Correct user and password in `redis`, `redisFile` or `REDIS_URL`; allow the user all commands on its keys.',
    },
    'queue/redis-replica': {
      seenBy: 'O',
      cause: 'The Redis server is a replica, which takes no writes.',
      cure: 'Name the primary, or an address that follows it.',
    },
    'queue/redis-too-old': {
      seenBy: 'O',
      cause: 'The Redis server is older than 6.2.',
      cure: 'Upgrade it, or use Valkey.',
    },
    'queue/redis-unreachable': {
      seenBy: 'O',
      cause: 'The Redis server does not answer: not started, wrong host or port, TLS on one side only.',
      cure: 'Start it, or correct `redis`; `rediss://` is with TLS, `redis://` without. A single node can do without Redis.',
    },
  },
};
