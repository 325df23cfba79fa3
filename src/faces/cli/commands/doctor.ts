import type { Command } from 'commander';
import { callJson } from '../api-client.ts';
import { examples, notes } from '../manual.ts';
import { EXIT, facts, plain, styled } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import type { FinishedCheck } from '../world.ts';
import { apiAddress } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

/** What is examined, and how strictly it is judged. */
export interface DoctorOptions extends GlobalOptions {
  readonly partners: readonly string[] | 'none';
  readonly ping: boolean;
  readonly strict?: boolean;
  readonly demo?: boolean;
}

/** `quoin doctor [PARTNER...]`: every check with its own result and the cure. */
export function addDoctor(program: Command, context: CommandContext): void {
  const command = program
    .command('doctor')
    .description('check configuration, keys, clock, database, queue, disk, and the way to each partner')
    .argument('[partners...]', 'local names of the partners to look at; all of them when left out')
    .option('--no-ping', 'send no test messages')
    .option('--demo', 'allow the keys of the demonstration, as quoin serve --demo does')
    .option('--strict', 'a warning counts as a failure')
    .action(async (partners: string[], _options: unknown, self: Command) => {
      await examine(context, { ...self.optsWithGlobals<DoctorOptions>(), partners });
    });
  notes(
    command,
    `Nothing is changed: files are read, a temporary one is written and removed, and each partner gets a test message if an
access point runs here that can send it. Exit code 0: nothing failed; 1: something did, or with --strict was warned of.`,
  );
  examples(command, [
    'quoin doctor',
    'quoin doctor AP_XB_01 --no-ping',
    'quoin doctor --strict --json      # for a monitor or a pipeline',
  ]);
}

/** Examines, tells each check as it ends, and finishes with the exit code of the worst. */
export async function examine(context: CommandContext, options: DoctorOptions): Promise<void> {
  const { terminal, world } = context;
  const json = options.json === true;
  // A configuration that cannot be used is what the first check is about; whoever holds the default port is a stranger.
  const api = await apiAddress(context, options).catch(() => undefined);
  const { checks } = await world.examine(
    {
      config: options.config,
      demo: options.demo === true,
      partners: options.partners,
      ping: options.ping,
      api: api?.url,
      call: async (request) => await callJson(api ?? (await apiAddress(context, options)), request),
    },
    (finished) => {
      if (!json) tell(terminal, finished);
    },
  );
  if (json) terminal.out(JSON.stringify({ ...summary(checks), checks }));
  else terminal.out(summaryText(checks));
  const bad: readonly string[] = options.strict === true ? ['failed', 'warning'] : ['failed'];
  if (checks.some(({ outcome }) => bad.includes(outcome))) context.finish(EXIT.failed);
}

const MARKS = {
  ok: ['green', 'ok'],
  warning: ['yellow', 'warning'],
  failed: ['red', 'FAILED'],
  skipped: ['dim', 'skipped'],
} as const;

const LABELS = { error: 'wrong', warning: 'look at', info: 'note' } as const;

function tell(terminal: Terminal, finished: FinishedCheck): void {
  const { subject, check, outcome, found, expected, advice, certificate, notes: noticed = [] } = finished;
  const [colour, word] = MARKS[outcome];
  const mark = styled(terminal, colour, word.padEnd(7));
  terminal.out(`${mark}  ${plain(subject).padEnd(12)}  ${check.padEnd(22)}  ${plain(found)}`);
  const detailed = outcome === 'failed' || outcome === 'warning';
  facts(terminal.out, [
    ...noticed.map(({ severity, text }) => [LABELS[severity], text] as const),
    ['expected', expected],
    ['subject', detailed ? certificate?.subject : undefined],
    ['issuer', detailed ? certificate?.issuer : undefined],
    ['serial', detailed ? certificate?.serialNumber : undefined],
    ['valid', detailed && certificate ? `${certificate.notBefore} to ${certificate.notAfter}` : undefined],
    ['advice', advice],
  ]);
}

type Counts = Readonly<Record<keyof typeof MARKS, number>>;

function summary(checks: readonly FinishedCheck[]): { readonly sound: boolean; readonly counts: Counts } {
  const of = (wanted: keyof typeof MARKS): number =>
    checks.filter(({ outcome }) => outcome === wanted).length;
  const counts = { ok: of('ok'), warning: of('warning'), failed: of('failed'), skipped: of('skipped') };
  return { sound: counts.failed === 0, counts };
}

function summaryText(checks: readonly FinishedCheck[]): string {
  const { ok, warning, failed, skipped } = summary(checks).counts;
  return `${checks.length} checks: ${ok} ok, ${warning} to look at, ${failed} failed, ${skipped} skipped`;
}
