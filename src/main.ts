import { setFlagsFromString } from 'node:v8';
import { cliWorld } from './cli-world.ts';
import { runCli } from './faces/cli/index.ts';

// Young objects are collected on the one thread that makes them: there are few at a time, and on few cores waking helpers
// for each collection cost a tenth of the processor time of an exchange.
setFlagsFromString('--no-parallel-scavenge');

// A reader that has seen enough (`quoin ... | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), cliWorld());
