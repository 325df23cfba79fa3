import { spawn } from 'node:child_process';
import { findFiles } from './support/find-files.ts';
import { provideServers } from './support/run-servers.ts';

/**
 * Runs the tests with Node's own runner. `--fast` leaves out what takes more than a few seconds (`*.slow.test.ts` and the
 * suites that start processes); the tests against a foreign peer have their own command, `npm run interop`.
 * Further arguments name folders or files below test/.
 */
const args = process.argv.slice(2);
const fast = args.includes('--fast');
const wanted = args.filter((arg) => !arg.startsWith('--'));

const files = findFiles(new URL('.', import.meta.url), /\.test\.ts$/)
  .filter((file) => !file.startsWith('interop/'))
  .filter((file) => !fast || !/\.slow\.test\.ts$|^exchange\//.test(file))
  .filter(
    (file) => wanted.length === 0 || wanted.some((part) => file.startsWith(part.replace(/^test\//, ''))),
  )
  .map((file) => `test/${file}`);

if (files.length === 0) {
  console.error(`No tests match ${wanted.join(' ')}.`);
  process.exit(1);
}

const servers = await provideServers(files);
const runner = spawn(
  process.execPath,
  [
    '--import',
    'tsx',
    '--import',
    './test/support/property-seed.ts',
    '--test',
    '--test-concurrency=2',
    // It repeats what failed at the end, where one looks first and where a shortened log still has it.
    '--test-reporter=spec',
    // No speed is measured by it: a file that does not end is named and ended, instead of keeping everybody waiting.
    `--test-timeout=${20 * 60_000}`,
    ...files,
  ],
  { stdio: 'inherit', env: { ...process.env, ...servers.env } },
);
runner.on('exit', (code) => void servers.stop().finally(() => process.exit(code ?? 1)));
// An interrupt is for the tests; they end, and then we do.
process.on('SIGINT', () => undefined);
