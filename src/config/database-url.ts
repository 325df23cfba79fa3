import { isAbsolute } from 'node:path';
import { nearestName } from '../protocol/pmode/index.ts';
import type { DatabaseAddress, DatabaseTls, Secret } from './types.ts';

/** What a URL says, or what speaks against it; it may hold a password, so it is never repeated. */
export type ReadDatabaseUrl = { readonly address: DatabaseAddress } | { readonly fault: string };

const DEFAULT_PORT = 5432;

/** What `sslmode` means. `allow` and `prefer` give way to whoever says that he has no TLS, so they are not offered. */
const MODES: Readonly<Record<string, DatabaseTls['verify'] | 'off'>> = {
  disable: 'off',
  require: 'none',
  'verify-ca': 'chain',
  'verify-full': 'full',
};

const FILES = { sslrootcert: 'authorities', sslcert: 'certificate', sslkey: 'key' } as const;

const PARAMETERS = ['sslmode', 'application_name', ...Object.keys(FILES)];

class Fault extends Error {}

/** Reads `postgres://USER:PASSWORD@HOST:PORT/NAME?sslmode=verify-full`. The host may be the folder of a socket, as %2Frun%2F... */
export function readDatabaseUrl(text: string): ReadDatabaseUrl {
  try {
    return { address: addressFrom(text) };
  } catch (error) {
    if (error instanceof Fault) return { fault: `the URL of the database ${error.message}` };
    throw error;
  }
}

function addressFrom(text: string): DatabaseAddress {
  if (!/^postgres(?:ql)?:\/\//.test(text))
    throw new Fault('does not begin with postgres:// or postgresql://');
  if (!URL.canParse(text)) throw new Fault('cannot be read; is a letter of the password not escaped?');
  const url = new URL(text);
  const host = decoded(url.hostname, 'host').replace(/^\[(.*)\]$/, '$1');
  if (host === '') throw new Fault('names no host');
  if (host.includes(',')) throw new Fault('names several hosts; name the one that follows the primary');
  const user = decoded(url.username, 'user');
  if (user === '') throw new Fault('names no user');
  const name = decoded(url.pathname.slice(1), 'name');
  if (name === '' || name.includes('/')) throw new Fault('does not end in the name of one database');
  if (url.hash !== '') throw new Fault('has a #; is a letter of the password not escaped?');
  const password = decoded(url.password, 'password');
  const parameters = parametersOf(url);
  const tls = tlsOf(parameters);
  const applicationName = parameters.get('application_name');
  return {
    host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    user,
    ...(password === '' ? {} : { password: (): string => password }),
    name,
    ...(tls === undefined ? {} : { tls }),
    ...(applicationName === undefined ? {} : { applicationName }),
  };
}

function decoded(text: string, what: string): string {
  try {
    const value = decodeURIComponent(text);
    if (/\p{Cc}/u.test(value)) throw new Fault(`has a control character in its ${what}`);
    return value;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault(`has a % in its ${what} that escapes nothing`);
  }
}

function parametersOf({ searchParams }: URL): ReadonlyMap<string, string> {
  for (const name of searchParams.keys()) {
    if (PARAMETERS.includes(name)) continue;
    const nearest = nearestName(name, PARAMETERS);
    throw new Fault(
      `has a parameter that is not known here${nearest === undefined ? '' : `; is ${nearest} meant?`}`,
    );
  }
  return new Map(searchParams);
}

function tlsOf(parameters: ReadonlyMap<string, string>): DatabaseTls | undefined {
  const mode = parameters.get('sslmode');
  const files = Object.entries(FILES).flatMap(([name, key]) => {
    const file = parameters.get(name);
    if (file === undefined) return [];
    if (!isAbsolute(file)) throw new Fault(`names a file in ${name} that does not begin with /`);
    return [[key, file] as const];
  });
  if (mode === undefined && files.length > 0) throw new Fault('names files for TLS but no sslmode');
  const verify = MODES[mode ?? 'disable'];
  if (verify === undefined) throw new Fault(`has a sslmode that is none of ${Object.keys(MODES).join(', ')}`);
  return verify === 'off' ? undefined : { verify, ...Object.fromEntries(files) };
}

/** The address a checked URL stands for. */
export function databaseAddress(url: Secret): DatabaseAddress {
  const read = readDatabaseUrl(url());
  if ('address' in read) return read.address;
  throw new Error(read.fault);
}
