import type { Observer } from '../../msh/index.ts';
import { QuoinError } from '../../protocol/errors/index.ts';

/** What a part of the access point can do now: all it should, less than that, or nothing. */
export type ComponentStatus = 'up' | 'degraded' | 'down';

/** How one part is. `code` is stable (docs/errors.md), `ok` where nothing is wrong; `message` is one sentence. */
export interface ComponentHealth {
  readonly status: ComponentStatus;
  readonly code: string;
  readonly message: string;
  /** Numbers and short words worth knowing; nothing secret, nothing personal. */
  readonly facts?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** Looks at one part. What it throws means that the part is down. */
export type Probe = () => Promise<ComponentHealth>;

/** A part as it was last seen, times in ms and ISO 8601. */
export interface SeenComponent extends ComponentHealth {
  readonly checkedAt: string;
  readonly tookMs: number;
}

/** Whether work should be sent here: `ready` and `degraded` answer 200, the others 503. */
export interface HealthReport {
  readonly status: 'ready' | 'degraded' | 'unready' | 'starting' | 'stopping';
  readonly code: string;
  readonly message: string;
  readonly components: Readonly<Record<string, SeenComponent>>;
}

/** Bounds of looking; ms. */
export interface HealthTimes {
  /** What one look may take before the part counts as down. */
  readonly probeMs: number;
  /** How long an answer is good for: probes that come faster cost nothing. */
  readonly freshMs: number;
}

/** What is granted unless told otherwise: less than the patience of usual probes. */
export const HEALTH_TIMES: HealthTimes = { probeMs: 2_000, freshMs: 2_000 };

/** What a part of the access point is when nothing is wrong with it. */
export function up(message: string, facts?: ComponentHealth['facts']): ComponentHealth {
  return { status: 'up', code: 'ok', message, ...(facts === undefined ? {} : { facts }) };
}

/**
 * Looks at parts by name, at most once in `freshMs` and one look at a time: however many ask, no part is asked more. A
 * look that takes too long goes on, and until it ends its part is down. The log hears of every change.
 */
export class HealthWatch {
  readonly #looks = new Map<string, () => Promise<SeenComponent>>();
  readonly #observer: Observer;
  readonly #times: HealthTimes;
  readonly #before = new Map<string, ComponentStatus>();

  constructor(observer: Observer, times: HealthTimes = HEALTH_TIMES) {
    this.#observer = observer;
    this.#times = times;
  }

  /** Looks at one more part from now on. */
  add(name: string, probe: Probe): this {
    this.#looks.set(name, throttled(name, probe, this.#times));
    return this;
  }

  /** Every part as it is now, or was a moment ago. */
  async components(): Promise<Readonly<Record<string, SeenComponent>>> {
    const seen = await Promise.all(
      [...this.#looks].map(async ([name, look]) => [name, await look()] as const),
    );
    for (const [name, component] of seen) this.#note(name, component);
    return Object.fromEntries(seen);
  }

  #note(component: string, { status, code, message }: SeenComponent): void {
    if ((this.#before.get(component) ?? 'up') !== status)
      this.#observer.emit({
        event: 'operations/health-changed',
        level: LEVELS[status],
        component,
        status,
        code,
        message,
      });
    this.#before.set(component, status);
  }
}

const LEVELS: Readonly<Record<ComponentStatus, 'info' | 'warn' | 'error'>> = {
  up: 'info',
  degraded: 'warn',
  down: 'error',
};

function throttled(name: string, probe: Probe, times: HealthTimes): () => Promise<SeenComponent> {
  let running: Promise<SeenComponent> | undefined;
  let last: { readonly seen: SeenComponent; readonly endedAt: number } | undefined;
  const look = async (): Promise<SeenComponent> => {
    const started = performance.now();
    const seen = seenNow(await asked(probe), started);
    last = { seen, endedAt: performance.now() };
    running = undefined;
    return seen;
  };
  return async () => {
    if (running === undefined && last !== undefined && performance.now() - last.endedAt < times.freshMs)
      return last.seen;
    return await within(times.probeMs, (running ??= look()), name);
  };
}

async function asked(probe: Probe): Promise<ComponentHealth> {
  try {
    return await probe();
  } catch (error) {
    return downBecause(error);
  }
}

/** A system's own name for a cause, such as `SQLITE_FULL`: it says what is wrong and holds nothing of this installation. */
const SYSTEM_CAUSE = /^[A-Z][A-Z0-9_]{2,40}$/;

/** A part that is down for what was thrown; the finding stays in the log, save a cause that the system names. */
export function downBecause(error: unknown): ComponentHealth {
  if (!(error instanceof QuoinError))
    return { status: 'down', code: 'quoin/defect', message: 'A defect; the log says which.' };
  const cause = error.finding?.found;
  return {
    status: 'down',
    code: error.code,
    message: error.message,
    ...(cause !== undefined && SYSTEM_CAUSE.test(cause) ? { facts: { cause } } : {}),
  };
}

function seenNow(health: ComponentHealth, started: number): SeenComponent {
  return {
    ...health,
    checkedAt: new Date().toISOString(),
    tookMs: Math.round(performance.now() - started),
  };
}

async function within(ms: number, look: Promise<SeenComponent>, name: string): Promise<SeenComponent> {
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<SeenComponent>((resolve) => {
    timer = setTimeout(() => {
      resolve(seenNow(silent(name, ms), started));
    }, ms);
  });
  try {
    return await Promise.race([look, late]);
  } finally {
    clearTimeout(timer);
  }
}

function silent(name: string, ms: number): ComponentHealth {
  return {
    status: 'down',
    code: 'operations/probe-timeout',
    message: `Looking at the ${name} took longer than ${ms} ms.`,
  };
}
