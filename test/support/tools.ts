import { spawnSync } from 'node:child_process';

/** `false` when a program is there, else the reason to skip: fits the `skip` option of a test. */
export function missing(program: string, ...probe: readonly string[]): false | string {
  const { error, status } = spawnSync(program, [...probe], { stdio: 'ignore' });
  return error === undefined && status === 0 ? false : `${program} is not installed`;
}

/** Runs a program to its end and returns what it printed; throws with its complaint when it fails. */
export function run(program: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, [...args], { encoding: 'utf8', cwd });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}
