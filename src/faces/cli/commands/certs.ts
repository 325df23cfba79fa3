import type { Command } from 'commander';
import { EXIT, styled, table } from '../terminal.ts';
import type { CommandContext } from './context.ts';

/** `quoin certs`: a development PKI, a key and signing request, and what is loaded with its expiry. */
export function addCerts(program: Command, context: CommandContext): void {
  const certs = program.command('certs').description('keys and certificates');
  certs
    .command('dev')
    .description('make a development authority and a key and certificate for each party')
    .argument('<parties...>', 'names of the parties, AP_XA_01 for example')
    .option('--folder <folder>', 'where to write', 'certs/dev')
    .action(async (parties: string[], options: { readonly folder: string }) => {
      printFiles(context, await context.world.certs.development({ folder: options.folder, parties }));
    });
  certs
    .command('request')
    .description('make a key and a certificate signing request with the OOTS subject form')
    .argument('<name>', 'common name, OOTS_AP_ACC_XX_001 for example')
    .requiredOption('--organisation <name>', 'organisation that runs the access point')
    .option('--country <code>', 'country of the subject; the OOTS procedure asks for BE', 'BE')
    .option('--unit <name>', 'organisational unit', 'OOTS')
    .option('--bits <number>', 'RSA key size', Number, 3072)
    .option('--folder <folder>', 'where to write', '.')
    .action(
      async (
        name: string,
        options: { folder: string; organisation: string; country: string; unit: string; bits: number },
      ) => {
        printFiles(context, await context.world.certs.request({ ...options, name }));
      },
    );
  certs
    .command('list')
    .description('certificates the access point loads, with expiry and findings')
    .action(async (_options: unknown, command: Command) => {
      await list(context, command.optsWithGlobals());
    });
}

async function list(
  context: CommandContext,
  options: { readonly config?: string; readonly json?: boolean },
): Promise<void> {
  const { terminal } = context;
  const loaded = await context.world.certs.list({ config: options.config });
  if (options.json === true) return terminal.out(JSON.stringify(loaded));
  table(
    terminal,
    ['use', 'days left', 'valid until', 'serial', 'subject', 'from'],
    loaded.map((entry) => [
      entry.use,
      String(entry.daysLeft),
      entry.notAfter.slice(0, 10),
      entry.serialNumber,
      entry.subject,
      entry.source,
    ]),
  );
  const findings = loaded.flatMap((entry) => entry.findings.map((finding) => `${entry.subject}: ${finding}`));
  for (const finding of findings) terminal.out(styled(terminal, 'yellow', finding));
  if (findings.length > 0) context.finish(EXIT.failed);
}

function printFiles(context: CommandContext, files: readonly string[]): void {
  for (const file of files) context.terminal.out(file);
}
