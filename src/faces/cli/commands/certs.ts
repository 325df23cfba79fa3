import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { callJson } from '../api-client.ts';
import { examples, notes } from '../manual.ts';
import { EXIT, plain, table } from '../terminal.ts';
import type { LoadedCertificate } from '../world.ts';
import { apiAddress, print } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';
import { tellProblems } from './pmode.ts';

interface RequestOptions extends GlobalOptions {
  readonly folder: string;
  readonly organisation: string;
  readonly country: string;
  readonly unit: string;
  readonly bits: number;
}

/** `quoin certs`: a development PKI, a key and signing request, and what is loaded with its expiry. */
export function addCerts(program: Command, context: CommandContext): void {
  const certs = program.command('certs').description('keys and certificates: dev, request, list');
  const dev = certs
    .command('dev')
    .description('make a development authority and a key and certificate for each party')
    .argument('<parties...>', 'names of the parties, AP_XA_01 for example')
    .option('--folder <folder>', 'where to write; nothing is overwritten', 'certs/dev')
    .action(async (parties: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { readonly folder: string }>();
      const files = await context.world.certs.development({ folder: options.folder, parties });
      print(context, options, files, files.map(plain));
    });
  notes(
    dev,
    `Writes ca.pem and, for AP_XA_01, ap_xa_01.key.pem and ap_xa_01.pem: the names the examples in pmodes/examples use.
Certificates are valid for a year. The key of the authority is not kept: nobody can issue more in its name.`,
  );
  examples(dev, ['quoin certs dev AP_XA_01 AP_XB_01']);
  const request = certs
    .command('request')
    .description('make a key and a certificate signing request with the OOTS subject form')
    .argument('<name>', 'common name, OOTS_AP_ACC_XX_001 for example')
    .requiredOption('--organisation <name>', 'organisation that runs the access point')
    .option('--country <code>', 'country of the subject; the OOTS procedure asks for BE', 'BE')
    .option('--unit <name>', 'organisational unit', 'OOTS')
    .option('--bits <number>', 'RSA key size', keySize, 3072)
    .option('--folder <folder>', 'where to write; nothing is overwritten', '.')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RequestOptions>();
      const { folder, organisation, country, unit, bits } = options;
      const files = await context.world.certs.request({ folder, name, organisation, country, unit, bits });
      print(context, options, files, files.map(plain));
    });
  examples(request, ['quoin certs request OOTS_AP_ACC_XX_001 --organisation "Ministry of XX" --folder keys']);
  const listing = certs
    .command('list')
    .description('certificates the access point loads, with expiry and findings')
    .option('--running', 'those that a running access point has in force, instead of those its files hold')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { readonly running?: boolean }>();
      await (options.running === true ? listRunning(context, options) : list(context, options));
    });
  examples(listing, [
    'quoin certs list',
    'quoin certs list --json --config /etc/quoin/quoin.yaml',
    'quoin certs list --running',
  ]);
}

function keySize(text: string): number {
  const bits = /^\d{4,5}$/.test(text) ? Number(text) : 0;
  if (bits >= 2048 && bits <= 8192) return bits;
  throw new InvalidArgumentError('It must be a whole number from 2048 to 8192.');
}

async function list(context: CommandContext, options: GlobalOptions): Promise<void> {
  const { terminal } = context;
  const loaded = await context.world.certs.list({ config: options.config });
  const { certificates, problems } = loaded;
  if (options.json === true) terminal.out(JSON.stringify(loaded));
  else {
    certificateTable(context, certificates);
    tellProblems(context, problems);
  }
  const unfit = certificates.some(isUnfit);
  if (unfit || problems.some(({ severity }) => severity === 'error')) context.finish(EXIT.failed);
}

/** A certificate as the API shows it. */
interface InForce extends Omit<LoadedCertificate, 'source' | 'use' | 'party'> {
  readonly name: string;
  readonly use: readonly string[];
  readonly parties: readonly string[];
}

async function listRunning(context: CommandContext, options: GlobalOptions): Promise<void> {
  const api = await apiAddress(context, options);
  const { items } = await callJson<{ readonly items: readonly InForce[] }>(api, { path: '/v1/certificates' });
  if (options.json === true) context.terminal.out(JSON.stringify(items));
  else
    certificateTable(
      context,
      items.map(({ name, use, parties, ...facts }) => ({
        ...facts,
        source: name,
        use: use.join(', '),
        party: parties.join(', '),
      })),
    );
  if (items.some(isUnfit)) context.finish(EXIT.failed);
}

function isUnfit({ findings, daysLeft }: Pick<LoadedCertificate, 'findings' | 'daysLeft'>): boolean {
  return findings.length > 0 || daysLeft < 0;
}

function certificateTable({ terminal }: CommandContext, certificates: readonly LoadedCertificate[]): void {
  table(
    terminal,
    ['use', 'party', 'days left', 'valid until', 'serial', 'subject', 'from'],
    certificates.map((entry) => [
      entry.use,
      entry.party,
      String(entry.daysLeft),
      entry.notAfter.slice(0, 10),
      entry.serialNumber,
      entry.subject,
      entry.source,
    ]),
  );
}
