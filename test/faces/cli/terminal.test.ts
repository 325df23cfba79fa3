import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table } from '../../../src/faces/cli/terminal.ts';

function lines(
  columns: number | undefined,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
) {
  const out: string[] = [];
  const terminal = {
    out: (line: string) => void out.push(line),
    err: () => undefined,
    colour: false,
    columns,
  };
  table(terminal, headings, rows);
  return out;
}

const rows = [
  ['0123456789abcdef', 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/test', 'end'],
];

test('a table keeps to the width of the terminal; what is copied stays whole', () => {
  const [heading, row] = lines(48, ['id', 'action', ''], rows);
  assert.ok(heading!.length <= 48 && row!.length <= 48, row);
  assert.match(row!, /^0123456789abcdef {2}http:\/\/docs\S*… {2}end$/);
});

test('without a terminal nothing is shortened', () => {
  assert.match(lines(undefined, ['id', 'action', ''], rows)[1]!, /200704\/test {2}end$/);
});
