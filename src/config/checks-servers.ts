import type { ConfigCheck } from './check-table.ts';

/** What speaks against a text as URL of a Redis server; it may hold a password, so it is never repeated. */
function redisUrlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'the URL of the Redis server cannot be read';
  const { protocol, hostname, pathname } = new URL(text);
  if (!/^rediss?:$/.test(protocol))
    return 'the URL of the Redis server does not begin with redis:// or rediss://';
  if (hostname === '') return 'the URL of the Redis server names no host';
  if (!/^\/?\d*$/.test(pathname))
    return 'the URL of the Redis server ends in something that is no number of a database';
  return undefined;
}

/** Checks of the servers that the gateway works with. */
export const serverChecks: readonly ConfigCheck[] = [
  {
    name: 'redis-url',
    severity: 'error',
    about: 'The Redis server of the queue is named by a URL.',
    advice:
      'Write redis://USER:PASSWORD@HOST:PORT/DATABASE, rediss:// with TLS; only the host must be there, and @ / : # in a password as %40 %2F %3A %23.',
    run: ({ config: { redis }, written }) => {
      const text = redis?.();
      // An empty file is told by the check for files of secrets.
      const fault = text === undefined || text === '' ? undefined : redisUrlFault(text);
      return fault === undefined
        ? []
        : [{ path: [written.redis === undefined ? 'redisFile' : 'redis'], message: fault }];
    },
  },
];
