import { readFile } from 'node:fs/promises';
import { webhookFacts } from './config/index.ts';
import type { Config, ConfiguredWebhook, WebhookFacts } from './config/index.ts';
import { QuoinError } from './protocol/errors/index.ts';

/** A webhook with everything that is read for it. Equal facts mean that nothing about it has changed. */
export interface LoadedWebhook extends WebhookFacts {
  readonly configured: ConfiguredWebhook;
  /** Files of authorities, PEM. */
  readonly ca: readonly Buffer[];
}

/** Reads what the webhooks of a configuration need besides it. Throws `config/webhook-authority`. */
export function loadWebhooks({ webhooks }: Config): Promise<readonly LoadedWebhook[]> {
  return Promise.all(
    webhooks.map(async (configured) => {
      const ca = await Promise.all(configured.authorities.map((file) => readAuthority(configured, file)));
      return { configured, ca, ...webhookFacts(configured, ca) };
    }),
  );
}

async function readAuthority({ name }: ConfiguredWebhook, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new QuoinError('config/webhook-authority', `An authority of the webhook ${name} cannot be read.`, {
      cause: error,
      finding: {
        check: 'webhook-authorities-readable',
        field: 'webhooks.authorities',
        found: `${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
        advice: 'Put the file back, or name another one.',
      },
    });
  }
}
