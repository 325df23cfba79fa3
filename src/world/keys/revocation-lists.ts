import { isQuoinError } from '../../protocol/errors/index.ts';
import { parseRevocationList } from '../../protocol/pki/index.ts';
import type { Certificate, RevocationList } from '../../protocol/pki/index.ts';
import { openingProblem, problemOf } from './problems.ts';
import { readKeyFile } from './read-file.ts';
import type { KeyProblem } from './types.ts';

/** A revocation list with the file it came from. */
export interface LoadedRevocationList {
  readonly source: string;
  readonly list: RevocationList;
}

/** Loads revocation lists and has their signatures verified by authorities already known. */
export async function loadRevocationLists(
  paths: readonly string[],
  authorities: readonly Certificate[],
): Promise<{ readonly lists: readonly LoadedRevocationList[]; readonly problems: readonly KeyProblem[] }> {
  const outcomes = await Promise.all(paths.map((path) => load(path, authorities)));
  return {
    lists: outcomes.filter((outcome) => 'list' in outcome),
    problems: outcomes.filter((outcome) => 'code' in outcome),
  };
}

async function load(
  path: string,
  authorities: readonly Certificate[],
): Promise<LoadedRevocationList | KeyProblem> {
  let bytes: Buffer;
  try {
    ({ bytes } = await readKeyFile(path));
  } catch (error) {
    return isQuoinError(error) ? problemOf(path, error) : openingProblem(path, error);
  }
  try {
    return { source: path, list: parseRevocationList(bytes, authorities) };
  } catch (error) {
    return problemOf(path, error);
  }
}

/** A list past its time still revokes what it names, but knows nothing of what came after. */
export function staleWarnings(lists: readonly LoadedRevocationList[], now: number): readonly KeyProblem[] {
  return lists
    .filter(({ list }) => list.nextUpdate !== undefined && list.nextUpdate.getTime() < now)
    .map(({ source, list }) => ({
      code: 'keys/revocation-list-stale',
      file: source,
      message: `${source}: the next revocation list of ${list.issuer} was due on ${list.nextUpdate?.toISOString()}.`,
      advice: 'Fetch the present list from the authority.',
    }));
}
