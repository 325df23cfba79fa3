import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { RestError } from './problems.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** True for an address only this machine can reach. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare);
}

/** Lets in who shows the token; hashes are compared, in constant time, so that neither length nor content leaks. */
export function requireToken(token: string): RequestHandler {
  const expected = digest(token);
  return (request, response, next) => {
    const shown = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (timingSafeEqual(digest(shown), expected)) return next();
    response.set('WWW-Authenticate', 'Bearer realm="quoin"');
    throw new RestError('rest/unauthorized', 'The request does not carry the token of this API.', {
      finding: {
        check: 'bearer-token',
        field: 'Authorization',
        expected: 'Bearer and the configured token',
        found: request.headers.authorization === undefined ? 'nothing' : 'something else',
      },
    });
  };
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
 * Without a token the loopback is all the protection there is. A web page the operator looks at must not get through
 * it: requests under another host name (DNS rebinding) or from another origin are refused.
 */
export const requireLocal: RequestHandler = (request, _response, next) => {
  const odd = foreign(request);
  if (odd === undefined) return next();
  throw new RestError('rest/foreign-origin', 'Without a token this API serves local programs only.', {
    finding: {
      check: 'local-caller',
      ...odd,
      expected: 'localhost or a loopback address',
      advice: 'Configure a token for the API, then any caller that shows it is served.',
    },
  });
};
