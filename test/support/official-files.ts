import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Why a test that needs them is skipped. */
export const NO_OFFICIAL_FILES =
  'the official samples and schemas are not here (QUOIN_OFFICIAL, or shared/official beside the tree)';

/**
 * The folder with official OOTS samples, schemas and code lists, which are not part of this tree: the one QUOIN_OFFICIAL
 * names, or `shared/official` in a folder above the tree.
 */
export const officialFolder: string | undefined = process.env['QUOIN_OFFICIAL'] ?? searchUpwards();

/** Official files below a folder whose name ends in one of the endings; none when they are not here. */
export function officialFiles(folder: string, ...endings: readonly string[]): readonly string[] {
  if (officialFolder === undefined) return [];
  const root = join(officialFolder, folder);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .sort()
    .map((name) => join(root, name));
}

function searchUpwards(): string | undefined {
  let folder = resolve(fileURLToPath(import.meta.url), '../../..');
  while (folder !== dirname(folder)) {
    folder = dirname(folder);
    const candidate = join(folder, 'shared', 'official');
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}
