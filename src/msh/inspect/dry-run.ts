import { randomUUID } from 'node:crypto';
import type { Agreements, MshContext } from '../context.ts';
import type { Failure, KeyRing, MessageStore, PayloadStore } from '../ports/index.ts';
import { QuoinError } from '../../protocol/errors/index.ts';

/** A world that keeps nothing and remembers only why a message was refused. */
export interface DryRun {
  readonly context: MshContext;
  readonly failure: () => Failure | undefined;
}

/** A context for judging a captured message: the real steps, the real P-Modes and keys, no store and no network. */
export function dryRun(agreements: Agreements | undefined, limits: MshContext['limits']): DryRun {
  let failure: Failure | undefined;
  const notHere = (): never => {
    throw new QuoinError('inspect/not-here', 'Inspecting a message sends nothing and keeps nothing.');
  };
  const store: Partial<MessageStore> = {
    insertInbound: (message) =>
      Promise.resolve({ outcome: 'fresh', message: { ...message, state: 'RECEIVED', duplicates: 0 } }),
    findDuplicate: () => Promise.resolve(undefined),
    appendJournal: (entry) => {
      failure = entry.failure;
      return Promise.resolve();
    },
  };
  return {
    failure: () => failure,
    context: {
      store: store as MshContext['store'],
      payloads: forgetfulPayloads(notHere),
      queue: { ring: notHere, listen: notHere, close: () => Promise.resolve() },
      transport: { push: notHere, close: () => Promise.resolve() },
      observer: { emit: () => undefined },
      nature: { now: () => Date.now(), uuid: () => randomUUID() },
      agreements: () => agreements ?? { pmodes: [], keyRing: emptyKeyRing(notHere) },
      limits,
      times: { leaseMs: 0, responseTimeoutMs: 0, sweepIntervalMs: 0, roundMs: 0, orphanAgeMs: 0 },
      idDomain: 'inspect.invalid',
      sending: { places: 0, perPartner: 0, breaker: { failures: 1, waitMs: 0, longestWaitMs: 0 } },
    },
  };
}

function forgetfulPayloads(notHere: () => never): PayloadStore {
  return {
    create: () =>
      Promise.resolve({
        write: () => Promise.resolve(),
        commit: () => Promise.resolve('forgotten'),
        abort: () => Promise.resolve(),
      }),
    open: notHere,
    size: () => Promise.resolve(0),
    remove: () => Promise.resolve(),
    sweep: () => Promise.resolve(0),
  };
}

function emptyKeyRing(notHere: () => never): KeyRing {
  return {
    signingKey: notHere,
    decryptionKeys: () => [],
    signingCertificates: () => [],
    anchors: () => [],
    encryptionCertificate: notHere,
    knownCertificates: () => [],
  };
}
