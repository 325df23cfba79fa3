/** What a citizen said of the evidence in a preview. */
export type PreviewDecision = 'approved' | 'refused';

/** A link to a preview, and what became of it. Neither its token nor that of its session is kept. Times are ms since the epoch. */
export interface PreviewLink {
  /** SHA-256 of the token in hex. */
  readonly hash: string;
  /** Id of the exchange. */
  readonly exchange: string;
  /** Id of the request it was made for. */
  readonly requestId: string;
  readonly linkedAt: number;
  /** From when it cannot be opened any more. */
  readonly expiresAt: number;
  readonly openedAt?: number | undefined;
  /** SHA-256 of the token of the session that began when it was opened, in hex. */
  readonly session?: string | undefined;
  readonly sessionExpiresAt?: number | undefined;
  /** Where the citizen comes back to, as the link said it: before EDM 2.0. */
  readonly returnLocation?: string | undefined;
  readonly decision?: PreviewDecision | undefined;
  readonly decidedAt?: number | undefined;
  /** What the citizen accepted, in words of the provider. */
  readonly accepted?: readonly string[] | undefined;
}

/** What an opened link has that it had not before. */
export interface OpenedPreview {
  readonly openedAt: number;
  readonly session: string;
  readonly sessionExpiresAt: number;
  readonly returnLocation?: string | undefined;
}

/** What a decided one has. */
export interface DecidedPreview {
  readonly decision: PreviewDecision;
  readonly decidedAt: number;
  readonly accepted?: readonly string[] | undefined;
}

/**
 * Links to previews. Each method is one transaction; when it resolves, what it says is durable. Links go with their exchange
 * (`ExchangeStore.forgetDocuments`). Rejects with `store/unavailable`.
 */
export interface PreviewStore {
  addPreviewLink(link: PreviewLink): Promise<void>;
  /** The link with this hash. */
  previewLink(hash: string): Promise<PreviewLink | undefined>;
  /** The link whose session has this hash. */
  previewSession(session: string): Promise<PreviewLink | undefined>;
  /** Opens a link that is not opened and has not expired by then; of several at once exactly one does. Whether it did. */
  openPreviewLink(hash: string, opened: OpenedPreview): Promise<boolean>;
  /** Decides in a session that has not expired by then and in which nothing is decided; whether it did. */
  decidePreview(session: string, decided: DecidedPreview): Promise<boolean>;
  /** The first made first. */
  previewLinksOf(exchange: string): Promise<readonly PreviewLink[]>;
}
