import { CST, Lexer, LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node, Pair, YAMLError } from 'yaml';
import { pathText } from './problems.ts';
import type { PModeProblem, SettingPath } from './problems.ts';

/** A place in a text, 1-based; 0 and 0 when there is no text. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Settings as they were given, unchecked, with a way back from a value to its place. */
export interface SettingsSource {
  readonly file: string;
  readonly value: unknown;
  /** Problems of syntax; with an error among them `value` is undefined. */
  readonly problems: readonly PModeProblem[];
  /** The place of a key (of the value for a list entry); of the nearest thing above when the path is not there. */
  readonly place: (path: SettingPath) => Place;
}

/** Bounds for one YAML text. */
export interface YamlLimits {
  /** bytes in UTF-8 */
  readonly maxBytes: number;
  /** How often aliases may be expanded in all; stops the multiplication of anchors. */
  readonly maxAliases: number;
}

/** Bounds for a settings file: many times the size of the largest sensible one. */
export const yamlLimits: YamlLimits = { maxBytes: 65_536, maxAliases: 20 };

/**
 * Reads one YAML 1.2 document (core schema): duplicate keys, unknown tags, several documents, aliases that multiply and
 * texts above the limits are problems. Never throws for bad input.
 */
export function readYaml(text: string, file: string, limits: YamlLimits = yamlLimits): SettingsSource {
  const size = Buffer.byteLength(text);
  if (size > limits.maxBytes) {
    const message = `the file has ${size} bytes; the limit is ${limits.maxBytes}`;
    return broken(file, 'file-too-large', message, 'Split it: one agreement a file, certificates by name.');
  }
  if (isNestedTooDeeply(text))
    return broken(file, 'yaml-syntax', 'the file is nested too deeply', 'Flatten it: six levels are enough.');
  const lineCounter = new LineCounter();
  const document = parse(text, lineCounter);
  const syntax = [...document.errors, ...document.warnings]
    .slice(0, MOST_SYNTAX_PROBLEMS)
    .map((error) => syntaxProblem(error, file, lineCounter));
  const place = (path: SettingPath) => placeIn(document, lineCounter, path);
  if (syntax.length > 0) return { file, value: undefined, problems: syntax, place };
  const value = expand(document, limits.maxAliases);
  if ('fault' in value) {
    const advice = 'Write the values out, or use legDefaults for what all legs have in common.';
    return broken(file, 'yaml-aliases', value.fault, advice);
  }
  const odd = oddKey(value.js, []);
  if (odd !== undefined)
    return broken(file, 'unknown-key', `unknown key ${pathText(odd)}`, 'Remove it.', place(odd));
  return { file, value: value.js, problems: [], place };
}

const MOST_SYNTAX_PROBLEMS = 20;
const DEEPEST_FLOW = 32;
const DEEPEST_LINE = 100;
const MOST_INDICATORS = 64;

/**
 * The YAML library is recursive, and a stack that overflows inside it may end the process; so nesting is measured before.
 * Block nesting shows at the beginning of a line, flow nesting in the brackets outside of texts.
 */
function isNestedTooDeeply(text: string): boolean {
  for (const line of text.split(/[\r\n]/)) {
    const start = line.search(/[^\s?:-]/);
    if ((start < 0 ? line.length : start) > DEEPEST_LINE) return true;
    const indicators = line.match(/(?:^|[\s,[{])[-?:!&]/g);
    if (indicators !== null && indicators.length > MOST_INDICATORS) return true;
  }
  let depth = 0;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === 'flow-seq-start' || type === 'flow-map-start') depth += 1;
    if (type === 'flow-seq-end' || type === 'flow-map-end') depth -= 1;
    if (depth > DEEPEST_FLOW) return true;
  }
  return false;
}

function parse(text: string, lineCounter: LineCounter): Document.Parsed {
  return parseDocument(text, {
    lineCounter,
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
  });
}

/** The plain value of a document, or what is wrong with its aliases. */
function expand(
  document: Document.Parsed,
  maxAliases: number,
): { readonly js: unknown } | { readonly fault: string } {
  try {
    const js: unknown = document.toJS({ maxAliasCount: maxAliases });
    return containsItself(js, []) ? { fault: 'an alias stands inside its own anchor' } : { js };
  } catch (error) {
    // The library says so of an alias without anchor and of an exhausted alias budget.
    if (error instanceof ReferenceError) return { fault: error.message };
    throw error;
  }
}

function containsItself(value: unknown, above: readonly unknown[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return above.includes(value) || Object.values(value).some((one) => containsItself(one, [...above, value]));
}

/** The path of a key named `__proto__`, which objects and the shape library would pass over in silence. */
function oddKey(value: unknown, path: SettingPath): SettingPath | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, one] of Object.entries(value)) {
    const below = [...path, Array.isArray(value) ? Number(key) : key];
    const odd = key === '__proto__' ? below : oddKey(one, below);
    if (odd !== undefined) return odd;
  }
  return undefined;
}

function broken(
  file: string,
  check: string,
  message: string,
  advice: string,
  at: Place = { line: 1, column: 1 },
): SettingsSource {
  return {
    file,
    value: undefined,
    problems: [
      { severity: 'error', check, file, line: at.line, column: at.column, path: '', message, advice },
    ],
    place: () => at,
  };
}

const SYNTAX_ADVICE: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'Remove one of the two: the later one would silently win.',
  MULTIPLE_DOCS: 'One document a file: remove the "---" in the middle.',
  TAG_RESOLVE_FAILED: 'Tags are not used here: remove the "!..." in front of the value.',
  BAD_ALIAS: 'Define the anchor before it is used, or write the value out.',
  TAB_AS_INDENT: 'Indent with spaces.',
};

function syntaxProblem(error: YAMLError, file: string, lineCounter: LineCounter): PModeProblem {
  const { line, col } = lineCounter.linePos(error.pos[0]);
  return {
    severity: 'error',
    check: error.code === 'DUPLICATE_KEY' ? 'duplicate-key' : 'yaml-syntax',
    file,
    line,
    column: col,
    path: '',
    message: error.message,
    advice: SYNTAX_ADVICE[error.code] ?? 'Correct the YAML; quotes help around values with ":" or "#".',
  };
}

function placeIn(document: Document.Parsed, lineCounter: LineCounter, path: SettingPath): Place {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const segment of path) {
    if (isAlias(node)) node = node.resolve(document);
    const step = stepInto(node, segment);
    if (step === undefined) break;
    offset = step.offset ?? offset;
    node = step.node;
  }
  const { line, col } = lineCounter.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function stepInto(
  node: unknown,
  segment: string | number,
): { node: unknown; offset: number | undefined } | undefined {
  if (isSeq(node) && typeof segment === 'number') {
    const item = node.items[segment];
    return item === undefined ? undefined : { node: item, offset: offsetOf(item) };
  }
  if (!isMap(node)) return undefined;
  const pair: Pair | undefined = node.items.find(
    ({ key }) => isScalar(key) && String(key.value) === String(segment),
  );
  return pair === undefined ? undefined : { node: pair.value, offset: offsetOf(pair.key) };
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
