import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiKey } from '../../config/index.ts';
import type { Msh, Notifier, Observer } from '../../msh/index.ts';
import type { Exchanges } from '../../oots/index.ts';
import { describeError } from '../../protocol/errors/index.ts';
import { doorkeeper, isExpired } from './access.ts';
import type { Doorkeeper } from './access.ts';
import { answerJson } from './answer.ts';
import type { ConfigurationDesk } from './configuration-desk.ts';
import { REST_LIMITS } from './context.ts';
import type { FindEvidence, RestContext, RestLimits } from './context.ts';
import { Places } from './places.ts';
import { NOBODY, requireEveryParty, requireSameCaller, requireScope } from './principal.ts';
import type { Principal } from './principal.ts';
import { RestError, problemOf } from './problems.ts';
import type { Problem } from './problems.ts';
import { readTarget } from './request.ts';
import type { Request, Response } from './request.ts';
import { MethodNotAllowed, RouteTable } from './route-table.ts';
import { OPEN_ROUTES, ROUTES } from './routes.ts';
import type { OpenRoute, Route } from './routes.ts';

/** What the API is made of. */
export interface RestAppOptions {
  readonly msh: Msh;
  readonly notifier: Notifier;
  readonly exchanges?: Exchanges | undefined;
  readonly findEvidence?: FindEvidence | undefined;
  readonly observer: Observer;
  readonly configuration?: ConfigurationDesk | undefined;
  readonly limits?: Partial<RestLimits> | undefined;
  /** Bearer token that may do everything. Without one and without keys only local callers are served. */
  readonly token?: string | undefined;
  /** The keys in force, asked for at every request. */
  readonly keys?: (() => readonly ApiKey[]) | undefined;
  /** ms since the epoch; the clock of the machine when left out. */
  readonly now?: (() => number) | undefined;
  /** Serves callers under any host name and origin without a credential: something in front protects the API. */
  readonly trustNetwork?: boolean | undefined;
  /** Aborted when the API is about to close, so that long polls end. */
  readonly closing?: AbortSignal | undefined;
}

const SAFE_HEADERS = Object.entries({
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
});

function watch(observer: Observer, request: Request, response: Response): void {
  const started = performance.now();
  response.once('close', () => {
    observer.emit({
      event: 'rest/answered',
      level: 'debug',
      method: request.method,
      route: request.route,
      status: response.statusCode,
      complete: response.writableFinished,
      tookMs: Math.round(performance.now() - started),
    });
  });
}

function noSuchRoute({ path }: Request): RestError {
  return new RestError('rest/no-such-route', 'There is nothing at this path.', {
    finding: {
      check: 'route',
      field: 'path',
      found: path,
      advice: 'The OpenAPI document (schemas/openapi/quoin.yaml) lists all paths.',
    },
  });
}

/** A limit that does its work: worth knowing, and nothing is broken. */
const LIMITS: ReadonlySet<string> = new Set([
  'rest/busy',
  'rest/too-many-streams',
  'submit/backlog-full',
  'submit/low-space',
]);

function levelOf({ status, code }: Problem): 'info' | 'warn' | 'error' {
  if (LIMITS.has(code)) return 'warn';
  return status >= 500 ? 'error' : 'info';
}

/** One request, its answer, and who asks, once he was let in. */
interface Call {
  readonly request: Request;
  readonly response: Response;
  caller?: Principal;
}

function answerError(observer: Observer, { request, response, caller }: Call, error: unknown): void {
  const problem = problemOf(error);
  const level = levelOf(problem);
  observer.emit({
    event: 'rest/refused',
    level,
    method: request.method,
    route: request.route,
    principal: caller?.name,
    status: problem.status,
    code: problem.code,
    // The name of a field that is not known is the caller's own, and may be anything: only the caller is told.
    field: problem.code === 'rest/unknown-field' ? undefined : problem.field,
    ...(level === 'error' ? { error: describeError(error) } : {}),
  });
  if (response.headersSent || response.destroyed) {
    // Too late for words: cut off, so that nobody takes half an answer for a whole one.
    response.destroy();
    return;
  }
  if (error instanceof MethodNotAllowed) response.setHeader('Allow', error.allowed);
  if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="quoin"');
  for (const name of ['Content-Length', 'Content-Disposition', 'Repr-Digest']) response.removeHeader(name);
  // What of the body was still to come will not be read.
  if (problem.status === 408) response.setHeader('Connection', 'close');
  if (problem.status === 503) response.setHeader('Retry-After', '30');
  answerJson(response, problem, { status: problem.status, type: 'application/problem+json' });
}

/** What operations share; who asks is known once the doorkeeper has looked. */
type Shared = Omit<RestContext, 'principal' | 'stillAdmit'>;

/** The API, ready to serve. */
interface Desk {
  readonly shared: Shared;
  readonly admit: Doorkeeper;
  readonly open: RouteTable<OpenRoute>;
  readonly routes: RouteTable<Route>;
}

const NOTHING_TO_ASK = { principal: NOBODY, stillAdmit: (): void => undefined };

async function serve({ shared, admit, open, routes }: Desk, call: Call): Promise<void> {
  const { request, response } = call;
  const opened = open.find(request);
  if (opened !== undefined) return opened.operation({ ...shared, ...NOTHING_TO_ASK }, request, response);
  const principal = (call.caller = admit(request));
  const route = routes.find(request);
  if (route === undefined) throw noSuchRoute(request);
  requireRights(principal, route);
  const stillAdmit = (): void => {
    const now = admit(request);
    requireRights(now, route);
    requireSameCaller(principal, now);
  };
  await route.operation({ ...shared, principal, stillAdmit }, request, response);
}

function requireRights(principal: Principal, { scope, keepsToParties }: Route): void {
  requireScope(principal, scope);
  if (keepsToParties !== true) requireEveryParty(principal);
}

/** How many can submit: the token is one, and each key that is let in and may. */
function submittersOf({ token, keys, now = Date.now }: RestAppOptions): number {
  const able = keys?.().filter((key) => !isExpired(key, now()) && key.scopes.includes('submit')) ?? [];
  return (token === undefined ? 0 : 1) + able.length;
}

/** Answers one request. */
export type RestApp = (request: IncomingMessage, response: ServerResponse) => void;

/** The backend API (schemas/openapi/quoin.yaml). */
export function restApp(options: RestAppOptions): RestApp {
  const limits = { ...REST_LIMITS, ...options.limits };
  const { observer } = options;
  const shared: Shared = {
    msh: options.msh,
    notifier: options.notifier,
    exchanges: options.exchanges,
    findEvidence: options.findEvidence,
    streams: { running: 0 },
    submissions: new Places(limits.submissions, () => submittersOf(options)),
    observer,
    configuration: options.configuration,
    limits,
    closing: options.closing ?? new AbortController().signal,
  };
  const desk: Desk = {
    shared,
    admit: doorkeeper({ ...options, now: options.now ?? Date.now }),
    open: new RouteTable(OPEN_ROUTES),
    routes: new RouteTable(ROUTES),
  };
  return (incoming, response) => {
    const call: Call = { request: readTarget(incoming), response };
    for (const [name, value] of SAFE_HEADERS) response.setHeader(name, value);
    watch(observer, call.request, response);
    serve(desk, call)
      .catch((error: unknown) => answerError(observer, call, error))
      // Words failed: the connection tells that there is no answer.
      .catch(() => response.destroy());
  };
}
