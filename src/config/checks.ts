import { accessSync, constants, statSync } from 'node:fs';
import { isLoopback } from '../protocol/pmode/index.ts';
import type { SettingPath } from '../protocol/pmode/index.ts';
import { serverChecks } from './checks-servers.ts';
import type { ConfigCheck, ConfigDraft, ConfigHit } from './check-table.ts';

/** A file that a setting names; `used` is its absolute path. */
interface NamedFile {
  readonly path: SettingPath;
  readonly used: string;
}

/** The files that must be there, each with the setting that names it. */
function namedFiles({ written, config }: ConfigDraft): readonly NamedFile[] {
  const serverTls = written.listeners?.as4?.tls;
  const clientTls = written.outbound?.tls;
  const server = ['listeners', 'as4', 'tls'];
  const client = ['outbound', 'tls'];
  const { listeners, outbound, keys } = config;
  return [
    ...named([...server, 'certificate'], serverTls?.certificate, listeners.as4.tls?.certificate),
    ...named([...server, 'key'], serverTls?.key, listeners.as4.tls?.key),
    ...(listeners.as4.tls?.clientAuthorities.map((used) => ({
      path: [...server, 'clientAuthorities'],
      used,
    })) ?? []),
    ...named([...client, 'certificate'], clientTls?.certificate, outbound.tls.identity?.certificate),
    ...named([...client, 'key'], clientTls?.key, outbound.tls.identity?.key),
    ...outbound.tls.authorities.map((used) => ({ path: [...client, 'authorities'], used })),
    ...config.revocationLists.map((used) => ({ path: ['revocationLists'], used })),
    ...keys.flatMap(({ path, certificate }, index) => [
      ...named(['keys', index, 'path'], written.keys?.[index]?.path, path),
      ...named(['keys', index, 'certificate'], written.keys?.[index]?.certificate, certificate),
    ]),
  ];
}

function named(
  path: SettingPath,
  written: string | undefined,
  used: string | undefined,
): readonly NamedFile[] {
  return written === undefined || used === undefined ? [] : [{ path, used }];
}

/** Why a file cannot be read, or undefined. */
function fileFault(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return 'does not exist';
  if (!found.isFile()) return 'is not a file';
  try {
    accessSync(file, constants.R_OK);
  } catch {
    return 'may not be read by this user';
  }
  return undefined;
}

/** Secrets that stand in files: the setting, whether a value is written beside it, and what was read. */
function secretFiles({ written, config }: ConfigDraft) {
  const { listeners, outbound, keys, redis } = config;
  const api = written.listeners?.api;
  const server = written.listeners?.as4?.tls;
  const client = written.outbound?.tls;
  return [
    {
      at: ['listeners', 'api'],
      key: 'token',
      file: api?.tokenFile,
      value: api?.token,
      read: listeners.api.token,
    },
    {
      at: ['listeners', 'as4', 'tls'],
      key: 'keyPassword',
      file: server?.keyPasswordFile,
      value: server?.keyPassword,
      read: listeners.as4.tls?.keyPassword,
    },
    {
      at: ['outbound', 'tls'],
      key: 'keyPassword',
      file: client?.keyPasswordFile,
      value: client?.keyPassword,
      read: outbound.tls.identity?.keyPassword,
    },
    { at: [], key: 'redis', file: written.redisFile, value: written.redis, read: redis },
    ...keys.map(({ password }, index) => ({
      at: ['keys', index],
      key: 'password',
      file: written.keys?.[index]?.passwordFile,
      value: written.keys?.[index]?.password,
      read: password,
    })),
  ];
}

function folderHit(path: SettingPath, folder: string): readonly ConfigHit[] {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return [];
  return [
    { path, message: `the folder ${folder} ${found === undefined ? 'does not exist' : 'is not a folder'}` },
  ];
}

const files: readonly ConfigCheck[] = [
  {
    name: 'file-readable',
    severity: 'error',
    about: 'Every file that is named exists and may be read.',
    advice: 'Correct the path; relative ones begin at the folder of the configuration file.',
    run: (draft) =>
      namedFiles(draft).flatMap(({ path, used }) => {
        const fault = fileFault(used);
        return fault === undefined ? [] : [{ path, message: `${used} ${fault}` }];
      }),
  },
  {
    name: 'secret-file-readable',
    severity: 'error',
    about: 'Every file that holds a secret can be read and is not empty.',
    advice: 'Correct the path, or mount the secret.',
    run: (draft) =>
      secretFiles(draft).flatMap(({ at, key, file, value, read }) =>
        file === undefined || value !== undefined || (read !== undefined && read() !== '')
          ? []
          : [{ path: [...at, `${key}File`], message: `no secret can be read from ${file}` }],
      ),
  },
  {
    name: 'one-secret',
    severity: 'error',
    about: 'A secret is written, or a file is named for it, not both.',
    advice: 'Keep the file.',
    run: (draft) =>
      secretFiles(draft).flatMap(({ at, key, file, value }) =>
        file === undefined || value === undefined
          ? []
          : [{ path: [...at, key], message: `both ${key} and ${key}File are given` }],
      ),
  },
  {
    name: 'folder-exists',
    severity: 'error',
    about: 'The folders of P-Modes and certificates exist; the data folder is made when needed.',
    advice: 'Create it, or correct the path.',
    run: ({ config: { folders } }) => [
      ...folderHit(['pmodes'], folders.pmodes),
      ...folderHit(['certificates'], folders.certificates),
    ],
  },
];

const SHORTEST_TOKEN = 16;

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
    about: 'A backend API that other machines can reach asks for a token.',
    advice: 'Name a file with a long random token as listeners.api.tokenFile, or listen on 127.0.0.1.',
    run: ({ config: { listeners } }) =>
      listeners.api.token !== undefined || isLoopback(listeners.api.host)
        ? []
        : [
            {
              path: ['listeners', 'api', 'host'],
              message: `the backend API listens on ${listeners.api.host} without a token`,
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
    about: 'Limits and timeouts do not contradict each other.',
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
    ],
  },
];

/** The named checks of the configuration, in the order of the reference document. */
export const configChecks: readonly ConfigCheck[] = [...doors, ...files, ...serverChecks, ...rest];
