import { extname } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { callJson } from '../api-client.ts';
import { documentFacts } from '../document-lines.ts';
import type { DocumentView } from '../document-lines.ts';
import { exitCodeOf, follow, printStatus } from '../follow.ts';
import { examples, notes } from '../manual.ts';
import { createProgress } from '../progress.ts';
import { facts, plain } from '../terminal.ts';
import type { UploadFile } from '../upload.ts';
import { apiAddress, print } from './context.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

interface Property {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
}

interface SendOptions extends GlobalOptions {
  readonly pmode?: string;
  readonly to?: string;
  readonly action?: string;
  readonly service?: string;
  readonly serviceType?: string;
  readonly conversation?: string;
  readonly ref?: string;
  readonly messageId?: string;
  readonly idempotencyKey?: string;
  readonly property: readonly Property[];
  readonly wait: boolean;
}

interface Submitted {
  readonly messageId: string;
  readonly state: string;
  /** Where the P-Mode wants findings told. */
  readonly document?: DocumentView;
}

/** Media types by file ending; anything else travels as application/octet-stream unless FILE=TYPE says otherwise. */
const TYPES: Readonly<Record<string, string>> = {
  '.xml': 'application/xml',
  '.pdf': 'application/pdf',
  '.json': 'application/json',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.txt': 'text/plain',
};

/** `quoin send FILE...`: posts a message with its files as parts and waits for the receipt. */
export function addSend(program: Command, context: CommandContext): void {
  const command = program
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
      '--idempotency-key <key>',
      'a name of your own for the message: sent again under it nothing goes out twice, and other content is refused',
      idempotencyKey,
    )
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
  notes(command, 'Exit code 0 means a verified receipt; with --no-wait, that the message is kept.');
  examples(command, [
    'quoin send request.xml=application/x-ebrs+xml --to AP_XB_01 --action ExecuteQueryRequest',
    'quoin send order.xml --to AP_XB_01 --action SubmitOrder --idempotency-key order-4711',
    'quoin send report.pdf --pmode oots-xa-xb -p originalSender=XA22233223 -p finalRecipient=XB73524311 --no-wait',
  ]);
}

async function send(context: CommandContext, names: readonly string[], options: SendOptions): Promise<void> {
  const { terminal } = context;
  const api = await apiAddress(context, options);
  const files = names.map(declared);
  const submitted = await callJson<Submitted>(api, {
    method: 'POST',
    path: '/v1/messages',
    json: submissionOf(options, files),
    files,
    headers: options.idempotencyKey === undefined ? {} : { 'Idempotency-Key': options.idempotencyKey },
    watch: (bytes) => createProgress(terminal, 'uploads', bytes),
  });
  const { messageId, state, document } = submitted;
  // It goes out all the same: the P-Mode only wants to be told.
  if (options.json !== true) facts(terminal.err, documentFacts(document));
  if (!options.wait) return print(context, options, submitted, [plain(`${messageId}  ${state}`)]);
  const status = await follow(terminal, api, messageId, 'final');
  printStatus(terminal, status, options.json === true);
  context.finish(exitCodeOf(status));
}

function idempotencyKey(text: string): string {
  if (/^[\x20-\x7e]{1,255}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 255 printable ASCII characters.');
}

function declared(file: string): UploadFile {
  const [, path = file, type] = /^(.+?)(?:=([\w.+-]+\/[\w.+-]+))?$/s.exec(file) ?? [];
  return { path, mimeType: type ?? TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream' };
}

function submissionOf(options: SendOptions, files: readonly UploadFile[]): Record<string, unknown> {
  const { service, serviceType } = options;
  return {
    pmode: options.pmode,
    messageId: options.messageId,
    conversationId: options.conversation,
    refToMessageId: options.ref,
    to: options.to === undefined ? undefined : { partyIds: [partyId(options.to)] },
    service: service === undefined ? undefined : { value: service, type: serviceType },
    action: options.action,
    messageProperties: options.property,
    parts: files.map(({ mimeType }) => ({ mimeType })),
  };
}

/** A PartyId as people write it: `value` or `type#value`. */
export function partyId(text: string): { readonly value: string; readonly type?: string } {
  const at = text.lastIndexOf('#');
  return at < 0 ? { value: text } : { type: text.slice(0, at), value: text.slice(at + 1) };
}

function collect(text: string, all: readonly Property[]): readonly Property[] {
  const [, name, type, value] = /^([^=:]+)(?::([^=]+))?=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('A property is written name=value or name:type=value.');
  return [...all, { name, value, ...(type === undefined ? {} : { type }) }];
}
