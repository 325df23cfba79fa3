import type { Command } from 'commander';
import { callJson } from '../api-client.ts';
import { examples } from '../manual.ts';
import { apiAddress, print } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

/** A partner as the API shows it, as far as it is printed. */
interface Partner {
  readonly name: string;
  readonly pmodes: readonly string[];
  readonly address?: string;
  readonly running: number;
  readonly limit: number;
  readonly waiting: number;
  readonly dueSince?: string;
  readonly paused?: { readonly at: string; readonly by: string; readonly reason?: string };
  readonly breaker: {
    readonly state: string;
    readonly since: string;
    readonly failures: number;
    readonly reason?: string;
    readonly nextProbeAt?: string;
    readonly lastSuccessAt?: string;
    readonly lastFailureAt?: string;
  };
}

/** What can be said about a partner, and how its command says it. */
const ACTS = {
  pause: 'hold back all messages for a partner, on every node, until it is resumed',
  resume: 'let the messages for a partner go out again',
  reset: 'close the breaker of a partner: what is due is tried at once',
} as const;

/** `quoin partners list|show|pause|resume|reset`. */
export function addPartners(program: Command, context: CommandContext): void {
  const partners = program
    .command('partners')
    .description('partners: reachable or not, paused or not, what waits');
  const list = partners
    .command('list')
    .description('all partners of the P-Modes in force')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const path = '/v1/partners';
      const answer = await callJson<{ items: readonly Partner[] }>(await apiAddress(context, options), {
        path,
      });
      print(context, options, answer.items, answer.items.map(lineOf));
    });
  examples(list, ['quoin partners list']);
  const show = partners
    .command('show')
    .description('everything about one partner')
    .argument('<party>', 'local name of the partner')
    .action(async (party: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const partner = await callJson<Partner>(await apiAddress(context, options), { path: pathOf(party) });
      print(context, options, partner, linesOf(partner));
    });
  examples(show, ['quoin partners show AP_XB_01']);
  for (const [act, says] of Object.entries(ACTS)) addAct(partners, context, act, says);
}

function addAct(partners: Command, context: CommandContext, act: string, says: string): void {
  const command = partners.command(act).description(says).argument('<party>', 'local name of the partner');
  if (act === 'pause') command.option('--reason <text>', 'why, for whoever asks later');
  const reason = act === 'pause' ? ' --reason "maintenance until 17:00"' : '';
  examples(command, [`quoin partners ${act} AP_XB_01${reason}`]);
  command.action(async (party: string, _options: unknown, given: Command) => {
    const options = given.optsWithGlobals<GlobalOptions & { readonly reason?: string }>();
    const { reason } = options;
    const partner = await callJson<Partner>(await apiAddress(context, options), {
      method: 'POST',
      path: `${pathOf(party)}/${act}`,
      ...(act === 'pause' ? { json: { reason } } : {}),
    });
    print(context, options, partner, [lineOf(partner)]);
  });
}

function pathOf(party: string): string {
  return `/v1/partners/${encodeURIComponent(party)}`;
}

/** `AP_XB_01  paused since ...; 3 waiting`. */
function lineOf(partner: Partner): string {
  const { name, running, limit, waiting } = partner;
  return `${name}  ${stateOf(partner)}; ${running} of ${limit} places taken; ${waiting} waiting`;
}

function stateOf({ paused, breaker }: Partner): string {
  if (paused !== undefined)
    return `paused since ${paused.at} by ${paused.by}${paused.reason === undefined ? '' : ` (${paused.reason})`}`;
  if (breaker.state === 'closed') return 'open for messages';
  const next =
    breaker.nextProbeAt === undefined ? 'being tried now' : `tried again at ${breaker.nextProbeAt}`;
  return `down, ${next}`;
}

function linesOf(partner: Partner): readonly string[] {
  const { breaker, pmodes, address, dueSince } = partner;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['address', address],
    ['P-Modes', pmodes.join(', ') || 'none to send on'],
    ['due since', dueSince],
    ['failures in a row', String(breaker.failures)],
    ['last failure', breaker.lastFailureAt && `${breaker.lastFailureAt} ${breaker.reason ?? ''}`.trim()],
    ['last answer', breaker.lastSuccessAt],
  ];
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined);
  return [lineOf(partner), ...known.map(([what, says]) => `  ${what.padEnd(18)}${says}`)];
}
