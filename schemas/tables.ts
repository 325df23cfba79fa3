import { DURATION_PATTERN, SIZE_PATTERN } from '../src/protocol/pmode/index.ts';
import type { JsonSchema } from '../src/protocol/pmode/index.ts';

/** One key of a settings file, as a row of a reference table. */
export interface KeyRow {
  readonly key: string;
  readonly kind: string;
  readonly standard: string;
  readonly meaning: string;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'number',
  boolean: 'true or false',
  array: 'list',
  object: 'mapping',
};

/** The rows of a mapping; mappings below it are written with dots, lists and named entries are left to a table of their own. */
export function keyRows(schema: JsonSchema, prefix = ''): readonly KeyRow[] {
  return Object.entries(mappingOf(schema)?.properties ?? {}).flatMap(([name, one]) => {
    const key = `${prefix}${name}`;
    const row: KeyRow = {
      key: `\`${key}\``,
      kind: kindOf(one),
      standard: one.default === undefined ? '' : `\`${JSON.stringify(one.default)}\``,
      meaning: one.description ?? '',
    };
    return [row, ...(mappingOf(one)?.properties === undefined ? [] : keyRows(one, `${key}.`))];
  });
}

/** The mapping among the alternatives of a schema. */
export function mappingOf(schema: JsonSchema | undefined): JsonSchema | undefined {
  return schema?.anyOf === undefined ? schema : schema.anyOf.find(({ type }) => type === 'object');
}

/** A Markdown table; cells may not break lines. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A table of keys. */
export function keyTable(rows: readonly KeyRow[]): string {
  return table(
    ['Key', 'Kind', 'Default', 'Meaning'],
    rows.map(({ key, kind, standard, meaning }) => [key, kind, standard, meaning]),
  );
}

function kindOf(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(kindOf))].join(' or ');
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${String(one)}\``).join(', ');
  if (schema.pattern === DURATION_PATTERN.source) return 'duration';
  if (schema.pattern === SIZE_PATTERN.source) return 'size';
  return KINDS[schema.type ?? ''] ?? 'value';
}
