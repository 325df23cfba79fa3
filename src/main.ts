import { cliWorld } from './cli-world.ts';
import { runCli } from './faces/cli/index.ts';

process.exitCode = await runCli(process.argv.slice(2), cliWorld());
