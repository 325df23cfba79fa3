import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/index.ts';
import { makeDevelopmentPki } from '../../src/development-pki.ts';
import { startGateway } from '../../src/gateway.ts';
import type { Gateway } from '../../src/gateway.ts';
import { scratchFolder } from '../support/scratch.ts';
import { makeAuthority } from '../world/http/tls-material.ts';
import { quoin } from '../faces/cli/terminals.ts';

export const A = 'AP_XA_01';
export const B = 'AP_XB_01';

/** A check as `quoin doctor --json` tells it. */
export interface Told {
  readonly subject: string;
  readonly check: string;
  readonly outcome: string;
  readonly found: string;
  readonly expected?: string;
  readonly advice?: string;
  readonly certificate?: { readonly subject: string };
  readonly notes?: readonly { readonly severity: string; readonly text: string }[];
}

/** Two access points with real keys and TLS between them, as files; either can be started. */
export interface ExaminedPair {
  readonly folder: string;
  /** The configuration file of A, and its text: tests change it and put it back. */
  readonly config: string;
  readonly pmode: string;
  readonly api: string;
  readonly ports: Readonly<Record<'as4' | 'api' | 'operations', number>>;
  readonly startA: () => Promise<Gateway>;
  readonly startB: () => Promise<Gateway>;
  /** Runs `quoin doctor` for A: exit code, and every check by its name. */
  readonly doctor: (...argv: string[]) => Promise<{ code: number; checks: ReadonlyMap<string, Told> }>;
}

/** Ports that were free a moment ago. */
async function freePorts(many: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: many }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export async function makePair(): Promise<ExaminedPair> {
  const folder = scratchFolder();
  const certs = join(folder, 'certs');
  const { parties } = await makeDevelopmentPki({
    folder: certs,
    parties: [A, B],
    demonstration: false,
    bits: 2048,
    days: 365,
  });
  const authority = await makeAuthority();
  const tls = await authority.issue();
  writeFileSync(join(certs, 'tls.pem'), tls.certificate);
  writeFileSync(join(certs, 'tls.key.pem'), tls.key, { mode: 0o600 });
  writeFileSync(join(certs, 'tls-ca.pem'), authority.certificate);
  const [as4A, apiA, operationsA, as4B, apiB, operationsB] = await freePorts(6);
  const example = readFileSync(join(import.meta.dirname, '../../pmodes/examples/oots-xa-xb.yaml'), 'utf8');
  mkdirSync(join(folder, 'pmodes'));
  const pmode = join(folder, 'pmodes', 'oots.yaml');
  writeFileSync(
    pmode,
    example
      .replace('https://ap.xa.example/as4', `https://127.0.0.1:${as4A}/as4`)
      .replace('https://ap.xb.example/as4', `https://127.0.0.1:${as4B}/as4`),
  );
  const write = (party: string, as4: number, api: number, operations: number): string => {
    const file = join(folder, `${party}.yaml`);
    const { key, certificate } = parties.get(party)!;
    writeFileSync(
      file,
      `accessPoint: { party: ${party} }
listeners:
  as4: { host: 127.0.0.1, port: ${as4}, tls: { certificate: certs/tls.pem, key: certs/tls.key.pem } }
  api: { host: 127.0.0.1, port: ${api} }
  operations: { host: 127.0.0.1, port: ${operations} }
data: data-${party}
pmodes: pmodes
certificates: certs
outbound: { tls: { authorities: [certs/tls-ca.pem] } }
keys:
  - { path: ${key}, certificate: ${certificate} }
log: { level: silent }
`,
    );
    return file;
  };
  const config = write(A, as4A!, apiA!, operationsA!);
  const configB = write(B, as4B!, apiB!, operationsB!);
  return {
    folder,
    config,
    pmode,
    api: `http://127.0.0.1:${apiA}`,
    ports: { as4: as4A!, api: apiA!, operations: operationsA! },
    startA: () => start(config),
    startB: () => start(configB),
    doctor: async (...argv) => {
      const { code, out, err } = await quoin('--json', '--config', config, 'doctor', ...argv);
      if (out === '') throw new Error(err);
      const { checks } = JSON.parse(out) as { readonly checks: readonly Told[] };
      return { code, checks: new Map(checks.map((told) => [told.check, told])) };
    },
  };
}

async function start(file: string): Promise<Gateway> {
  const { config, problems } = loadConfig({ file });
  if (config === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return await startGateway(config);
}
