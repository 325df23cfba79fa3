import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadConfig } from '../../src/config/index.ts';
import { makeDevelopmentPki } from '../../src/development-pki.ts';
import type { MadePki } from '../../src/development-pki.ts';
import { startGateway } from '../../src/gateway.ts';
import type { Gateway } from '../../src/gateway.ts';
import type { ReadConfig } from '../../src/gateway/snapshot.ts';
import type { MshEvent } from '../../src/msh/index.ts';
import { formatProblem } from '../../src/protocol/pmode/index.ts';
import { scratchFolder } from './scratch.ts';
import { inReverse } from './test-pair.ts';
import type { Ending } from './test-pair.ts';

/** Two whole access points of this process: A sends to B. Every door has a port of its own. */
export interface RealGateways {
  readonly folder: string;
  readonly a: RealGateway;
  readonly b: RealGateway;
}

/** One of them, and what its log told from its start on. */
export interface RealGateway extends Gateway {
  readonly events: readonly MshEvent[];
}

const PARTIES = ['AP_XA_01', 'AP_XB_01'] as const;

/** Starts both; they stop when the test ends. `more` is added to both configurations, `morePMode` to the P-Mode. */
export async function startRealGateways(
  ending: Ending,
  {
    more = '',
    morePMode = '',
    files = {},
  }: {
    readonly more?: string;
    readonly morePMode?: string;
    /** Texts of files beside each configuration, by their names. */
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): Promise<RealGateways> {
  const test = inReverse(ending);
  const folder = scratchFolder();
  const pki = await makeDevelopmentPki({
    folder: join(folder, 'certs'),
    parties: PARTIES,
    demonstration: false,
    bits: 2048,
    days: 30,
  });
  const start = async (party: string, addressOfB: string): Promise<RealGateway> => {
    const here = join(folder, party);
    mkdirSync(join(here, 'pmodes'), { recursive: true });
    writeFileSync(join(here, 'quoin.yaml'), configuration(party, pki, more));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(here, name), text);
    writeFileSync(join(here, 'pmodes', 'oots.yaml'), pmode(pki, addressOfB, morePMode));
    const file = join(here, 'quoin.yaml');
    const read = readAt(file);
    const reread = (): Promise<ReadConfig> => Promise.resolve().then(() => readAt(file));
    const gateway = await startGateway(read.config, { origin: { read, reread } });
    test.after(() => gateway.stop());
    const events: MshEvent[] = [];
    gateway.observer.observe((event) => events.push(event));
    return { ...gateway, events };
  };
  // A needs to know where B is; B never sends.
  const b = await start(PARTIES[1], 'http://127.0.0.1:9');
  const a = await start(PARTIES[0], b.as4);
  return { folder, a, b };
}

function readAt(file: string): ReadConfig {
  const { config, problems, settings } = loadConfig({ file });
  if (config === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  return { config, settings, warnings: [] };
}

function configuration(party: string, pki: MadePki, more: string): string {
  const { key, certificate } = pki.parties.get(party)!;
  return `accessPoint: { party: ${party} }
listeners:
  as4: { host: 127.0.0.1, port: 0 }
  api: { host: 127.0.0.1, port: 0 }
  operations: { host: 127.0.0.1, port: 0 }
data: data
pmodes: pmodes
certificates: ../certs
keys:
  - { path: ${key}, certificate: ${certificate} }
log: { level: silent }
${more}`;
}

function pmode(pki: MadePki, addressOfB: string, more: string): string {
  const party = (name: string, address: string): string => {
    const certificate = basename(pki.parties.get(name)!.certificate);
    return `  ${name}:
    ids: [{ value: ${name}, type: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots' }]
    address: ${address}/as4
    certificates: { signing: [${certificate}], encryption: [${certificate}] }`;
  };
  return `id: oots.a-b
profile: oots
parties:
${party(PARTIES[0], 'http://127.0.0.1:9')}
${party(PARTIES[1], addressOfB)}
initiator: ${PARTIES[0]}
responder: ${PARTIES[1]}
${more}`;
}
