import { Resolver } from 'node:dns/promises';
import type { NameService } from '../../oots/ports/index.ts';
import { fetchFailure, fetchTimeout } from './fetch-failure.ts';

/** Codes by which a name service says that there is nothing. */
const NOTHING: readonly unknown[] = ['ENODATA', 'ENOTFOUND'];

/** How the name service is asked. */
export interface NameServiceOptions {
  /** ms for one look-up, everything included. */
  readonly timeoutMs: number;
  /** Addresses of name servers (`127.0.0.1:5353`) instead of those of this machine. */
  readonly servers?: readonly string[] | undefined;
}

/** The name service of this machine, asked for NAPTR records. */
export function createNameService({ timeoutMs, servers }: NameServiceOptions): NameService {
  return {
    naptr: async (name) => {
      const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
      if (servers !== undefined) resolver.setServers(servers);
      const timer = setTimeout(() => resolver.cancel(), timeoutMs);
      try {
        return await resolver.resolveNaptr(name);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (NOTHING.includes(code)) return [];
        const place = { phase: 'response', host: name } as const;
        throw code === 'ECANCELLED' || code === 'ETIMEOUT'
          ? fetchTimeout(place, timeoutMs)
          : fetchFailure({ code: 'EAI_AGAIN', cause: error }, place);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
