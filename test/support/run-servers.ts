import { readFileSync } from 'node:fs';
import { findChromium, findPostgres, findRedis } from './find-servers.ts';
import type { Found } from './find-servers.ts';
import { canInstall, installPackages } from './install-servers.ts';
import { POSTGRES_VARIABLE, startPostgres } from './postgres-server.ts';

/** What the test processes get from the test command. */
export interface RunServers {
  /** Variables that name the servers which all test processes share. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** A program beside Node: the module by which a test file shows that it needs it, and the package that brings it. */
const KINDS = [
  { name: 'PostgreSQL', module: 'postgres-server.ts', package: 'postgresql', find: findPostgres },
  { name: 'Redis', module: 'redis-server.ts', package: 'redis-server', find: findRedis },
  { name: 'Chromium', module: 'chromium.ts', package: 'chromium', find: findChromium },
] as const;

/**
 * Finds the programs that these test files need, installs what is missing where that is possible, and starts the one that
 * takes longest to start. What is missing nevertheless is said in one line; in continuous integration it is thrown.
 */
export async function provideServers(files: readonly string[]): Promise<RunServers> {
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  const needed = KINDS.filter(({ module }) => texts.some((text) => text.includes(module)));
  const absent = needed.filter(({ find }) => 'missing' in find());
  if (absent.length > 0 && canInstall()) {
    console.log(`Installing ${absent.map((kind) => kind.package).join(' and ')} for the tests.`);
    installPackages(absent.map((kind) => kind.package));
  }
  const missing = absent.flatMap(({ name, find }) => reason(name, find()));
  if (missing.length > 0) tell(missing);
  if (!needed.some(({ find }) => find === findPostgres) || 'missing' in findPostgres())
    return { env: {}, stop: () => Promise.resolve() };
  const server = await startPostgres();
  return { env: { [POSTGRES_VARIABLE]: server.url() }, stop: () => server.end('SIGQUIT') };
}

function reason(name: string, found: Found): readonly string[] {
  return 'missing' in found ? [`the suites on ${name} (${found.missing})`] : [];
}

function tell(missing: readonly string[]): void {
  const what = missing.join(' and ');
  if (process.env['CI']) throw new Error(`Continuous integration leaves nothing out, but it lacks ${what}.`);
  console.log(`Skipped: ${what}; as root on Debian the tests install what they need.`);
}
