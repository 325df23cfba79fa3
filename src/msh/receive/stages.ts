import type { UserMessage } from '../../protocol/ebms/index.ts';
import type { MimePart } from '../../protocol/mime/index.ts';
import type { GoverningLeg } from '../../protocol/pmode/index.ts';
import type { Certificate } from '../../protocol/pki/index.ts';
import type { SoapEnvelope } from '../../protocol/soap/index.ts';
import type {
  ClaimedSecurity,
  Decryption,
  SignedReference,
  VerifiedSignature,
} from '../../protocol/wss/index.ts';
import type { XmlElement } from '../../protocol/xml/index.ts';
import type { NewPart, ReceivedEnvelope } from '../ports/index.ts';

/** The payload parts still to come, in wire order; each body is read or drained before the next. */
export type IncomingParts = AsyncGenerator<MimePart>;

/** A readable envelope. Nothing about it is proven. */
export interface Enveloped {
  readonly envelope: SoapEnvelope;
  /** The SOAP part as it came, of which `envelope` is the reading. */
  readonly source: ReceivedEnvelope;
  readonly parts: IncomingParts;
}

/** A message unit as it claims to be: well-formed, unproven. */
export interface Claimed extends Enveloped {
  readonly messaging: XmlElement;
  readonly userMessage: UserMessage;
  /** Content-IDs of the PartInfos, percent-decoded, in order. */
  readonly contentIds: readonly string[];
}

/** A claimed message with the one P-Mode that would govern it. */
export interface Governed extends Claimed {
  readonly governing: GoverningLeg;
}

declare const verifiedBy: unique symbol;
declare const openedBy: unique symbol;

/** A governed message whose signature, signer and coverage are settled. Only verify-signature.ts makes one. */
export interface Verified extends Governed {
  readonly [verifiedBy]: 'receive/verify-signature';
  readonly security: ClaimedSecurity | undefined;
  /** undefined only where the P-Mode switches signing off by name. */
  readonly signature: VerifiedSignature | undefined;
  readonly signer: Certificate | undefined;
  readonly references: readonly SignedReference[];
  /** undefined where nothing is encrypted. */
  readonly decryption: Decryption | undefined;
  /** Canonical identity of the From party the signature speaks for. */
  readonly sender: string;
}

/** A verified message whose payloads are decrypted, agree with their digests and are durable. Only open-payloads.ts makes one. */
export interface Opened extends Verified {
  readonly [openedBy]: 'receive/open-payloads';
  readonly stored: readonly NewPart[];
}

/** What verify-signature.ts adds to a governed message. */
export type Verification = Omit<Verified, keyof Governed | typeof verifiedBy>;
