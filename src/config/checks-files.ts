import { accessSync, constants, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import type { SettingPath } from '../protocol/pmode/index.ts';
import { commonServiceFiles } from './checks-common-services.ts';
import { webhookFiles, webhookSecretFiles } from './checks-webhooks.ts';
import type { ConfigCheck, ConfigDraft, ConfigHit } from './check-table.ts';

/** A file that a setting names; `used` is its absolute path. */
interface NamedFile {
  readonly path: SettingPath;
  readonly used: string;
}

/** The files that must be there, each with the setting that names it. */
function namedFiles(draft: ConfigDraft): readonly NamedFile[] {
  const { written, config } = draft;
  return [
    ...listenerFiles(draft),
    ...outboundFiles(draft),
    ...config.revocationLists.map((used) => ({ path: ['revocationLists'], used })),
    ...config.keys.flatMap(({ path, certificate }, index) => [
      ...named(['keys', index, 'path'], written.keys?.[index]?.path, path),
      ...named(['keys', index, 'certificate'], written.keys?.[index]?.certificate, certificate),
    ]),
    ...webhookFiles(draft),
    ...commonServiceFiles(draft),
  ];
}

function listenerFiles({ written, config: { listeners } }: ConfigDraft): readonly NamedFile[] {
  const serverTls = written.listeners?.as4?.tls;
  const server = ['listeners', 'as4', 'tls'];
  return [
    ...named(['listeners', 'api', 'keysFile'], written.listeners?.api?.keysFile, listeners.api.keysFile),
    ...named([...server, 'certificate'], serverTls?.certificate, listeners.as4.tls?.certificate),
    ...named([...server, 'key'], serverTls?.key, listeners.as4.tls?.key),
    ...(listeners.as4.tls?.clientAuthorities.map((used) => ({
      path: [...server, 'clientAuthorities'],
      used,
    })) ?? []),
  ];
}

function outboundFiles({ written, config: { outbound } }: ConfigDraft): readonly NamedFile[] {
  const clientTls = written.outbound?.tls;
  const client = ['outbound', 'tls'];
  return [
    ...named([...client, 'certificate'], clientTls?.certificate, outbound.tls.identity?.certificate),
    ...named([...client, 'key'], clientTls?.key, outbound.tls.identity?.key),
    ...outbound.tls.authorities.map((used) => ({ path: [...client, 'authorities'], used })),
  ];
}

function named(
  path: SettingPath,
  written: string | undefined,
  used: string | undefined,
): readonly NamedFile[] {
  return written === undefined || used === undefined ? [] : [{ path, used }];
}

/** What is at a path, or why that cannot be told. */
function lookAt(path: string): Stats | string {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? 'does not exist';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return 'lies in a folder that this user may not enter';
    return code === 'ENOTDIR'
      ? 'does not exist: a part of its path is a file'
      : `cannot be looked at (${code})`;
  }
}

/** Why a file cannot be read, or undefined. */
function fileFault(file: string): string | undefined {
  const found = lookAt(file);
  if (typeof found === 'string') return found;
  if (!found.isFile()) return 'is not a file';
  try {
    accessSync(file, constants.R_OK);
  } catch {
    return 'may not be read by this user';
  }
  return undefined;
}

/** Secrets that stand in files: the setting, whether a value is written beside it, and what was read. */
function secretFiles(draft: ConfigDraft) {
  const { written, config } = draft;
  const { listeners, outbound, keys, database, redis } = config;
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
    { at: [], key: 'database', file: written.databaseFile, value: written.database, read: database },
    { at: [], key: 'redis', file: written.redisFile, value: written.redis, read: redis },
    ...keys.map(({ password }, index) => ({
      at: ['keys', index],
      key: 'password',
      file: written.keys?.[index]?.passwordFile,
      value: written.keys?.[index]?.password,
      read: password,
    })),
    ...webhookSecretFiles(draft),
  ];
}

function folderHit(path: SettingPath, folder: string): readonly ConfigHit[] {
  const found = lookAt(folder);
  if (typeof found === 'string') return [{ path, message: `the folder ${folder} ${found}` }];
  return found.isDirectory() ? [] : [{ path, message: `the folder ${folder} is not a folder` }];
}

/** Checks of the files and folders that settings name. */
export const fileChecks: readonly ConfigCheck[] = [
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
