import { weakModes } from '../protocol/pmode/index.ts';
import type { Making } from './making.ts';

/** What weakens this access point is said at every start. */
export function announce(
  { config, loaded, observer }: Pick<Making, 'config' | 'loaded' | 'observer'>,
  warnings: readonly string[],
): void {
  for (const warning of [...warnings, ...loaded().warnings])
    observer.emit({ event: 'gateway/configuration-warning', level: 'warn', warning });
  for (const mode of loaded().agreements.pmodes.flatMap(weakModes))
    observer.emit({ event: 'gateway/weaker-mode', level: 'warn', mode });
  if (config.demo)
    observer.emit({
      event: 'gateway/demonstration',
      level: 'warn',
      advice: 'Demonstration keys are allowed. Never do this in production.',
    });
}
