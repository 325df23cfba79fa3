import type { PayloadWriter } from '../../src/msh/index.ts';
import { QuoinError } from '../../src/protocol/errors/index.ts';
import type { TestWorld } from './test-gateway.ts';

/**
 * How a call to a port goes wrong. `dies-before` and `dies-after`: the process ends before or after the call has had its
 * effect; nothing it asks for is answered any more. `fails` and `fails-after`: the call rejects, without or with its
 * effect; everything else goes on.
 */
export const MISHAPS = ['dies-before', 'dies-after', 'fails', 'fails-after'] as const;

export type Mishap = (typeof MISHAPS)[number];

/** Calls of which one, counted from 1, goes wrong. */
export interface MortalCalls {
  /** The calls made so far, by name. */
  readonly calls: readonly string[];
  /** The call that went wrong; undefined as long as none has. */
  readonly struck: () => string | undefined;
  /** Resolves when the process has died; never for mishaps that do not kill. */
  readonly died: Promise<void>;
  /** From now on nothing goes wrong that has not. */
  readonly spare: () => void;
  readonly call: <T>(name: string, act: () => Promise<T>) => Promise<T>;
  /** The same with every method counted, except those named. */
  readonly guarded: <T extends object>(name: string, target: T, except?: readonly string[]) => T;
}

/** A world in which one call goes wrong. */
export interface MortalWorld extends Pick<MortalCalls, 'calls' | 'struck' | 'died' | 'spare'> {
  readonly around: (world: TestWorld) => TestWorld;
}

/** Calls that have no effect of their own when they fail: a writer nobody was given holds nothing. */
const WITHOUT_EFFECT = new Set(['payloads.create', 'payloads.open']);

const never = new Promise<never>(() => undefined);

/** Counts what goes through it, and lets one call go wrong. */
export function mortalCalls(at: number, mishap: Mishap): MortalCalls {
  const calls: string[] = [];
  let struck: string | undefined;
  let isDead = false;
  let isSpared = false;
  let die: () => void = () => undefined;
  const died = new Promise<void>((resolve) => (die = resolve));

  const call = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    if (isDead) return await never;
    const isLast = calls.push(name) === at && !isSpared;
    if (isLast) struck = name;
    if (isLast && mishap.endsWith('after') && !WITHOUT_EFFECT.has(name)) await act();
    if (isLast && mishap.startsWith('dies')) {
      isDead = true;
      die();
      return await never;
    }
    if (isLast) throw failureOf(name);
    const result = await act();
    return isDead ? await never : result;
  };

  const guarded = <T extends object>(name: string, target: T, except: readonly string[] = []): T => {
    const entries = Object.entries(target).map(([key, value]: [string, unknown]) => {
      if (typeof value !== 'function' || except.includes(key)) return [key, value];
      const method = value as (...args: unknown[]) => Promise<unknown>;
      return [key, (...args: unknown[]) => call(`${name}.${key}`, () => method(...args))];
    });
    return Object.fromEntries(entries) as T;
  };

  return { calls, struck: () => struck, died, spare: () => void (isSpared = true), call, guarded };
}

/** The adapters of a gateway, of whose calls one goes wrong. */
export function mortalWorld(at: number, mishap: Mishap): MortalWorld {
  const { calls, struck, died, spare, call, guarded } = mortalCalls(at, mishap);

  const around = (world: TestWorld): TestWorld => ({
    store: guarded('store', world.store, ['close']),
    queue: guarded('queue', world.queue, ['listen', 'close']),
    transport: guarded('transport', world.transport, ['close']),
    payloads: {
      ...guarded('payloads', world.payloads),
      create: async () => writerOf(await call('payloads.create', () => world.payloads.create())),
      open: async function* (handle) {
        await call('payloads.open', () => Promise.resolve());
        yield* world.payloads.open(handle);
      },
    },
  });

  const writerOf = (writer: PayloadWriter): PayloadWriter => ({
    write: (chunk) => call('writer.write', () => writer.write(chunk)),
    commit: () => call('writer.commit', () => writer.commit()),
    abort: () => call('writer.abort', () => writer.abort()),
  });

  return { around, calls, struck, died, spare };
}

function failureOf(name: string): Error {
  const [port] = name.split('.');
  if (port === 'queue') return new Error('The queue is gone.');
  const code = {
    store: 'store/unavailable',
    transport: 'http/connection-reset',
    sender: 'http/connection-reset',
  }[port ?? ''];
  return new QuoinError(
    (code ?? 'payloads/unavailable') as `${string}/${string}`,
    `${name} fails, by order of the test.`,
  );
}
