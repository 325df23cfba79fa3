import { resolve } from 'node:path';
import { parseDuration } from '../protocol/pmode/index.ts';
import type { ConfigFile } from './file-shape.ts';
import { secretFrom } from './secrets.ts';
import type { ConfiguredWebhook } from './types.ts';

/** What is in force for a webhook where nobody says otherwise. */
export const webhookDefaults = {
  events: ['received', 'acknowledged', 'failed', 'delivered'],
  allowPrivate: false,
  timeout: '10s',
  concurrency: 4,
  retry: { first: '5s', longest: '1h', window: '24h' },
} as const;

type WebhookFile = NonNullable<ConfigFile['webhooks']>[number];

/** A webhook as it will be used; `base` tells the folder that a file of it is relative to. */
export function buildWebhook(webhook: WebhookFile, base: (key: string) => string): ConfiguredWebhook {
  const { name = '', url = '' } = webhook;
  const secretFile = inFolder(base('secretFile'), webhook.secretFile);
  const headersFile = inFolder(base('headersFile'), webhook.headersFile);
  const secret = secretFrom(webhook.secret, secretFile);
  const headers = secretFrom(undefined, headersFile);
  const authorities = [webhook.authorities ?? []].flat();
  return {
    name,
    url,
    ...(secret === undefined ? {} : { secret }),
    ...(headers === undefined ? {} : { headers }),
    secretFiles: [secretFile, headersFile].filter((file) => file !== undefined),
    events: webhook.events ?? webhookDefaults.events,
    ...restrictions(webhook),
    allowPrivate: webhook.allowPrivate ?? webhookDefaults.allowPrivate,
    authorities: authorities.map((file) => resolve(base('authorities'), file)),
    timeoutMs: parseDuration(webhook.timeout ?? webhookDefaults.timeout),
    concurrency: webhook.concurrency ?? webhookDefaults.concurrency,
    retry: retryOf(webhook),
  };
}

function restrictions({
  actions,
  partners,
  parties,
}: WebhookFile): Pick<ConfiguredWebhook, 'actions' | 'partners' | 'parties'> {
  return {
    ...(actions === undefined ? {} : { actions }),
    ...(partners === undefined ? {} : { partners }),
    ...(parties === undefined ? {} : { parties }),
  };
}

function retryOf({ retry = {} }: WebhookFile): ConfiguredWebhook['retry'] {
  const usual = webhookDefaults.retry;
  return {
    firstMs: parseDuration(retry.first ?? usual.first),
    longestMs: parseDuration(retry.longest ?? usual.longest),
    windowMs: parseDuration(retry.window ?? usual.window),
  };
}

function inFolder(folder: string, path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(folder, path);
}

/** The secrets of a webhook, one a line, the newest first; during a change there are two. */
export function webhookSecrets({ secret }: Pick<ConfiguredWebhook, 'secret'>): readonly string[] {
  return (secret?.() ?? '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Headers that are ours, or that say how the request is made. */
const RESERVED =
  /^(?:webhook-.*|quoin-.*|content-.*|host|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|user-agent|proxy-.*)$/;

/** More are no credentials any more. */
const MOST_HEADERS = 20;

/** The headers an endpoint wants besides ours, from lines of the form `Name: value`; `faults` are in words. */
export function webhookHeaders({ headers: text }: Pick<ConfiguredWebhook, 'headers'>): {
  readonly headers: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
} {
  const lines = (text?.() ?? '').split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const faults = lines.length > MOST_HEADERS ? [`there are more than ${MOST_HEADERS} headers`] : [];
  const headers: Record<string, string> = {};
  for (const [index, line] of lines.entries()) {
    const [, name = '', value = ''] =
      /^([\w!#$%&'*+.^`|~-]{1,100}): *([\x21-\x7e](?:[\x20-\x7e]{0,4000}[\x21-\x7e])?)\s*$/.exec(line) ?? [];
    const key = name.toLowerCase();
    // The value may be a secret: a fault names the line, never what stands in it.
    if (name === '') faults.push(`header ${index + 1} is not of the form "Name: value"`);
    else if (RESERVED.test(key)) faults.push(`the header ${name} is written by the gateway itself`);
    else if (Object.hasOwn(headers, key)) faults.push(`the header ${name} is there twice`);
    else headers[key] = value;
  }
  return { headers, faults };
}
