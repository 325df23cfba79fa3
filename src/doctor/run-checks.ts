import { describeError, isQuoinError } from '../protocol/errors/index.ts';
import type { Check, Finished, Verdict } from './types.ts';

/** ms a check may take unless its row says otherwise. */
const LIMIT = 15_000;

/** What the checks of a table are run on, and who is told of each as it ends. */
export interface Round<On> {
  readonly subject: string;
  readonly on: On;
  readonly report: (finished: Finished) => void;
}

/**
 * Runs the checks of a table side by side, each once what it needs has ended well, each for a bounded time. They are
 * reported in the order of the table. A check never rejects: what it throws is its verdict.
 */
export async function runChecks<On>(
  checks: readonly Check<On>[],
  { subject, on, report }: Round<On>,
): Promise<readonly Finished[]> {
  const running = new Map<string, Promise<Finished>>();
  for (const check of checks) {
    const needed = (check.needs ?? []).map((name) => running.get(name)!);
    const verdict = Promise.all(needed).then((before) => runOne(check, on, before));
    running.set(
      check.name,
      verdict.then((ended) => ({ subject, check: check.name, ...ended })),
    );
  }
  const finished: Finished[] = [];
  for (const one of running.values()) {
    finished.push(await one);
    report(finished.at(-1)!);
  }
  return finished;
}

async function runOne<On>(
  check: Check<On>,
  on: On,
  before: readonly Finished[],
): Promise<Verdict & { readonly tookMs: number }> {
  const missing = before.find(({ outcome }) => outcome === 'failed' || outcome === 'skipped');
  if (missing !== undefined)
    return { outcome: 'skipped', found: `not looked at: ${missing.check} ${missing.outcome}`, tookMs: 0 };
  const started = performance.now();
  const verdict = await bounded(check, on).catch(asVerdict);
  return { ...verdict, tookMs: Math.round(performance.now() - started) };
}

async function bounded<On>({ run, limitMs = LIMIT }: Check<On>, on: On): Promise<Verdict> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Verdict>((resolve) => {
    timer = setTimeout(() => {
      stop.abort();
      resolve({
        outcome: 'failed',
        found: `no end within ${limitMs / 1000} s`,
        advice: 'Look for something that hangs: the network, a disk, a server that does not answer.',
      });
    }, limitMs);
  });
  try {
    return await Promise.race([Promise.resolve(run(on, stop.signal)), late]);
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/** A failure in the words of the error; what nobody foresaw is told as it is. */
function asVerdict(error: unknown): Verdict {
  if (!isQuoinError(error)) return { outcome: 'failed', found: describeError(error) };
  const { message, finding = { check: '' } } = error;
  const { expected, found, advice, certificate } = finding;
  const more = found === undefined || message.includes(found) ? '' : ` (${found})`;
  return { outcome: 'failed', found: `${message}${more}`, expected, advice, certificate };
}
