import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request, Response } from './request.ts';
import type { EventCursor, EventFilter, Notifier } from '../../msh/index.ts';
import type { RestContext } from './context.ts';
import { RestError } from './problems.ts';

/** What a stream tells and where it begins. */
export interface StreamRequest {
  readonly filter: EventFilter;
  readonly after: EventCursor;
}

/** Events read at once: all that is ever held for a slow client. */
const PAGE = 100;

/** ms a client may take to make room before the connection is given up. */
const STALL_MS = 60_000;

/** ms the client is told to wait before it connects again. */
const RECONNECT_MS = 1000;

/**
 * Writes events as Server-Sent Events (HTML Living Standard 9.2) as they happen. Each has its cursor as `id`, so that a client
 * that connects again with Last-Event-ID misses none and gets none twice. A client that reads slowly is waited for, and
 * nothing is read ahead for it. Ends when the client goes, its key is revoked, expires or may see less, or the API closes.
 */
export async function streamTo(
  context: RestContext,
  request: Request,
  response: Response,
  { filter, after }: StreamRequest,
): Promise<void> {
  const { notifier, closing, limits } = context;
  const news = newsFor(notifier, response, closing);
  try {
    // The first look comes before the first byte, so that a cursor that cannot be is answered as a problem.
    let page = await notifier.events(filter, { after, limit: PAGE });
    open(response);
    if (request.method === 'HEAD') return void response.end();
    await write(response, closing, `retry: ${RECONNECT_MS}\nid: ${after}\n\n`);
    while (!news.isOver() && mayGoOn(context)) {
      for (const event of page.items) {
        // A client that was waited for may have lost its rights meanwhile.
        if (!mayGoOn(context)) return void response.end();
        const data = JSON.stringify(notifier.cloudEvent(event));
        const text = `id: ${event.cursor}\nevent: ${event.type}\ndata: ${data}\n\n`;
        if (!(await write(response, closing, text))) return void response.end();
      }
      // An id without data moves the client on past events it did not ask for.
      if (!page.more && !(await news.come(limits.heartbeatMs)))
        await write(response, closing, `: alive\nid: ${page.cursor}\n\n`);
      page = await notifier.events(filter, { after: page.cursor, limit: PAGE });
    }
    response.end();
  } finally {
    news.forget();
  }
}

function mayGoOn({ stillAdmit }: RestContext): boolean {
  try {
    stillAdmit();
    return true;
  } catch (error) {
    if (error instanceof RestError) return false;
    throw error;
  }
}

function open(response: Response): void {
  response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
  // Proxies of the nginx family hold answers back otherwise.
  response.setHeader('X-Accel-Buffering', 'no');
  response.flushHeaders();
}

/** Writes, and waits for room; false when nobody takes it any more. */
async function write(response: Response, closing: AbortSignal, text: string): Promise<boolean> {
  if (response.destroyed || closing.aborted) return false;
  if (response.write(text)) return true;
  const waiting = new AbortController();
  const { signal } = waiting;
  const ends = [
    once(response, 'drain', { signal }).then(() => true),
    once(response, 'close', { signal }).then(() => false),
    once(closing, 'abort', { signal }).then(() => false),
    sleep(STALL_MS, false, { signal }),
  ];
  try {
    const room = await Promise.race(ends);
    if (!room) response.destroy();
    return room;
  } finally {
    waiting.abort();
    await Promise.allSettled(ends);
  }
}

interface News {
  /** Waits for news at most `ms`; true when there are some, or the end has come. */
  readonly come: (ms: number) => Promise<boolean>;
  readonly isOver: () => boolean;
  readonly forget: () => void;
}

/** Whether there may be something new, or an end. News that come while nobody waits are remembered. */
function newsFor(notifier: Notifier, response: Response, closing: AbortSignal): News {
  let isNew = false;
  let wake: (() => void) | undefined;
  const tell = (): void => {
    isNew = true;
    wake?.();
  };
  const unwatch = notifier.watch(tell);
  response.once('close', tell);
  closing.addEventListener('abort', tell);
  return {
    come: async (ms) => {
      if (!isNew) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, ms);
        });
        clearTimeout(timer);
        wake = undefined;
      }
      const came = isNew;
      isNew = false;
      return came;
    },
    isOver: () => response.destroyed || closing.aborted,
    forget: () => {
      unwatch();
      response.off('close', tell);
      closing.removeEventListener('abort', tell);
    },
  };
}
