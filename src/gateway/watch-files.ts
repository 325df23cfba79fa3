import { describeError } from '../protocol/errors/index.ts';
import type { Observer } from '../msh/index.ts';
import type { Reloader } from './reloader.ts';

/** Looks at files that never stand still after which they are read all the same; the reloader wants one set of one moment. */
const MOST_UNSTABLE = 12;

/**
 * Looks every `ms` whether the files have changed, and reloads once they have stood still from one look to the next: what
 * is half written, or half of a set, is left alone, but not for ever. Resolves when looking has ended.
 */
export function watchFiles(reloader: Reloader, ms: number, observer: Observer): () => Promise<void> {
  let seen = reloader.handled;
  let unstable = 0;
  const look = async (): Promise<void> => {
    const now = await reloader.fingerprint();
    const stable = now === seen;
    seen = now;
    unstable = stable ? 0 : unstable + 1;
    if (!stable && unstable < MOST_UNSTABLE) return;
    if (!stable) observer.emit({ event: 'gateway/files-restless', level: 'warn', looks: unstable });
    unstable = 0;
    if (now === reloader.handled && !(await canHelp(reloader))) return;
    await reloader.reload('files');
    seen = reloader.handled;
  };
  return every(ms, async () => {
    try {
      await look();
    } catch (error) {
      observer.emit({ event: 'gateway/watch-failed', level: 'error', reason: describeError(error) });
    }
  });
}

/**
 * What was refused may lack a file that nothing in force names: while it is refused it is tried at every look, and told
 * only when the answer is another one.
 */
async function canHelp(reloader: Reloader): Promise<boolean> {
  const { refusal } = reloader.state;
  if (refusal === undefined) return false;
  const { problems } = await reloader.preview();
  return problems.join('\n') !== refusal.problems.join('\n');
}

/** Acts again and again, with `ms` between the end of one time and the beginning of the next; the result ends it. */
export function every(ms: number, act: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const next = (): void => {
    if (ended) return;
    timer = setTimeout(() => void (running = act().finally(next)), ms);
  };
  next();
  return async () => {
    ended = true;
    clearTimeout(timer);
    await running;
  };
}
