import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { EXIT, styled } from '../terminal.ts';
import type { CommandContext } from './context.ts';

/** `quoin inspect FILE`: parts, header, security, who signed what, and what this access point would answer. */
export function addInspect(program: Command, context: CommandContext): void {
  program
    .command('inspect')
    .description('explain a captured message: its parts, header, security, and what would be refused and why')
    .argument('<file>', 'an HTTP message, its body, or a SOAP envelope')
    .option('--content-type <type>', 'Content-Type, when the file holds the HTTP body only')
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<{
        readonly contentType?: string;
        readonly config?: string;
        readonly json?: boolean;
      }>();
      const report = await context.world.inspect(await readFile(file), options);
      const { terminal } = context;
      if (options.json === true) return terminal.out(JSON.stringify(report));
      for (const section of report.sections) {
        terminal.out(styled(terminal, 'bold', section.title));
        for (const line of section.lines) terminal.out(`  ${line}`);
      }
      if (report.verdict === undefined) return;
      const { accepted, answer, lines } = report.verdict;
      terminal.out(
        styled(
          terminal,
          accepted ? 'green' : 'red',
          `would be ${accepted ? 'accepted' : 'refused'}: ${answer}`,
        ),
      );
      for (const line of lines) terminal.out(`  ${line}`);
      if (!accepted) context.finish(EXIT.failed);
    });
}
