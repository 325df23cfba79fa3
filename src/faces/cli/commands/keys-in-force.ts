import { isQuoinError } from '../../../protocol/errors/index.ts';
import { ApiError, callJson } from '../api-client.ts';
import type { ApiAddress } from '../api-client.ts';
import { plain } from '../terminal.ts';
import { apiAddress } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

/** Whether a change of the keys file is in force in the access point that runs, and if not, why. */
export interface KeyStanding {
  readonly state: 'in-force' | 'not-yet' | 'not-reachable' | 'not-told';
  readonly why?: readonly string[] | undefined;
}

/** What of the configuration in force is looked at. */
interface InForce {
  readonly apiKeys?: readonly { readonly name: string; readonly created: string }[] | undefined;
}

/** A key that is to be there, by when it was made, or to be gone. */
export interface ExpectedKey {
  readonly name: string;
  /** ISO 8601; a key that is gone has none. */
  readonly created?: string | undefined;
}

/**
 * Has a running access point read its files, and tells whether it has the key by now, or no longer. What else is wrong with
 * the files keeps no key from being taken. Never rejects: the file is changed whatever is found here.
 */
export async function askForKey(
  context: CommandContext,
  options: GlobalOptions,
  expected: ExpectedKey,
): Promise<KeyStanding> {
  try {
    const address = await apiAddress(context, options);
    const problems = await reload(address);
    const { apiKeys } = await callJson<InForce>(address, { path: '/v1/configuration' });
    if (apiKeys === undefined)
      return { state: 'not-yet', why: ['It was started without a file of keys: start it again.'] };
    const found = apiKeys.find(({ name }) => name === expected.name);
    if (found?.created === expected.created) return { state: 'in-force' };
    return { state: 'not-yet', why: problems.length === 0 ? ['It reads another file of keys.'] : problems };
  } catch (error) {
    if (!isQuoinError(error)) throw error;
    if (error.code === 'cli/no-access-point') return { state: 'not-reachable' };
    return { state: 'not-told', why: [error.message] };
  }
}

/** Problems of the files; none when they are in force. */
async function reload(address: ApiAddress): Promise<readonly string[]> {
  try {
    await callJson(address, { method: 'POST', path: '/v1/reload' });
    return [];
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'rest/reload-refused') throw error;
    return error.errors.map(({ detail }) => detail);
  }
}

/** The same in words. */
export function standingLines({ state, why = [] }: KeyStanding): readonly string[] {
  const reasons = why.map((line) => `  ${plain(line)}`);
  return [HEADINGS[state], ...reasons];
}

const HEADINGS: Readonly<Record<KeyStanding['state'], string>> = {
  'in-force': 'In force now in the access point that runs, and the other nodes were asked to follow.',
  'not-yet': 'Not yet in force in the access point that runs:',
  'not-reachable': 'No access point answers: it reads the file when it starts.',
  'not-told':
    'Whether it is in force could not be asked; a running access point reads the file by itself (timeouts.reload):',
};
