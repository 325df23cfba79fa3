import { readFile, stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { fileError, usageError } from '../faults.ts';
import { examples, notes } from '../manual.ts';
import { EXIT, bytesText, plain, styled } from '../terminal.ts';
import type { InspectReport } from '../world.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

/** bytes; a capture is read into memory, since its parts are looked at more than once. */
const MOST_BYTES = 512 * 1024 * 1024;

/** `quoin inspect FILE`: parts, header, security, who signed what, and what this access point would answer. */
export function addInspect(program: Command, context: CommandContext): void {
  const inspect = program
    .command('inspect')
    .description('explain a captured message: its parts, header, security, and what would be refused and why')
    .argument('<file>', 'an HTTP message, its body, or a SOAP envelope')
    .option('--content-type <type>', 'Content-Type, when the file holds the HTTP body only')
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { readonly contentType?: string }>();
      const report = await context.world.inspect(await capture(file), options);
      const { terminal } = context;
      if (options.json === true) terminal.out(JSON.stringify(report));
      else printReport(context, report);
      if (!report.sound) context.finish(EXIT.failed);
    });
  notes(
    inspect,
    `Without --config the message is explained; with it, judged as the access point of that configuration would judge it now.
Exit code 1: it is no AS4 message, its signature does not hold, or it would be refused.`,
  );
  examples(inspect, [
    'quoin inspect captured.http',
    'quoin inspect captured.http --config quoin.yaml      # and what this access point would answer',
  ]);
}

async function capture(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES)
      throw usageError(`${file} has ${bytesText(size)}; at most ${bytesText(MOST_BYTES)} are inspected.`);
    return await readFile(file);
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? fileError(file, error) : error;
  }
}

function printReport({ terminal }: CommandContext, { sections, verdict }: InspectReport): void {
  for (const section of sections) {
    terminal.out(styled(terminal, 'bold', section.title));
    for (const line of section.lines) terminal.out(`  ${plain(line)}`);
  }
  if (verdict === undefined) return;
  const { accepted, answer, lines } = verdict;
  const outcome = `would be ${accepted ? 'accepted' : 'refused'}: ${answer}`;
  terminal.out(styled(terminal, accepted ? 'green' : 'red', outcome));
  for (const line of lines) terminal.out(`  ${plain(line)}`);
}
