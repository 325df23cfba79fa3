import type { Config } from '../config/index.ts';
import type { PMode, Party, PModeProblem } from '../protocol/pmode/index.ts';
import type { Line, ListenerTls, TransportTls } from '../world/http/index.ts';
import type { LoadedKeyRing, MirroredCertificates } from '../world/keys/index.ts';
import type { Note } from './types.ts';

/** A call to an API of the running access point; throws QuoinError for anything but success. */
export type CallGateway = <T>(request: {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly json?: unknown;
}) => Promise<T>;

/** The access point as it is configured, loaded as far as it can be. */
export interface Patient {
  /** undefined when the configuration has errors; every other check is skipped then. */
  readonly config: Config | undefined;
  /** Problems of the configuration, each with place and cure. */
  readonly settings: readonly Note[];
  readonly pmodes: readonly PMode[];
  readonly pmodeProblems: readonly PModeProblem[];
  readonly keys: LoadedKeyRing | undefined;
  /** The certificates of ours that the P-Modes name. */
  readonly agreed: MirroredCertificates;
  /** TLS of the door for partners; undefined without. Throws for files that cannot be read. */
  readonly doorTls: () => Promise<ListenerTls | undefined>;
  readonly outboundTls: () => Promise<TransportTls>;
  /** URL of the backend API that is asked; undefined when nothing says where it is. */
  readonly api: string | undefined;
  readonly call: CallGateway;
  /** True when an access point answers at the API. Asked once. */
  readonly isRunning: () => Promise<boolean>;
  /** ms that clocks of partners are ahead of ours, by partner, as the checks find out. */
  readonly ahead: Map<string, number>;
}

/** A partner at one address, with the P-Modes that name it. */
export interface Partner {
  readonly patient: Patient;
  /** Local name in the P-Modes. */
  readonly name: string;
  readonly party: Party;
  readonly pmodes: readonly PMode[];
  /** The way to it; undefined when nothing is sent to it. */
  readonly line: Line | undefined;
  /** Whether a test message may be sent. */
  readonly pings: boolean;
}

/** The other party of a P-Mode. */
export function partnerOf({ selfIs, initiator, responder }: PMode): Party {
  return (selfIs === 'initiator' ? responder : initiator).party;
}
