/** One step into a settings file: a key or the index of a list entry. */
export type PathSegment = string | number;

/** Where a value stands in a settings file, from the root down; empty for the file itself. */
export type SettingPath = readonly PathSegment[];

/** One thing wrong with a settings file (a P-Mode or the configuration), told so that it can be repaired at once. */
export interface PModeProblem {
  /** An error keeps the file from being used; a warning is logged and shown. */
  readonly severity: 'error' | 'warning';
  /** The name of the check, stable: see docs/pmode-reference.md. */
  readonly check: string;
  /** The file as it was named to the parser; `environment` for a variable. */
  readonly file: string;
  /** 1-based; 0 when the place is not in a text. */
  readonly line: number;
  /** 1-based; 0 when the place is not in a text. */
  readonly column: number;
  /** For example `legs[2].action`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** One sentence: what to do about it. */
  readonly advice: string;
}

/** A path as people write it: `legs[2].action`, `parties["a b"].ids[0]`. */
export function pathText(path: SettingPath): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    if (!/^[\w-]+$/.test(segment)) return `${text}[${JSON.stringify(segment)}]`;
    return text === '' ? segment : `${text}.${segment}`;
  }, '');
}

/** True when `path` is `start` or lies below it. */
export function pathStartsWith(path: SettingPath, start: SettingPath): boolean {
  return start.length <= path.length && start.every((segment, index) => segment === path[index]);
}

/** Problems in the order a reader meets them: by file, place and check; duplicates removed. */
export function sortProblems(problems: readonly PModeProblem[]): readonly PModeProblem[] {
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...unique.values()].sort(
    (a, b) =>
      compareText(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compareText(a.path, b.path) ||
      compareText(a.check, b.check) ||
      compareText(a.message, b.message),
  );
}

/** A problem as one line: `file:line:column path: message (check). Advice`. */
export function formatProblem(problem: PModeProblem): string {
  const place = problem.line === 0 ? problem.file : `${problem.file}:${problem.line}:${problem.column}`;
  const path = problem.path === '' ? '' : ` ${problem.path}`;
  return `${problem.severity}: ${place}${path}: ${problem.message} [${problem.check}] ${problem.advice}`.trimEnd();
}

/** True when at least one of the problems is an error. */
export function hasErrors(problems: readonly PModeProblem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

/** Orders texts by code unit, the same on every machine. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
