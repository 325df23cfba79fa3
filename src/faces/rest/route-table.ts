import { RestError } from './problems.ts';
import type { Request } from './request.ts';

/** What a table finds its routes by. */
export interface Placed {
  readonly method: 'get' | 'post' | 'put';
  /** Segments; `:name` is one that is not empty, percent-encoded. */
  readonly path: string;
}

/** The routes of one path, by method. */
interface Place<R> {
  readonly path: string;
  readonly segments: readonly string[];
  readonly routes: Map<string, R>;
}

/** Finds the route of a request: paths without names in one step, others by their segments in the order given. */
export class RouteTable<R extends Placed> {
  readonly #fixed = new Map<string, Place<R>>();
  readonly #named: Place<R>[] = [];

  constructor(routes: readonly R[]) {
    for (const route of routes) this.#placeOf(route.path).routes.set(route.method.toUpperCase(), route);
  }

  /**
   * The route, its path and parameters noted on the request; undefined when the path is not known. Throws RestError
   * `rest/method-not-allowed`, `rest/bad-request` for a parameter that cannot be decoded.
   */
  find(request: Request): R | undefined {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    let known: Place<R> | undefined;
    for (const place of this.#placesOf(request.path)) {
      known ??= place;
      const route = place.routes.get(method);
      if (route === undefined) continue;
      request.route = place.path;
      request.params = paramsOf(place, request.path);
      return route;
    }
    if (known === undefined) return undefined;
    request.route = known.path;
    throw methodNotAllowed(request, known);
  }

  *#placesOf(path: string): Generator<Place<R>> {
    const fixed = this.#fixed.get(path);
    if (fixed !== undefined) yield fixed;
    const segments = path.split('/');
    for (const place of this.#named) if (fits(place.segments, segments)) yield place;
  }

  #placeOf(path: string): Place<R> {
    const isNamed = path.includes('/:');
    const known = isNamed ? this.#named.find((place) => place.path === path) : this.#fixed.get(path);
    if (known !== undefined) return known;
    const place: Place<R> = { path, segments: path.split('/'), routes: new Map() };
    if (isNamed) this.#named.push(place);
    else this.#fixed.set(path, place);
    return place;
  }
}

const isName = (segment: string): boolean => segment.startsWith(':');

function fits(wanted: readonly string[], given: readonly string[]): boolean {
  if (wanted.length !== given.length) return false;
  return wanted.every((segment, i) => (isName(segment) ? given[i] !== '' : segment === given[i]));
}

function paramsOf(place: Place<unknown>, path: string): Request['params'] {
  const given = path.split('/');
  const named = place.segments.flatMap((segment, i) =>
    isName(segment) ? [[segment.slice(1), decoded(given[i]!)] as const] : [],
  );
  return Object.fromEntries(named);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new RestError('rest/bad-request', 'The path or query of the request cannot be decoded.', {
      cause,
      finding: { check: 'request-target', field: 'path', advice: 'Percent-encode ids in paths as UTF-8.' },
    });
  }
}

/** Methods a path has, as the `Allow` header tells them. */
export class MethodNotAllowed extends RestError {
  readonly allowed: string;

  constructor(method: string, allowed: string) {
    super('rest/method-not-allowed', `${method} is not allowed here.`, {
      finding: { check: 'method', field: 'method', expected: allowed, found: method },
    });
    this.allowed = allowed;
  }
}

function methodNotAllowed({ method = '' }: Request, { routes }: Place<unknown>): MethodNotAllowed {
  const allowed = [...routes.keys()].flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one]));
  return new MethodNotAllowed(method, allowed.join(', '));
}
