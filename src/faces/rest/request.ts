import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import type { ParsedUrlQuery } from 'node:querystring';

/** A request of the API, its target read. */
export interface Request extends IncomingMessage {
  /** As it came, still percent-encoded, without the query. */
  path: string;
  query: Readonly<ParsedUrlQuery>;
  /** What stands where its route has a `:name`, decoded. */
  params: Readonly<Record<string, string>>;
  /** The path of its route, once that is found. */
  route: string | undefined;
}

/** The answer to a request of the API. */
export type Response = ServerResponse;

const NO_QUERY: Readonly<ParsedUrlQuery> = {};
const NO_PARAMS: Request['params'] = {};

/** Reads the target of a request, in origin or absolute form (RFC 9112 3.2). */
export function readTarget(incoming: IncomingMessage): Request {
  const { url = '/' } = incoming;
  const target = (url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '')).replace(/#.*$/s, '');
  const queryAt = target.indexOf('?');
  return Object.assign(incoming, {
    path: (queryAt < 0 ? target : target.slice(0, queryAt)) || '/',
    query: queryAt < 0 ? NO_QUERY : parse(target.slice(queryAt + 1)),
    params: NO_PARAMS,
    route: undefined,
  });
}
