import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeDevelopmentPki } from '../../src/development-pki.ts';
import { freePort } from './postgres-server.ts';
import { scratchFolder } from './scratch.ts';
import { PARTY_TYPE, ROLE_A, ROLE_B, SERVICE, reversed } from './test-pair.ts';
import type { Ending } from './test-pair.ts';
import { createWatch } from './waiting.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/quoin.js');

/** Names of the two parties; either may send to the other. */
export const SERVED = ['AP_A', 'AP_B'] as const;

export type ServedName = (typeof SERVED)[number];

/** Where one of them is, whether it runs or not. Addresses are URLs. */
export interface ServedFiles {
  readonly name: ServedName;
  readonly folder: string;
  readonly config: string;
  readonly token: string;
  readonly as4: string;
  readonly api: string;
  readonly operations: string;
}

/** Lines added to the configurations, to each by its name, and to the legs of the agreement. */
export interface ServedOptions {
  /** Where a party is reached, when something stands before its door: a URL without path. */
  readonly reachable?: Partial<Record<ServedName, string>>;
  readonly config?: string | ((name: ServedName) => string);
  readonly legs?: string;
}

/** Writes the files of both, as an operator has them: keys, certificates, agreement, token, configuration. */
export async function writeServed(options: ServedOptions = {}): Promise<Record<ServedName, ServedFiles>> {
  const root = scratchFolder();
  const folder = join(root, 'keys');
  await makeDevelopmentPki({ folder, parties: SERVED, demonstration: false, bits: 2048, days: 30 });
  const ports = await Promise.all(Array.from({ length: 6 }, () => freePort()));
  const placeOf = (name: ServedName, [as4, api, operations]: readonly number[]): ServedFiles => ({
    name,
    folder: join(root, name),
    config: join(root, name, 'quoin.yaml'),
    token: `token-of-${name}-for-the-tests-only`,
    as4: `http://127.0.0.1:${as4}`,
    api: `http://127.0.0.1:${api}`,
    operations: `http://127.0.0.1:${operations}`,
  });
  const places = { AP_A: placeOf('AP_A', ports.slice(0, 3)), AP_B: placeOf('AP_B', ports.slice(3)) };
  for (const place of Object.values(places)) {
    mkdirSync(join(place.folder, 'pmodes'), { recursive: true });
    writeFileSync(join(place.folder, 'token'), `${place.token}\n`, { mode: 0o600 });
    writeFileSync(join(place.folder, 'pmodes', 'a-b.yaml'), agreement(places, options));
    const more = typeof options.config === 'function' ? options.config(place.name) : options.config;
    writeFileSync(place.config, configuration(place, more ?? ''));
  }
  return places;
}

const portOf = (url: string): string => new URL(url).port;

function configuration({ name, as4, api, operations }: ServedFiles, more: string): string {
  const key = name.toLowerCase();
  return `accessPoint: { party: ${name} }
listeners:
  as4: { host: 127.0.0.1, port: ${portOf(as4)} }
  api: { host: 127.0.0.1, port: ${portOf(api)}, tokenFile: token }
  operations: { host: 127.0.0.1, port: ${portOf(operations)} }
data: data
pmodes: pmodes
certificates: ../keys
keys:
  - { path: ../keys/${key}.key.pem, certificate: ../keys/${key}.pem }
${more}`;
}

function agreement(
  places: Record<ServedName, ServedFiles>,
  { legs = '', reachable = {} }: ServedOptions,
): string {
  const party = (name: ServedName): string => `  ${name}:
    ids: [{ value: ${name}, type: '${PARTY_TYPE}' }]
    address: ${reachable[name] ?? places[name].as4}/as4
    certificates: ${name.toLowerCase()}.pem
`;
  return `id: a-b
parties:
${party('AP_A')}${party('AP_B')}initiator: { party: AP_A, role: '${ROLE_A}' }
responder: { party: AP_B, role: '${ROLE_B}' }
legDefaults: { sender: either }
legs:
  - { name: ask, service: { value: ${SERVICE.value}, type: '${SERVICE.type}' }, action: Ask${legs} }
`;
}

/** A line of its log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly event: string };

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `quoin serve` as a process of its own. */
export interface ServedGateway {
  readonly log: readonly LogLine[];
  /** Everything it has written, by stream. */
  readonly output: { out: string; err: string };
  readonly ended: Promise<ProcessEnd>;
  readonly hasEnded: () => boolean;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Resolves to the first line of this event; rejects when the process ends before. */
  readonly logged: (event: string) => Promise<LogLine>;
}

/** Starts one; it does not outlive the test. */
export function serve(
  ending: Ending,
  { config, folder }: Pick<ServedFiles, 'config' | 'folder'>,
  env: Readonly<Record<string, string>> = {},
): ServedGateway {
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--config', config], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  const output = { out: '', err: '' };
  const log: LogLine[] = [];
  const watch = createWatch();
  let over = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    output.out += `${line}\n`;
    log.push(JSON.parse(line) as LogLine);
    watch.tell();
  });
  child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
  const ended = new Promise<ProcessEnd>((resolve) => {
    // Its last words have been read by then.
    child.once('close', (code, signal) => {
      over = true;
      process.off('exit', end);
      watch.tell();
      resolve({ code, signal });
    });
  });
  reversed(ending).after(async () => {
    end();
    await ended;
  });
  const find = (event: string): LogLine | undefined => log.find((line) => line.event === event);
  return {
    log,
    output,
    ended,
    hasEnded: () => over,
    signal: (signal) => void child.kill(signal),
    logged: async (event) => {
      await watch.until(() => over || find(event) !== undefined);
      const found = find(event);
      if (found === undefined)
        throw new Error(`ended without ${event}: ${output.err}${output.out.slice(-2000)}`);
      return found;
    },
  };
}

/** An answer of the API, its body read. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Asks the API; undefined when no whole answer came: whether it did what was asked nobody knows. */
export async function ask(
  { api, token }: Pick<ServedFiles, 'api' | 'token'>,
  path: string,
  init: {
    readonly method?: string;
    readonly body?: FormData | string;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<ApiAnswer | undefined> {
  const json = typeof init.body === 'string' ? { 'content-type': 'application/json' } : {};
  try {
    const response = await fetch(`${api}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...json, ...init.headers },
    });
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  } catch {
    return undefined;
  }
}

/** Asks for JSON that must be there. */
export async function askJson<T>(
  place: ServedFiles,
  path: string,
  init?: Parameters<typeof ask>[2],
): Promise<T> {
  const answer = await ask(place, path, init);
  if (answer === undefined || answer.status >= 300)
    throw new Error(
      `${place.name} ${path}: ${answer?.status ?? 'no answer'} ${answer?.body.toString() ?? ''}`,
    );
  return JSON.parse(answer.body.toString()) as T;
}

/** A submission to the other party, its parts as files of a form. */
export function formOf(
  messageId: string,
  to: ServedName,
  parts: readonly Buffer[],
  more: object = {},
): FormData {
  const form = new FormData();
  const message = {
    messageId,
    action: 'Ask',
    service: SERVICE,
    to: { partyIds: [{ value: to, type: PARTY_TYPE }] },
    parts: parts.map(() => ({ mimeType: 'application/octet-stream' })),
    ...more,
  };
  form.set('message', JSON.stringify(message));
  for (const [index, bytes] of parts.entries())
    form.set(`part-${index}`, new Blob([bytes], { type: 'application/octet-stream' }), `part-${index}`);
  return form;
}
