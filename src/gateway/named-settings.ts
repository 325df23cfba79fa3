import { originOfSetting } from '../config/index.ts';
import type { Config } from '../config/index.ts';
import { isQuoinError, QuoinError } from '../protocol/errors/index.ts';
import type { ErrorCode } from '../protocol/errors/index.ts';
import type { Making } from './making.ts';

/** A part of the gateway that settings choose: of them the first that somebody has given is named. */
interface Part {
  readonly paths: readonly string[];
  /** For an error that is about another setting. */
  readonly besides?: Readonly<Partial<Record<ErrorCode, readonly string[]>>>;
  /** The file or folder that the settings came to. */
  readonly used?: (config: Config) => string | undefined;
}

const listener = (name: 'as4' | 'api' | 'operations'): Part => ({
  paths: [`listeners.${name}.port`],
  besides: { 'http/address-not-available': [`listeners.${name}.host`] },
});

const PARTS = {
  as4: listener('as4'),
  api: listener('api'),
  operations: listener('operations'),
  'as4-tls': { paths: ['listeners.as4.tls'] },
  'outbound-tls': { paths: ['outbound.tls'] },
  database: { paths: ['database', 'databaseFile'] },
  store: { paths: ['store', 'data'], used: ({ storeFile }) => storeFile },
  payloads: { paths: ['payloads', 'data'], used: ({ folders }) => folders.payloads },
  queue: { paths: ['redis', 'redisFile'] },
} as const satisfies Readonly<Record<string, Part>>;

/** Opens a part; an error raised on purpose names the setting that chose it, where the operator wrote it. */
export async function openPart<T>(
  { config, reloader }: Pick<Making, 'config' | 'reloader'>,
  name: keyof typeof PARTS,
  open: () => T | Promise<T>,
): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!isQuoinError(error)) throw error;
    const { paths, besides, used }: Part = PARTS[name];
    const file = used?.(config);
    const place = placeOf(reloader.current.read.settings, besides?.[error.code] ?? paths);
    const finding = {
      check: error.code,
      ...error.finding,
      field: file === undefined ? place : `${place}: ${file}`,
    };
    throw new QuoinError(error.code, error.message, { finding, cause: error.cause ?? error });
  }
}

/** `listeners.api.port (quoin.yaml:12)`. */
function placeOf(
  settings: Making['reloader']['current']['read']['settings'],
  paths: readonly string[],
): string {
  const known = paths.flatMap((path) => {
    const origin = originOfSetting(settings, path);
    return origin === undefined ? [] : [{ path, origin }];
  });
  const named = known.find(({ origin }) => origin !== 'default') ?? known[0];
  return named === undefined ? paths[0]! : `${named.path} (${named.origin})`;
}
