import { isLoopback } from '../protocol/pmode/index.ts';
import type { SettingPath } from '../protocol/pmode/index.ts';
import { loadApiKeys } from './api-keys.ts';
import { commonServiceChecks } from './checks-common-services.ts';
import { exchangeChecks } from './checks-exchanges.ts';
import { fileChecks } from './checks-files.ts';
import { serverChecks } from './checks-servers.ts';
import { webhookChecks } from './checks-webhooks.ts';
import type { ConfigCheck, ConfigDraft, ConfigHit } from './check-table.ts';

const SHORTEST_TOKEN = 16;

/** Visible ASCII: all that an Authorization header carries unchanged (RFC 9110 5.5). */
const SENDABLE = /^[\x21-\x7e]+$/;

/** bytes; what is inline is in memory while its message is handled. */
const MOST_INLINE = 1024 * 1024;

type Listeners = ConfigDraft['config']['listeners'];

function samePort(one: keyof Listeners, other: keyof Listeners, listeners: Listeners): readonly ConfigHit[] {
  const { port } = listeners[other];
  if (port === 0 || port !== listeners[one].port) return [];
  return [
    { path: ['listeners', other, 'port'], message: `the listeners ${one} and ${other} have the same port` },
  ];
}

/** What is wrong with the file itself is told by whoever loads it. */
function hasKeys({ api: { keysFile } }: Listeners): boolean {
  if (keysFile === undefined) return false;
  const { keys, problems } = loadApiKeys(keysFile);
  return keys.length > 0 || problems.length > 0;
}

const doors: readonly ConfigCheck[] = [
  {
    name: 'party-given',
    severity: 'error',
    about: 'The access point knows which party of the P-Modes it is.',
    advice: 'Write accessPoint: { party: NAME } with a name from your P-Modes.',
    run: ({ config }) =>
      config.accessPoint.party === ''
        ? [{ path: ['accessPoint', 'party'], message: 'accessPoint.party is missing' }]
        : [],
  },
  {
    name: 'api-needs-token',
    severity: 'error',
    about: 'A backend API that other machines can reach asks for a token or a key, and there is one.',
    advice:
      'Name a file with a long random token as listeners.api.tokenFile, add a key with quoin keys add, or listen on 127.0.0.1.',
    run: ({ config: { listeners } }) =>
      listeners.api.token !== undefined || hasKeys(listeners) || isLoopback(listeners.api.host)
        ? []
        : [
            {
              path: ['listeners', 'api', 'host'],
              message: `the backend API listens on ${listeners.api.host} without a token and without keys`,
            },
          ],
  },
  {
    name: 'api-token-long',
    severity: 'error',
    about: 'The token of the backend API cannot be guessed.',
    advice: `Use ${SHORTEST_TOKEN} random characters or more, for example from: openssl rand -hex 32`,
    run: ({ config: { listeners } }) => {
      const token = listeners.api.token?.();
      if (token === undefined || token === '' || token.length >= SHORTEST_TOKEN) return [];
      return [
        {
          path: ['listeners', 'api', 'token'],
          message: `the token has fewer than ${SHORTEST_TOKEN} characters`,
        },
      ];
    },
  },
  {
    name: 'api-token-sendable',
    severity: 'error',
    about: 'Backends can send the token of the API in a header.',
    advice: 'Use letters, digits and signs of ASCII without blanks, for example from: openssl rand -hex 32',
    run: ({ config: { listeners } }) => {
      const token = listeners.api.token?.();
      if (token === undefined || token === '' || SENDABLE.test(token)) return [];
      return [
        {
          path: ['listeners', 'api', 'token'],
          message: 'the token has blanks or other characters that no bearer token can have',
        },
      ];
    },
  },
  {
    name: 'listeners-apart',
    severity: 'error',
    about: 'Each listener has a port of its own.',
    advice: 'Change one of the ports.',
    run: ({ config: { listeners } }) => [
      ...samePort('as4', 'api', listeners),
      ...samePort('as4', 'operations', listeners),
      ...samePort('api', 'operations', listeners),
    ],
  },
  {
    name: 'as4-uses-tls',
    severity: 'warning',
    about: 'Messages arrive over TLS, ended here or by a proxy in front (eDelivery AS4 1.15 §1.4.2.6).',
    advice: 'Set listeners.as4.tls; if a proxy ends TLS, listen where only the proxy can reach.',
    run: ({ config: { listeners } }) =>
      listeners.as4.tls !== undefined || isLoopback(listeners.as4.host)
        ? []
        : [
            {
              path: ['listeners', 'as4'],
              message: `the AS4 door is open on ${listeners.as4.host} without TLS`,
            },
          ],
  },
  {
    name: 'tls-complete',
    severity: 'error',
    about:
      'TLS has a certificate and its key; asking for client certificates needs authorities to check them by.',
    advice: 'Add what is missing.',
    run: (draft) => tlsGaps(draft).map((path) => ({ path, message: `${String(path.at(-1))} is missing` })),
  },
];

function tlsGaps({ written }: ConfigDraft): readonly SettingPath[] {
  const server = written.listeners?.as4?.tls;
  const client = written.outbound?.tls;
  const wanted: readonly (readonly [SettingPath, boolean])[] = [
    [['listeners', 'as4', 'tls', 'certificate'], server !== undefined && server.certificate === undefined],
    [['listeners', 'as4', 'tls', 'key'], server !== undefined && server.key === undefined],
    [
      ['listeners', 'as4', 'tls', 'clientAuthorities'],
      (server?.clientAuthentication ?? 'none') !== 'none' && server?.clientAuthorities === undefined,
    ],
    [['outbound', 'tls', 'certificate'], client?.key !== undefined && client.certificate === undefined],
    [['outbound', 'tls', 'key'], client?.certificate !== undefined && client.key === undefined],
  ];
  return wanted.filter(([, missing]) => missing).map(([path]) => path);
}

/** ms; what is done more often than this would keep the machine busy with nothing else. */
const SHORTEST_DISTANCE = 100;

function tooShort(key: string, ms: number): readonly ConfigHit[] {
  if (ms >= SHORTEST_DISTANCE) return [];
  return [{ path: ['timeouts', key], message: `is shorter than ${SHORTEST_DISTANCE}ms` }];
}

const rest: readonly ConfigCheck[] = [
  {
    name: 'key-complete',
    severity: 'error',
    about: 'A key names its file; alias belongs to PKCS#12, certificate to PEM.',
    advice: 'See keys in docs/config-reference.md.',
    run: ({ config, written }) =>
      config.keys.flatMap(({ type, alias, certificate }, index) => {
        if (written.keys?.[index]?.path === undefined)
          return [{ path: ['keys', index, 'path'], message: 'the key names no file' }];
        if (type === 'pem' && alias !== undefined)
          return [{ path: ['keys', index, 'alias'], message: 'a PEM file has no aliases' }];
        return type === 'pkcs12' && certificate !== undefined
          ? [{ path: ['keys', index, 'certificate'], message: 'a PKCS#12 store brings its certificate' }]
          : [];
      }),
  },
  {
    name: 'keys-for-both-uses',
    severity: 'warning',
    about: 'There is a key to sign with and a key to decrypt with.',
    advice: 'Add it to keys; quoin certs makes one for development, and a signing request for production.',
    run: ({ config: { keys } }) =>
      (['sign', 'decrypt'] as const).flatMap((use) =>
        keys.some((key) => key.use.includes(use))
          ? []
          : [{ path: ['keys'], message: `no key is there to ${use}` }],
      ),
  },
  {
    name: 'limits-fit',
    severity: 'error',
    about: 'Limits and timeouts do not contradict each other, and can be kept.',
    advice: 'Raise the larger or lower the smaller of the two.',
    run: ({ config: { limits, times } }) => [
      ...(limits.envelopeBytes > limits.messageBytes
        ? [
            {
              path: ['limits', 'envelopeSize'],
              message: 'the SOAP part may be larger than the whole message',
            },
          ]
        : []),
      ...(limits.spoolBytes > limits.messageBytes
        ? [{ path: ['limits', 'spoolSize'], message: 'more may be spooled than a message may have' }]
        : []),
      ...(limits.inlineBytes > MOST_INLINE
        ? [
            {
              path: ['limits', 'inlineSize'],
              message: 'more than 1 MiB of a message would go into the database',
            },
          ]
        : []),
      ...(times.leaseMs <= times.connectMs + times.responseMs
        ? [{ path: ['timeouts', 'lease'], message: 'the lease ends before a push can have failed' }]
        : []),
      ...tooShort('heartbeat', times.heartbeatMs),
      ...(times.reloadMs === 0 ? [] : tooShort('reload', times.reloadMs)),
    ],
  },
];

/** The named checks of the configuration, in the order of the reference document. */
export const configChecks: readonly ConfigCheck[] = [
  ...doors,
  ...fileChecks,
  ...serverChecks,
  ...webhookChecks,
  ...commonServiceChecks,
  ...exchangeChecks,
  ...rest,
];
