import { styleText } from 'node:util';

/** What a command writes to, so that tests can read it. */
export interface Terminal {
  /** What was asked for: one line, without its end. */
  readonly out: (line: string) => void;
  /** What a person should know besides: progress, complaints. */
  readonly err: (line: string) => void;
  readonly colour: boolean;
  /** Width of a terminal that a person reads, in characters; undefined where whole lines matter. */
  readonly columns?: number | undefined;
  /** A line that is replaced by the next one and by whatever is written; absent where nobody watches. */
  readonly status?: ((text: string | undefined) => void) | undefined;
}

/** Exit codes of every command. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, notFound: 4 } as const;

/** What each exit code says, for `quoin --help` and docs/cli.md. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done; where a message is waited for, its receipt is verified',
  failed: 'it did not succeed: refused, failed, or something that was checked is not sound',
  usage: 'wrong usage, or a file that cannot be used',
  unreachable: 'no access point answers, or no common service',
  notFound: 'there is no such message or exchange, or nobody gives such evidence',
};

/** The process's own streams; colour only where a person reads and NO_COLOR is not set. */
export function processTerminal(): Terminal {
  const watched = process.stderr.isTTY === true;
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write('\r\u001b[K');
    shown = false;
  };
  const status = (text: string | undefined): void => {
    clear();
    if (text === undefined) return;
    process.stderr.write(plain(text).slice(0, (process.stderr.columns || 80) - 1));
    shown = true;
  };
  return {
    out: (line) => {
      clear();
      process.stdout.write(`${line}\n`);
    },
    err: (line) => {
      clear();
      process.stderr.write(`${line}\n`);
    },
    status: watched ? status : undefined,
    colour: process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '',
    columns: process.stdout.isTTY === true ? process.stdout.columns : undefined,
  };
}

/** Control characters and those that turn the direction of text: what partners write must not steer a terminal. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text from elsewhere as it may stand on a terminal. */
export function plain(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

type Style = 'green' | 'red' | 'yellow' | 'cyan' | 'bold' | 'dim';

/** Plain text in a style where the terminal shows colours. */
export function styled(terminal: Pick<Terminal, 'colour'>, style: Style, text: string): string {
  return terminal.colour ? styleText(style, plain(text), { validateStream: false }) : plain(text);
}

/** Rows in aligned columns under a heading line, shortened where the terminal is narrower; the last column is not padded. */
export function table(
  terminal: Terminal,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const shown = rows.map((row) => row.map(plain));
  const widths = fitted(
    headings.map((heading, column) =>
      shown.reduce((most, row) => Math.max(most, (row[column] ?? '').length), heading.length),
    ),
    terminal.columns,
    headings.map((heading) => WHOLE.has(heading)),
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => cut(cell, widths[column] ?? 0, column === headings.length - 1)).join('  ');
  terminal.out(styled(terminal, 'bold', line(headings)));
  for (const row of shown) terminal.out(line(row));
}

/** Columns that are never shortened: values that are copied into the next command, and clock times. */
const WHOLE: ReadonlySet<string> = new Set(['id', 'message id', 'P-Mode', 'partner', 'at']);

/** Widths that fit side by side: the widest give way first, none below what a word needs. */
function fitted(
  widths: readonly number[],
  columns: number | undefined,
  whole: readonly boolean[],
): readonly number[] {
  const fit = [...widths];
  const room = (columns ?? Number.POSITIVE_INFINITY) - 2 * (widths.length - 1);
  while (fit.reduce((sum, width) => sum + width, 0) > room) {
    const widest = fit.indexOf(Math.max(...fit.filter((_, column) => whole[column] !== true)));
    if (widest < 0 || fit[widest]! <= 12) break;
    fit[widest] = fit[widest]! - 1;
  }
  return fit;
}

function cut(cell: string, width: number, last: boolean): string {
  if (cell.length > width) return `${cell.slice(0, width - 1)}…`;
  return last ? cell : cell.padEnd(width);
}

/** Labelled values as indented lines; those without a value are left out. */
export function facts(
  write: (line: string) => void,
  pairs: readonly (readonly [label: string, value: string | undefined])[],
): void {
  const told = pairs.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(8, ...told.map(([label]) => label.length));
  for (const [label, value] of told) write(`  ${label.padEnd(width)}  ${plain(value!)}`);
}

/** Bytes as a person reads them. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
