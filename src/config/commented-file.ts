import { stringify } from 'yaml';
import type { JsonSchema } from '../protocol/pmode/index.ts';
import type { ConfigFile } from './file-shape.ts';
import { configJsonSchema } from './load-config.ts';

/** A configuration file to be written for a person. */
export interface CommentedFile {
  /** What stands above everything else. */
  readonly heading: string;
  /** What the file sets; every other key stands in it as a comment, with its default. */
  readonly active: ConfigFile;
  /** More than the schema says about a key, by its path: `listeners.as4.host`. Of list entries, `keys.path`. */
  readonly remarks: Readonly<Record<string, string>>;
}

/** Columns of prose, after which lines are broken. */
const WIDTH = 100;

const INDENT = '  ';

/**
 * A configuration file with every key there is, each explained: prose is `# so`, a setting that is left at its default
 * `#so: 1`, which needs but the mark taken away. A section without anything given has one mark a line, and a second one
 * where there is no default.
 */
export function commentedConfig({ heading, active, remarks }: CommentedFile): string {
  const sections = Object.entries(configJsonSchema().properties ?? {}).map(([key, schema]) =>
    settingLines({ key, path: key, schema, given: (active as Tree)[key], marked: false, remarks }),
  );
  const texts = [prose(heading, WIDTH), ...sections].map((lines) => lines.join('\n'));
  return `${texts.join('\n\n')}\n`;
}

type Tree = Readonly<Record<string, unknown>>;

interface Node {
  readonly key: string;
  readonly path: string;
  readonly schema: JsonSchema;
  readonly given: unknown;
  /** It stands in a section that is a comment as a whole. */
  readonly marked: boolean;
  readonly remarks: CommentedFile['remarks'];
}

/** The explanation of a key, then the key with what is below it; all of it a comment where nothing is given. */
function settingLines(node: Node): readonly string[] {
  const { key, path, schema, given, marked, remarks } = node;
  const told = [schema.description, remarks[path]].filter((text) => text !== undefined).join(' ');
  const explained = prose(told, WIDTH - INDENT.length * path.split('.').length);
  const below = linesBelow(node);
  const said = below === undefined ? leafLines(key, schema, given) : [`${key}:`, ...below.map(indented)];
  const isPlain = given !== undefined || (marked && hasDefault(schema));
  return [...explained, ...(isPlain ? said : said.map((line) => `#${line}`))];
}

function hasDefault(schema: JsonSchema): boolean {
  return schema.default !== undefined || Object.values(schema.properties ?? {}).some(hasDefault);
}

/** The lines of a mapping, or of a list of mappings with an entry that shows its keys; undefined for a plain value. */
function linesBelow({ path, schema, given, remarks }: Node): readonly string[] | undefined {
  const linesOf = (properties: JsonSchema['properties'], values: unknown): readonly string[] =>
    Object.entries(properties ?? {}).flatMap(([key, one]) =>
      settingLines({
        key,
        path: `${path}.${key}`,
        schema: one,
        given: (values as Tree)[key],
        marked: given === undefined,
        remarks,
      }),
    );
  if (schema.properties !== undefined) return linesOf(schema.properties, given ?? {});
  const entry = schema.items?.properties;
  if (entry === undefined) return undefined;
  const entries = (given as readonly unknown[] | undefined) ?? [{}];
  return entries.flatMap((one) => asEntry(linesOf(entry, one)));
}

/** The dash of a list entry belongs before its first setting; an entry without any gets a line for it. */
function asEntry(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => !line.startsWith('#'));
  if (first < 0) return ['-', ...lines.map(indented)];
  return lines.map((line, index) => {
    if (index === first) return `- ${line}`;
    return index < first ? line : indented(line);
  });
}

function leafLines(key: string, schema: JsonSchema, given: unknown): readonly string[] {
  const value = given ?? schema.default;
  if (value !== undefined)
    return stringify({ [key]: value }, { lineWidth: 0 })
      .trimEnd()
      .split('\n');
  const choices = schema.enum?.map(String).join(' or ');
  return [choices === undefined ? `${key}:` : `${key}: # ${choices}`];
}

function indented(line: string): string {
  return INDENT + line;
}

/** Text as lines of comment, broken between words; paragraphs stay apart. */
function prose(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines = [''];
    for (const word of paragraph.split(' ').filter((one) => one !== '')) {
      const longer = `${lines.at(-1)!} ${word}`;
      if (longer.length > width && lines.at(-1) !== '') lines.push(` ${word}`);
      else lines[lines.length - 1] = longer;
    }
    return lines.map((line) => `#${line}`);
  });
}
