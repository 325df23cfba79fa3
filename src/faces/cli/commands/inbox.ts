import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { callApi, callJson } from '../api-client.ts';
import type { ApiAddress } from '../api-client.ts';
import { bytesText, table } from '../terminal.ts';
import { apiAddress } from './context.ts';
import type { ApiOptions, CommandContext } from './context.ts';

interface PartView {
  readonly contentId: string;
  readonly mimeType: string;
  readonly size: number;
}

interface InboundView {
  readonly id: string;
  readonly messageId: string;
  readonly state: string;
  readonly receivedAt: string;
  readonly from: { readonly partyIds: readonly { readonly value: string }[] };
  readonly action: string;
  readonly parts: readonly PartView[];
}

const ENDINGS: Readonly<Record<string, string>> = {
  'application/xml': 'xml',
  'application/x-ebrs+xml': 'xml',
  'application/pdf': 'pdf',
  'application/json': 'json',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'text/plain': 'txt',
};

/** `quoin inbox`: list what was received, save a message's parts, acknowledge it. */
export function addInbox(program: Command, context: CommandContext): void {
  const inbox = program.command('inbox').description('what was received and not yet taken');
  inbox
    .command('list', { isDefault: true })
    .description('received messages, oldest first')
    .option('--all', 'those already acknowledged too')
    .action(async (_options: unknown, command: Command) => list(context, command.optsWithGlobals()));
  inbox
    .command('save')
    .description('write the parts of a message into a folder')
    .argument('<id>', 'id or MessageId')
    .argument('[folder]', 'where to', '.')
    .action(async (id: string, folder: string, _options: unknown, command: Command) =>
      save(context, id, folder, command.optsWithGlobals()),
    );
  inbox
    .command('ack')
    .description('tell the access point that the message was taken')
    .argument('<id>', 'id of the message')
    .action(async (id: string, _options: unknown, command: Command) => {
      const api = await apiAddress(context, command.optsWithGlobals<ApiOptions>());
      await callApi(api, { method: 'POST', path: `/v1/inbox/${encodeURIComponent(id)}/acknowledge` });
      context.terminal.out(`${id} acknowledged`);
    });
}

async function list(
  context: CommandContext,
  options: ApiOptions & { readonly all?: boolean },
): Promise<void> {
  const api = await apiAddress(context, options);
  const state = options.all === true ? '' : '?state=RECEIVED';
  const { items } = await callJson<{ readonly items: readonly InboundView[] }>(api, {
    path: `/v1/inbox${state}`,
  });
  if (options.json === true) return context.terminal.out(JSON.stringify(items));
  if (items.length === 0) return context.terminal.out('The inbox is empty.');
  table(
    context.terminal,
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
}

async function save(context: CommandContext, id: string, folder: string, options: ApiOptions): Promise<void> {
  const api = await apiAddress(context, options);
  const message = await callJson<InboundView>(api, { path: `/v1/inbox/${encodeURIComponent(id)}` });
  await mkdir(folder, { recursive: true });
  for (const [index, part] of message.parts.entries()) {
    const file = join(folder, `part-${index}.${ENDINGS[part.mimeType] ?? 'bin'}`);
    await download(api, message.id, index, file);
    context.terminal.out(`${file}  ${part.mimeType}  ${bytesText(part.size)}`);
  }
}

async function download(api: ApiAddress, id: string, index: number, file: string): Promise<void> {
  const response = await callApi(api, { path: `/v1/inbox/${encodeURIComponent(id)}/parts/${index}` });
  await pipeline(
    Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
    createWriteStream(file),
  );
}
