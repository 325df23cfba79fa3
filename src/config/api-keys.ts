import { readFileSync, statSync } from 'node:fs';
import * as z from 'zod';
import {
  checkShape,
  deepFreeze,
  hasErrors,
  jsonSchemaOf,
  pathText,
  readYaml,
  sortProblems,
} from '../protocol/pmode/index.ts';
import type { JsonSchema, PModeProblem, SettingPath, SettingsSource } from '../protocol/pmode/index.ts';

/** What a key of the backend API may be allowed to do. */
export const API_SCOPES = ['submit', 'read', 'inbox', 'events', 'operate'] as const;

/** One of them. */
export type ApiScope = (typeof API_SCOPES)[number];

/** A key of the backend API as it is kept: not the key itself. Times in ms since the epoch. */
export interface ApiKey {
  readonly name: string;
  /** SHA-256 of the whole key, hexadecimal. The key is 256 random bits: nobody guesses it, so a plain hash is enough. */
  readonly hash: string;
  readonly scopes: readonly ApiScope[];
  /** Four-corner parties whose messages it is for; everybody's without. */
  readonly parties?: readonly string[] | undefined;
  readonly created: number;
  /** From then on it is refused. */
  readonly expires?: number | undefined;
}

/** The keys of a file; none when a problem is an error. */
export interface LoadedApiKeys {
  readonly keys: readonly ApiKey[];
  readonly problems: readonly PModeProblem[];
}

const MOST_BYTES = 1024 * 1024;
const MOST_KEYS = 10_000;

const time = (what: string) =>
  z.iso.datetime({ offset: true, error: 'must be a time like 2027-01-31T12:00:00Z' }).describe(what);

const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.@-]{0,99}$/,
    'must be 1 to 100 letters, digits and . _ - @, beginning with a letter or digit',
  )
  // They say how a caller came in without a key.
  .refine((one) => one !== 'token' && one !== 'api', 'is taken by Quoin itself');

const party = z
  .string()
  .min(1, 'must not be empty')
  .max(1024, 'must have at most 1024 characters')
  .regex(/^[^\p{Cc}]*$/u, 'must have no control characters');

/** The shape of a keys file. Everything may be left out here; what is needed is asked for below. */
const apiKeysShape = z.strictObject({
  keys: z
    .array(
      z.strictObject({
        name: name.optional().describe('What the key is called in logs and lists.'),
        hash: z
          .string()
          .regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits')
          .optional()
          .describe('SHA-256 of the whole key.'),
        scopes: z.array(z.enum(API_SCOPES)).min(1, 'must name a scope').max(20).optional(),
        parties: z.array(party).min(1, 'must name a party, or be left out').max(1000).optional(),
        created: time('When it was made.').optional(),
        expires: time('From when on it is refused.').optional(),
      }),
    )
    .max(MOST_KEYS, `must have at most ${MOST_KEYS} entries`)
    .optional(),
});

type KeysFile = z.infer<typeof apiKeysShape>;
type WrittenKey = NonNullable<KeysFile['keys']>[number];

let schema: JsonSchema | undefined;

/** Reads the keys of the backend API. Never throws for a bad file: every problem is reported with its place. */
export function loadApiKeys(file: string): LoadedApiKeys {
  const text = readText(file);
  return 'problem' in text ? { keys: [], problems: [text.problem] } : parseApiKeys(text.value, file);
}

/** The same for a text; `file` names it in problems. */
export function parseApiKeys(text: string, file: string): LoadedApiKeys {
  const source = readYaml(text, file, { maxBytes: MOST_BYTES, maxAliases: 0 });
  if (hasErrors(source.problems)) return { keys: [], problems: sortProblems(source.problems) };
  schema ??= jsonSchemaOf(apiKeysShape, {});
  const shaped = checkShape({ ...source, value: source.value ?? {} }, apiKeysShape, schema);
  // What has been taken out would shift the places of what is left.
  const problems = hasErrors(shaped.problems) ? shaped.problems : faultsOf(shaped.value, source);
  const keys = hasErrors(problems) ? [] : (shaped.value.keys ?? []).map(keyOf);
  return { keys: deepFreeze(keys), problems: sortProblems(problems) };
}

function readText(file: string): { readonly value: string } | { readonly problem: PModeProblem } {
  const at = { file, line: 0, column: 0 };
  try {
    if (statSync(file).size <= MOST_BYTES) return { value: readFileSync(file, 'utf8') };
    return { problem: problem('file-too-large', at, [], `the file has more than ${MOST_BYTES} bytes`, '') };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const message = `the file of API keys cannot be read (${String(error.code)})`;
    const advice = 'Correct listeners.api.keysFile, or make the file with quoin keys add.';
    return { problem: problem('file-readable', at, [], message, advice) };
  }
}

const NEEDED = ['name', 'hash', 'scopes', 'created'] as const;

function faultsOf({ keys = [] }: KeysFile, source: SettingsSource): readonly PModeProblem[] {
  const at = (path: SettingPath) => ({ file: source.file, ...source.place(path) });
  const missing = keys.flatMap((key, index) =>
    NEEDED.filter((one) => key[one] === undefined).map((one) => {
      const path = ['keys', index, one];
      return problem(
        'missing-key',
        at(path),
        path,
        `${one} is missing`,
        'quoin keys add writes all of them.',
      );
    }),
  );
  const twice = (['name', 'hash'] as const).flatMap((one) =>
    repeated(keys, one).map((index) => {
      const path = ['keys', index, one];
      const message = `another key has the same ${one}`;
      return problem('api-key-once', at(path), path, message, 'Remove one of the two.');
    }),
  );
  return [...missing, ...twice];
}

/** The places of keys that have what one before them has. */
function repeated(keys: readonly WrittenKey[], what: 'name' | 'hash'): readonly number[] {
  const seen = new Set<string>();
  return keys.flatMap((key, index) => {
    const value = key[what];
    if (value === undefined) return [];
    const again = seen.has(value);
    seen.add(value);
    return again ? [index] : [];
  });
}

function keyOf({ name = '', hash = '', scopes = [], parties, created = '', expires }: WrittenKey): ApiKey {
  return {
    name,
    hash: hash.slice('sha256:'.length),
    scopes: [...new Set(scopes)],
    ...(parties === undefined ? {} : { parties }),
    created: Date.parse(created),
    ...(expires === undefined ? {} : { expires: Date.parse(expires) }),
  };
}

function problem(
  check: string,
  at: Pick<PModeProblem, 'file' | 'line' | 'column'>,
  path: SettingPath,
  message: string,
  advice: string,
): PModeProblem {
  return { severity: 'error', check, ...at, path: pathText(path), message, advice };
}
