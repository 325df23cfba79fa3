import { cliWorld } from './cli-world.ts';
import { runCli } from './faces/cli/index.ts';

// A reader that has seen enough (`quoin ... | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), cliWorld());
