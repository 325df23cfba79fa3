import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { callJson } from '../api-client.ts';
import { documentFacts } from '../document-lines.ts';
import type { DocumentView } from '../document-lines.ts';
import { downloadTo } from '../download.ts';
import { fileError } from '../faults.ts';
import { examples } from '../manual.ts';
import { fetchPages } from '../pages.ts';
import { createProgress } from '../progress.ts';
import { bytesText, facts, plain, styled, table } from '../terminal.ts';
import { apiAddress, print } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';
import { addLeases } from './inbox-leases.ts';
import { atLeastOne } from './messages.ts';

interface Typed {
  readonly value: string;
  readonly type?: string;
}

interface PartView {
  readonly contentId: string;
  readonly mimeType: string;
  readonly size: number;
  readonly sha256: string;
}

interface InboundView {
  readonly id: string;
  readonly messageId: string;
  readonly conversationId: string;
  readonly refToMessageId?: string;
  readonly state: string;
  readonly receivedAt: string;
  readonly from: { readonly partyIds: readonly Typed[] };
  readonly service: Typed;
  readonly action: string;
  readonly pmode: string;
  readonly duplicates: number;
  readonly messageProperties: readonly (Typed & { readonly name: string })[];
  readonly parts: readonly PartView[];
  readonly document?: DocumentView;
  readonly answer?: string;
}

interface Taken {
  readonly id: string;
  readonly state: string;
  readonly changed: boolean;
}

interface ListOptions extends GlobalOptions {
  readonly all?: boolean;
  readonly limit: number;
}

const ENDINGS: Readonly<Record<string, string>> = {
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/x-ebrs+xml': 'xml',
  'application/pdf': 'pdf',
  'application/json': 'json',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'text/plain': 'txt',
};

/** `quoin inbox`: list what was received, look at a message, save its parts, acknowledge it, lease it. */
export function addInbox(program: Command, context: CommandContext): void {
  const inbox = program
    .command('inbox')
    .description('what was received: list (the default), show, save, ack, lease')
    .usage(
      '[options] [list | show <id> | save <id> [folder] | ack <ids...> | lease | release <ids...> | redeliver <ids...>]',
    );
  const listing = inbox
    .command('list', { isDefault: true })
    .description('received messages that were not yet taken, oldest first')
    .option('--all', 'those already taken too')
    .option('--limit <number>', 'how many at most', atLeastOne, 50)
    .action(async (_options: unknown, command: Command) => list(context, command.optsWithGlobals()));
  examples(listing, ['quoin inbox', 'quoin inbox list --all --limit 200 --json']);
  const showing = inbox
    .command('show')
    .description('everything about a received message')
    .argument('<id>', 'id or MessageId')
    .action(async (id: string, _options: unknown, command: Command) =>
      show(context, id, command.optsWithGlobals()),
    );
  examples(showing, ['quoin inbox show ID']);
  const saving = inbox
    .command('save')
    .description('write the parts of a message into a folder; nothing is overwritten')
    .argument('<id>', 'id or MessageId')
    .argument('[folder]', 'where to; made when absent; the id when left out')
    .action(async (id: string, folder: string | undefined, _options: unknown, command: Command) =>
      save(context, id, folder, command.optsWithGlobals()),
    );
  examples(saving, ['quoin inbox save ID evidence']);
  const taking = inbox
    .command('ack')
    .alias('acknowledge')
    .description('tell the access point that messages were taken')
    .argument('<ids...>', 'ids or MessageIds')
    .option('--lease <id>', 'the lease they were taken under')
    .action(async (ids: string[], _options: unknown, command: Command) =>
      acknowledge(context, ids, command.optsWithGlobals()),
    );
  examples(taking, ['quoin inbox ack ID', 'quoin inbox ack ID --lease LEASE']);
  addLeases(inbox, context);
}

function messagePath(id: string): string {
  return `/v1/inbox/${encodeURIComponent(id)}`;
}

async function list(context: CommandContext, options: ListOptions): Promise<void> {
  const { terminal } = context;
  const api = await apiAddress(context, options);
  const { items, more } = await fetchPages<InboundView>(
    (query) => callJson(api, { path: `/v1/inbox?${query}` }),
    {
      filter: { state: options.all === true ? undefined : 'RECEIVED' },
      limit: options.limit,
    },
  );
  if (options.json === true) return terminal.out(JSON.stringify(items));
  if (items.length === 0) return terminal.out('The inbox is empty.');
  table(
    terminal,
    ['id', 'received', 'state', 'from', 'action', 'parts'],
    items.map((item) => [
      item.id,
      item.receivedAt,
      item.state,
      item.from.partyIds.map((id) => id.value).join(' '),
      item.action,
      item.parts.map((part) => `${part.mimeType} ${bytesText(part.size)}`).join(', '),
    ]),
  );
  if (more) terminal.err(`There are more: quoin inbox list --limit ${options.limit * 2}`);
}

async function show(context: CommandContext, id: string, options: GlobalOptions): Promise<void> {
  const { terminal } = context;
  const api = await apiAddress(context, options);
  const message = await callJson<InboundView>(api, { path: messagePath(id) });
  if (options.json === true) return terminal.out(JSON.stringify(message));
  terminal.out(`${styled(terminal, 'bold', message.id)}  ${plain(message.state)}`);
  facts(terminal.out, [
    ['MessageId', message.messageId],
    ['received', message.receivedAt],
    ['from', message.from.partyIds.map(typed).join(', ')],
    ['service', typed(message.service)],
    ['action', message.action],
    ['conversation', message.conversationId],
    ['answers', message.refToMessageId],
    ['P-Mode', message.pmode],
    ['duplicates', message.duplicates === 0 ? undefined : String(message.duplicates)],
    ...message.messageProperties.map(
      (property) => ['property', `${property.name} = ${typed(property)}`] as const,
    ),
    ...documentFacts(message.document),
    ['exception', message.answer === undefined ? undefined : `the sender is told (${message.answer})`],
    ...message.parts.map(
      (part, index) =>
        [`part ${index}`, `${part.mimeType}, ${bytesText(part.size)}, SHA-256 ${part.sha256}`] as const,
    ),
  ]);
}

function typed({ value, type }: Typed): string {
  return type === undefined ? value : `${value} (${type})`;
}

async function save(
  context: CommandContext,
  id: string,
  folder: string | undefined,
  options: GlobalOptions,
): Promise<void> {
  const api = await apiAddress(context, options);
  const message = await callJson<InboundView>(api, { path: messagePath(id) });
  const into = folder ?? message.id;
  await mkdir(into, { recursive: true }).catch((error: unknown) => {
    throw fileError(into, error);
  });
  const saved: (PartView & { readonly file: string })[] = [];
  for (const [index, part] of message.parts.entries()) {
    const file = join(into, `part-${index}.${ENDINGS[part.mimeType.split(';')[0]!.toLowerCase()] ?? 'bin'}`);
    const progress = createProgress(context.terminal, file, part.size);
    await downloadTo(file, api, `${messagePath(message.id)}/parts/${index}`, part, progress);
    saved.push({ ...part, file });
    if (options.json !== true)
      context.terminal.out(plain(`${file}  ${part.mimeType}  ${bytesText(part.size)}`));
  }
  if (options.json === true) context.terminal.out(JSON.stringify(saved));
  else if (saved.length === 0) context.terminal.out('The message has no parts.');
}

async function acknowledge(
  context: CommandContext,
  ids: readonly string[],
  options: GlobalOptions & { readonly lease?: string },
): Promise<void> {
  const api = await apiAddress(context, options);
  const json = options.lease === undefined ? undefined : { lease: options.lease };
  for (const id of ids) {
    const path = `${messagePath(id)}/acknowledge`;
    const taken = await callJson<Taken>(api, { method: 'POST', path, json });
    const how = taken.changed ? 'acknowledged' : `was ${taken.state} before`;
    print(context, options, taken, [plain(`${id}  ${how}`)]);
  }
}
