import { createHash } from 'node:crypto';
import type { ApiKey, Config, Setting } from '../config/index.ts';
import { diffApiKeys, diffSettings, diffWebhooks } from '../config/index.ts';
import { readApiKeys } from '../load-api-keys.ts';
import { loadWebhooks } from '../load-webhooks.ts';
import type { LoadedWebhook } from '../load-webhooks.ts';
import { loadAgreements } from '../load-agreements.ts';
import type { LoadedAgreements } from '../load-agreements.ts';
import { diffPModes } from '../protocol/pmode/index.ts';
import { diffKeys } from '../world/keys/index.ts';

/** A configuration as it was read: checked settings, and every one with its origin. */
export interface ReadConfig {
  readonly config: Config;
  /** Warnings of the checks. */
  readonly warnings: readonly string[];
  readonly settings: readonly Setting[];
}

/**
 * Everything that can change while the access point runs: read from files as a whole, and swapped as a whole by one
 * assignment. What works on a message takes it once and keeps it to the end.
 */
export interface Snapshot {
  /** The settings it was read by. Of them only those in `SWAPPED` are in force; the others are those of the start. */
  readonly read: ReadConfig;
  readonly loaded: LoadedAgreements;
  /** Keys of the backend API; undefined when no file of them is named. */
  readonly apiKeys: readonly ApiKey[] | undefined;
  readonly webhooks: readonly LoadedWebhook[];
  /** The same for the same P-Modes, keys, trust, API keys and webhooks, wherever and however they are written: nodes compare it. */
  readonly digest: string;
}

/** One difference, in words, and what it is about; `weakens` when a protection that held before holds no longer. */
export interface Change {
  readonly about: 'pmode' | 'key' | 'api-key' | 'webhook';
  readonly words: string;
  readonly weakens: boolean;
}

/** Settings that take effect while the access point runs, with everything below them. */
const SWAPPED = /^(keys|revocationLists|pmodes|certificates|webhooks)(\b|$)/;

/** Reads a snapshot. Throws `config/pmodes`, `config/keys` or `config/api-keys` listing every problem at once, or `config/webhook-authority`. */
export async function loadSnapshot(read: ReadConfig): Promise<Snapshot> {
  const loaded = await loadAgreements(read.config, read.settings);
  const apiKeys = readApiKeys(read.config);
  const webhooks = await loadWebhooks(read.config);
  return { read, loaded, apiKeys, webhooks, digest: digestOf(loaded, apiKeys, webhooks) };
}

/** The same with other keys of the backend API: they never wait for the rest of the files to be right. */
export function withApiKeys(snapshot: Snapshot, apiKeys: readonly ApiKey[]): Snapshot {
  const { loaded, webhooks } = snapshot;
  return { ...snapshot, apiKeys, digest: digestOf(loaded, apiKeys, webhooks) };
}

/** The settings of the start with those of `fresh` that may change while the access point runs. */
export function swappable(running: Config, fresh: Config): Config {
  const { keys, revocationLists, folders, webhooks } = fresh;
  return {
    ...running,
    keys,
    revocationLists,
    webhooks,
    folders: { ...running.folders, pmodes: folders.pmodes, certificates: folders.certificates },
  };
}

/** What becomes different when `after` takes the place of `before`; what weakens comes first. */
export function diffSnapshots(before: Snapshot, after: Snapshot): readonly Change[] {
  const keys = diffKeys(keysOf(before), keysOf(after));
  return [
    ...diffPModes(before.loaded.agreements.pmodes, after.loaded.agreements.pmodes).map(
      ({ words, weakens }): Change => ({ about: 'pmode', words, weakens }),
    ),
    ...keys.map((words): Change => ({ about: 'key', words, weakens: false })),
    ...diffApiKeys(before.apiKeys ?? [], after.apiKeys ?? []).map((words): Change => ({
      about: 'api-key',
      words,
      weakens: false,
    })),
    ...diffWebhooks(before.webhooks, after.webhooks).map((change): Change => ({
      about: 'webhook',
      ...change,
    })),
  ];
}

/** What has changed in the settings since the start and waits for the next one, in words. */
export function waitingForRestart(started: ReadConfig, fresh: ReadConfig): readonly string[] {
  return diffSettings(started.settings, fresh.settings)
    .filter(({ path }) => !SWAPPED.test(path))
    .map(({ words }) => words);
}

function keysOf({ loaded }: Snapshot): Parameters<typeof diffKeys>[0] {
  return { keyRing: loaded.agreements.keyRing, inventory: loaded.certificates };
}

function digestOf(
  { agreements, certificates }: LoadedAgreements,
  apiKeys: Snapshot['apiKeys'],
  webhooks: Snapshot['webhooks'],
): string {
  const facts = {
    apiKeys,
    webhooks: webhooks.map(({ name, facts: ofOne }) => [name, ofOne]),
    pmodes: agreements.pmodes.map(({ file: _file, ...pmode }) => pmode),
    certificates: certificates.map(({ use, party, thumbprintSha256 }) => [use, party, thumbprintSha256]),
    revocationLists: agreements.keyRing
      .revocationLists()
      .map(({ issuer, thisUpdate, revoked }) => [issuer, thisUpdate.getTime(), [...revoked.keys()]]),
  };
  return createHash('sha256').update(canonical(facts)).digest('hex');
}

/** JSON whose keys are in order: equal values give equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
