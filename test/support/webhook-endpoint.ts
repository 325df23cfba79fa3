import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWatch } from './waiting.ts';
import { reversed } from './test-pair.ts';
import type { Ending } from './test-pair.ts';

/** A request an endpoint got, its body read. */
export interface TakenEvent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The CloudEvent. */
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly subject: string;
    readonly partitionkey: string;
    readonly sequence: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

/** Answers a request; the default is 204. */
export type Answering = (taken: TakenEvent, response: ServerResponse) => void;

/** A backend's endpoint over a real socket. */
export interface WebhookEndpoint {
  readonly url: string;
  readonly taken: readonly TakenEvent[];
  /** How it answers from now on. */
  answer: Answering;
  /** Resolves once so many requests have come. */
  readonly until: (count: number) => Promise<void>;
}

const noContent: Answering = (_taken, response) => void response.writeHead(204).end();

/** Starts an endpoint; it goes when the test ends. */
export async function startEndpoint(ending: Ending, answer: Answering = noContent): Promise<WebhookEndpoint> {
  const taken: TakenEvent[] = [];
  const watch = createWatch();
  const server = createServer((request, response) => {
    void read(request).then((one) => {
      taken.push(one);
      endpoint.answer(one, response);
      watch.tell();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  reversed(ending).after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  const endpoint: WebhookEndpoint = {
    url: `http://127.0.0.1:${port}/hook`,
    taken,
    answer,
    until: (count) => watch.until(() => taken.length >= count),
  };
  return endpoint;
}

async function read(request: IncomingMessage): Promise<TakenEvent> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  const body = Buffer.concat(chunks);
  return {
    path: request.url ?? '',
    headers: request.headers as Record<string, string>,
    body,
    event: JSON.parse(body.toString()) as TakenEvent['event'],
  };
}

/** Answers with a status. */
export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answering =>
  (_taken, response) =>
    void response.writeHead(code, headers).end();
