import type { Command } from 'commander';
import { callJson } from '../api-client.ts';
import { examples } from '../manual.ts';
import { plain } from '../terminal.ts';
import { apiAddress, print } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';
import { atLeastOne } from './messages.ts';

interface LeasedView {
  readonly lease: { readonly id: string; readonly consumer: string; readonly until: string };
  readonly items: readonly { readonly id: string; readonly messageId: string }[];
}

interface Standing {
  readonly id: string;
  readonly state: string;
  readonly changed: boolean;
}

interface LeaseOptions extends GlobalOptions {
  readonly consumer?: string;
  readonly limit: number;
  readonly seconds: number;
  readonly wait?: number;
  readonly action?: string;
}

/** Below `quoin inbox`: lease messages, give them back, have taken ones delivered again. */
export function addLeases(inbox: Command, context: CommandContext): void {
  const leasing = inbox
    .command('lease')
    .description('take messages that nobody else works on, for a while')
    .option('--consumer <name>', 'whom the lease is shown under')
    .option('--limit <number>', 'how many at most', atLeastOne, 10)
    .option('--seconds <number>', 'how long they are yours', atLeastOne, 300)
    .option('--wait <seconds>', 'wait for one, 30 seconds at most', atLeastOne)
    .option('--action <action>', 'of this action only')
    .action(async (_options: unknown, command: Command) => lease(context, command.optsWithGlobals()));
  examples(leasing, ['quoin inbox lease --limit 1 --seconds 120', 'quoin inbox lease --wait 30 --json']);
  const releasing = inbox
    .command('release')
    .description('give leased messages back before the lease ends')
    .argument('<ids...>', 'ids or MessageIds')
    .requiredOption('--lease <id>', 'the lease they were taken under')
    .action(async (ids: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { lease: string }>();
      await each(context, ids, options, { what: 'release', json: { lease: options.lease } });
    });
  examples(releasing, ['quoin inbox release ID --lease LEASE']);
  const again = inbox
    .command('redeliver')
    .description('put messages that were taken into the inbox again')
    .argument('<ids...>', 'ids or MessageIds')
    .action(async (ids: string[], _options: unknown, command: Command) =>
      each(context, ids, command.optsWithGlobals(), { what: 'redeliver' }),
    );
  examples(again, ['quoin inbox redeliver ID']);
}

async function lease(context: CommandContext, options: LeaseOptions): Promise<void> {
  const { consumer, limit, seconds, wait, action } = options;
  const api = await apiAddress(context, options);
  const json = { consumer, limit, seconds, wait, action };
  const leased = await callJson<LeasedView>(api, { method: 'POST', path: '/v1/inbox/lease', json });
  const lines =
    leased.items.length === 0
      ? ['No message is free.']
      : [
          `lease ${leased.lease.id} until ${leased.lease.until}`,
          ...leased.items.map(({ id, messageId }) => `${id}  ${messageId}`),
        ];
  print(context, options, leased, lines.map(plain));
}

async function each(
  context: CommandContext,
  ids: readonly string[],
  options: GlobalOptions,
  { what, json }: { readonly what: string; readonly json?: object },
): Promise<void> {
  const api = await apiAddress(context, options);
  for (const id of ids) {
    const path = `/v1/inbox/${encodeURIComponent(id)}/${what}`;
    const stands = await callJson<Standing>(api, { method: 'POST', path, json });
    print(context, options, stands, [plain(`${id}  ${stands.state}`)]);
  }
}
