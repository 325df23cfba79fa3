import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createWatch } from './waiting.ts';
import type { Ending } from './test-pair.ts';
import { reversed } from './test-pair.ts';

/** A line to somebody else's door that can be held: what comes waits, unread, until it is let go. */
export interface HeldLine {
  /** Without path. */
  readonly url: string;
  /** The address behind it. */
  target: string;
  readonly hold: () => void;
  readonly letGo: () => void;
  /** Resolves once a connection is being held. */
  readonly held: () => Promise<void>;
}

/** Opens one, not held; it ends with the test. */
export async function openLine(ending: Ending): Promise<HeldLine> {
  const watch = createWatch();
  const waiting = new Set<Socket>();
  const sockets = new Set<Socket>();
  let isHeld = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      sockets.delete(socket);
      waiting.delete(socket);
    });
  };
  const forward = (socket: Socket): void => {
    const { hostname, port } = new URL(line.target);
    const onward = connect(Number(port), hostname);
    keep(onward);
    socket.pipe(onward).pipe(socket);
    onward.once('close', () => socket.destroy());
    socket.once('close', () => onward.destroy());
  };
  const server = createServer((socket) => {
    keep(socket);
    if (!isHeld) return forward(socket);
    waiting.add(socket);
    watch.tell();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  reversed(ending).after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const line: HeldLine = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: '',
    hold: () => (isHeld = true),
    letGo: () => {
      isHeld = false;
      for (const socket of waiting) forward(socket);
      waiting.clear();
    },
    held: () => watch.until(() => waiting.size > 0),
  };
  return line;
}
