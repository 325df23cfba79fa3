import { readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { loadConfig, readPModeFolder } from './config/index.ts';
import type { Config } from './config/index.ts';
import { demoWorld } from './demo-world.ts';
import { makeDevelopmentPki, makeSigningRequest } from './development-pki.ts';
import type { CertificateTools, CliWorld, InspectReport, PModeTools } from './faces/cli/index.ts';
import { loadAgreements, problemError, readPModes } from './load-agreements.ts';
import { explainMatch, formatProblem, loadPModes, weakModes } from './protocol/pmode/index.ts';

/** The program behind the command line; heavy rooms are imported only by the commands that need them. */
export function cliWorld(): CliWorld {
  return {
    serve: async ({ config, demo }) => {
      const { startGateway } = await import('./gateway.ts');
      return await startGateway(configuration(config, demo));
    },
    demo: async (options) => {
      const { runDemo } = await import('./faces/demo/index.ts');
      const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
      return await runDemo(demoWorld(), {
        ...options,
        colour,
        write: (line) => process.stdout.write(`${line}\n`),
      });
    },
    certs: certificateTools,
    pmodes: pmodeTools,
    inspect: inspectCapture,
    apiOf: (file) => Promise.resolve(apiOf(configuration(file, false))),
  };
}

/** The configuration in force. Throws `config/invalid` listing every problem with file, line and advice. */
function configuration(file: string | undefined, demo: boolean): Config {
  const loaded = loadConfig({ file, env: process.env, overrides: demo ? { demo: true } : {} });
  if (loaded.config !== undefined) return loaded.config;
  throw problemError('config/invalid', 'configuration', loaded.problems.map(formatProblem));
}

/** The limits of an access point that nobody configured. */
function withDefaults(): Config {
  const here = { accessPoint: { party: 'inspect' }, pmodes: '.', certificates: '.' };
  const { config } = loadConfig({ overrides: here, cwd: tmpdir() });
  return config!;
}

function apiOf(config: Config): { url: string; token?: string | undefined } {
  const { host, port, token } = config.listeners.api;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    url: `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`,
    token: token?.(),
  };
}

const certificateTools: CertificateTools = {
  development: async ({ folder, parties }) => {
    const files = await makeDevelopmentPki({ folder, parties, demonstration: false, bits: 3072, days: 365 });
    return [...files.values()].flatMap(({ key, certificate }) => [key, certificate]);
  },
  request: makeSigningRequest,
  list: async ({ config }) => {
    const { inventory } = await loadAgreements(configuration(config, true));
    return inventory.map((entry) => ({
      ...entry.certificate,
      source: entry.source,
      use: entry.use,
      daysLeft: entry.daysLeft,
      thumbprintSha256: entry.thumbprintSha256,
      findings: entry.findings.map(
        (finding) => `${finding.check}: expected ${finding.expected ?? '-'}, found ${finding.found ?? '-'}`,
      ),
    }));
  },
};

const pmodeTools: PModeTools = {
  check: ({ config, path, self }) => {
    const { pmodes, problems } =
      path === undefined ? readPModes(configuration(config, true)) : readPath(path, self ?? '');
    return Promise.resolve({
      pmodes: pmodes.map((pmode) => ({
        id: pmode.id,
        file: pmode.file,
        legs: pmode.legs.length,
        weakModes: weakModes(pmode),
      })),
      problems: problems.map((problem) => ({ severity: problem.severity, text: formatProblem(problem) })),
    });
  },
  explain: ({ config, facts }) =>
    Promise.resolve(explainMatch(readPModes(configuration(config, true)).pmodes, facts)),
};

/** P-Modes of a folder, or of a single file, checked without a configuration. */
function readPath(path: string, self: string): ReturnType<typeof readPModes> {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  const read = isFile
    ? { files: [{ file: path, text: readFileSync(path, 'utf8') }], problems: [] }
    : readPModeFolder(path);
  const loaded = loadPModes(read.files, { self });
  return { pmodes: loaded.pmodes, problems: [...read.problems, ...loaded.problems] };
}

/** Judged by the configured P-Modes and keys when a configuration is named, explained only otherwise. */
async function inspectCapture(
  bytes: Uint8Array,
  options: { config?: string | undefined; contentType?: string | undefined },
): Promise<InspectReport> {
  const { inspect } = await import('./msh/index.ts');
  const { mshLimits } = await import('./gateway.ts');
  const config = options.config === undefined ? undefined : configuration(options.config, true);
  const agreements = config && (await loadAgreements(config)).agreements;
  const limits = mshLimits(config ?? withDefaults());
  return await inspect(bytes, { agreements, contentType: options.contentType, limits });
}
