import { readPModeFolder } from '../config/index.ts';
import type { Config } from '../config/index.ts';
import { QuoinError } from '../protocol/errors/index.ts';
import { loadPModes, suggest } from '../protocol/pmode/index.ts';
import type { PMode } from '../protocol/pmode/index.ts';
import { lineTo } from '../world/http/index.ts';
import type { ListenerTls, TransportTls } from '../world/http/index.ts';
import { loadKeyRing, mirroredCertificates } from '../world/keys/index.ts';
import type { LoadedKeyRing } from '../world/keys/index.ts';
import { partnerOf } from './patient.ts';
import type { CallGateway, Partner, Patient } from './patient.ts';
import type { Note } from './types.ts';

/** What is to be examined, and by which means. */
export interface Request {
  readonly config: Config | undefined;
  readonly settings: readonly Note[];
  /** TLS of the door for partners, and towards partners; throw for files that cannot be read. */
  readonly doorTls: () => Promise<ListenerTls | undefined>;
  readonly outboundTls: () => Promise<TransportTls>;
  /** URL of the backend API; undefined when nothing says where it is. */
  readonly api: string | undefined;
  readonly call: CallGateway;
  /** Local names of the partners to look at; every partner when empty, nobody with `none`. */
  readonly partners: readonly string[] | 'none';
  /** Whether test messages may be sent. */
  readonly ping: boolean;
}

/** Loads what the files hold, as far as they can be loaded; nothing is thrown for what is wrong with them. */
export async function gatherPatient(request: Request): Promise<Patient> {
  const { config, settings, doorTls, outboundTls, api, call } = request;
  const read = config === undefined ? undefined : readPModeFolder(config.folders.pmodes);
  const loaded =
    config === undefined || read === undefined
      ? { pmodes: [], problems: [] }
      : loadPModes(read.files, { self: config.accessPoint.party });
  let running: Promise<boolean> | undefined;
  return {
    config,
    settings,
    pmodes: loaded.pmodes,
    pmodeProblems: [...(read?.problems ?? []), ...loaded.problems],
    keys: config && (await loadKeys(config, loaded.pmodes)),
    agreed:
      config === undefined
        ? { signing: [], encryption: [] }
        : await mirroredCertificates(loaded.pmodes, config.folders.certificates),
    doorTls,
    outboundTls,
    api,
    call,
    isRunning: () => (running ??= api === undefined ? Promise.resolve(false) : answers(call)),
    ahead: new Map(),
  };
}

async function answers(call: CallGateway): Promise<boolean> {
  return await call({ path: '/health' }).then(
    () => true,
    () => false,
  );
}

function loadKeys(config: Config, pmodes: readonly PMode[]): Promise<LoadedKeyRing> {
  return loadKeyRing({
    keys: config.keys,
    pmodes,
    certificatesFolder: config.folders.certificates,
    revocationLists: config.revocationLists,
    allowDemoKeys: config.demo,
  });
}

/** The partners to look at, one for each address. Throws `doctor/unknown-partner`. */
export async function gatherPartners(patient: Patient, request: Request): Promise<readonly Partner[]> {
  if (request.partners === 'none') return [];
  const names = [...new Set(patient.pmodes.map((pmode) => partnerOf(pmode).name))].sort();
  const { partners } = request;
  for (const name of partners)
    if (patient.config !== undefined && !names.includes(name)) throw unknownPartner(name, names);
  const wanted = patient.pmodes.filter(
    (pmode) => partners.length === 0 || partners.includes(partnerOf(pmode).name),
  );
  // What is wrong with these settings is told by their own check.
  const tls = await request.outboundTls().catch(() => ({}));
  const groups = new Map<string, PMode[]>();
  for (const pmode of wanted) {
    const key = `${partnerOf(pmode).name} ${partnerOf(pmode).address ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), pmode]);
  }
  return [...groups.keys()].sort().map((key) => {
    const pmodes = groups.get(key)!;
    const party = partnerOf(pmodes[0]!);
    const line = party.address === undefined ? undefined : lineTo(party.address, tls);
    return { patient, name: party.name, party, pmodes, line, pings: request.ping };
  });
}

function unknownPartner(name: string, names: readonly string[]): QuoinError {
  return new QuoinError('doctor/unknown-partner', `No P-Mode names a partner ${name}.`, {
    finding: {
      check: 'partner-known',
      expected: names.join(', ') || 'no partner at all',
      found: name,
      advice: suggest(name, names, 'partner'),
    },
  });
}
