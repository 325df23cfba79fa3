import type { Config } from '../config/index.ts';
import type { Observer } from '../msh/index.ts';
import { systemNature } from '../world/observe/index.ts';
import { createFileWatch } from './fingerprint.ts';
import { Reloader } from './reloader.ts';
import { loadSnapshot } from './snapshot.ts';
import type { ReadConfig } from './snapshot.ts';

/** Where the configuration comes from. */
export interface ConfigOrigin {
  /** As it was read for the start. */
  readonly read: ReadConfig;
  /** Reads it as it is now; throws `config/invalid` listing every problem. */
  readonly reread: () => Promise<ReadConfig>;
}

/**
 * Loads what is in force from the start on, and what swaps it later. Throws `config/pmodes` or `config/keys` listing every
 * problem at once.
 */
export async function createReloading(options: {
  readonly config: Config;
  readonly observer: Observer;
  readonly origin?: ConfigOrigin | undefined;
}): Promise<Reloader> {
  const { config, observer } = options;
  const read = options.origin?.read ?? { config, warnings: [], settings: [] };
  const reread = options.origin?.reread ?? (() => Promise.resolve(read));
  const since = systemNature.now();
  const files = createFileWatch();
  // Before they are read: what changes meanwhile is found to be different.
  const handled = await files.fingerprint(config);
  const first = await loadSnapshot(read);
  return new Reloader({ first, since, handled, reread, files, observer, nature: systemNature });
}
