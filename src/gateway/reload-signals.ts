import { up } from '../faces/operations/index.ts';
import type { ComponentHealth } from '../faces/operations/index.ts';
import type { Making } from './making.ts';
import type { ReloadState } from './reloader.ts';

/** Whether the files say what is in force. A refused reload endangers the next start, not what runs. */
export function addReloadSignals({ signals, reloader }: Pick<Making, 'signals' | 'reloader'>): void {
  signals.watch.add('configuration', () => Promise.resolve(configurationHealth(reloader.state)));
}

function configurationHealth({ refusal, since, atRestart }: ReloadState): ComponentHealth {
  const facts = { inForceSince: new Date(since).toISOString(), waitingForRestart: atRestart.length };
  if (refusal === undefined) return up('What the files say is in force.', facts);
  const refusedAt = new Date(refusal.at).toISOString();
  return {
    status: 'degraded',
    code: 'config/reload-refused',
    message: 'The last reload was refused; what was in force before still is.',
    facts: { ...facts, refusedAt, problems: refusal.problems.length },
  };
}
