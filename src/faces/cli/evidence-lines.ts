import type {
  FoundAccessPoint,
  FoundDataService,
  FoundEvidenceType,
  FoundRequirement,
  Identifier,
  LocalizedText,
  StepOutcome,
} from '../../oots/index.ts';
import { styled } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import type { EvidenceSearch } from './world.ts';

/** Writes a line of the tree, so deep. */
type Write = (depth: number, line: string) => void;

/** Prints the way to evidence as a tree: requirement, evidence type, provider, access point. */
export function printEvidence(terminal: Terminal, found: EvidenceSearch): void {
  // Every part of a line went through `styled`, which makes text from elsewhere plain.
  const write: Write = (depth, line) => terminal.out(`${'  '.repeat(depth)}${line}`);
  outcome(terminal, write, 0, found);
  for (const requirement of found.requirements) printRequirement(terminal, write, requirement);
  if (found.leftOut > 0)
    write(
      0,
      styled(
        terminal,
        'yellow',
        `${found.leftOut} more requirements were not followed: name one with --requirement`,
      ),
    );
  for (const { text } of found.problems)
    terminal.err(styled(terminal, 'yellow', `P-Mode not compared: ${text}`));
}

function printRequirement(terminal: Terminal, write: Write, requirement: FoundRequirement): void {
  const { names, identifier, lists } = requirement;
  write(
    0,
    `${styled(terminal, 'bold', textOf(names, 'requirement'))}  ${styled(terminal, 'dim', identifier)}`,
  );
  outcome(terminal, write, 1, requirement);
  for (const [index, { names: listNames, evidenceTypes }] of lists.entries()) {
    const together = evidenceTypes.length > 1 ? ', all of these together' : '';
    const label = `${index === 0 ? 'proven by' : 'or by'} ${textOf(listNames, 'evidence')}${together}`;
    write(1, styled(terminal, 'cyan', label));
    for (const type of evidenceTypes) printType(terminal, write, type);
  }
}

function printType(terminal: Terminal, write: Write, type: FoundEvidenceType): void {
  const { titles, classification, services } = type;
  write(
    2,
    `${styled(terminal, 'bold', textOf(titles, 'evidence type'))}  ${styled(terminal, 'dim', classification)}`,
  );
  outcome(terminal, write, 3, type);
  for (const service of services) printService(terminal, write, service);
}

function printService(terminal: Terminal, write: Write, service: FoundDataService): void {
  const { titles, distributions, levelOfAssurance, accessPoints } = service;
  const forms = distributions.map(({ format, languages }) => [format, ...languages].join(' ')).join(', ');
  const facts = [textOf(titles, 'service'), forms, levelOfAssurance && `assurance ${levelOfAssurance}`];
  write(3, styled(terminal, 'dim', facts.filter((fact) => fact !== undefined && fact !== '').join('; ')));
  for (const accessPoint of accessPoints) printAccessPoint(terminal, write, accessPoint);
}

function printAccessPoint(terminal: Terminal, write: Write, accessPoint: FoundAccessPoint): void {
  const { publishers, identifier, conformsTo, version } = accessPoint;
  for (const { names, identifier: id } of publishers)
    write(
      3,
      styled(terminal, 'bold', `provider ${textOf(names, 'without name')}`) +
        styled(terminal, 'dim', `  ${idText(id)}`),
    );
  write(4, styled(terminal, 'bold', `access point ${idText(identifier)}`));
  const spoken = conformsTo.length === 0 ? 'says no version' : `speaks ${conformsTo.join(', ')}`;
  write(
    5,
    `${styled(terminal, 'dim', spoken)}: ${version === undefined ? styled(terminal, 'red', 'none that we speak') : styled(terminal, 'green', `${version} is the newest of both`)}`,
  );
  const [colour, text] = verdict(accessPoint);
  write(5, styled(terminal, colour, text));
}

/** Whether we can send there, and why not. */
function verdict({
  ready,
  pmodes,
  version,
  conformsTo,
}: FoundAccessPoint): readonly ['green' | 'red' | 'yellow', string] {
  const named = pmodes.map(({ id, partner }) => `${id} (partner ${partner})`).join(', ');
  if (ready) return ['green', `ready: P-Mode ${named}`];
  if (pmodes.length === 0) return ['red', 'no P-Mode of ours knows it: agree on one with its operator'];
  if (!pmodes.some(({ sends }) => sends))
    return ['yellow', `P-Mode ${named}, but no leg of it sends ExecuteQueryRequest`];
  if (version === undefined) return ['red', `P-Mode ${named}, but no common version`];
  const agreed = pmodes.map(({ specification }) => specification).filter((one) => one !== undefined);
  return [
    'red',
    `P-Mode ${named} agrees on ${agreed.join(', ')}, which is not among ${conformsTo.join(', ')}`,
  ];
}

/** What a step came to besides what it found. */
function outcome(
  terminal: Terminal,
  write: Write,
  depth: number,
  { problem, failure, stale }: StepOutcome,
): void {
  if (stale !== undefined)
    write(
      depth,
      styled(terminal, 'yellow', `answer of ${stale.since}: the service cannot be asked now (${stale.code})`),
    );
  if (failure !== undefined) {
    write(depth, styled(terminal, 'red', `${failure.message} (${failure.code})`));
    if (failure.advice !== undefined) write(depth + 1, styled(terminal, 'dim', failure.advice));
  }
  if (problem === undefined) return;
  const { code, meaning, message, kind, questions } = problem;
  const told = meaning ?? message ?? 'The service told a failure without words.';
  write(
    depth,
    styled(
      terminal,
      kind === 'nothing-found' ? 'dim' : 'yellow',
      `${told} (${code === '' ? 'no code' : code})`,
    ),
  );
  for (const { identifier, descriptions, type } of questions)
    write(
      depth + 1,
      styled(terminal, 'yellow', `${textOf(descriptions, type)}  --answer '${identifier}=VALUE'`),
    );
}

/** A text in English, else in the first language there is. */
function textOf(texts: readonly LocalizedText[], otherwise: string): string {
  const english = texts.find(({ lang }) => lang?.toUpperCase() === 'EN');
  return (english ?? texts[0])?.text ?? otherwise;
}

function idText({ value, scheme }: Identifier): string {
  return scheme === undefined ? value : `${value} (${scheme})`;
}
