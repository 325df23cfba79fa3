import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/index.ts';
import type { Config, ConfigSources } from '../../src/config/index.ts';

/** Settings as a file would have them. */
export type Settings = Record<string, unknown>;

const scratch = mkdtempSync(join(tmpdir(), 'quoin-config-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** What the token file of each folder holds. */
export const token = 'a-token-of-more-than-sixteen-characters';

/** A folder with everything a configuration may name. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(scratch, 'case-'));
  for (const name of ['pmodes', 'certs']) mkdirSync(join(folder, name));
  const files = {
    'ap.key': 'key',
    'ap.pem': 'certificate',
    'ap.p12': 'store',
    'tls.pem': 'certificate',
    'tls.key': 'key',
    'ca.pem': 'authority',
    token: `${token}\n`,
    password: 'secret word\n',
    headers: 'X-Tenant: once-only\nAuthorization: Bearer x\n',
    empty: '',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** The fewest settings that load. */
export const minimal: Settings = {
  accessPoint: { party: 'AP_A' },
  listeners: { as4: { host: '127.0.0.1' } },
  keys: [{ path: 'ap.key', certificate: 'ap.pem' }],
};

/** Loads settings from a file in a folder of its own. */
export function load(settings: Settings | string, sources: ConfigSources = {}, folder = makeFolder()) {
  const file = join(folder, 'quoin.yaml');
  writeFileSync(file, typeof settings === 'string' ? settings : stringify(settings));
  return { ...loadConfig({ file, env: {}, cwd: folder, ...sources }), folder, file };
}

/** The configuration of settings that load. */
export function configOf(
  settings: Settings,
  sources: ConfigSources = {},
): Config & { readonly folder: string } {
  const { config, problems, folder } = load(settings, sources);
  if (config === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return { ...config, folder };
}

/** Settings that a check finds wrong at a path, and others that it does not. */
export interface Case {
  readonly fails: Settings;
  readonly path: string;
  readonly passes?: Settings;
}
