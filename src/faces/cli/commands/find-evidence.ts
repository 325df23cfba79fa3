import type { Command } from 'commander';
import type { EvidenceVerdict } from '../../../oots/index.ts';
import { printEvidence } from '../evidence-lines.ts';
import { usageError } from '../faults.ts';
import { examples, notes } from '../manual.ts';
import { EXIT } from '../terminal.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

interface FindOptions extends GlobalOptions {
  readonly procedure?: string;
  readonly country: string;
  readonly requirement?: string;
  readonly for?: string;
  readonly answer: readonly string[];
}

const EXITS: Readonly<Record<EvidenceVerdict, number>> = {
  ready: EXIT.done,
  'not-ready': EXIT.failed,
  unanswered: EXIT.unreachable,
  nobody: EXIT.notFound,
};

/** `quoin find-evidence`: from a procedure to the access points of those who give evidence. */
export function addFindEvidence(program: Command, context: CommandContext): void {
  const command = program
    .command('find-evidence')
    .description('ask the common services who gives evidence for a procedure, and whether we can send there')
    .option('--procedure <code>', 'procedure: a code of the list Procedures, T3 for example')
    .requiredOption('--country <code>', 'country that issues the evidence: two letters, EL for Greece')
    .option('--requirement <uri>', 'this requirement only; with a procedure the end of its URI suffices')
    .option('--for <country>', 'country whose procedure it is; all of them when left out')
    .option('--answer <name=value>', 'what the directory asks about the user, again for more', collect, [])
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<FindOptions>();
      const found = await context.world.findEvidence({ config: options.config, wish: wishOf(options) });
      if (options.json === true) context.terminal.out(JSON.stringify(found));
      else printEvidence(context.terminal, found);
      context.finish(EXITS[found.verdict]);
    });
  notes(
    command,
    `The configuration says where the services are and who signs for them (commonServices). Exit code 0: a provider was found
that a P-Mode sends requests to, in a version both speak; 1: providers were found but none such, the directory asks for more, or
an answer was refused; 3: the services do not answer; 4: nobody gives such evidence.`,
  );
  examples(command, [
    'quoin find-evidence --procedure T3 --country FI',
    'quoin find-evidence --procedure T3 --country FI --for FR --json',
    "quoin find-evidence --procedure R1 --country DE --answer 'urn:question:municipality=11000000'",
  ]);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function wishOf({ procedure, requirement, country, for: procedureCountry, answer }: FindOptions) {
  if (procedure === undefined && requirement === undefined)
    throw usageError('Nothing says what is looked for.', 'Give --procedure, or --requirement with a URI.');
  return {
    procedure,
    requirement,
    country: countryCode('--country', country),
    procedureCountry: procedureCountry && countryCode('--for', procedureCountry),
    answers: answersOf(answer),
  };
}

/** Codes that the services write in another way. */
const WRITTEN_AS: Readonly<Record<string, string>> = { GR: 'EL' };

function countryCode(option: string, text: string): string {
  const code = text.toUpperCase();
  if (!/^[A-Z]{2}$/.test(code))
    throw usageError(`${option} ${text} is no country.`, 'Give two letters: FI, or EL for Greece.');
  const other = WRITTEN_AS[code];
  if (other !== undefined)
    throw usageError(`${option} ${text} is no code of the services.`, `Theirs is ${other}.`);
  return code;
}

function answersOf(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1 || at === text.length - 1)
        throw usageError(
          `--answer ${text} is no answer.`,
          'Give NAME=VALUE, the name as the directory asks for it.',
        );
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
