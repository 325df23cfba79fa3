import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeDevelopmentPki } from '../../src/development-pki.ts';
import { PARTIES, PARTY_TYPE } from '../../src/faces/demo/gateways/pair-files.ts';

/** A folder with everything an access point needs; its files may be changed while it runs. */
export interface AccessPointFiles {
  readonly folder: string;
  readonly config: string;
  readonly pmode: string;
  readonly certs: string;
}

/** Addresses of both parties, and lines to be added to their files. */
export interface AccessPointOptions {
  readonly addresses?: Readonly<Record<string, string>>;
  readonly extraConfig?: string;
  readonly extraPMode?: string;
}

/** Certificates of development for both parties, in a folder that both access points read. */
export async function makeKeys(folder: string): Promise<void> {
  await makeDevelopmentPki({ folder, parties: PARTIES, demonstration: false, bits: 2048, days: 365 });
}

/** Writes the files of one of the two parties of the demonstration; any free ports. */
export function writeAccessPoint(
  folder: string,
  party: (typeof PARTIES)[number],
  certs: string,
  options: AccessPointOptions = {},
): AccessPointFiles {
  mkdirSync(join(folder, 'pmodes'), { recursive: true });
  const config = join(folder, 'quoin.yaml');
  const pmode = join(folder, 'pmodes', 'oots.yaml');
  const own = party.toLowerCase();
  writeFileSync(
    config,
    `accessPoint: { party: ${party} }
listeners:
  as4: { host: 127.0.0.1, port: 0 }
  api: { host: 127.0.0.1, port: 0 }
  operations: { host: 127.0.0.1, port: 0 }
data: data
pmodes: pmodes
certificates: ${certs}
keys:
  - { path: ${join(certs, `${own}.key.pem`)}, certificate: ${join(certs, `${own}.pem`)} }
log: { level: silent }
${options.extraConfig ?? ''}`,
  );
  writeFileSync(pmode, pmodeText(options));
  return { folder, config, pmode, certs };
}

/** The agreement of the two parties as both load it. */
export function pmodeText({ addresses = {}, extraPMode = '' }: AccessPointOptions = {}): string {
  const parties = PARTIES.map(
    (name) => `  ${name}:
    ids: [{ value: ${name}, type: '${PARTY_TYPE}' }]
    address: ${addresses[name] ?? `https://${name.toLowerCase().replaceAll('_', '-')}.example/as4`}
    certificates: { signing: [${certificateOf(name)}], encryption: [${certificateOf(name)}] }`,
  );
  return `id: oots\nprofile: oots\nparties:\n${parties.join('\n')}\ninitiator: ${PARTIES[0]}\nresponder: ${PARTIES[1]}\n${extraPMode}`;
}

function certificateOf(name: string): string {
  return basename(`${name.toLowerCase()}.pem`);
}
