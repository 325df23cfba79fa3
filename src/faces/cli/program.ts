import { Command } from 'commander';
import { addCerts } from './commands/certs.ts';
import { addCompletion } from './commands/completion.ts';
import { addConfig } from './commands/config.ts';
import type { CommandContext } from './commands/context.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExchange } from './commands/exchange.ts';
import { addEvents } from './commands/events.ts';
import { addFindEvidence } from './commands/find-evidence.ts';
import { addInbox } from './commands/inbox.ts';
import { addInit } from './commands/init.ts';
import { addInspect } from './commands/inspect.ts';
import { addKeys } from './commands/keys.ts';
import { addMessages } from './commands/messages.ts';
import { addPartners } from './commands/partners.ts';
import { addPing } from './commands/ping.ts';
import { addPMode } from './commands/pmode.ts';
import { addReload } from './commands/reload.ts';
import { addSend } from './commands/send.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { EXIT, EXIT_MEANINGS } from './terminal.ts';

const COMMANDS = [
  addDemo,
  addInit,
  addConfig,
  addServe,
  addReload,
  addSend,
  addStatus,
  addMessages,
  addInbox,
  addEvents,
  addExchange,
  addPing,
  addPartners,
  addInspect,
  addPMode,
  addCerts,
  addKeys,
  addFindEvidence,
  addDoctor,
  addCompletion,
];

/** What the environment may say, for `quoin --help` and docs/cli.md. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  QUOIN_CONFIG: 'the configuration file, as --config',
  QUOIN_API: 'address of the API, as --api',
  QUOIN_TOKEN: 'token for the API, out of the list of processes',
  NO_COLOR: 'no colours',
};

function afterHelp(): string {
  const exits = Object.entries(EXIT_MEANINGS).map(
    ([name, says]) => `  ${EXIT[name as keyof typeof EXIT]}  ${says}`,
  );
  const variables = Object.entries(ENVIRONMENT).map(([name, says]) => `  ${name.padEnd(14)}${says}`);
  return [
    '',
    'Exit codes:',
    ...exits,
    '',
    'Environment:',
    ...variables,
    '',
    'First steps: quoin demo, then quoin init',
  ].join('\n');
}

/** The program with all its commands. It writes to the terminal, and throws CommanderError instead of exiting. */
export function createProgram(context: CommandContext, json: boolean): Command {
  const { terminal, world } = context;
  const program = new Command('quoin')
    .description('eDelivery AS4 access point for the EU Once-Only Technical System')
    .option('-c, --config <file>', 'configuration file (quoin.yaml)')
    .option('--api <url>', 'address of the backend API of a running access point')
    .option('--token <token>', 'token for the API; QUOIN_TOKEN keeps it out of the list of processes')
    .option('--json', 'machine-readable output, errors too')
    .version(world.version)
    .addHelpText('after', afterHelp())
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => (json ? undefined : terminal.err(text.trimEnd())),
      // Wrong usage is told like every other complaint.
      outputError: () => undefined,
    });
  for (const add of COMMANDS) add(program, context);
  return program;
}
