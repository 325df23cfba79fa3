import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { SignedAnswer } from '../../src/oots/index.ts';
import { officialFiles } from './official-files.ts';

/** A real answer of a common service. */
export interface OfficialAnswer extends SignedAnswer {
  readonly name: string;
}

/** The real answers that are here; none without the official files. */
export const officialAnswers: readonly OfficialAnswer[] = officialFiles('common-services', '.headers').map(
  (file) => ({
    name: basename(file, '.headers'),
    headers: Object.fromEntries(
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.includes(': '))
        .map((line) => [line.slice(0, line.indexOf(': ')).toLowerCase(), line.slice(line.indexOf(': ') + 2)]),
    ),
    body: readFileSync(file.replace(/\.headers$/, '.xml')),
  }),
);
