import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

/** One HTTP exchange as it passed: where its two halves were written, head and body as they were. */
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
  /** Resolves when every exchange that has begun is written down and told. */
  readonly recorded: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Where a tap stands and what it tells. */
export interface TapOptions {
  readonly from: string;
  readonly to: string;
  readonly targetPort: number;
  readonly folder: string;
  readonly nextNumber: () => number;
  /** Called when an exchange is written down; the response file is empty when the connection broke before an answer. */
  readonly onExchange: (exchange: TappedExchange) => void;
}

/** Listens on the loopback and passes every request on to the target, both halves streamed and recorded. */
export async function startWireTap(options: TapOptions): Promise<WireTap> {
  const running = new Set<Promise<void>>();
  const server = createServer((incoming, outgoing) => {
    const recording = record(incoming, outgoing, options).finally(() => running.delete(recording));
    running.add(recording);
  });
  // Large messages may take long; the access points on both sides watch their pace.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    recorded: async () => void (await Promise.all(running)),
    close: () => close(server, running),
  };
}

async function record(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: TapOptions,
): Promise<void> {
  const { from, to, folder } = options;
  const number = options.nextNumber();
  const name = join(folder, `${String(number).padStart(2, '0')}-${from}-to-${to}`);
  const files = { requestFile: `${name}-request.http`, responseFile: `${name}-response.http` };
  const request = createWriteStream(files.requestFile);
  const response = createWriteStream(files.responseFile);
  request.write(headOf(`${incoming.method} ${incoming.url} HTTP/${incoming.httpVersion}`, incoming));
  relay(incoming, outgoing, options.targetPort, { request, response });
  await Promise.all([finished(request), finished(response)]);
  options.onExchange({ number, from, to, ...files });
}

/** Both halves flow at the pace of whoever takes them, the recording included; what breaks one side breaks the other. */
function relay(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  port: number,
  record: { readonly request: WriteStream; readonly response: WriteStream },
): void {
  const { method, url, rawHeaders } = incoming;
  const onward = httpRequest({
    host: '127.0.0.1',
    port,
    method,
    path: url,
    headers: rawHeaders,
    agent: false,
  });
  const broken = (): void => {
    onward.destroy();
    outgoing.destroy();
    record.request.end();
    record.response.end();
  };
  onward.on('error', broken);
  incoming.on('error', broken);
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) broken();
  });
  onward.on('response', (answer) => {
    const line = `HTTP/${answer.httpVersion} ${answer.statusCode} ${answer.statusMessage}`;
    record.response.write(headOf(line, answer));
    outgoing.writeHead(answer.statusCode!, answer.statusMessage, answer.rawHeaders);
    answer.on('error', broken);
    answer.pipe(record.response);
    answer.pipe(outgoing);
    // An answer may come before all was sent: then nothing more of the message is recorded.
    answer.on('end', () => record.request.end());
  });
  incoming.pipe(record.request);
  incoming.pipe(onward);
}

/** The head as it was; chunks are joined when they are recorded, so nothing says that there were any. */
function headOf(line: string, { rawHeaders }: IncomingMessage): Buffer {
  const lines = [line];
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]!.toLowerCase() !== 'transfer-encoding')
      lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

async function close(server: Server, running: ReadonlySet<Promise<void>>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
  await Promise.allSettled(running);
}
