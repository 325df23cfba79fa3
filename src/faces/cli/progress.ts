import { bytesText } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** ms between two drawings; more would only flicker. */
const PAUSE = 100;
/** ms before the first drawing: what is quick needs no bar. */
const SILENT = 400;
const BAR = 20;

/** Follows bytes that travel: how many, how fast, how long still. */
export interface Progress {
  readonly advance: (bytes: number) => void;
  /** Takes the line away again. */
  readonly end: () => void;
}

/** A bar on the terminal of a person; nothing anywhere else. `total` in bytes. */
export function createProgress(
  terminal: Pick<Terminal, 'status'>,
  label: string,
  total: number,
  now: () => number = () => performance.now(),
): Progress {
  const { status } = terminal;
  const started = now();
  let done = 0;
  let drawn = started + SILENT - PAUSE;
  return {
    advance: (bytes) => {
      done += bytes;
      if (status === undefined || now() - drawn < PAUSE) return;
      drawn = now();
      status(progressLine(label, { done, total, ms: drawn - started }));
    },
    end: () => status?.(undefined),
  };
}

/** `label [=====     ] 48 %  1.2 GB of 2.5 GB, 83 MB/s, 16 s left`. */
export function progressLine(
  label: string,
  { done, total, ms }: { readonly done: number; readonly total: number; readonly ms: number },
): string {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const rate = ms === 0 ? 0 : (done / ms) * 1000;
  const left = rate === 0 ? '' : `, ${durationText(Math.max(0, total - done) / rate)} left`;
  const bar = '='.repeat(Math.round(part * BAR)).padEnd(BAR);
  return `${label} [${bar}] ${Math.floor(part * 100)} %  ${bytesText(done)} of ${bytesText(total)}, ${bytesText(rate)}/s${left}`;
}

function durationText(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
