import { stringify } from 'yaml';
import type { Config } from './types.ts';

/** The configuration in force as YAML, with every secret replaced by `(secret)`. */
export function showConfig(config: Config): string {
  const shown: unknown = JSON.parse(
    JSON.stringify(config, (_key, value: unknown) => (typeof value === 'function' ? '(secret)' : value)),
  );
  return stringify(shown);
}
