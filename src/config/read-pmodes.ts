import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PModeFileText, PModeProblem } from '../protocol/pmode/index.ts';

/** Files larger than this are not even read; the parser has a lower limit of its own. */
const MOST_BYTES = 1_048_576;

/** Agreements of one access point; several times the number of access points in Europe's largest networks. */
const MOST_FILES = 10_000;

/** The texts of the P-Mode files of a folder. */
export interface ReadPModes {
  readonly files: readonly PModeFileText[];
  readonly problems: readonly PModeProblem[];
}

/**
 * Reads the `.yaml` and `.yml` files of a folder, in the order of their names; folders below it and hidden files are left
 * out. A folder or file that cannot be read is a problem.
 */
export function readPModeFolder(folder: string): ReadPModes {
  const names = attempt(folder, () =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && /\.ya?ml$/i.test(entry.name))
      .map(({ name }) => name)
      .sort(),
  );
  if ('problem' in names) return { files: [], problems: [names.problem] };
  if (names.value.length > MOST_FILES)
    return { files: [], problems: [unreadable(folder, `holds more than ${MOST_FILES} P-Mode files`)] };
  const read = names.value.map((name) => readOne(join(folder, name)));
  return {
    files: read.flatMap((one) => ('value' in one ? [one.value] : [])),
    problems: read.flatMap((one) => ('problem' in one ? [one.problem] : [])),
  };
}

type Attempt<T> = { readonly value: T } | { readonly problem: PModeProblem };

function readOne(file: string): Attempt<PModeFileText> {
  return attempt(file, () => {
    const { size } = statSync(file);
    const text = size > MOST_BYTES ? ' '.repeat(MOST_BYTES) : readFileSync(file, 'utf8');
    return { file, text };
  });
}

function attempt<T>(file: string, read: () => T): Attempt<T> {
  try {
    return { value: read() };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return { problem: unreadable(file, `cannot be read (${String(error.code)})`) };
  }
}

function unreadable(file: string, why: string): PModeProblem {
  return {
    severity: 'error',
    check: 'file-readable',
    file,
    line: 0,
    column: 0,
    path: '',
    message: why,
    advice: 'Correct the path or its permissions.',
  };
}
