import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Observer } from '../../msh/index.ts';
import { QuoinError } from '../../protocol/errors/index.ts';
import { isLoopback } from './access.ts';
import { restApp } from './app.ts';
import type { RestAppOptions } from './app.ts';
import { noteBody } from './context.ts';
import type { ReadBody } from './context.ts';

/** A listener that runs. */
export interface RestListener {
  readonly address: { readonly host: string; readonly port: number; readonly url: string };
  /** Ends long polls, lets running requests finish, then cuts what is left. */
  close(): Promise<void>;
}

/**
 * What listens: the composition root gives the HTTP listener of the world, which bounds times and connections, lets early
 * answers reach the client and closes gracefully. `invite` tells a client that waits with its body to send it.
 */
export type Listen<Tls> = (options: {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls?: Tls | undefined;
  readonly observer: Observer;
  readonly handle: (request: IncomingMessage, response: ServerResponse, invite: () => void) => void;
}) => Promise<RestListener>;

/** Where the API listens. */
export interface RestListenerOptions<Tls> extends Omit<RestAppOptions, 'closing' | 'trustNetwork'> {
  readonly listen: Listen<Tls>;
  readonly readBody: ReadBody;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls?: Tls | undefined;
  /** Serves other machines without a token: something in front protects the API. */
  readonly allowRemoteWithoutToken?: boolean | undefined;
}

function refuseOpenDoor(
  options: Pick<RestListenerOptions<unknown>, 'host' | 'token' | 'keys' | 'allowRemoteWithoutToken'>,
): void {
  const { token, keys, allowRemoteWithoutToken } = options;
  const protectedBy = token !== undefined || keys !== undefined || allowRemoteWithoutToken === true;
  if (token !== '' && (protectedBy || isLoopback(options.host))) return;
  throw new QuoinError(
    'rest/token-required',
    `The API would be open to everyone who reaches ${options.host}.`,
    {
      finding: {
        check: 'api-protected',
        field: 'host',
        expected: 'a token, keys, or a loopback address',
        found: options.host,
        advice:
          'Configure a token or keys, bind to 127.0.0.1, or say explicitly that a proxy protects the API.',
      },
    },
  );
}

/**
 * Starts the backend API. Throws QuoinError `rest/token-required` when other machines could use it without a token, and
 * what the listener throws when it cannot listen.
 */
export async function startRestListener<Tls>(options: RestListenerOptions<Tls>): Promise<RestListener> {
  refuseOpenDoor(options);
  const closing = new AbortController();
  const app = restApp({
    ...options,
    closing: closing.signal,
    trustNetwork: options.allowRemoteWithoutToken,
  });
  const listener = await options.listen({
    name: 'api',
    host: options.host,
    port: options.port,
    tls: options.tls,
    observer: options.observer,
    handle: (request, response, invite) => {
      noteBody(request, () => options.readBody(request, invite));
      app(request, response);
    },
  });
  return {
    address: listener.address,
    close: () => {
      closing.abort();
      return listener.close();
    },
  };
}
