import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { QuoinError } from '../../../protocol/errors/index.ts';
import { ApiError, callApi, callJson } from '../api-client.ts';
import type { ApiAddress } from '../api-client.ts';
import { readEventStream } from '../event-stream.ts';
import { examples } from '../manual.ts';
import { plain } from '../terminal.ts';
import { apiAddress } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

interface EventView {
  readonly type: string;
  readonly time: string;
  readonly subject: string;
  readonly partitionkey: string;
  readonly data: { readonly action?: string; readonly failure?: { readonly message?: string } };
}

interface EventPage {
  readonly items: readonly EventView[];
  readonly cursor: string;
  readonly more: boolean;
}

interface EventOptions extends GlobalOptions {
  readonly follow?: boolean;
  readonly since?: string;
  readonly after?: string;
  readonly type?: string;
  readonly conversation?: string;
  readonly limit: number;
}

/** Events the API gives at once at most. */
const PAGE = 200;

/** ms between two tries to connect again. */
const PAUSE = { first: 500, longest: 10_000 };

/** `quoin events`: what happened to messages, and with --follow what happens. */
export function addEvents(program: Command, context: CommandContext): void {
  const command = program
    .command('events')
    .description('what happened to messages, oldest first; with --follow what happens from now on')
    .option('--follow', 'go on until interrupted, connecting again when need be')
    .option('--since <time>', 'from this time on, for example 2026-01-31T12:00:00Z', isoTime)
    .option('--after <cursor>', 'after the event with this sequence; 0 is the oldest that is kept')
    .option(
      '--type <types>',
      'received, acknowledged, failed, delivered, exchange.answered and the like; several apart by commas',
    )
    .option('--conversation <id>', 'of one conversation')
    .option('--limit <number>', 'how many at most, without --follow', count, 50)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<EventOptions>();
      const api = await apiAddress(context, options);
      await (options.follow === true ? follow : list)(context, api, options);
    });
  examples(command, [
    'quoin events --since 2026-01-31T12:00:00Z --type failed',
    'quoin events --follow --json   # one event a line',
  ]);
}

function isoTime(text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z.');
  return new Date(time).toISOString();
}

function count(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

function queryOf({ since, type, conversation }: EventOptions, more: Record<string, string>): string {
  const given = { since, type, conversationId: conversation, ...more };
  const entries = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(entries).toString();
}

async function list(context: CommandContext, api: ApiAddress, options: EventOptions): Promise<void> {
  let after = options.after;
  let told = 0;
  for (let more = true; more && told < options.limit;) {
    const limit = String(Math.min(PAGE, options.limit - told));
    const query = queryOf(options, after === undefined ? { limit } : { limit, after });
    const page = await callJson<EventPage>(api, { path: `/v1/events?${query}` });
    for (const event of page.items) print(context, options, event);
    told += page.items.length;
    ({ cursor: after, more } = page);
    if (more && told >= options.limit) context.terminal.err(`There are more: quoin events --after ${after}`);
  }
}

/** Connects again after the last event that came, so that nothing is missed and nothing told twice. */
async function follow(context: CommandContext, api: ApiAddress, options: EventOptions): Promise<void> {
  let after = options.after;
  let wasConnected = false;
  for (let pause = PAUSE.first; ; pause = Math.min(pause * 2, PAUSE.longest)) {
    const query = queryOf(options, after === undefined ? {} : { after });
    try {
      const { body } = await callApi(api, { path: `/v1/events/stream?${query}` });
      wasConnected = true;
      for await (const { id, data } of readEventStream(body)) {
        if (data !== undefined) print(context, options, JSON.parse(data) as EventView);
        after = id ?? after;
        pause = PAUSE.first;
      }
    } catch (error) {
      if (!wasConnected || !isPassing(error)) throw error;
    }
    context.terminal.err('The stream has ended; connecting again.');
    await sleep(pause);
  }
}

/** True for what may be better in a moment: nobody answers, the connection broke, or 503. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 503;
  if (error instanceof QuoinError)
    return error.code === 'cli/no-access-point' || error.code === 'cli/connection-lost';
  return error instanceof Error && 'code' in error;
}

function print({ terminal }: CommandContext, options: EventOptions, event: EventView): void {
  if (options.json === true) return terminal.out(JSON.stringify(event));
  const { time, type, subject, partitionkey, data } = event;
  const what = type.slice(type.lastIndexOf('.') + 1).padEnd(12);
  const why = data.failure?.message === undefined ? '' : `  ${data.failure.message}`;
  terminal.out(
    plain(`${time}  ${what}  ${subject}  ${data.action ?? ''}  conversation ${partitionkey}${why}`),
  );
}
