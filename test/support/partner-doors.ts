import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Ending } from './test-pair.ts';

/** What a door does with a request. */
type Manner = 'hang' | 'fail' | 'serve';

/** A partner's HTTP door that can be told how to behave, at one address from beginning to end. */
export interface PartnerDoor {
  readonly address: string;
  /** Requests that are open now, and the most that ever were at once. */
  readonly open: () => number;
  readonly mostOpen: () => number;
  /** Requests that came so far. */
  readonly requests: () => number;
  behave(manner: Manner): void;
  /** Cuts every connection: what hangs ends. */
  cut(): void;
}

/** `serve` answers one request; it is asked for while the door behaves like that. */
export async function openPartnerDoor(
  test: Ending,
  manner: Manner,
  serve: (
    body: Buffer,
    contentType: string | undefined,
  ) => Promise<{ status: number; headers: object; body: Buffer }>,
): Promise<PartnerDoor> {
  let behaves = manner;
  let open = 0;
  let mostOpen = 0;
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    requests += 1;
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    response.once('close', () => {
      open -= 1;
    });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      if (behaves === 'hang') return;
      if (behaves === 'fail') return void response.writeHead(503).end();
      void serve(Buffer.concat(chunks), request.headers['content-type']).then((reply) =>
        answer(response, reply),
      );
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const port = await listening(server);
  test.after(() => {
    cut();
    server.close();
  });
  return {
    address: `http://127.0.0.1:${port}/as4`,
    open: () => open,
    mostOpen: () => mostOpen,
    requests: () => requests,
    behave: (next) => {
      behaves = next;
    },
    cut,
  };
}

function answer(response: ServerResponse, reply: { status: number; headers: object; body: Buffer }): void {
  response.writeHead(reply.status, { ...reply.headers });
  response.end(reply.body);
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
