import { createHash } from 'node:crypto';
import type { ConfiguredWebhook } from './types.ts';

/** What makes a difference to a webhook, as it may be shown; what is secret or long stands there as a digest. */
export interface WebhookFacts {
  readonly name: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** Facts of which it is told only that they change. */
const UNSHOWN: ReadonlySet<string> = new Set(['query', 'secret', 'headers', 'authorities']);

const PRIVATE = { true: 'may lead to private addresses', false: 'only public addresses' } as const;

const digest = (...values: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const value of values) hash.update(`${value.length}\0`).update(value);
  return hash.digest('hex');
};

const listed = (values: readonly string[] | undefined): string => values?.join(', ') ?? 'all';

/** The facts of a webhook with the content of its authorities. */
export function webhookFacts(webhook: ConfiguredWebhook, authorities: readonly Buffer[]): WebhookFacts {
  const { origin, pathname, search } = new URL(webhook.url);
  const { firstMs, longestMs, windowMs } = webhook.retry;
  return {
    name: webhook.name,
    facts: {
      url: `${origin}${pathname}`,
      query: digest(search),
      secret: digest(webhook.secret?.() ?? ''),
      headers: digest(webhook.headers?.() ?? ''),
      authorities: digest(...authorities),
      events: listed(webhook.events),
      actions: listed(webhook.actions),
      partners: listed(webhook.partners),
      parties: listed(webhook.parties),
      reach: PRIVATE[`${webhook.allowPrivate}`],
      timeout: `${webhook.timeoutMs} ms`,
      concurrency: String(webhook.concurrency),
      retry: `${firstMs} to ${longestMs} ms within ${windowMs} ms`,
    },
  };
}

/** What changes for the endpoints of backends, in words; `weakens` where events may go where they might not before. */
export function diffWebhooks(
  before: readonly WebhookFacts[],
  after: readonly WebhookFacts[],
): readonly { readonly words: string; readonly weakens: boolean }[] {
  const old = new Map(before.map((webhook) => [webhook.name, webhook]));
  const fresh = new Set(after.map(({ name }) => name));
  return [
    ...before
      .filter(({ name }) => !fresh.has(name))
      .map(({ name }) => ({ words: `webhook ${name} is removed`, weakens: false })),
    ...after.flatMap(({ name, facts }) => {
      const was = old.get(name)?.facts;
      if (was === undefined)
        return [{ words: `webhook ${name} is added: ${facts['events']} to ${facts['url']}`, weakens: false }];
      return Object.entries(facts).flatMap(([what, now]) => {
        const then = was[what] ?? '';
        return then === now ? [] : [changeOf(name, what, then, now)];
      });
    }),
  ];
}

function changeOf(
  name: string,
  what: string,
  then: string,
  now: string,
): { readonly words: string; readonly weakens: boolean } {
  const weakens = what === 'reach' && now === PRIVATE.true;
  const detail = UNSHOWN.has(what) ? `${what} changes` : `${what} changes from ${then} to ${now}`;
  return { words: `webhook ${name}: ${detail}`, weakens };
}
