import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { PartyFiles } from '../world.ts';

/** Local names and PartyIds of the two fictitious Member States' access points. */
export const PARTIES = ['AP_XA_01', 'AP_XB_01'] as const;

/**
 * Countries their authorities are of, one to a party. Documents name a country, and their code lists know no fictitious one.
 */
export const COUNTRIES = { AP_XA_01: 'AT', AP_XB_01: 'PT' } as const;

/** Scheme of their PartyIds (OOTS TDD 4.7.1). */
export const PARTY_TYPE = 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots';

/** Ports of one access point. */
export interface Ports {
  readonly as4: number;
  readonly api: number;
  readonly operations: number;
  /** Where the partner is told to push: the tap, or the access point itself. */
  readonly reachable: number;
}

/** Everything the files of a pair are made of. */
export interface PairFiles {
  readonly folder: string;
  /** Further files by their path in the folder. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  readonly ports: readonly [Ports, Ports];
  readonly keys: ReadonlyMap<string, PartyFiles>;
  /** Further top-level keys of both configurations, or of each. */
  readonly extraConfig?: string | ((party: string) => string) | undefined;
  /** Extra lines for the P-Mode, below its profile. */
  readonly extraPMode?: string | undefined;
  /** How much they log; `debug`, from which the demonstration tells its story, unless told. */
  readonly logLevel?: string | undefined;
}

/** Writes configuration and P-Mode of both access points, each into a folder of its own named for the party. */
export async function writePairFiles(files: PairFiles): Promise<void> {
  for (const [path, text] of Object.entries(files.files ?? {}))
    await writeFile(join(files.folder, path), text);
  for (const [index, name] of PARTIES.entries()) {
    const folder = join(files.folder, name);
    await mkdir(join(folder, 'pmodes'), { recursive: true });
    await writeFile(join(folder, 'quoin.yaml'), configuration(files, name, files.ports[index]!));
    await writeFile(join(folder, 'pmodes', 'oots.yaml'), pmode(files));
  }
}

function configuration(
  { folder, keys, extraConfig = '', logLevel = 'debug' }: PairFiles,
  name: string,
  ports: Ports,
): string {
  const here = join(folder, name);
  const { key, certificate } = keys.get(name)!;
  return `# An access point of the demonstration.
accessPoint:
  party: ${name}
listeners:
  as4: { host: 127.0.0.1, port: ${ports.as4} }
  api: { host: 127.0.0.1, port: ${ports.api} }
  operations: { host: 127.0.0.1, port: ${ports.operations} }
data: data
pmodes: pmodes
certificates: ../keys
keys:
  - { path: ${relative(here, key)}, certificate: ${relative(here, certificate)} }
log: { level: ${logLevel} }
${typeof extraConfig === 'string' ? extraConfig : extraConfig(name)}`;
}

/** The same agreement for both sides, as two Member States would exchange it; certificates by name in the keys folder. */
function pmode({ ports, keys, extraPMode = '' }: PairFiles): string {
  const parties = PARTIES.map((name, index) => {
    const certificate = basename(keys.get(name)!.certificate);
    return `  ${name}:
    ids: [{ value: ${name}, type: '${PARTY_TYPE}' }]
    country: ${COUNTRIES[name]}
    address: http://127.0.0.1:${ports[index]!.reachable}/as4
    certificates: { signing: [${certificate}], encryption: [${certificate}] }`;
  });
  return `# One agreement, the same file on both sides.
id: oots.${PARTIES.join('.')}
profile: oots
parties:
${parties.join('\n')}
initiator: ${PARTIES[0]}
responder: ${PARTIES[1]}
${extraPMode}`;
}
