import { Option } from 'commander';
import type { Command } from 'commander';
import { ApiError, callJson } from '../api-client.ts';
import type { ApiAddress } from '../api-client.ts';
import { exchangeLines } from '../exchange-lines.ts';
import type { ExchangeView } from '../exchange-lines.ts';
import { examples } from '../manual.ts';
import { fetchPages } from '../pages.ts';
import { styled, table } from '../terminal.ts';
import { apiAddress, print } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';
import { atLeastOne } from './messages.ts';

interface ListOptions extends GlobalOptions {
  readonly role?: string;
  readonly state?: string;
  readonly outcome?: string;
  readonly partner?: string;
  readonly conversation?: string;
  readonly waiting?: boolean;
  readonly all?: boolean;
  readonly limit: number;
}

const STATES = ['requested', 'preview-required', 'preview-requested', 'answered', 'expired', 'failed'];
const OUTCOMES = ['evidence', 'no-match', 'deferred', 'exception'];

/** `quoin exchange list|show`: evidence exchanges, and everything that happened in one. */
export function addExchange(program: Command, context: CommandContext): void {
  const exchange = program.command('exchange').description('evidence exchanges: list, show');
  const listing = exchange
    .command('list')
    .description('exchanges, the last begun first')
    .addOption(new Option('--role <role>', 'which side we are').choices(['requester', 'provider']))
    .addOption(new Option('--state <state>', 'where they stand').choices(STATES))
    .addOption(new Option('--outcome <outcome>', 'how they were answered').choices(OUTCOMES))
    .option('--partner <party>', 'local name of the partner')
    .option('--conversation <id>', 'of this conversation')
    .option('--waiting', 'answered, and the backend has not taken the answer')
    .option('--limit <number>', 'how many at most', atLeastOne, 50)
    .option('--all', 'every one, however many there are')
    .action(async (_options: unknown, command: Command) => list(context, command.optsWithGlobals()));
  examples(listing, [
    'quoin exchange list',
    'quoin exchange list --role provider --state requested',
    'quoin exchange list --state expired --json',
  ]);
  const showing = exchange
    .command('show')
    .description('one exchange as a timeline: documents, attempts, receipts, outcome')
    .argument('<id>', 'id, ExchangeId, id of a request, MessageId, or ConversationId of a single one')
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const view = await find(await apiAddress(context, options), id);
      print(context, options, view, exchangeLines(context.terminal, view));
    });
  examples(showing, [
    'quoin exchange show 5f0d1f6e-0f0b-8c1e-9b2f-3a3c1f3f7a10',
    'quoin exchange show urn:uuid:ID',
  ]);
}

async function list(context: CommandContext, options: ListOptions): Promise<void> {
  const { terminal } = context;
  const api = await apiAddress(context, options);
  const { role, state, outcome, partner, conversation: conversationId } = options;
  const { items, more } = await fetchPages<ExchangeView>(
    (query) => callJson(api, { path: `/v1/exchanges?${query}` }),
    {
      filter: {
        role,
        state,
        outcome,
        partner,
        conversationId,
        waiting: options.waiting === true ? 'true' : undefined,
      },
      limit: options.all === true ? Number.POSITIVE_INFINITY : options.limit,
    },
  );
  if (options.json === true) return terminal.out(JSON.stringify(items));
  if (items.length === 0) return terminal.out('There is no exchange that fits.');
  table(
    terminal,
    ['begun', 'role', 'state', 'partner', 'EDM', 'procedure', 'id'],
    items.map((item) => [
      item.createdAt,
      item.role,
      [item.state, item.exception ?? item.outcome].filter((word) => word !== undefined).join(', '),
      item.partner,
      item.version,
      item.procedure ?? '',
      item.id,
    ]),
  );
  if (more) terminal.err(styled(terminal, 'dim', `There are more: --limit ${options.limit * 2}, or --all.`));
}

/** By what an exchange is looked for that has no such id, in this order. */
const SEARCHES = ['exchangeId', 'requestId', 'messageId', 'conversationId'] as const;

async function find(api: ApiAddress, id: string): Promise<ExchangeView> {
  try {
    return await get(api, id);
  } catch (error) {
    const isUnknown = error instanceof ApiError && error.status === 404;
    const found = isUnknown ? await search(api, id) : undefined;
    if (found === undefined) throw error;
    return await get(api, found.id);
  }
}

function get(api: ApiAddress, id: string): Promise<ExchangeView> {
  return callJson<ExchangeView>(api, { path: `/v1/exchanges/${encodeURIComponent(id)}` });
}

/** What the id names when it names one exchange only. */
async function search(api: ApiAddress, id: string): Promise<ExchangeView | undefined> {
  for (const by of SEARCHES) {
    const query = new URLSearchParams({ [by]: id, limit: '2' });
    const { items } = await callJson<{ readonly items: readonly ExchangeView[] }>(api, {
      path: `/v1/exchanges?${query.toString()}`,
    });
    if (items.length === 1) return items[0];
  }
  return undefined;
}
