import type { SubmittedPart } from '../../msh/index.ts';
import type { EvidenceRole } from '../evidence-bundles.ts';
import type { Agent, Identifier } from '../model/basics.ts';
import type { ExceptionType, LocalizedString } from '../model/error-response.ts';
import type { EvidenceRequest } from '../model/request.ts';
import type { EvidenceMetadata } from '../model/response.ts';
import type { EdmVersionName } from '../versions.ts';

/** A request as a portal asks for it: what is not given is made here (id, time, the fixed values). */
export type RequestContent = Partial<Omit<EvidenceRequest, 'query' | 'responseOption'>> & {
  readonly query: Omit<EvidenceRequest['query'], 'queryDefinition'> & { readonly queryDefinition?: string };
};

/** What a portal asks for, and where it goes. */
export interface RequestWish {
  /** The access point of the provider, as the Data Service Directory names it; may be left out where one P-Mode fits. */
  readonly accessPoint?: Identifier | undefined;
  readonly pmode?: string | undefined;
  /** UUID of the user's session; new when absent. */
  readonly conversationId?: string | undefined;
  /** UUID; new when absent. */
  readonly exchangeId?: string | undefined;
  /** Version to speak, the newest when absent. */
  readonly version?: EdmVersionName | undefined;
  /** The request as plain data ... */
  readonly request?: RequestContent | undefined;
  /** ... or as RegRep XML that is sent as it is. */
  readonly document?: string | undefined;
}

/** A document of an answer; its bytes come as the part of the same position. */
export interface AnsweredDocument {
  readonly part: SubmittedPart;
  readonly title: string;
  readonly role?: EvidenceRole | undefined;
  /** Position of the main document it belongs to; the last one before it when absent. */
  readonly of?: number | undefined;
  /** What is not given follows from the request: whom it is about, what it conforms to, its format. */
  readonly metadata?: Partial<EvidenceMetadata> | undefined;
}

/** How a link to a preview is made. */
export interface PreviewLinkWish {
  /** `https://` link of the page of the preview; a token is appended as a parameter. */
  readonly base: string;
  /** Seconds until it cannot be opened any more; as configured when absent. */
  readonly expiresIn?: number | undefined;
}

/** How a provider answers. */
export type AnswerWish = {
  /** Who answers; the provider that was asked when absent. An address is needed where the request has none. */
  readonly provider?: Agent | undefined;
} & (
  | { readonly outcome: 'evidence'; readonly documents: readonly AnsweredDocument[] }
  | { readonly outcome: 'no-match' }
  /** ISO 8601. */
  | { readonly outcome: 'deferred'; readonly availableAt: string }
  | {
      readonly outcome: 'exception';
      readonly exception: ExceptionType;
      readonly detail?: string | undefined;
    }
  | {
      readonly outcome: 'preview-required';
      /** `https://` link ... */
      readonly location?: string | undefined;
      /** ... or how one is made. */
      readonly link?: PreviewLinkWish | undefined;
      readonly description?: readonly LocalizedString[] | undefined;
      /** Only before EDM 2.0. */
      readonly method?: 'GET' | 'POST' | 'PUT' | undefined;
    }
  /** RegRep XML that is sent as it is, with its documents. */
  | { readonly outcome: 'document'; readonly document: string; readonly parts: readonly SubmittedPart[] }
);
