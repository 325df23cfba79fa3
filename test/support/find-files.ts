import { readdirSync } from 'node:fs';

/** Files below a folder whose path matches, sorted, relative to it with forward slashes. */
export function findFiles(root: URL, pattern: RegExp): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => pattern.test(file) && !file.includes('node_modules/') && !file.includes('/target/'))
    .sort();
}
