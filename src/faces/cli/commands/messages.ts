import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { callJson } from '../api-client.ts';
import { examples } from '../manual.ts';
import { fetchPages } from '../pages.ts';
import { plain, styled, table } from '../terminal.ts';
import { apiAddress, print } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

/** A sent message in a list, as the API tells it. */
interface MessageView {
  readonly messageId: string;
  readonly conversationId: string;
  readonly to: { readonly partyIds: readonly { readonly value: string }[] };
  readonly action: string;
  readonly state: string;
  readonly submittedAt: string;
  readonly attemptCount: number;
  readonly nextAttemptAt?: string;
  readonly failure?: { readonly code: string };
}

interface ListOptions extends GlobalOptions {
  readonly state?: string;
  readonly conversation?: string;
  readonly limit: number;
  readonly all?: boolean;
}

const STATES = ['SEND_ENQUEUED', 'WAITING_FOR_RECEIPT', 'WAITING_FOR_RETRY', 'ACKNOWLEDGED', 'SEND_FAILURE'];

/** `quoin messages`: what was sent from here. */
export function addMessages(program: Command, context: CommandContext): void {
  const messages = program
    .command('messages')
    .description('messages sent from here, newest first')
    .addOption(new Option('--state <state>', 'in this state only').choices(STATES))
    .option('--conversation <id>', 'of this conversation only')
    .option('--limit <number>', 'how many at most', atLeastOne, 50)
    .option('--all', 'every one, however many there are')
    .action(async (_options: unknown, command: Command) => list(context, command.optsWithGlobals()));
  examples(messages, [
    'quoin messages --state SEND_FAILURE',
    'quoin messages --conversation CONVERSATION-ID --json',
    'quoin messages --all --json | jq -r .[].messageId',
  ]);
  const resending = messages
    .command('resend')
    .description('send failed messages again under their MessageIds')
    .argument('<ids...>', 'MessageIds')
    .action(async (ids: string[], _options: unknown, command: Command) =>
      resend(context, ids, command.optsWithGlobals()),
    );
  examples(resending, ['quoin messages resend MESSAGE-ID']);
}

interface ResentView {
  readonly messageId: string;
  readonly state: string;
  readonly warnings: readonly string[];
}

async function resend(
  context: CommandContext,
  ids: readonly string[],
  options: GlobalOptions,
): Promise<void> {
  const api = await apiAddress(context, options);
  for (const id of ids) {
    const path = `/v1/messages/${encodeURIComponent(id)}/resend`;
    const resent = await callJson<ResentView>(api, { method: 'POST', path });
    print(context, options, resent, [plain(`${id}  ${resent.state}`)]);
    for (const warning of resent.warnings) context.terminal.err(plain(warning));
  }
}

/** A count given on the command line. */
export function atLeastOne(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

async function list(context: CommandContext, options: ListOptions): Promise<void> {
  const { terminal } = context;
  const api = await apiAddress(context, options);
  const { items, more } = await fetchPages<MessageView>(
    (query) => callJson(api, { path: `/v1/messages?${query}` }),
    {
      filter: { state: options.state, conversationId: options.conversation },
      limit: options.all === true ? Number.POSITIVE_INFINITY : options.limit,
    },
  );
  if (options.json === true) return terminal.out(JSON.stringify(items));
  if (items.length === 0) return terminal.out('No message was sent that fits.');
  table(
    terminal,
    ['submitted', 'state', 'tries', 'to', 'action', 'message id', 'next try, or why not'],
    items.map((item) => [
      item.submittedAt,
      item.state,
      String(item.attemptCount),
      item.to.partyIds.map(({ value }) => value).join(' '),
      item.action,
      item.messageId,
      item.nextAttemptAt ?? item.failure?.code ?? '',
    ]),
  );
  if (more) terminal.err(styled(terminal, 'dim', `There are more: --limit ${options.limit * 2}, or --all.`));
}
