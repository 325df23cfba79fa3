import type { EvidenceRequest } from '../../oots/index.ts';

/** An exchange as the API tells it, as far as the demonstration looks at it. */
export interface ExchangeView {
  readonly id: string;
  readonly role: 'requester' | 'provider';
  readonly state: 'requested' | 'preview-required' | 'preview-requested' | 'answered' | 'expired' | 'failed';
  readonly outcome?: 'evidence' | 'no-match' | 'deferred' | 'exception';
  readonly exception?: string;
  readonly version: string;
  readonly partner: string;
  readonly pmode: string;
  readonly createdAt: string;
  readonly conversationId: string;
  readonly requestId: string;
  readonly evidenceType?: string;
  readonly previewLocation?: string;
  readonly citizenLink?: string;
  readonly takenAt?: string;
  readonly request?: EvidenceRequest;
  readonly evidence: readonly {
    readonly title?: string;
    readonly role: string;
    readonly format?: string;
    readonly size?: number;
    readonly links: { readonly content?: string };
  }[];
  readonly documents: readonly {
    readonly kind: string;
    readonly direction: 'in' | 'out';
    readonly messageId: string;
    readonly flaw?: string;
  }[];
  readonly timeline: readonly {
    readonly at: string;
    readonly event: string;
    readonly direction?: 'in' | 'out';
    readonly detail?: string;
  }[];
}

/** Path of an exchange. */
export function exchangePath(id: string): string {
  return `/v1/exchanges/${encodeURIComponent(id)}`;
}
