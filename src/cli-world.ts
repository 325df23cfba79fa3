import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { Config } from './config/index.ts';
import type {
  ApiKeyTools,
  CertificateTools,
  CliWorld,
  InspectReport,
  PModeTools,
  ServeOptions,
  ShownSettings,
} from './faces/cli/index.ts';
import type { ReadConfig } from './gateway/snapshot.ts';
import { problemError } from './problem-error.ts';
import { programVersion } from './program-version.ts';

/** The program behind the command line; heavy rooms are imported only by the commands that need them. */
export function cliWorld(): CliWorld {
  return {
    version: programVersion(),
    serve: async ({ config, demo }) => {
      const { startGateway } = await import('./gateway.ts');
      const reread = (): Promise<ReadConfig> => configuration(config, demo);
      const read = await reread();
      return await startGateway(read.config, {
        origin: { read, reread },
        pretty: process.stdout.isTTY === true,
      });
    },
    demo: async (options) => {
      const { runDemo } = await import('./faces/demo/index.ts');
      const { demoWorld } = await import('./demo-world.ts');
      const colour = process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
      const write = (line: string): void => void process.stdout.write(`${line}\n`);
      return await runDemo(demoWorld(), { ...options, colour, write });
    },
    init: async (options) => {
      const { initialise } = await import('./new-access-point.ts');
      return await initialise(options);
    },
    settings: shownSettings,
    certs: certificateTools,
    pmodes: pmodeTools,
    apiKeys: apiKeyTools,
    findEvidence: async ({ config: file, wish }) => {
      const { findConfiguredEvidence } = await import('./find-evidence.ts');
      return await findConfiguredEvidence((await configuration(file, true)).config, wish);
    },
    examine: async (options, report) => {
      if (options.config === undefined && !hasUsualFile()) throw noConfiguration();
      const { examineConfigured } = await import('./doctor-world.ts');
      return await examineConfigured(options, report);
    },
    inspect: inspectCapture,
    apiOf,
  };
}

/** The configuration in force. Throws `config/invalid` listing every problem with file, line and advice. */
async function configuration(file: string | undefined, demo: boolean): Promise<ReadConfig> {
  if (file === undefined && !hasUsualFile()) throw noConfiguration();
  const { loadConfig } = await import('./config/index.ts');
  const { formatProblem } = await import('./protocol/pmode/index.ts');
  const overrides = demo ? { demo: true } : {};
  const { config, problems, settings } = loadConfig({ file, env: process.env, overrides });
  if (config !== undefined) return { config, settings, warnings: problems.map(formatProblem) };
  throw problemError('config/invalid', 'configuration', problems.map(formatProblem));
}

async function shownSettings({ config: file, demo }: ServeOptions): Promise<ShownSettings> {
  if (file === undefined && !hasUsualFile()) throw noConfiguration();
  const { loadConfig } = await import('./config/index.ts');
  const { toldProblem } = await import('./load-agreements.ts');
  const loaded = loadConfig({ file, env: process.env, overrides: demo ? { demo } : {} });
  return {
    file: loaded.file,
    settings: loaded.settings.map(({ path, value, origin }) => ({ path, value, origin })),
    problems: loaded.problems.map(toldProblem),
  };
}

/** Where `loadConfig` looks when no file is named; settings may also come from the environment alone. */
function hasUsualFile(): boolean {
  const { QUOIN_CONFIG, QUOIN_ACCESS_POINT_PARTY } = process.env;
  return Boolean(QUOIN_CONFIG) || Boolean(QUOIN_ACCESS_POINT_PARTY) || existsSync('quoin.yaml');
}

function noConfiguration(): Error {
  return problemError('config/invalid', 'configuration', [
    'there is no quoin.yaml in this folder, and none was named.',
    'Name it with --config FILE or QUOIN_CONFIG, or have one written: quoin init AP_XA_01. Or run quoin demo, which needs none.',
  ]);
}

/** The limits of an access point that nobody configured. */
async function withDefaults(): Promise<Config> {
  const { loadConfig } = await import('./config/index.ts');
  const here = { accessPoint: { party: 'inspect' }, pmodes: '.', certificates: '.' };
  const { config } = loadConfig({ overrides: here, cwd: tmpdir() });
  return config!;
}

async function apiOf(
  file: string | undefined,
): Promise<{ url: string; token?: string | undefined } | undefined> {
  if (file === undefined && !hasUsualFile()) return undefined;
  const { config } = await configuration(file, false);
  const { host, port, token } = config.listeners.api;
  if (port === 0)
    throw problemError('config/invalid', 'configuration', [
      `${config.source}: listeners.api.port is 0, any free port: only the log of the access point knows which.`,
      'Name the address with --api.',
    ]);
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const url = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  return { url, token: token?.() };
}

const certificateTools: CertificateTools = {
  development: async ({ folder, parties }) => {
    const { makeDevelopmentPki } = await import('./development-pki.ts');
    const made = await makeDevelopmentPki({ folder, parties, demonstration: false, bits: 3072, days: 365 });
    return [
      made.authority,
      ...[...made.parties.values()].flatMap(({ key, certificate }) => [key, certificate]),
    ];
  },
  request: async (request) => {
    const { makeSigningRequest } = await import('./development-pki.ts');
    return await makeSigningRequest(request);
  },
  list: async ({ config: file }) => {
    const { listCertificates } = await import('./load-agreements.ts');
    const { config, settings } = await configuration(file, true);
    return await listCertificates(config, settings);
  },
};

const pmodeTools: PModeTools = {
  check: async ({ config, path, self }) => {
    const { checkPModes } = await import('./load-agreements.ts');
    const where =
      path === undefined ? (await configuration(config, true)).config : { path, self: self ?? '' };
    return checkPModes(where);
  },
  list: async ({ config }) => {
    const { listPModes } = await import('./load-agreements.ts');
    return listPModes((await configuration(config, true)).config);
  },
  explain: async ({ config, facts }) => {
    const { explainPModes } = await import('./load-agreements.ts');
    return explainPModes((await configuration(config, true)).config, facts);
  },
};

const apiKeyTools: ApiKeyTools = {
  list: async (place) => {
    const { listApiKeys } = await import('./config/index.ts');
    const file = await apiKeysFile(place);
    const now = Date.now();
    const keys = (await listApiKeys(file)).map(({ name, scopes, parties, created, expires }) => ({
      name,
      scopes,
      parties,
      created: new Date(created).toISOString(),
      expires: expires === undefined ? undefined : new Date(expires).toISOString(),
      expired: expires !== undefined && expires <= now,
    }));
    return { file, keys };
  },
  add: async ({ name, scopes, parties, expires, ...place }) => {
    const { addApiKey } = await import('./config/index.ts');
    const file = await apiKeysFile(place);
    const now = new Date();
    const key = await addApiKey(file, { name, scopes, parties, expires }, now);
    return { file, name, key, created: now.toISOString() };
  },
  revoke: async ({ name, ...place }) => {
    const { revokeApiKey } = await import('./config/index.ts');
    const file = await apiKeysFile(place);
    return { file, revoked: await revokeApiKey(file, name) };
  },
};

/** The file of API keys: named, or by a configuration, which need not be valid yet: it may lack just that key. */
async function apiKeysFile({ config, file }: Parameters<ApiKeyTools['list']>[0]): Promise<string> {
  if (file !== undefined) return resolve(file);
  if (config === undefined && !hasUsualFile()) throw noConfiguration();
  const { loadConfig } = await import('./config/index.ts');
  const { apiKeysFile: found, problems } = loadConfig({ file: config, env: process.env });
  if (found !== undefined) return found;
  const { formatProblem } = await import('./protocol/pmode/index.ts');
  throw problemError('config/invalid', 'configuration', [
    ...problems.map(formatProblem),
    'It names no file of API keys. Set listeners.api.keysFile, or give --file.',
  ]);
}

/** Judged by the configured P-Modes and keys when a configuration is named, explained only otherwise. */
async function inspectCapture(
  bytes: Uint8Array,
  options: { config?: string | undefined; contentType?: string | undefined },
): Promise<InspectReport> {
  const { inspect } = await import('./msh/index.ts');
  const { mshLimits } = await import('./gateway/limits.ts');
  const { loadAgreements } = await import('./load-agreements.ts');
  const config =
    options.config === undefined ? undefined : (await configuration(options.config, true)).config;
  const agreements = config && (await loadAgreements(config)).agreements;
  const limits = mshLimits(config ?? (await withDefaults()));
  return await inspect(bytes, { agreements, contentType: options.contentType, limits });
}
