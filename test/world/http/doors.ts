import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { startAs4Listener } from '../../../src/world/http/index.ts';
import type { As4ListenerOptions, HttpListener } from '../../../src/world/http/index.ts';
import type { As4Reply, As4Request, MshEvent, Observer } from '../../../src/msh/index.ts';

/** An observer that remembers. */
export function remembering(): Observer & {
  readonly events: MshEvent[];
  readonly named: (name: string) => MshEvent[];
} {
  const events: MshEvent[] = [];
  return {
    events,
    emit: (event) => void events.push(event),
    named: (name) => events.filter((e) => e.event === name),
  };
}

export const reply = (status: number, text = ''): As4Reply => ({
  status,
  headers: { 'Content-Type': 'text/plain' },
  body: Buffer.from(text),
});

/** Reads all and answers with the count. */
export async function countBytes(request: As4Request): Promise<As4Reply> {
  let bytes = 0;
  for await (const chunk of request.body) bytes += chunk.byteLength;
  return reply(200, String(bytes));
}

type Overrides = Partial<Omit<As4ListenerOptions, 'limits'>> & {
  readonly limits?: Partial<As4ListenerOptions['limits']>;
};

/** An AS4 door on a free port, closed after the test. */
export async function openDoor(
  t: TestContext,
  overrides: Overrides = {},
): Promise<HttpListener & { readonly observer: ReturnType<typeof remembering>; readonly as4: string }> {
  const observer = remembering();
  const { limits, ...options } = overrides;
  const door = await startAs4Listener({
    host: '127.0.0.1',
    port: 0,
    path: '/as4',
    receive: countBytes,
    observer,
    ...options,
    limits: { messageBytes: 1_000_000_000, closeMs: 2_000, ...limits },
  });
  t.after(() => door.close());
  return { ...door, observer, as4: `${door.address.url}/as4` };
}

/** A raw connection, to say what no client library would. */
export async function rawConnection(
  t: TestContext,
  port: number,
): Promise<{
  readonly socket: Socket;
  readonly text: () => string;
  readonly ended: Promise<void>;
  readonly until: (pattern: RegExp) => Promise<string>;
}> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.after(() => void socket.destroy());
  let text = '';
  const waiting = new Set<() => void>();
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    for (const look of waiting) look();
  });
  socket.on('end', () => socket.destroy());
  socket.on('error', () => {
    // Resets are part of what these tests provoke; `ended` tells.
  });
  await once(socket, 'connect');
  const until = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(text)) {
          waiting.delete(look);
          resolve(text);
        }
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`closed before ${String(pattern)}; got: ${text}`)));
    });
  return { socket, text: () => text, ended, until };
}

/** Waits until a condition holds; the guard only keeps a broken test from hanging. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const guard = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > guard) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
