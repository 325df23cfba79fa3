import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from './request.ts';
import { API_SCOPES } from '../../config/index.ts';
import type { ApiKey } from '../../config/index.ts';
import type { Principal } from './principal.ts';
import { RestError } from './problems.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** True for an address only this machine can reach. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare);
}

/** Who is let in. */
export interface Doorkeeping {
  /** The token that may do everything. */
  readonly token?: string | undefined;
  /** The keys in force, asked for at every request; without a function there are none, with one even none at all closes the API. */
  readonly keys?: (() => readonly ApiKey[]) | undefined;
  /** Serves callers under any host name and origin without a credential: something in front protects the API. */
  readonly trustNetwork?: boolean | undefined;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Tells who asks. Throws RestError `rest/unauthorized` or `rest/foreign-origin`. */
export type Doorkeeper = (request: Request) => Principal;

/** Knows callers by the token and the keys; where neither is configured, local callers only. */
export function doorkeeper({ token, keys, trustNetwork, now }: Doorkeeping): Doorkeeper {
  if (token === undefined && keys === undefined)
    return (request) => {
      if (trustNetwork !== true) requireLocal(request);
      return { name: 'api', scopes: API_SCOPES };
    };
  const expected = token === undefined ? undefined : digest(token);
  return (request) => {
    const shown = digest(/^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '');
    // Hashes are compared, in constant time, so that neither length nor content leaks.
    if (expected !== undefined && timingSafeEqual(shown, expected))
      return { name: 'token', scopes: API_SCOPES };
    const key = keys && keyFor(shown, keys());
    if (key === undefined) throw unauthorized(request);
    if (isExpired(key, now())) throw expired(key);
    return key;
  };
}

const indexes = new WeakMap<readonly ApiKey[], ReadonlyMap<string, ApiKey>>();

/** Found by its hash: how long that takes tells something about hashes at most, and from those no key is found. */
function keyFor(shown: Buffer, keys: readonly ApiKey[]): ApiKey | undefined {
  const index = indexes.get(keys) ?? new Map(keys.map((key) => [key.hash, key]));
  indexes.set(keys, index);
  const key = index.get(shown.toString('hex'));
  return key !== undefined && timingSafeEqual(Buffer.from(key.hash, 'hex'), shown) ? key : undefined;
}

function unauthorized(request: Request): RestError {
  return new RestError('rest/unauthorized', 'The request does not carry a token or key of this API.', {
    finding: {
      check: 'bearer-token',
      field: 'Authorization',
      expected: 'Bearer and the configured token, or a key in force',
      found: request.headers.authorization === undefined ? 'nothing' : 'something else',
    },
  });
}

/** True for a key that is let in no more; `now` in ms since the epoch. */
export function isExpired({ expires }: ApiKey, now: number): boolean {
  return expires !== undefined && expires <= now;
}

function expired({ name, expires = 0 }: ApiKey): RestError {
  const at = new Date(expires).toISOString();
  return new RestError('rest/unauthorized', `The key ${name} expired at ${at}.`, {
    finding: {
      check: 'key-in-time',
      field: 'Authorization',
      expected: 'a key that has not expired',
      found: at,
      advice: 'Ask the operator for a new key (quoin keys add).',
    },
  });
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url;
}

function foreign(request: Request): { readonly field: string; readonly found: string } | undefined {
  const { host = '', origin } = request.headers;
  if (!isLoopback(hostOf(`http://${host}`))) return { field: 'Host', found: host };
  if (origin !== undefined && !isLoopback(hostOf(origin))) return { field: 'Origin', found: origin };
  return undefined;
}

/**
 * Without a token or keys the loopback is all the protection there is. A web page the operator looks at must not get
 * through it: requests under another host name (DNS rebinding) or from another origin are refused.
 */
function requireLocal(request: Request): void {
  const odd = foreign(request);
  if (odd === undefined) return;
  throw new RestError('rest/foreign-origin', 'Without a token this API serves local programs only.', {
    finding: {
      check: 'local-caller',
      ...odd,
      expected: 'localhost or a loopback address',
      advice: 'Configure a token for the API, then any caller that shows it is served.',
    },
  });
}
