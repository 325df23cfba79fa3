import type { ApiScope } from '../../config/index.ts';
import { RestError } from './problems.ts';

/** Who asks, and what for. */
export interface Principal {
  /** Name of the key; `token` for the configured token, `api` for a local caller that need show nothing. */
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  /** Parties of the four corners whose messages it may send and see; everybody's without. */
  readonly parties?: readonly string[] | undefined;
}

/** A caller that nobody looked at; it may do nothing that asks for a scope. */
export const NOBODY: Principal = { name: 'nobody', scopes: [] };

/** Throws RestError `rest/scope-missing` (403) when the principal may not do this. */
export function requireScope({ name, scopes }: Principal, scope: ApiScope): void {
  if (scopes.includes(scope)) return;
  throw new RestError('rest/scope-missing', `The key ${name} lacks the scope ${scope}.`, {
    finding: {
      check: 'scope-held',
      field: 'Authorization',
      expected: scope,
      found: scopes.join(', '),
      advice: `Use a key with the scope ${scope} (quoin keys add NAME --scope ${scope}).`,
    },
  });
}

/** Throws RestError `rest/party-not-allowed` (403) when the principal is held to parties where they cannot be told apart. */
export function requireEveryParty({ name, parties }: Principal): void {
  if (parties === undefined) return;
  throw new RestError('rest/party-not-allowed', `The key ${name} is for messages of its parties only.`, {
    finding: {
      check: 'key-for-every-party',
      field: 'Authorization',
      expected: 'a key without parties',
      found: parties.join(', '),
      advice: 'Use a key that was added without --party.',
    },
  });
}

/**
 * Throws RestError `rest/unauthorized` when the key has become another one, or is held to other parties, since the request
 * came: what the request asks for was settled by what it was then.
 */
export function requireSameCaller(before: Principal, now: Principal): void {
  if (before.name === now.name && sameParties(before.parties, now.parties)) return;
  throw new RestError('rest/unauthorized', `The key ${before.name} has changed since the request came.`, {
    finding: {
      check: 'key-unchanged',
      field: 'Authorization',
      expected: 'a key that keeps its name and parties while a request waits',
      found: `${now.name}, ${now.parties === undefined ? 'every party' : `parties ${now.parties.join(', ')}`}`,
      advice: 'Ask again.',
    },
  });
}

function sameParties(before: Principal['parties'], now: Principal['parties']): boolean {
  if (before === undefined || now === undefined) return before === now;
  const wanted = new Set(now);
  return new Set(before).size === wanted.size && before.every((party) => wanted.has(party));
}
