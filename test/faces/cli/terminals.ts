import { cliWorld } from '../../../src/cli-world.ts';
import { runCli } from '../../../src/faces/cli/index.ts';
import type { CliWorld } from '../../../src/faces/cli/index.ts';

/** What a command line wrote and how it ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line against the real program, or another world. */
export async function quoinIn(world: CliWorld, ...argv: string[]): Promise<Ended> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    colour: false,
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
  };
  const code = await runCli(argv, world, terminal);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** Runs one command line against the real program. */
export async function quoin(...argv: string[]): Promise<Ended> {
  return await quoinIn(cliWorld(), ...argv);
}
