import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { WebIdentity } from '../world.ts';
import { STYLE } from './style.ts';

/** A small web server that runs on this machine. */
export interface Site {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** Gives it its pages; it may know by then where it is. */
  readonly serve: (routes: (app: Express) => void) => void;
  readonly close: () => Promise<void>;
}

/** Where browsers find the style of all pages. */
export const STYLE_PATH = '/style.css';

/** bytes of a form; ours have a few fields. */
const FORM_LIMIT = '4kb';

/** Opens a site on any free port, for this machine only; until it is given its pages, it has none. */
export async function openSite({ key, certificate, authority }: WebIdentity): Promise<Site> {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  const server = createServer({ key, cert: `${certificate}\n${authority}` }, app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  app.use(ownHost(port), ownForms, express.urlencoded({ extended: false, limit: FORM_LIMIT }));
  app.get(STYLE_PATH, (_request, response) => void response.type('css').send(STYLE));
  return {
    url: `https://127.0.0.1:${port}`,
    serve: (routes) => routes(app),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A name that somebody else lets point to this machine is not ours. */
function ownHost(port: number) {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  return (request: Request, response: Response, next: NextFunction): void => {
    if (hosts.includes(request.headers.host ?? '')) next();
    else response.status(421).end();
  };
}

/** Browsers say where a form came from; ours are sent from our own pages. */
function ownForms(request: Request, response: Response, next: NextFunction): void {
  const from = request.headers['sec-fetch-site'];
  if (request.method !== 'POST' || from === undefined || from === 'same-origin') next();
  else response.status(403).end();
}

/** A cookie of a request. */
export function cookieOf(request: Request, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** A field of a form or query; of several the first. */
export function fieldOf(fields: unknown, name: string): string | undefined {
  const value = (fields as Readonly<Record<string, unknown>> | undefined)?.[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}
