import type { AgreementRef, PartyId, Service } from '../ebms/index.ts';
import type { ErrorCode, Finding } from '../errors/index.ts';
import type { KeyReferenceKind, SuiteName } from '../wss/index.ts';

/** PMode.MEP: the message exchange pattern, by the last segment of its URI. */
export type Mep = 'oneWay' | 'twoWay';

/** PMode.MEPbinding, by the last segment of its URI. */
export type MepBinding = 'push' | 'pushAndPush';

/** One of the two parties of an agreement, with everything we know about it. */
export interface Party {
  /** The local name of the party (`AP_FR_01`); never on the wire. */
  readonly name: string;
  /** All identifiers the party may use; the first one is what we write. */
  readonly partyIds: readonly PartyId[];
  /** Where the party's MSH listens (PMode[].Protocol.Address). Required for a party we send to. */
  readonly address?: string | undefined;
  /** Two capital letters, `EL` for Greece. */
  readonly country?: string | undefined;
  /** Certificates and trust rules for this party; ours come from the key store instead. */
  readonly certificates: PartyCertificates;
}

/** How a party proves itself and what we encrypt for it. Names are resolved by the key ring. */
export interface PartyCertificates {
  /** Files (or key ring aliases) of pinned signing certificates; two during a rollover. */
  readonly signing: readonly string[];
  /** Files (or aliases) of encryption certificates; the first valid one is used to send. */
  readonly encryption: readonly string[];
  /** Trust anchors a signing certificate may chain to instead of being pinned. */
  readonly anchors: readonly string[];
  /** With `anchors`: attributes the subject must carry, for example `{ CN: 'OOTS_AP_ACC_FR_001' }`. */
  readonly subject?: Readonly<Record<string, string>> | undefined;
}

/** A message or part property a leg expects. */
export interface PropertyRule {
  readonly name: string;
  readonly required: boolean;
  readonly type?: string | undefined;
  readonly value?: string | undefined;
}

/** PMode[].BusinessInfo.PayloadProfile: limits for the payloads of a leg. */
export interface PayloadProfile {
  /** Inclusive. */
  readonly minParts: number;
  readonly maxParts: number;
  /** bytes of one part after decompression. */
  readonly maxPartSize: number;
  /** bytes of all parts after decompression. */
  readonly maxMessageSize: number;
  /** Media types allowed; undefined means any. */
  readonly mimeTypes?: readonly string[] | undefined;
}

/** PMode[].Security of a leg. */
export interface LegSecurity {
  readonly suite: SuiteName;
  /** PMode[].Security.X509.Sign; false is a weaker mode, switched on by name and announced in the log. */
  readonly sign: boolean;
  /** PMode[].Security.X509.Encryption.Encrypt; false is a weaker mode, switched on by name and announced in the log. */
  readonly encrypt: boolean;
  readonly signingKeyReference: KeyReferenceKind;
  readonly encryptionKeyReference: KeyReferenceKind;
  /** Accept inbound messages whose Body is not signed (Laurentius); announced in the log. */
  readonly acceptUnsignedBody: boolean;
  /** Accept inbound `rsa-oaep-mgf1p` and OAEP with SHA-1 defaults (pre-1.13 peers); announced in the log. */
  readonly acceptLegacyKeyTransport: boolean;
}

/** PMode[].ReceptionAwareness: `attempts` counts retries after the first try, evenly spread over `window`. */
export interface ReceptionAwareness {
  readonly retries: number;
  /** ms from the first attempt until EBMS:0301. */
  readonly window: number;
  readonly strategy: 'constant' | 'progressive' | 'once';
  readonly duplicateDetection: boolean;
}

/** How far a check of documents goes; each does what the one before does, and more. */
export type CheckMode = 'off' | 'observe' | 'warn' | 'refuse';

/** How the documents of a leg are checked, seen from whoever reads the file: both sides check what they send and receive. */
export interface LegDocumentCheck {
  readonly inbound: CheckMode;
  readonly outbound: CheckMode;
  /** The version that is agreed, `oots-edm:v2.0` for example; undefined when messages announce theirs. */
  readonly specification?: string | undefined;
}

/** Who may send on a leg. */
export type LegSender = 'initiator' | 'responder' | 'either';

/** One direction of travel and everything that is agreed about it (PMode[1], PMode[2]). */
export interface Leg {
  readonly name: string;
  readonly sender: LegSender;
  readonly service: Service;
  readonly action: string;
  readonly mpc: string;
  readonly properties: readonly PropertyRule[];
  /** Refuse message properties not named in `properties`. */
  readonly closedProperties: boolean;
  readonly payload: PayloadProfile;
  /** PMode[].PayloadService.CompressionType = application/gzip for outbound parts. */
  readonly compress: boolean;
  readonly security: LegSecurity;
  readonly receptionAwareness: ReceptionAwareness;
  readonly documentCheck: LegDocumentCheck;
  /** Name of the leg a reply travels on, for Two-Way. */
  readonly replyLeg?: string | undefined;
  /** PMode[].ErrorHandling.Report.ProcessErrorNotifyConsumer / Producer. */
  readonly notify: { readonly consumer: boolean; readonly producer: boolean };
  /** Where received messages go: kept for the inbox, or acknowledged and never delivered (test service). */
  readonly delivery: 'inbox' | 'none';
}

/** A loaded, checked processing mode: one agreement between us and one partner. */
export interface PMode {
  readonly id: string;
  readonly mep: Mep;
  readonly binding: MepBinding;
  readonly agreement?: AgreementRef | undefined;
  readonly initiator: { readonly party: Party; readonly role: string };
  readonly responder: { readonly party: Party; readonly role: string };
  /** Which of the two is this access point. */
  readonly selfIs: 'initiator' | 'responder';
  readonly legs: readonly Leg[];
  /** Path of the file it was read from, for messages to the operator. */
  readonly file: string;
}

/** A P-Mode with the leg that governs a message, seen from this access point. */
export interface GoverningLeg {
  readonly pmode: PMode;
  readonly leg: Leg;
  readonly direction: 'send' | 'receive';
  readonly self: Party;
  readonly partner: Party;
  readonly selfRole: string;
  readonly partnerRole: string;
}

/** The values of a message that decide which P-Mode governs it; undefined means the caller leaves it open (submission). */
export interface MatchFacts {
  readonly direction: 'send' | 'receive';
  readonly pmodeId?: string | undefined;
  readonly from?: { readonly partyIds: readonly PartyId[]; readonly role?: string | undefined } | undefined;
  readonly to?: { readonly partyIds: readonly PartyId[]; readonly role?: string | undefined } | undefined;
  readonly service?: Service | undefined;
  readonly action?: string | undefined;
  readonly agreementRef?: AgreementRef | undefined;
  readonly mpc?: string | undefined;
}

/** Why one leg of one P-Mode does or does not govern a message: one line a field. */
export interface MatchExplanation {
  readonly pmodeId: string;
  readonly leg: string;
  readonly governs: boolean;
  readonly fields: readonly {
    readonly field: string;
    readonly expected: string;
    readonly found: string;
    readonly agrees: boolean;
  }[];
}

/** Why no leg governs a message: the code for the partner, the code for the backend, and the field that decided. */
export interface Mismatch {
  /**
   * `EBMS:0003` for party identifiers that contradict the standard, `EBMS:0001` for a party no P-Mode names,
   * `EBMS:0010` otherwise. Only for a received message; a submission is answered with `code`.
   */
  readonly ebms: 'EBMS:0001' | 'EBMS:0003' | 'EBMS:0010';
  /** `submit/unknown-action` and the like for a submission, `receive/...` for a received message. */
  readonly code: ErrorCode;
  readonly message: string;
  readonly finding: Finding;
  /** The closest legs, at most five. */
  readonly explanations: readonly MatchExplanation[];
}
