import type { IncomingMessage } from 'node:http';
import express from 'express';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import type { ApiKey } from '../../config/index.ts';
import type { Msh, Notifier, Observer } from '../../msh/index.ts';
import type { Exchanges } from '../../oots/index.ts';
import { describeError } from '../../protocol/errors/index.ts';
import { doorkeeper, isExpired } from './access.ts';
import type { Doorkeeper } from './access.ts';
import type { ConfigurationDesk } from './configuration-desk.ts';
import { REST_LIMITS } from './context.ts';
import type { FindEvidence, RestContext, RestLimits } from './context.ts';
import { Places } from './places.ts';
import { NOBODY, requireEveryParty, requireSameCaller, requireScope } from './principal.ts';
import type { Principal } from './principal.ts';
import { RestError, problemOf } from './problems.ts';
import type { Problem } from './problems.ts';
import { OPEN_ROUTES, ROUTES } from './routes.ts';
import type { OpenRoute } from './routes.ts';

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

const SAFE_HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

function watch(observer: Observer): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    response.set(SAFE_HEADERS);
    response.once('close', () => {
      observer.emit({
        event: 'rest/answered',
        level: 'debug',
        method: request.method,
        route: (request.route as { path?: string } | undefined)?.path,
        status: response.statusCode,
        complete: response.writableFinished,
        tookMs: Math.round(performance.now() - started),
      });
    });
    next();
  };
}

function methodNotAllowed(allowed: readonly string[]): RequestHandler {
  return (request, response) => {
    response.set('Allow', allowed.join(', '));
    throw new RestError('rest/method-not-allowed', `${request.method} is not allowed here.`, {
      finding: { check: 'method', field: 'method', expected: allowed.join(', '), found: request.method },
    });
  };
}

const noSuchRoute: RequestHandler = (request) => {
  throw new RestError('rest/no-such-route', 'There is nothing at this path.', {
    finding: {
      check: 'route',
      field: 'path',
      found: request.path,
      advice: 'The OpenAPI document (schemas/openapi/quoin.yaml) lists all paths.',
    },
  });
};

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

/** Who sent the requests that were let in. */
type Callers = WeakMap<IncomingMessage, Principal>;

function answerError(observer: Observer, callers: Callers): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const problem = problemOf(error);
    const level = levelOf(problem);
    observer.emit({
      event: 'rest/refused',
      level,
      method: request.method,
      route: (request.route as { path?: string } | undefined)?.path,
      principal: callers.get(request)?.name,
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
    if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer realm="quoin"');
    for (const name of ['Content-Length', 'Content-Disposition', 'Repr-Digest']) response.removeHeader(name);
    // What of the body was still to come will not be read.
    if (problem.status === 408) response.set('Connection', 'close');
    if (problem.status === 503) response.set('Retry-After', '30');
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}

/** What operations share; who asks is known once the doorkeeper has looked. */
type Shared = Omit<RestContext, 'principal' | 'stillAdmit'>;

function mountOpen(app: Express, routes: readonly OpenRoute[], shared: Shared): void {
  for (const { method, path, operation } of routes)
    app[method](path, async (request, response) =>
      operation({ ...shared, principal: NOBODY, stillAdmit: () => undefined }, request, response),
    );
  refuseOtherMethods(app, routes);
}

function mount(app: Express, shared: Shared, admit: Doorkeeper, known: Callers): void {
  app.use((request, _response, next) => {
    known.set(request, admit(request));
    next();
  });
  for (const { method, path, scope, keepsToParties, operation } of ROUTES)
    app[method](path, async (request, response) => {
      const principal = known.get(request) ?? NOBODY;
      const requireRights = (one: Principal): void => {
        requireScope(one, scope);
        if (keepsToParties !== true) requireEveryParty(one);
      };
      requireRights(principal);
      const stillAdmit = (): void => {
        const now = admit(request);
        requireRights(now);
        requireSameCaller(principal, now);
      };
      await operation({ ...shared, principal, stillAdmit }, request, response);
    });
  refuseOtherMethods(app, ROUTES);
}

function refuseOtherMethods(app: Express, routes: readonly OpenRoute[]): void {
  for (const path of new Set(routes.map((r) => r.path))) {
    const methods = routes.filter((r) => r.path === path).map((r) => r.method.toUpperCase());
    app.all(path, methodNotAllowed(methods.flatMap((m) => (m === 'GET' ? ['GET', 'HEAD'] : [m]))));
  }
}

/** How many can submit: the token is one, and each key that is let in and may. */
function submittersOf({ token, keys, now = Date.now }: RestAppOptions): number {
  const able = keys?.().filter((key) => !isExpired(key, now()) && key.scopes.includes('submit')) ?? [];
  return (token === undefined ? 0 : 1) + able.length;
}

/** The backend API as an Express application (schemas/openapi/quoin.yaml). */
export function restApp(options: RestAppOptions): Express {
  const limits = { ...REST_LIMITS, ...options.limits };
  const callers: Callers = new WeakMap();
  const shared: Shared = {
    msh: options.msh,
    notifier: options.notifier,
    exchanges: options.exchanges,
    findEvidence: options.findEvidence,
    streams: { running: 0 },
    submissions: new Places(limits.submissions, () => submittersOf(options)),
    observer: options.observer,
    configuration: options.configuration,
    limits,
    closing: options.closing ?? new AbortController().signal,
  };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');
  app.use(watch(options.observer));
  mountOpen(app, OPEN_ROUTES, shared);
  mount(app, shared, doorkeeper({ ...options, now: options.now ?? Date.now }), callers);
  app.use(noSuchRoute);
  app.use(answerError(options.observer, callers));
  return app;
}
