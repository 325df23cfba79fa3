import { readFileSync } from 'node:fs';

const docs = new URL('../../docs/', import.meta.url);

/** The text of a document below docs/. */
export function documentText(name: string): string {
  return readFileSync(new URL(name, docs), 'utf8');
}

/** The rows of the tables of a document whose first cell is a word in backticks: by that word, the cells behind it. */
export function documentedRows(name: string): ReadonlyMap<string, readonly string[]> {
  const rows = new Map<string, readonly string[]>();
  for (const line of documentText(name).split('\n')) {
    const [first = '', ...cells] = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    const word = /^`([a-z0-9]+\/[a-z0-9-]+)`$/.exec(first)?.[1];
    if (word === undefined) continue;
    if (rows.has(word)) throw new Error(`docs/${name} lists ${word} twice`);
    rows.set(word, cells);
  }
  return rows;
}
