import { constants } from 'node:os';
import { isatty } from 'node:tty';
import type { Command } from 'commander';
import { callApi } from '../api-client.ts';
import { examples, notes } from '../manual.ts';
import type { RunningGateway } from '../world.ts';
import { apiAddress, print } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

/** `quoin serve`: runs the access point until it is told to stop; `quoin health`: asks a running one. */
export function addServe(program: Command, context: CommandContext): void {
  const serving = program
    .command('serve')
    .description('run the access point until it is told to stop (SIGTERM, Ctrl-C)')
    .option('--demo', 'allow the keys of the demonstration; never in production')
    .action(async (_options: unknown, command: Command) => {
      await serve(context, command.optsWithGlobals<GlobalOptions & { readonly demo?: boolean }>());
    });
  notes(
    serving,
    `Reads the file named by --config or QUOIN_CONFIG, or quoin.yaml here. Stopping takes no more messages and lets running
transfers finish (timeouts.shutdown); a second signal ends at once. Nothing that was accepted is lost either way.
SIGHUP reads P-Modes, keys, certificates and revocation lists again; a set that is not valid changes nothing.`,
  );
  examples(serving, ['quoin serve --config /etc/quoin/quoin.yaml']);
  const health = program
    .command('health')
    .description('ask a running access point whether it is alive')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const api = await apiAddress(context, options);
      await callApi(api, { path: '/health' });
      print(context, options, { status: 'up', api: api.url }, [`${api.url} is alive`]);
    });
  examples(health, ['quoin health', 'quoin health --api http://127.0.0.1:8080']);
}

async function serve(
  context: CommandContext,
  options: GlobalOptions & { readonly demo?: boolean },
): Promise<void> {
  // Listened for from the first moment: who starts as process 1 of a container gets no signal otherwise.
  const told = untilTold(options.demo === true);
  const running: { gateway?: RunningGateway } = {};
  const terminalGone = untilHungUp(() => void running.gateway?.reload('signal'));
  const gateway = await context.world
    .serve({ config: options.config, demo: options.demo === true })
    .catch((error: unknown) => {
      forgetDemonstration();
      throw error;
    });
  running.gateway = gateway;
  await Promise.race([told, terminalGone]);
  await gateway.stop();
}

/**
 * SIGHUP asks a service to read its files again. To a program that was started in a terminal it also says that the
 * terminal has gone, and then nobody would stop it: resolves in that case.
 */
async function untilHungUp(reload: () => void): Promise<void> {
  const hadTerminal = isatty(0);
  await new Promise<void>((resolve) => {
    process.on('SIGHUP', () => {
      if (hadTerminal && !isatty(0)) resolve();
      else reload();
    });
  });
}

/** Resolves at the first signal; whoever insists with a second one ends the process the hard way. */
async function untilTold(demo: boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(128 + constants.signals[signal]));
        resolve();
      });
    }
    // The demonstration that started us has gone: nobody else would stop us.
    if (demo) process.once('disconnect', resolve);
  });
  forgetDemonstration();
}

/** Listening for the end of the channel to whoever started us keeps the process alive. */
function forgetDemonstration(): void {
  process.removeAllListeners('disconnect');
}
