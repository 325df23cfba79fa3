import { loadApiKeys } from './config/index.ts';
import type { ApiKey, Config } from './config/index.ts';
import { problemError } from './problem-error.ts';
import { formatProblem, hasErrors } from './protocol/pmode/index.ts';

/** Reads the keys of the backend API, if a file of them is named. Throws `config/api-keys` listing every problem at once. */
export function readApiKeys({ listeners }: Config): readonly ApiKey[] | undefined {
  const { keysFile } = listeners.api;
  if (keysFile === undefined) return undefined;
  const { keys, problems } = loadApiKeys(keysFile);
  if (!hasErrors(problems)) return keys;
  throw problemError('config/api-keys', 'API keys', problems.map(formatProblem));
}
