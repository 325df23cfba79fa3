import { isLoopback } from '../protocol/pmode/index.ts';
import type { ConfigCheck, ConfigDraft, ConfigHit } from './check-table.ts';
import type { ConfiguredWebhook } from './types.ts';
import { webhookHeaders, webhookSecrets } from './webhooks.ts';

/** Files of webhooks that must be there, each with the setting that names it. */
export function webhookFiles({ config }: ConfigDraft) {
  return config.webhooks.flatMap(({ authorities }, index) =>
    authorities.map((used) => ({ path: ['webhooks', index, 'authorities'], used })),
  );
}

/** What of webhooks is read from files because it is secret. */
export function webhookSecretFiles({ written, config }: ConfigDraft) {
  return config.webhooks.flatMap(({ secret, headers }, index) => {
    const given = written.webhooks?.[index];
    const at = ['webhooks', index];
    return [
      { at, key: 'secret', file: given?.secretFile, value: given?.secret, read: secret },
      { at, key: 'headers', file: given?.headersFile, value: undefined, read: headers },
    ];
  });
}

/** Runs a check over each webhook; a hit names a setting of it. */
function each(
  { config }: ConfigDraft,
  look: (webhook: ConfiguredWebhook) => readonly (readonly [key: string, message: string])[],
): readonly ConfigHit[] {
  return config.webhooks.flatMap((webhook, index) =>
    look(webhook).map(([key, message]) => ({ path: ['webhooks', index, key], message })),
  );
}

const SHORTEST_SECRET = 32;

/** What speaks against a secret; it is never repeated. */
function secretFault(secret: string): string | undefined {
  const encoded = /^whsec_(.*)$/s.exec(secret)?.[1];
  if (encoded !== undefined && !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded))
    return 'what follows whsec_ is not base64';
  return (encoded ?? secret).length < SHORTEST_SECRET
    ? `the secret has fewer than ${SHORTEST_SECRET} characters`
    : undefined;
}

function urlFault(url: string): string | undefined {
  if (!URL.canParse(url)) return 'the url cannot be read';
  const { protocol, username, password, hash } = new URL(url);
  if (!/^https?:$/.test(protocol)) return 'the url does not begin with https://';
  if (username !== '' || password !== '') return 'the url holds a user or password';
  return hash === '' ? undefined : 'the url has a fragment';
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}

/** Checks of webhooks. */
export const webhookChecks: readonly ConfigCheck[] = [
  {
    name: 'webhook-complete',
    severity: 'error',
    about: 'A webhook has a name, a url and a secret.',
    advice: 'Add what is missing; a secret comes for example from: openssl rand -hex 32',
    run: (draft) =>
      draft.config.webhooks.flatMap(({ name, url }, index) => {
        const given = draft.written.webhooks?.[index];
        const missing = [
          ...(name === '' ? ['name'] : []),
          ...(url === '' ? ['url'] : []),
          ...(given?.secret === undefined && given?.secretFile === undefined ? ['secretFile'] : []),
        ];
        return missing.map((key) => ({ path: ['webhooks', index, key], message: `${key} is missing` }));
      }),
  },
  {
    name: 'webhook-names-apart',
    severity: 'error',
    about: 'Each webhook has a name of its own: what it was told is kept under it.',
    advice: 'Give one of them another name.',
    run: ({ config: { webhooks } }) =>
      webhooks.flatMap(({ name }, index) =>
        name !== '' && webhooks.findIndex((one) => one.name === name) < index
          ? [{ path: ['webhooks', index, 'name'], message: `there is another webhook called ${name}` }]
          : [],
      ),
  },
  {
    name: 'webhook-url',
    severity: 'error',
    about: 'The url of a webhook is an https address without user information and fragment.',
    advice: 'Correct it; credentials belong into headersFile.',
    run: (draft) =>
      each(draft, ({ url }) => {
        const fault = url === '' ? undefined : urlFault(url);
        return fault === undefined ? [] : [['url', fault]];
      }),
  },
  {
    name: 'webhook-https',
    severity: 'error',
    about: 'Events travel over https, except to this machine or where private addresses are allowed.',
    advice: 'Write https://; http:// only together with allowPrivate: true.',
    run: (draft) =>
      each(draft, ({ url, allowPrivate }) =>
        url.toLowerCase().startsWith('http:') && !isLoopback(hostOf(url)) && !allowPrivate
          ? [['url', 'the url is not https']]
          : [],
      ),
  },
  {
    name: 'webhook-private',
    severity: 'error',
    about: 'A webhook leads to this machine only where that is allowed.',
    advice: 'Set allowPrivate: true for this webhook if that is meant.',
    run: (draft) =>
      each(draft, ({ url, allowPrivate }) =>
        isLoopback(hostOf(url)) && !allowPrivate ? [['url', `${hostOf(url)} is this machine`]] : [],
      ),
  },
  {
    name: 'webhook-secret-long',
    severity: 'error',
    about: 'The secrets of a webhook cannot be guessed, and there are no more than a change needs.',
    advice: `Use ${SHORTEST_SECRET} random characters or more, for example from: openssl rand -hex 32. During a change the file holds two lines, the new secret first.`,
    run: (draft) =>
      each(draft, (webhook) => {
        const secrets = webhookSecrets(webhook);
        const faults = secrets.map(secretFault).filter((fault) => fault !== undefined);
        if (secrets.length > 2) faults.push('there are more than two secrets');
        return faults.map((fault) => ['secret', fault] as const);
      }),
  },
  {
    name: 'webhook-headers',
    severity: 'error',
    about: 'The headers of a webhook are lines of the form "Name: value", and none is ours.',
    advice: 'Correct the file; lines that begin with # are left out.',
    run: (draft) =>
      each(draft, (webhook) =>
        webhookHeaders(webhook).faults.map((fault) => ['headersFile', fault] as const),
      ),
  },
  {
    name: 'webhook-retry-fits',
    severity: 'error',
    about: 'The times of a webhook are more than nothing and do not contradict each other.',
    advice: 'Raise the larger or lower the smaller of the two.',
    run: (draft) =>
      each(draft, ({ timeoutMs, retry: { firstMs, longestMs, windowMs } }) => [
        ...(timeoutMs < 100 ? [['timeout', 'the timeout is shorter than 100ms'] as const] : []),
        ...(firstMs < 100 ? [['retry', 'the first pause is shorter than 100ms'] as const] : []),
        ...(firstMs > longestMs ? [['retry', 'the first pause is longer than the longest'] as const] : []),
        ...(longestMs > windowMs ? [['retry', 'the longest pause is longer than the window'] as const] : []),
      ]),
  },
];
