import type { SettingPath } from '../protocol/pmode/index.ts';
import type { Config } from './types.ts';
import type { ConfigFile } from './file-shape.ts';

/** What a check found: where, and what. */
export interface ConfigHit {
  readonly path: SettingPath;
  readonly message: string;
}

/** What a check looks at: the settings as written (merged, defaults included) and as they will be used. */
export interface ConfigDraft {
  readonly written: ConfigFile;
  /** Undefined parts are reported by other checks; `party` may be empty. */
  readonly config: Config;
}

/** A named check of the configuration: one row, one verdict. */
export interface ConfigCheck {
  readonly name: string;
  readonly severity: 'error' | 'warning';
  readonly about: string;
  readonly advice: string;
  run(draft: ConfigDraft): readonly ConfigHit[];
}
