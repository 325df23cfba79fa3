import { once } from 'node:events';
import { createServer } from 'node:net';
import { listenFailure } from './listen-failure.ts';

/** Listens for a moment, to see whether a listener could; throws what the listener would throw (`http/port-taken` ...). */
export async function tryListening(name: string, host: string, port: number): Promise<void> {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    throw listenFailure(error as NodeJS.ErrnoException, name, `${host}:${port}`);
  } finally {
    server.close();
  }
}
