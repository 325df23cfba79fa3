import pg from 'pg';
import type { DatabaseFault } from '../engine.ts';

const START_SERVER =
  'Check that the PostgreSQL server runs and that host and port of the database setting are right.';
const NETWORK =
  'Check the network between this machine and the database server; work goes on by itself then.';
const WAIT =
  'The database server is starting, stopping or recovering; work goes on by itself once it serves.';
const LOGIN = 'Correct user and password in the database setting, or the rules of the server (pg_hba.conf).';
const CROWD =
  'Lower limits.databaseConnections on each gateway, or raise max_connections of the database server.';
const PRIMARY = 'Point the database setting at the primary server: this one may only be read.';
const RIGHTS =
  'Let the database user own the database or its schema: he creates and changes the tables in it.';
const DISK = 'Free space on the disk of the database server; work goes on by itself then.';
const MEMORY = 'Give the database server more memory, or fewer connections.';
const DAMAGED = 'The database is damaged: stop, keep a copy of it, and restore a backup.';
const SLOW = 'The database answered too late: look for load, locks or a slow disk on its server.';
const BUSY = 'Others change the same rows all the time; try again.';
const POOLER =
  'Connect to the server itself, or let the pooler keep a session for each connection (session pooling).';
const TRUST =
  'Name the authority of the server as sslrootcert in the database setting, or correct its certificate.';

/** What a state (SQLSTATE) asks of the operator; the first two characters stand for a whole class. */
const BY_STATE: Readonly<Record<string, string>> = {
  '08': NETWORK,
  '25006': PRIMARY,
  '25P03': SLOW,
  '26000': POOLER,
  '28': LOGIN,
  '3D000': 'Create the database that the setting names, or correct its name.',
  '3F000': 'Create the schema that search_path names, or correct search_path of the database user.',
  '40001': BUSY,
  '40P01': BUSY,
  '42501': RIGHTS,
  '53100': DISK,
  '53200': MEMORY,
  '53300': CROWD,
  '53': 'Give the database server more room: it has reached one of its limits.',
  '55P03': SLOW,
  '57014': SLOW,
  '57P': WAIT,
  '58': 'Check the disk of the database server: reading or writing it failed.',
  XX001: DAMAGED,
  XX002: DAMAGED,
};

/** What errors of the system and of TLS ask of the operator. */
const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: START_SERVER,
  ENOTFOUND: START_SERVER,
  ENOENT: START_SERVER,
  EACCES: START_SERVER,
  EAI_AGAIN: 'The name of the database server cannot be resolved at the moment: check DNS.',
  ECONNRESET: NETWORK,
  EPIPE: NETWORK,
  ETIMEDOUT: NETWORK,
  EHOSTUNREACH: NETWORK,
  ENETUNREACH: NETWORK,
  DEPTH_ZERO_SELF_SIGNED_CERT: TRUST,
  SELF_SIGNED_CERT_IN_CHAIN: TRUST,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TRUST,
  UNABLE_TO_GET_ISSUER_CERT: TRUST,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TRUST,
  CERT_HAS_EXPIRED: TRUST,
  CERT_NOT_YET_VALID: TRUST,
  ERR_TLS_CERT_ALTNAME_INVALID: TRUST,
};

/** What the client says in words only. */
const BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/^timeout exceeded when trying to connect$/, `${CROWD} Or the server does not answer at all.`],
  [/^Connection terminated due to connection timeout$/, START_SERVER],
  [/^Connection terminated|connection error and is not queryable|not queryable$/, NETWORK],
  [/^Query read timeout$/, SLOW],
  [/does not support SSL connections/, 'Switch TLS on at the database server, or write sslmode=disable.'],
  [/^SASL: /, LOGIN],
  [/driver has already been destroyed|after calling end on the pool/, 'Start the gateway again.'],
];

/** Reads the fault from an error of the client or server; undefined for constraint violations and everything of ours. */
export function postgresFault(error: unknown): DatabaseFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = codeOf(error);
  const advice = adviceFor(error, code);
  if (advice === undefined) return undefined;
  const words = error.message === '' || error.message === code ? [] : [error.message];
  return { found: [...(code === undefined ? [] : [code]), ...words].join(': '), advice };
}

/** True for a transaction that the server has undone because of others, and for a plan that a new schema made stale. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  return error.code === '40001' || error.code === '40P01' || isStalePlan(error);
}

/** A prepared statement that another node's migration has outdated; a new connection prepares it anew. */
export function isStalePlan(error: pg.DatabaseError): boolean {
  return error.code === '0A000' && error.routine === 'RevalidateCachedQuery';
}

function adviceFor(error: Error, code: string | undefined): string | undefined {
  if (error instanceof pg.DatabaseError && code !== undefined)
    return BY_STATE[code] ?? BY_STATE[code.slice(0, 3)] ?? BY_STATE[code.slice(0, 2)];
  if (code !== undefined && Object.hasOwn(BY_CODE, code)) return BY_CODE[code];
  return BY_MESSAGE.find(([pattern]) => pattern.test(error.message))?.[1];
}

function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && code !== '' ? code : undefined;
}
