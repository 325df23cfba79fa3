import type { As4Reply, As4Request, PushReply, Transport } from '../../src/msh/index.ts';
import { QuoinError } from '../../src/protocol/errors/index.ts';
import { bytesOf, chunked } from './test-gateway.ts';

/** One POST as it goes over the wire. */
export interface WireRequest {
  readonly address: string;
  readonly contentType: string;
  readonly body: Buffer;
}

/** What comes back. */
export interface WireReply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** A request with what it was answered. */
export interface Exchange {
  readonly request: WireRequest;
  readonly reply: WireReply | undefined;
}

/** Gives the request on, or another in its place. */
export type Forward = (request?: Partial<WireRequest>) => Promise<WireReply>;

/** Somebody on the wire: forwards, changes what passes, answers in the partner's place, or throws as a network does. */
export type Interceptor = (request: WireRequest, forward: Forward, number: number) => Promise<WireReply>;

/** The network between test gateways: every byte passes here. */
export interface TestWire {
  /** Every push since the beginning, in order. */
  readonly exchanges: readonly Exchange[];
  intercept: Interceptor | undefined;
  /** Who answers at an address. */
  connect(address: string, receive: (request: As4Request) => Promise<As4Reply>): void;
  /** Hands a request to whoever answers at an address. */
  receiveAt(address: string, request: As4Request): Promise<As4Reply>;
  readonly transport: Transport;
}

export function createWire(): TestWire {
  const doors = new Map<string, (request: As4Request) => Promise<As4Reply>>();
  const exchanges: Exchange[] = [];
  const receiveAt = async (address: string, request: As4Request): Promise<As4Reply> => {
    const receive = doors.get(address);
    if (receive === undefined) throw networkDown(address);
    return await receive(request);
  };
  const deliver = async (request: WireRequest): Promise<WireReply> => {
    const reply = await receiveAt(request.address, {
      contentType: request.contentType,
      contentLength: request.body.byteLength,
      body: chunked(request.body),
      remote: '192.0.2.1',
    });
    return { status: reply.status, contentType: headerOf(reply, 'content-type'), body: reply.body };
  };
  const wire: TestWire = {
    exchanges,
    intercept: undefined,
    connect: (address, receive) => void doors.set(address, receive),
    receiveAt,
    transport: {
      push: async ({ address, headers, contentLength, body }) => {
        const bytes = await bytesOf(body);
        if (bytes.byteLength !== contentLength)
          throw new Error(`Content-Length ${contentLength}, but ${bytes.byteLength} bytes came`);
        const request = { address, contentType: headers['content-type'] ?? '', body: bytes };
        const number = exchanges.push({ request, reply: undefined });
        const forward: Forward = (changed) => deliver({ ...request, ...changed });
        const reply = await (wire.intercept?.(request, forward, number) ?? forward());
        exchanges[number - 1] = { request, reply };
        return pushReply(reply);
      },
      close: () => Promise.resolve(),
    },
  };
  return wire;
}

function headerOf({ headers }: As4Reply, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

function pushReply({ status, contentType, body }: WireReply): PushReply {
  return { status, contentType, body: chunked(body, 1021) };
}

/** What a transport throws when nobody is there. */
export function networkDown(address: string): QuoinError {
  return new QuoinError('http/connection-refused', `Nobody listens at ${address}.`);
}
