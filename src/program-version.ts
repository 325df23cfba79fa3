import { readFileSync } from 'node:fs';

/** The version of the program; package.json lies beside `src` in a checkout and beside `dist` in an image. */
export function programVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
