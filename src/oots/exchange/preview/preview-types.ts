import type { EvidenceRequest } from '../../model/request.ts';
import type { EvidenceSubject } from '../../model/response.ts';
import type { Exchange, PreviewDecision, PreviewLink } from '../../ports/index.ts';

/** A link that was made; the token is known to whoever asked for it, and to whom the link is given. */
export interface MintedLink {
  readonly link: PreviewLink;
  readonly token: string;
  readonly location: string;
}

/** Where a preview stands; `expired` also when the exchange was over before it was decided. */
export type PreviewState = 'linked' | 'opened' | 'approved' | 'refused' | 'expired';

/** A preview as it is shown: no token, no hash. Times are ms since the epoch. */
export interface Preview extends Omit<
  PreviewLink,
  'hash' | 'exchange' | 'requestId' | 'session' | 'decision'
> {
  readonly state: PreviewState;
  /** When it expired. */
  readonly expiredAt?: number | undefined;
}

/** Whether whoever asks may see an exchange. */
export type Permit = (exchange: Exchange) => boolean;

/** What the page of a preview needs to know. */
export interface PreviewVisit {
  readonly exchange: Exchange;
  readonly preview: Preview;
  /** The request, as far as it is kept. */
  readonly request: EvidenceRequest | undefined;
  /** Whom it is about. */
  readonly subject: EvidenceSubject | undefined;
}

/** What the citizen said, in a session. */
export interface DecisionWish {
  readonly decision: PreviewDecision;
  /** What of it they accepted, in words of the provider. */
  readonly accepted?: readonly string[] | undefined;
}
