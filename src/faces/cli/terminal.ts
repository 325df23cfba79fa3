import { styleText } from 'node:util';

/** What a command writes to, so that tests can read it. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly colour: boolean;
}

/** Exit codes of every command, documented in `quoin --help`. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, notFound: 4 } as const;

/** The process's own streams; colour only where a person reads and NO_COLOR is not set. */
export function processTerminal(): Terminal {
  return {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    colour: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
  };
}

type Style = 'green' | 'red' | 'yellow' | 'cyan' | 'bold' | 'dim';

/** Text in a style where the terminal shows colours, plain otherwise. */
export function styled(terminal: Terminal, style: Style, text: string): string {
  return terminal.colour ? styleText(style, text, { validateStream: false }) : text;
}

/** Rows in aligned columns under a heading line; the last column is not padded. */
export function table(
  terminal: Terminal,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ');
  terminal.out(styled(terminal, 'bold', line(headings)));
  for (const row of rows) terminal.out(line(row));
}

/** Bytes as a person reads them. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
