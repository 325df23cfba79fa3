import type { EbmsErrorCode } from '../errors/index.ts';
import type { SignedReference } from '../wss/index.ts';

/** A party identifier with its optional scheme (`eb:PartyId`, ebMS3 5.2.2.4); an untyped value must be a URI. */
export interface PartyId {
  readonly value: string;
  readonly type?: string | undefined;
}

/** One side of an exchange (`eb:From` or `eb:To`, ebMS3 5.2.2.2): identifiers and the role played. */
export interface PartyInfo {
  readonly partyIds: readonly PartyId[];
  readonly role: string;
}

/** `eb:Service` with its optional type (ebMS3 5.2.2.8). */
export interface Service {
  readonly value: string;
  readonly type?: string | undefined;
}

/** `eb:AgreementRef` (ebMS3 5.2.2.7). */
export interface AgreementRef {
  readonly value: string;
  readonly type?: string | undefined;
  readonly pmode?: string | undefined;
}

/** A typed name and value (`eb:Property`, ebMS3 5.2.2.11 and the 2013 correction that adds `@type`). */
export interface Property {
  readonly name: string;
  readonly value: string;
  readonly type?: string | undefined;
}

/** `eb:CollaborationInfo` (ebMS3 5.2.2.6). */
export interface CollaborationInfo {
  readonly agreementRef?: AgreementRef | undefined;
  readonly service: Service;
  readonly action: string;
  readonly conversationId: string;
}

/** One payload as the header declares it (`eb:PartInfo`, ebMS3 5.2.2.13). */
export interface PartInfo {
  /** `cid:` URI as written, percent-encoding kept; absent means the SOAP Body, which this profile refuses. */
  readonly href?: string | undefined;
  readonly properties: readonly Property[];
  readonly schema?:
    | {
        readonly location: string;
        readonly version?: string | undefined;
        readonly namespace?: string | undefined;
      }
    | undefined;
  readonly description?: { readonly text: string; readonly lang: string } | undefined;
}

/** `eb:MessageInfo` (ebMS3 5.2.2.1). Timestamp is ISO 8601 as written. */
export interface MessageInfo {
  readonly timestamp: string;
  readonly messageId: string;
  readonly refToMessageId?: string | undefined;
}

/** `eb:UserMessage` (ebMS3 5.2.2), every value carried untouched. */
export interface UserMessage {
  readonly mpc?: string | undefined;
  readonly messageInfo: MessageInfo;
  readonly from: PartyInfo;
  readonly to: PartyInfo;
  readonly collaborationInfo: CollaborationInfo;
  readonly messageProperties: readonly Property[];
  readonly payloadInfo: readonly PartInfo[];
}

/** Severity of an ebMS error (ebMS3 6.2.5). */
export type ErrorSeverity = 'failure' | 'warning';

/** `eb:Error` (ebMS3 6.2). Category is compared without regard to case on reading. */
export interface EbmsError {
  readonly errorCode: EbmsErrorCode;
  readonly severity: ErrorSeverity;
  readonly shortDescription?: string | undefined;
  readonly category?: string | undefined;
  readonly origin?: string | undefined;
  readonly refToMessageInError?: string | undefined;
  readonly description?: { readonly text: string; readonly lang: string } | undefined;
  readonly errorDetail?: string | undefined;
}

/** `eb:Receipt`: non-repudiation information copied from the request's SignedInfo (AS4 5.1.8). */
export interface Receipt {
  readonly kind: 'receipt';
  readonly messageInfo: MessageInfo;
  /** The references the receiver says it verified; undefined when the receipt carries none (reception awareness only). */
  readonly nonRepudiationInformation?: readonly SignedReference[] | undefined;
}

/** An error signal: one or more errors about one message. */
export interface ErrorSignal {
  readonly kind: 'error';
  readonly messageInfo: MessageInfo;
  readonly errors: readonly EbmsError[];
}

/** `eb:PullRequest` (ebMS3 5.2.3.1); read so that it can be refused by name. */
export interface PullRequestSignal {
  readonly kind: 'pull-request';
  readonly messageInfo: MessageInfo;
  readonly mpc?: string | undefined;
}

/** `eb:SignalMessage` (ebMS3 5.2.3). */
export type SignalMessage = Receipt | ErrorSignal | PullRequestSignal;

/** All units one `eb:Messaging` header carries. */
export interface Messaging {
  readonly userMessages: readonly UserMessage[];
  readonly signalMessages: readonly SignalMessage[];
}
