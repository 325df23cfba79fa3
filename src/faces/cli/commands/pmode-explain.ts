import type { Command } from 'commander';
import type { MatchExplanation, MatchFacts } from '../../../msh/index.ts';
import { examples } from '../manual.ts';
import { EXIT, plain, styled } from '../terminal.ts';
import type { CommandContext } from './context.ts';
import { partyId } from './send.ts';

interface ExplainOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly send?: boolean;
  readonly pmode?: string;
  readonly from?: string;
  readonly fromRole?: string;
  readonly to?: string;
  readonly toRole?: string;
  readonly service?: string;
  readonly serviceType?: string;
  readonly action?: string;
  readonly agreement?: string;
  readonly mpc?: string;
}

/** `quoin pmode explain`. */
export function addExplain(pmode: Command, context: CommandContext): void {
  const explain = pmode
    .command('explain')
    .description('which P-Mode governs a message with these values, and why the others do not')
    .option('--send', 'a message we send; received ones are assumed otherwise')
    .option('--pmode <id>', 'P-Mode asked for by id')
    .option('--from <party-id>', 'PartyId as value or type#value')
    .option('--from-role <role>', 'Role of the From party')
    .option('--to <party-id>', 'PartyId as value or type#value')
    .option('--to-role <role>', 'Role of the To party')
    .option('--service <value>', 'eb:Service')
    .option('--service-type <type>', 'type of eb:Service')
    .option('--action <value>', 'eb:Action')
    .option('--agreement <value>', 'eb:AgreementRef')
    .option('--mpc <uri>', 'message partition channel')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ExplainOptions>();
      const explanations = await context.world.pmodes.explain({
        config: options.config,
        facts: factsOf(options),
      });
      if (options.json === true) context.terminal.out(JSON.stringify(explanations));
      else for (const explanation of explanations) printExplanation(context, explanation);
      if (!explanations.some((explanation) => explanation.governs)) context.finish(EXIT.failed);
    });
  examples(explain, [
    'quoin pmode explain --send --to AP_XB_01 --action ExecuteQueryRequest',
    'quoin pmode explain --from AP_XB_01 --action ExecuteQueryResponse      # a message received from there',
  ]);
}

function printExplanation(context: CommandContext, explanation: MatchExplanation): void {
  const { terminal } = context;
  const verdict = explanation.governs
    ? styled(terminal, 'green', 'governs')
    : styled(terminal, 'red', 'does not govern');
  terminal.out(`${styled(terminal, 'bold', explanation.pmodeId)} / ${explanation.leg}: ${verdict}`);
  // Of a P-Mode that does not govern, what disagrees is the answer; the rest would only hide it.
  for (const field of explanation.fields.filter(({ agrees }) => explanation.governs || !agrees)) {
    const mark = field.agrees ? styled(terminal, 'green', 'ok') : styled(terminal, 'red', 'no');
    terminal.out(
      `  ${mark} ${plain(`${field.field.padEnd(16)} expected ${field.expected}${field.agrees ? '' : `, found ${field.found}`}`)}`,
    );
  }
}

function factsOf(options: ExplainOptions): MatchFacts {
  return {
    direction: options.send === true ? 'send' : 'receive',
    pmodeId: options.pmode,
    from: party(options.from, options.fromRole),
    to: party(options.to, options.toRole),
    service:
      options.service === undefined ? undefined : { value: options.service, type: options.serviceType },
    action: options.action,
    agreementRef: options.agreement === undefined ? undefined : { value: options.agreement },
    mpc: options.mpc,
  };
}

function party(text: string | undefined, role: string | undefined): MatchFacts['from'] {
  if (text === undefined) return undefined;
  return { partyIds: [partyId(text)], role };
}
