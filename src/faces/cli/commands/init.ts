import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { examples, notes } from '../manual.ts';
import { facts, styled } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import type { InitialisedAccessPoint } from '../world.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

interface CommandOptions extends GlobalOptions {
  readonly folder: string;
  readonly organisation?: string | undefined;
  readonly country: string;
}

/** `quoin init`: everything a new access point needs to start, written into a folder. */
export function addInit(program: Command, context: CommandContext): void {
  const command = program
    .command('init')
    .description('write configuration, folders, key and token of a new access point')
    .argument('[party]', 'which party of the P-Modes it will be', 'AP_XA_01')
    .option('--folder <folder>', 'where to write; nothing is overwritten', '.')
    .option('--organisation <name>', 'organisation in the certificate; the party when left out')
    .option('--country <code>', 'country in the certificate, two capital letters', country, 'EU')
    .action(async (party: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommandOptions>();
      const { folder, organisation = party } = options;
      const made = await context.world.init({ folder, party, organisation, country: options.country });
      if (options.json === true) context.terminal.out(JSON.stringify(made));
      else tell(context.terminal, made, folder);
    });
  notes(
    command,
    `Writes quoin.yaml with every setting explained, the folders pmodes, certs and keys, a 3072-bit key with a self-signed
certificate valid for a year, and a token for the backend API; key and token get mode 600. quoin serve starts with it
at once. The certificate is for trying: quoin certs request is the way to one for production. If a file is in the way,
nothing is written and the exit code is 2.`,
  );
  examples(command, [
    'quoin init AP_XA_01 && quoin serve',
    'quoin init AP_XA_01 --folder /etc/quoin --organisation "Ministry of XA" --country BE',
  ]);
}

function country(text: string): string {
  if (/^[A-Z]{2}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be two capital letters.');
}

function tell(terminal: Terminal, made: InitialisedAccessPoint, folder: string): void {
  const { out } = terminal;
  out(styled(terminal, 'bold', `Written for ${made.party}:`));
  facts(out, [
    [made.config, 'the configuration, every setting explained'],
    [made.key, 'private key, 3072 bits, mode 600'],
    [made.certificate, 'its certificate, self-signed'],
    [made.forPartners, 'the same, under the name that P-Modes use for it'],
    [made.token, 'token of the backend API, mode 600'],
    [made.pmodes, 'folder for your P-Modes, one file for each agreement'],
  ]);
  out(
    styled(
      terminal,
      'yellow',
      'The certificate is FOR TRYING: no authority stands for it. For production: quoin certs request',
    ),
  );
  const config = folder === '.' ? '' : ` --config ${made.config}`;
  out(styled(terminal, 'bold', 'Next:'));
  const steps = [
    `give ${made.forPartners} to your partner, and put the partner's certificate beside it`,
    `write a P-Mode into ${made.pmodes}; the examples in pmodes/examples of Quoin are a beginning`,
    `quoin pmode check${config}`,
    `quoin serve${config}`,
    `quoin doctor${config}, in another shell: it walks to each partner, up to a ping`,
  ];
  for (const [index, step] of steps.entries()) out(`  ${index + 1}. ${step}`);
}
