import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bytesOf } from '../support/test-gateway.ts';

/** What happens to one exchange on its way: to the request, and to its answer. */
export interface Mishap {
  readonly request?: (message: Buffer) => Buffer;
  /** `lost`: the request arrives, its answer does not. */
  readonly reply?: ((message: Buffer) => Buffer) | 'lost';
}

/** An exchange as it passed, after whatever happened to it. */
export interface Passed {
  readonly contentType: string;
  readonly request: Buffer;
  readonly status: number;
  readonly reply: Buffer;
}

/** A road between us and the peer on which something may happen to a message. */
export interface Relay {
  /** Where we are told the peer is. */
  readonly url: string;
  /** Sets where the peer is in truth. */
  readonly leadTo: (url: string) => void;
  /** Has this happen to the next exchange. */
  readonly next: (mishap: Mishap) => void;
  readonly passed: readonly Passed[];
  readonly close: () => Promise<void>;
}

/** Starts a relay on a free port of this machine. */
export async function startRelay(): Promise<Relay> {
  let target = '';
  const mishaps: Mishap[] = [];
  const passed: Passed[] = [];
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const mishap = mishaps.shift() ?? {};
    const sent = (mishap.request ?? unchanged)(await bytesOf(request as AsyncIterable<Uint8Array>));
    const contentType = request.headers['content-type'] ?? '';
    const answer = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: sent,
    });
    const received = Buffer.from(await answer.arrayBuffer());
    const reply = mishap.reply === 'lost' ? received : (mishap.reply ?? unchanged)(received);
    passed.push({ contentType, request: sent, status: answer.status, reply });
    if (mishap.reply === 'lost') return void response.destroy();
    response
      .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
      .end(reply);
  };
  const server = createServer((request, response) => {
    forward(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/as4`,
    leadTo: (url) => {
      target = url;
    },
    next: (mishap) => void mishaps.push(mishap),
    passed,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function unchanged(message: Buffer): Buffer {
  return message;
}
