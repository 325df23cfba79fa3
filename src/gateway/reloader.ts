import { setTimeout as delay } from 'node:timers/promises';
import type { ApiKey } from '../config/index.ts';
import { readApiKeys } from '../load-api-keys.ts';
import type { Nature, Observer } from '../msh/index.ts';
import { describeError, isQuoinError, QuoinError } from '../protocol/errors/index.ts';
import { weakModes } from '../protocol/pmode/index.ts';
import type { FileWatch } from './fingerprint.ts';
import { diffSnapshots, loadSnapshot, swappable, waitingForRestart, withApiKeys } from './snapshot.ts';
import type { Change, ReadConfig, Snapshot } from './snapshot.ts';

/** Who asked: the start itself, SIGHUP, the API, a change of the files, or a reload on another node. */
export type ReloadTrigger = 'start' | 'signal' | 'api' | 'files' | 'node';

/** How a reload ended. */
export interface ReloadReport {
  readonly outcome: 'changed' | 'unchanged' | 'refused';
  /** With a refusal, those of the API keys: they are in force all the same. */
  readonly changes: readonly Change[];
  /** Why it was refused, one line a problem: file, line, what, cure. */
  readonly problems: readonly string[];
  /** Changed settings that take effect at the next start only. */
  readonly atRestart: readonly string[];
  readonly digest: string;
}

/** What is in force, and how the last reloads went. Times in ms since the epoch. */
export interface ReloadState {
  readonly digest: string;
  readonly since: number;
  readonly trigger: ReloadTrigger;
  /** What the last swap changed. */
  readonly changes: readonly Change[];
  readonly atRestart: readonly string[];
  /** The last attempt, when it was refused; what was in force before still is. */
  readonly refusal?:
    | { readonly at: number; readonly trigger: ReloadTrigger; readonly problems: readonly string[] }
    | undefined;
}

/** What a reloader works on. */
export interface ReloaderOptions {
  readonly first: Snapshot;
  /** When `first` was read, ms since the epoch. */
  readonly since: number;
  /** Fingerprint of the files `first` was read from. */
  readonly handled: string;
  /** Reads the settings again; throws `config/invalid`. */
  readonly reread: () => Promise<ReadConfig>;
  readonly files: FileWatch;
  readonly observer: Observer;
  readonly nature: Nature;
}

/** ms to wait when files change while they are read, and how often to begin anew. */
const SETTLING = { ms: 100, tries: 20 };

/** Files as of one moment, or why they cannot be used. */
interface Attempt {
  readonly fingerprint: string;
  readonly fresh?: Snapshot | undefined;
  /** The keys of the backend API when they alone can be used. */
  readonly apiKeys?: readonly ApiKey[] | undefined;
  readonly problems: readonly string[];
}

/** Holds what is in force and swaps it for what the files say, if that is valid; one attempt at a time. */
export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #listeners: (() => void)[] = [];
  readonly #inTurn = turns();
  #current: Snapshot;
  #state: ReloadState;
  #handled: string;

  constructor(options: ReloaderOptions) {
    const { first, handled, since } = options;
    this.#options = options;
    this.#current = first;
    this.#handled = handled;
    this.#state = {
      digest: first.digest,
      since,
      trigger: 'start',
      changes: [],
      atRestart: [],
    };
  }

  /** The snapshot in force; whoever works on a message takes it once. */
  get current(): Snapshot {
    return this.#current;
  }

  get state(): ReloadState {
    return this.#state;
  }

  /** The fingerprint of the files that the last attempt has read. */
  get handled(): string {
    return this.#handled;
  }

  /** The fingerprint of the files that what is in force was read from. */
  fingerprint(): Promise<string> {
    return this.#options.files.fingerprint(this.#current.read.config);
  }

  /** Called after every attempt. */
  onAttempt(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Reads everything again and puts it in force, if it is valid. Never rejects: what is wrong is in the report. */
  reload(trigger: ReloadTrigger): Promise<ReloadReport> {
    return this.#inTurn(() => this.#reload(trigger));
  }

  /** What a reload would do now; nothing is swapped. */
  preview(): Promise<ReloadReport> {
    return this.#inTurn(async () => this.#judge(await this.#attempt()));
  }

  async #reload(trigger: ReloadTrigger): Promise<ReloadReport> {
    const made = await this.#attempt();
    const report = this.#judge(made);
    this.#handled = made.fingerprint;
    const at = this.#options.nature.now();
    if (made.fresh === undefined) this.#refuse(made, report, trigger, at);
    else this.#swap(made.fresh, report, trigger, at);
    tell(this.#options.observer, trigger, report);
    for (const listener of this.#listeners) listener();
    return report;
  }

  /** What is in force stays, but for the keys of the API: whoever lost one must not wait for a P-Mode to be right. */
  #refuse(
    made: Attempt,
    { changes, problems, digest }: ReloadReport,
    trigger: ReloadTrigger,
    at: number,
  ): void {
    this.#current = this.#kept(made);
    const swapped = changes.length === 0 ? {} : { digest, since: at, trigger, changes };
    this.#state = { ...this.#state, ...swapped, refusal: { at, trigger, problems } };
  }

  #kept({ apiKeys }: Attempt): Snapshot {
    return apiKeys === undefined ? this.#current : withApiKeys(this.#current, apiKeys);
  }

  #swap(fresh: Snapshot, report: ReloadReport, trigger: ReloadTrigger, at: number): void {
    const { digest, changes, atRestart, outcome } = report;
    tellWeaknesses(this.#options.observer, this.#current, fresh);
    this.#current = fresh;
    this.#state =
      outcome === 'changed'
        ? { digest, since: at, trigger, changes, atRestart }
        : { ...this.#state, atRestart, refusal: undefined };
  }

  /** Reads until the files have stood still meanwhile: one set, as of one moment. */
  async #attempt(): Promise<Attempt> {
    for (let tries = 1; ; tries += 1) {
      const before = await this.fingerprint();
      const outcome = await this.#read();
      if ((await this.fingerprint()) === before) return { fingerprint: before, ...outcome };
      if (tries === SETTLING.tries)
        return { fingerprint: before, ...this.#readKeys(), problems: linesOf(changing()) };
      await delay(SETTLING.ms);
    }
  }

  async #read(): Promise<Omit<Attempt, 'fingerprint'>> {
    try {
      const settings = await this.#options.reread();
      const config = swappable(this.#options.first.read.config, settings.config);
      return { fresh: await loadSnapshot({ ...settings, config }), problems: [] };
    } catch (error) {
      const { apiKeys, problems } = this.#readKeys();
      return { apiKeys, problems: [...new Set([...linesOf(error), ...problems])] };
    }
  }

  #readKeys(): Pick<Attempt, 'apiKeys' | 'problems'> {
    try {
      // Which file it is, is settled at the start.
      return { apiKeys: readApiKeys(this.#options.first.read.config), problems: [] };
    } catch (error) {
      return { problems: linesOf(error) };
    }
  }

  #judge(made: Attempt): ReloadReport {
    const { fresh, problems } = made;
    if (fresh === undefined) {
      const kept = this.#kept(made);
      const changes = diffSnapshots(this.#current, kept);
      return { outcome: 'refused', changes, problems, atRestart: this.#state.atRestart, digest: kept.digest };
    }
    return {
      outcome: fresh.digest === this.#current.digest ? 'unchanged' : 'changed',
      changes: diffSnapshots(this.#current, fresh),
      problems: [],
      atRestart: waitingForRestart(this.#options.first.read, fresh.read),
      digest: fresh.digest,
    };
  }
}

/** One after the other: two attempts at once could swap an older set over a newer one. */
function turns(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const mine = last.then(act);
    last = mine.catch(() => undefined);
    return mine;
  };
}

function tell(observer: Observer, trigger: ReloadTrigger, report: ReloadReport): void {
  const { outcome, changes, problems, atRestart, digest } = report;
  if (outcome === 'refused') {
    const words = changes.map((change) => change.words);
    observer.emit({
      event: 'gateway/reload-refused',
      level: 'error',
      trigger,
      problems,
      changes: words,
      digest,
    });
    return;
  }
  for (const { words } of changes.filter(({ weakens }) => weakens))
    observer.emit({ event: 'gateway/security-weakened', level: 'warn', change: words });
  const told = { trigger, changes: changes.map(({ words }) => words), atRestart, digest };
  if (outcome === 'changed') observer.emit({ event: 'gateway/reloaded', level: 'info', ...told });
  else observer.emit({ event: 'gateway/reload-unchanged', level: 'info', trigger, atRestart, digest });
}

/** Warnings of the new set that the old one did not have. */
function tellWeaknesses(observer: Observer, before: Snapshot, after: Snapshot): void {
  const old = new Set([...before.read.warnings, ...before.loaded.warnings]);
  for (const warning of [...after.read.warnings, ...after.loaded.warnings])
    if (!old.has(warning)) observer.emit({ event: 'gateway/configuration-warning', level: 'warn', warning });
  const modes = new Set(before.loaded.agreements.pmodes.flatMap(weakModes));
  for (const mode of after.loaded.agreements.pmodes.flatMap(weakModes))
    if (!modes.has(mode)) observer.emit({ event: 'gateway/weaker-mode', level: 'warn', mode });
}

/** The problems of an error that lists them line by line; whatever else goes wrong must not end a gateway that runs. */
function linesOf(error: unknown): readonly string[] {
  if (!isQuoinError(error)) return [describeError(error)];
  const [first, ...rest] = error.message.split('\n').map((line) => line.trim());
  return rest.length === 0 ? [`${error.code}: ${first}`] : rest;
}

function changing(): QuoinError {
  return new QuoinError('config/files-changing', 'The files changed again and again while they were read.', {
    finding: { check: 'files-at-rest', advice: 'Reload when whatever writes them has finished.' },
  });
}
