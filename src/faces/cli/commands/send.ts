import { openAsBlob } from 'node:fs';
import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { callJson } from '../api-client.ts';
import { EXIT } from '../terminal.ts';
import { apiAddress } from './context.ts';
import type { ApiOptions, CommandContext } from './context.ts';
import { fetchStatus, printStatus } from './status.ts';

interface SendOptions extends ApiOptions {
  readonly pmode?: string;
  readonly to?: string;
  readonly action?: string;
  readonly service?: string;
  readonly serviceType?: string;
  readonly conversation?: string;
  readonly ref?: string;
  readonly messageId?: string;
  readonly property: readonly string[];
  readonly wait: boolean;
}

interface Submitted {
  readonly messageId: string;
  readonly conversationId: string;
  readonly state: string;
}

/** Media types by file ending; anything else travels as application/octet-stream unless FILE=TYPE says otherwise. */
const TYPES: Readonly<Record<string, string>> = {
  '.xml': 'application/xml',
  '.pdf': 'application/pdf',
  '.json': 'application/json',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.txt': 'text/plain',
};

/** `quoin send FILE...`: posts a message with its files as parts and waits for the receipt. */
export function addSend(program: Command, context: CommandContext): void {
  program
    .command('send')
    .description('send files to a partner and wait for the receipt')
    .argument('[files...]', 'payload files in order, each FILE or FILE=media/type')
    .option('--pmode <id>', 'P-Mode that governs the message')
    .option('--to <party-id>', 'PartyId of the partner, as value or type#value')
    .option('--service <value>', 'eb:Service')
    .option('--service-type <type>', 'type of eb:Service')
    .option('--action <value>', 'eb:Action')
    .option('--conversation <id>', 'ConversationId to continue')
    .option('--ref <message-id>', 'RefToMessageId: the message this one answers')
    .option('--message-id <id>', 'MessageId to use; the same content again is accepted without effect')
    .option(
      '-p, --property <name=value>',
      'message property, as name=value or name:type=value; may be repeated',
      collect,
      [],
    )
    .option('--no-wait', 'return as soon as the message is kept')
    .action(async (files: string[], _options: unknown, command: Command) => {
      await send(context, files, command.optsWithGlobals<SendOptions>());
    });
}

async function send(context: CommandContext, files: readonly string[], options: SendOptions): Promise<void> {
  const api = await apiAddress(context, options);
  const parts = files.map(declared);
  const form = new FormData();
  form.set('message', JSON.stringify(submissionOf(options, parts)));
  for (const [index, part] of parts.entries()) {
    form.set(`part-${index}`, await openAsBlob(part.path, { type: part.mimeType }), basename(part.path));
  }
  const submitted = await callJson<Submitted>(api, { method: 'POST', path: '/v1/messages', form });
  if (!options.wait) {
    context.terminal.out(
      options.json ? JSON.stringify(submitted) : `${submitted.messageId}  ${submitted.state}`,
    );
    return;
  }
  const status = await fetchStatus(api, submitted.messageId, { untilFinal: true });
  printStatus(context.terminal, status, options.json === true);
  context.finish(status.state === 'ACKNOWLEDGED' ? EXIT.done : EXIT.failed);
}

function declared(file: string): { readonly path: string; readonly mimeType: string } {
  const [, path, type] = /^(.*?)(?:=([\w.+-]+\/[\w.+-]+))?$/s.exec(file)!;
  return { path: path!, mimeType: type ?? TYPES[extname(path!).toLowerCase()] ?? 'application/octet-stream' };
}

function submissionOf(
  options: SendOptions,
  parts: readonly { readonly mimeType: string }[],
): Record<string, unknown> {
  return {
    pmode: options.pmode,
    messageId: options.messageId,
    conversationId: options.conversation,
    refToMessageId: options.ref,
    to: options.to === undefined ? undefined : { partyIds: [partyId(options.to)] },
    service:
      options.service === undefined ? undefined : { value: options.service, type: options.serviceType },
    action: options.action,
    messageProperties: options.property.map(property),
    parts: parts.map(({ mimeType }) => ({ mimeType })),
  };
}

function partyId(text: string): { readonly value: string; readonly type?: string } {
  const at = text.lastIndexOf('#');
  return at < 0 ? { value: text } : { type: text.slice(0, at), value: text.slice(at + 1) };
}

function property(text: string): { readonly name: string; readonly value: string; readonly type?: string } {
  const equals = text.indexOf('=');
  const [name, ...type] = text.slice(0, equals < 0 ? undefined : equals).split(':');
  const value = equals < 0 ? '' : text.slice(equals + 1);
  return type.length === 0 ? { name: name!, value } : { name: name!, type: type.join(':'), value };
}

function collect(value: string, all: readonly string[]): readonly string[] {
  return [...all, value];
}
