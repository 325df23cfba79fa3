import type { PMode } from '../protocol/pmode/index.ts';
import type { BreakerPolicy } from './partners/breaker.ts';
import type {
  DocumentCheck,
  KeyRing,
  MessageStore,
  Nature,
  Observer,
  PartnerStore,
  PayloadStore,
  Queue,
  Transport,
} from './ports/index.ts';
import type { KeepSubmission } from './submit/kept.ts';

/** P-Modes and keys as one snapshot; a message is handled with one snapshot from beginning to end. */
export interface Agreements {
  readonly pmodes: readonly PMode[];
  readonly keyRing: KeyRing;
}

/** Bounds of what the MSH takes in; sizes in bytes. */
export interface MshLimits {
  /** The SOAP part. */
  readonly envelopeBytes: number;
  /** MIME parts of one message, the SOAP part included. */
  readonly parts: number;
  /** All bytes of one inbound message on the wire. */
  readonly messageBytes: number;
  /** Payload bytes of one message that are kept with its row, in one commit; what is larger goes to the payload store. */
  readonly inlineBytes: number;
  /** Payload parts that arrive before their SOAP part and must wait for it, all messages together. */
  readonly spoolBytes: number;
  /** Decompressed bytes per compressed byte, once a megabyte has come out. */
  readonly gzipRatio: number;
  /** A receipt, error or fault that answers a push. */
  readonly replyBytes: number;
  /** An uncompressed XML part, whose digest is over its canonical form and so needs memory. */
  readonly canonicalBytes: number;
}

/** Times of the sending side, ms. */
export interface MshTimes {
  /** How long a worker owns a row before another may take it; prolonged while a push runs. */
  readonly leaseMs: number;
  /** How long a partner may take to answer after the last byte. */
  readonly responseTimeoutMs: number;
  readonly sweepIntervalMs: number;
  /** Between two rounds that look after partners: what operators said on other nodes, who may be tried again. */
  readonly roundMs: number;
  /** How old an unreferenced payload must be before the sweeper removes it. */
  readonly orphanAgeMs: number;
}

/** How much is sent at once, and when a partner counts as down. */
export interface SendingLimits {
  /** Pushes in flight at once. */
  readonly places: number;
  /** Pushes in flight at once to one partner. */
  readonly perPartner: number;
  readonly breaker: BreakerPolicy;
}

/** How long payloads stay when everybody has them, ms; what is not given stays for good. */
export interface Retention {
  /** Of a received message, since the backend took it. */
  readonly takenMs?: number | undefined;
  /** Of a message we sent, since it was acknowledged. */
  readonly sentMs?: number | undefined;
  /** Service whose documents are recorded: its messages wait until theirs is. */
  readonly recordedService?: string | undefined;
}

/** Everything the operations of the MSH ask of the world. */
export interface MshContext {
  readonly store: MessageStore & PartnerStore;
  readonly payloads: PayloadStore;
  readonly queue: Queue;
  readonly transport: Transport;
  readonly observer: Observer;
  readonly nature: Nature;
  /** The snapshot in force now. */
  readonly agreements: () => Agreements;
  readonly limits: MshLimits;
  readonly times: MshTimes;
  /** Right part of the MessageIds and Content-IDs made here. */
  readonly idDomain: string;
  readonly sending: SendingLimits;
  /** Keeps submissions and may begin their first attempt with them; without it they are kept and rung for. */
  readonly keepSubmission?: KeepSubmission | undefined;
  /** How long payloads stay that nobody needs any more; for good without it. */
  readonly retention?: Retention | undefined;
  /** Knows the documents that P-Modes want checked; without it none is. */
  readonly documents?: DocumentCheck | undefined;
}
