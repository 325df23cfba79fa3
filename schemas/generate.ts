import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { configJsonSchema } from '../src/config/index.ts';
import { pmodeJsonSchema } from '../src/protocol/pmode/index.ts';
import { cliReference } from './cli-reference.ts';
import { configReference } from './config-reference.ts';
import { errorsPage } from './errors-page.ts';
import { pmodeReference } from './pmode-reference.ts';

const root = join(import.meta.dirname, '..');

/** A file that is written from the sources; `path` is relative to the repository. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Schemas and reference documents as they should stand in the repository. */
export async function generate(): Promise<readonly GeneratedFile[]> {
  const example = readFileSync(join(root, 'pmodes/examples/oots-xa-xb.yaml'), 'utf8');
  return [
    { path: 'schemas/json/pmode.schema.json', text: json(pmodeJsonSchema()) },
    { path: 'schemas/json/config.schema.json', text: json(configJsonSchema()) },
    { path: 'docs/pmode-reference.md', text: await markdown(pmodeReference(example)) },
    { path: 'docs/config-reference.md', text: await markdown(configReference()) },
    { path: 'docs/errors.md', text: await markdown(errorsPage()) },
    { path: 'docs/cli.md', text: await markdown(cliReference()) },
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

async function markdown(text: string): Promise<string> {
  const options = await resolveConfig(join(root, 'docs/any.md'));
  return format(text, { ...options, parser: 'markdown' });
}

if (process.argv[1] === import.meta.filename)
  for (const { path, text } of await generate()) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  }
