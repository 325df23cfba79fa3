import { createWriteStream } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';

/** One HTTP exchange as it passed: where its two halves were written, byte for byte. */
export interface TappedExchange {
  readonly number: number;
  readonly from: string;
  readonly to: string;
  readonly requestFile: string;
  readonly responseFile: string;
}

/** A relay between two access points that writes down what passes. */
export interface WireTap {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Where a tap stands and what it tells. */
export interface TapOptions {
  readonly from: string;
  readonly to: string;
  readonly targetPort: number;
  readonly folder: string;
  readonly nextNumber: () => number;
  readonly onExchange: (exchange: TappedExchange) => void;
}

/** Listens on the loopback and relays every connection to the target, recording both directions. */
export async function startWireTap(options: TapOptions): Promise<WireTap> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => relay(client, options, sockets));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server, sockets) };
}

function relay(client: Socket, options: TapOptions, sockets: Set<Socket>): void {
  const number = options.nextNumber();
  const name = `${String(number).padStart(2, '0')}-${options.from}-to-${options.to}`;
  const exchange: TappedExchange = {
    number,
    from: options.from,
    to: options.to,
    requestFile: join(options.folder, `${name}-request.http`),
    responseFile: join(options.folder, `${name}-response.http`),
  };
  const target = connect(options.targetPort, '127.0.0.1');
  for (const socket of [client, target]) {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {
      client.destroy();
      target.destroy();
    });
  }
  const request = createWriteStream(exchange.requestFile);
  const response = createWriteStream(exchange.responseFile);
  client.pipe(request);
  target.pipe(response);
  client.pipe(target);
  target.pipe(client);
  response.on('finish', () => options.onExchange(exchange));
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
