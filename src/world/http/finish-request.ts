import type { IncomingMessage } from 'node:http';

/** How much of an upload is still taken after the answer was given. */
export interface DrainLimits {
  /** bytes. */
  readonly drainBytes: number;
  /** ms. */
  readonly drainMs: number;
}

const LOOK_EVERY_MS = 20;

/**
 * Takes what a client still sends after it was answered. Closing at once would make its system throw the answer away
 * (RFC 9112 9.6), so a bounded rest is read and dropped; only then is the connection cut. Resolves to true when the
 * request came to its end and the connection may be used again.
 */
export function finishRequest(request: IncomingMessage, limits: DrainLimits): Promise<boolean> {
  const { socket } = request;
  if (request.complete || socket.destroyed) return Promise.resolve(!socket.destroyed);
  const already = socket.bytesRead;
  const deadline = performance.now() + limits.drainMs;
  // Whoever still listens has been answered; a forgotten listener must not keep the rest from flowing.
  request.removeAllListeners('readable').removeAllListeners('data').resume();
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const over = socket.bytesRead - already > limits.drainBytes || performance.now() > deadline;
      if (!request.complete && !socket.destroyed && !over) return;
      clearInterval(timer);
      if (!request.complete) socket.destroy();
      resolve(!socket.destroyed);
    }, LOOK_EVERY_MS);
  });
}
