import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Config } from './config/index.ts';
import type { CertificateTools, CliWorld, InspectReport, PModeTools } from './faces/cli/index.ts';
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
    certs: certificateTools,
    pmodes: pmodeTools,
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
    const { config } = await configuration(file, true);
    return await listCertificates(config);
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
