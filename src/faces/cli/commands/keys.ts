import type { Command } from 'commander';
import type { ApiScope } from '../../../config/index.ts';
import { usageError } from '../faults.ts';
import { examples } from '../manual.ts';
import type { ApiKeyTools, ListedApiKey } from '../world.ts';
import { print } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';
import { askForKey, standingLines } from './keys-in-force.ts';
import type { ExpectedKey, KeyStanding } from './keys-in-force.ts';

interface KeysOptions extends GlobalOptions {
  readonly file?: string | undefined;
}

interface AddOptions extends KeysOptions {
  readonly scope?: readonly string[] | undefined;
  readonly party?: readonly string[] | undefined;
  readonly expires?: string | undefined;
}

const SCOPES = ['submit', 'read', 'inbox', 'events', 'operate'] as const satisfies readonly ApiScope[];

/** `quoin keys list|add|revoke`. */
export function addKeys(program: Command, context: CommandContext): void {
  const keys = program.command('keys').description('keys of the backend API: who may do what');
  examples(keys, ['quoin keys add portal --scope submit --scope read', 'quoin keys list']);
  addList(keys, context);
  addAdd(keys, context);
  addRevoke(keys, context);
}

function addList(keys: Command, context: CommandContext): void {
  const command = keys
    .command('list')
    .description('all keys with scopes and parties; the keys themselves are kept nowhere');
  examples(command, ['quoin keys list --json']);
  withFile(command).action(async (_options: unknown, given: Command) => {
    const options = given.optsWithGlobals<KeysOptions>();
    const { file, keys: found } = await toolsOf(context).list(where(options));
    print(
      context,
      options,
      { file, keys: found },
      found.length === 0 ? ['There are no keys.'] : found.map(lineOf),
    );
  });
}

function addAdd(keys: Command, context: CommandContext): void {
  const command = keys
    .command('add')
    .description('make a key and print it, once, and have a running access point take it')
    .argument('<name>', 'what the key is called in logs and lists')
    .option('--scope <scope>', `what it may do, repeatable: ${SCOPES.join(', ')}`, collect)
    .option('--party <party>', 'four-corner party it is held to, repeatable; every party without', collect)
    .option('--expires <time>', 'from when on it is refused, like 2027-01-31T12:00:00Z');
  examples(command, [
    'quoin keys add portal --scope submit --scope read --party XA22233223',
    'quoin keys add monitor --scope read --expires 2027-01-31T12:00:00Z',
  ]);
  withFile(command).action(async (name: string, _options: unknown, given: Command) => {
    const options = given.optsWithGlobals<AddOptions>();
    const { scope = [], party: parties, expires } = options;
    const scopes = scopesOf(scope);
    const made = await toolsOf(context).add({ ...where(options), name, scopes, parties, expires });
    const standing = await standingOf(context, options, made);
    print(context, options, { ...made, standing }, [
      made.key,
      `The key ${name} is in ${made.file}. It is shown this once.`,
      ...linesOf(standing),
    ]);
  });
}

function addRevoke(keys: Command, context: CommandContext): void {
  const command = keys
    .command('revoke')
    .description('take a key away, and have a running access point refuse it')
    .argument('<name>', 'as quoin keys list shows it');
  examples(command, ['quoin keys revoke portal']);
  withFile(command).action(async (name: string, _options: unknown, given: Command) => {
    const options = given.optsWithGlobals<KeysOptions>();
    const { file, revoked } = await toolsOf(context).revoke({ ...where(options), name });
    if (!revoked)
      throw usageError(`There is no key ${name} in ${file}.`, 'quoin keys list shows those that are there.');
    const standing = await standingOf(context, options, { name });
    print(context, options, { file, name, revoked, standing }, [
      `The key ${name} is no longer in ${file}.`,
      ...linesOf(standing),
    ]);
  });
}

/** Of a file that is named nobody knows which access point reads it, unless that is named too. */
async function standingOf(
  context: CommandContext,
  options: KeysOptions,
  expected: ExpectedKey,
): Promise<KeyStanding | undefined> {
  if (options.file !== undefined && options.api === undefined) return undefined;
  return await askForKey(context, options, expected);
}

function linesOf(standing: KeyStanding | undefined): readonly string[] {
  return standing === undefined
    ? ['An access point that runs with this file reads it by itself (timeouts.reload), or on quoin reload.']
    : standingLines(standing);
}

function scopesOf(given: readonly string[]): readonly ApiScope[] {
  const advice = `Give --scope with ${SCOPES.join(', ')}; more than once for more than one.`;
  if (given.length === 0) throw usageError('A key needs a scope.', advice);
  return given.map((text) => {
    const scope = SCOPES.find((one) => one === text);
    if (scope === undefined) throw usageError(`There is no scope ${text}.`, advice);
    return scope;
  });
}

function withFile(command: Command): Command {
  return command.option('--file <path>', 'the keys file; otherwise the one that the configuration names');
}

function toolsOf({ world }: CommandContext): ApiKeyTools {
  return world.apiKeys;
}

function where({ config, file }: KeysOptions): {
  readonly config?: string | undefined;
  readonly file?: string | undefined;
} {
  return { config, file };
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** `portal  submit, read  parties XA22233223  expires ...`. */
function lineOf({ name, scopes, parties, expires, expired }: ListedApiKey): string {
  return [
    name,
    scopes.join(', '),
    parties === undefined ? undefined : `parties ${parties.join(', ')}`,
    expires === undefined ? undefined : `${expired ? 'expired' : 'expires'} ${expires}`,
  ]
    .filter((one) => one !== undefined)
    .join('  ');
}
