import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { findFiles } from '../support/find-files.ts';

/**
 * The stable words of the source: texts of the form `room/what-it-is`, read from the syntax tree so that comments and
 * formatting do not matter. A word names an error, an event of the log, or a step of a pipeline, by where it stands:
 *
 * - an event: the value of `event`, or an argument for a parameter of that name;
 * - a step: the value of `step` (property, variable, assignment), or an argument for a parameter of that name;
 * - an error: an argument of `new ...Error` or `new Refusal`, the value of `code`, an argument for a parameter of that
 *   name; and any word that stands elsewhere (a table, a type), begins with the name of a room, and is neither an
 *   event nor a step anywhere.
 *
 * A template such as `as4/${check}` stands for a word for each literal that `check` can be: those given for that
 * parameter, or those of the property of that name in the same file or the one named in COMPUTED_FROM.
 */
export interface StableWord {
  readonly word: string;
  readonly use: 'error' | 'event' | 'step' | 'elsewhere';
  /** `src/...:line`. */
  readonly place: string;
  /** Values given beside it: ebMS codes for errors, levels for events. More than one where it depends. */
  readonly beside: readonly string[];
}

/** Templates whose values are those of a property in another file. */
const COMPUTED_FROM: Readonly<Record<string, string>> = {
  'src/msh/send/read-reply.ts': 'src/protocol/as4/reply-classes.ts',
};

/** First halves of words that are no folder of the source; needed only for words that stand elsewhere. */
const MORE_ROOMS = ['quoin', 'gateway', 'deliver', 'sweeper', 'journal'];

const WORD = /^([a-z][a-z0-9]*)\/[a-z0-9]+(?:-[a-z0-9]+)*$/;
const USES = { code: 'error', event: 'event', step: 'step' } as const;
const BESIDE: Readonly<Record<string, string>> = { code: 'ebms', event: 'level' };
const EBMS = /^EBMS:\d{4}$/;

const root = new URL('../../', import.meta.url);
const files = new Map(
  findFiles(new URL('src/', root), /\.ts$/)
    // The catalogue says what codes mean; raising them is what counts here.
    .filter((file) => !file.startsWith('protocol/errors/catalogue/'))
    .map((file) => `src/${file}`)
    .map((file) => [file, parse(file)] as const),
);
const rooms = new Set([...MORE_ROOMS, ...[...files.keys()].flatMap((file) => file.split('/').slice(1, -1))]);

/** Every stable word of the source, once for each place. */
export function stableWords(): readonly StableWord[] {
  return [...files.values()].flatMap((file) => collect(file, (node) => wordsAt(file, node)));
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(new URL(path, root), 'utf8'), ts.ScriptTarget.Latest, true);
}

function collect<T>(top: ts.Node, read: (node: ts.Node) => readonly T[]): T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    found.push(...read(node));
    ts.forEachChild(node, visit);
  };
  visit(top);
  return found;
}

function wordsAt(file: ts.SourceFile, node: ts.Node): readonly StableWord[] {
  if (ts.isTemplateExpression(node)) return templateWords(file, node);
  if (!ts.isStringLiteralLike(node) || !WORD.test(node.text)) return [];
  const position = positionOf(file, node);
  // Elsewhere a text of this form may as well be a media type or a path.
  if (position.use === 'elsewhere' && !isWord(node.text)) return [];
  return [{ word: node.text, place: placeOf(file, node), ...position }];
}

function isWord(text: string): boolean {
  return rooms.has(WORD.exec(text)?.[1] ?? '');
}

function placeOf(file: ts.SourceFile, node: ts.Node): string {
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** Up through what only chooses between values. */
function outermost(node: ts.Node): ts.Node {
  const { parent } = node;
  const chooses =
    ts.isParenthesizedExpression(parent) ||
    ts.isAsExpression(parent) ||
    ts.isSatisfiesExpression(parent) ||
    (ts.isConditionalExpression(parent) && parent.condition !== node) ||
    (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken);
  return chooses ? outermost(parent) : node;
}

function positionOf(file: ts.SourceFile, literal: ts.Node): Pick<StableWord, 'use' | 'beside'> {
  const node = outermost(literal);
  const { parent } = node;
  if (ts.isNewExpression(parent) && /(Error|Refusal)$/.test(parent.expression.getText()))
    return { use: 'error', beside: literalsIn(parent.arguments?.[0]).filter((text) => EBMS.test(text)) };
  const name = slotOf(file, node);
  const use = name === undefined || !(name in USES) ? 'elsewhere' : USES[name as keyof typeof USES];
  return { use, beside: use === 'elsewhere' ? [] : besideOf(file, node, BESIDE[name!]) };
}

/** The name of what a value is given to: a property, a variable, a parameter. */
function slotOf(file: ts.SourceFile, node: ts.Node): string | undefined {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent) && parent.initializer === node) return parent.name.getText();
  if (ts.isVariableDeclaration(parent) && parent.initializer === node) return parent.name.getText();
  if (ts.isBinaryExpression(parent) && ts.isPropertyAccessExpression(parent.left))
    return parent.left.name.text;
  if (ts.isCallExpression(parent))
    return parametersOf(file, parent)[parent.arguments.indexOf(node as ts.Expression)];
  return undefined;
}

/** What stands beside a word under another name: in the same object, or as another argument of the same call. */
function besideOf(file: ts.SourceFile, node: ts.Node, name: string | undefined): readonly string[] {
  const { parent } = node;
  if (name === undefined) return [];
  if (ts.isPropertyAssignment(parent)) return literalsIn(propertyOf(parent.parent, name));
  if (!ts.isCallExpression(parent)) return [];
  const at = parametersOf(file, parent).indexOf(name);
  if (at >= 0) return literalsIn(parent.arguments[at]);
  const called = functionsNamed(file, nameOfCall(parent));
  return called.flatMap((body) => (name === 'ebms' ? refusalsIn(body) : levelsIn(body)));
}

/** The ebMS codes a function raises errors with. */
function refusalsIn(body: ts.Node): readonly string[] {
  return collect(body, (node) => (ts.isStringLiteral(node) && EBMS.test(node.text) ? [node.text] : []));
}

/** The levels a function emits events at. */
function levelsIn(body: ts.Node): readonly string[] {
  return collect(body, (node) =>
    ts.isPropertyAssignment(node) && node.name.getText() === 'level' ? literalsIn(node.initializer) : [],
  );
}

function propertyOf(object: ts.Node, name: string): ts.Node | undefined {
  if (!ts.isObjectLiteralExpression(object)) return undefined;
  return object.properties.find(
    (one): one is ts.PropertyAssignment => one.name?.getText() === name && ts.isPropertyAssignment(one),
  )?.initializer;
}

/** The texts a value can be: through choices, not through what they depend on. */
function literalsIn(node: ts.Node | undefined): readonly string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...literalsIn(node.whenTrue), ...literalsIn(node.whenFalse)];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return literalsIn(node.expression);
  return [];
}

type Callable = ts.FunctionDeclaration | ts.MethodDeclaration | ts.ArrowFunction;

function nameOfCall({ expression }: ts.CallExpression): string {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
}

function parametersOf(file: ts.SourceFile, call: ts.CallExpression): readonly string[] {
  return functionsNamed(file, nameOfCall(call))[0]?.parameters.map(({ name }) => name.getText()) ?? [];
}

/** The functions of that name in the same file, or else in all others. */
function functionsNamed(file: ts.SourceFile, name: string): readonly Callable[] {
  const here = declared(file).filter(([own]) => own === name);
  const all = here.length > 0 ? here : [...files.values()].flatMap(declared).filter(([own]) => own === name);
  return all.map(([, callable]) => callable);
}

const known = new Map<ts.SourceFile, readonly (readonly [string, Callable])[]>();

function declared(file: ts.SourceFile): readonly (readonly [string, Callable])[] {
  const found = known.get(file) ?? collect(file, named);
  known.set(file, found);
  return found;
}

function named(node: ts.Node): readonly (readonly [string, Callable])[] {
  if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && node.name)
    return [[node.name.getText(), node]];
  if (ts.isVariableDeclaration(node) && node.initializer && ts.isArrowFunction(node.initializer))
    return [[node.name.getText(), node.initializer]];
  return [];
}

/** The words a template can be. A template that looks like a word and cannot be worked out is a failure. */
function templateWords(file: ts.SourceFile, node: ts.TemplateExpression): readonly StableWord[] {
  const [span] = node.templateSpans;
  const { text } = node.head;
  if (span === undefined || (!isWord(`${text}x`) && !isWord(`${text}-x`))) return [];
  const place = placeOf(file, node);
  const values = node.templateSpans.length === 1 ? valuesOf(file, span.expression) : [];
  const words = values.map(({ value, beside }) => ({ word: text + value + span.literal.text, beside }));
  if (words.length === 0 || !words.every(({ word }) => isWord(word)))
    throw new Error(`${place}: which words ${node.getText()} stands for cannot be told from the source`);
  const { use, beside } = positionOf(file, node);
  return words.map((one) => ({ word: one.word, use, place, beside: [...beside, ...one.beside] }));
}

interface Value {
  readonly value: string;
  readonly beside: readonly string[];
}

function valuesOf(file: ts.SourceFile, expression: ts.Expression): readonly Value[] {
  const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
  const owner = ts.isIdentifier(expression) ? functionWith(expression, name) : undefined;
  if (owner === undefined)
    return propertyValues(files.get(COMPUTED_FROM[file.fileName] ?? file.fileName)!, name);
  const parameters = owner.parameters.map((one) => one.name.getText());
  return collect(file, (node) => {
    if (!ts.isCallExpression(node) || functionsNamed(file, nameOfCall(node))[0] !== owner) return [];
    const beside = literalsIn(node.arguments[parameters.indexOf('ebms')]);
    return literalsIn(node.arguments[parameters.indexOf(name)]).map((value) => ({ value, beside }));
  });
}

function isCallable(node: ts.Node): node is Callable {
  return ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isArrowFunction(node);
}

/** The function around a node that has a parameter of that name. */
function functionWith(node: ts.Node, name: string): Callable | undefined {
  for (let at = node; !ts.isSourceFile(at); at = at.parent)
    if (isCallable(at) && at.parameters.some((one) => one.name.getText() === name)) return at;
  return undefined;
}

function propertyValues(file: ts.SourceFile, name: string): readonly Value[] {
  return collect(file, (node) =>
    ts.isPropertyAssignment(node) && node.name.getText() === name
      ? literalsIn(node.initializer).map((value) => ({ value, beside: [] }))
      : [],
  );
}
