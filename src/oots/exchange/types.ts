import type {
  InboundMessage,
  Msh,
  OutboundStatus,
  Page,
  PageRequest,
  PartStreams,
  Submission,
} from '../../msh/index.ts';
import type {
  Exchange,
  ExchangeFilter,
  ExchangeStore,
  PreviewStore,
  RecordedDocument,
} from '../ports/index.ts';
import type { ExchangeDocument } from '../read-document.ts';
import type { DecisionWish, MintedLink, Permit, Preview, PreviewVisit } from './preview/preview-types.ts';
import type { AnswerWish, PreviewLinkWish, RequestWish } from './wishes.ts';

/** Everything there is about one exchange. */
export interface ExchangeRecord {
  readonly exchange: Exchange;
  readonly documents: readonly RecordedDocument[];
  /** The message of each document by row id, as far as it is kept. */
  readonly sent: ReadonlyMap<string, OutboundStatus>;
  readonly received: ReadonlyMap<string, InboundMessage>;
  /** Its preview, where the provider had a link made. */
  readonly preview?: Preview | undefined;
}

/** Who asks for something. */
export interface Caller {
  readonly name: string;
  /** The same for what is repeated. */
  readonly idempotencyKey?: string | undefined;
  /** Throws when the caller may not send this. */
  readonly permit?: ((submission: Submission) => void) | undefined;
}

/** What became of a wish: an exchange, and whether it was granted now or before. */
export interface Granted {
  readonly exchange: Exchange;
  readonly isNew: boolean;
}

/** The operations of the evidence exchange as portals and providers see them. */
export interface Exchanges {
  /** Asks a provider for evidence. Throws `oots/...` naming the field, and what the MSH throws for a submission. */
  request(wish: RequestWish, caller: Caller): Promise<Granted>;
  /**
   * Makes the second request, once the citizen is on the way to the preview; once, however often it is called. Throws
   * `oots/no-preview`.
   */
  requestPreview(exchange: Exchange, returnLocation: string | undefined): Promise<Granted>;
  /** Answers a request; the same answer again has no effect. Throws `oots/not-waiting` when no request waits. */
  answer(exchange: Exchange, answer: AnswerWish, parts?: PartStreams): Promise<Granted>;
  /** Makes a link to the preview of the request that waits; see `draftLink` for what it throws. */
  mintPreviewLink(exchange: Exchange, wish: PreviewLinkWish): Promise<MintedLink>;
  /** See `openPreview`. */
  openPreview(
    wish: { readonly token: string; readonly returnLocation?: string | undefined },
    permit: Permit,
  ): Promise<PreviewVisit & { readonly session: string }>;
  /** See `visitPreview`. */
  visitPreview(session: string, permit: Permit): Promise<PreviewVisit>;
  /** See `decidePreview`. */
  decidePreview(
    session: string,
    wish: DecisionWish,
    permit: Permit,
  ): Promise<PreviewVisit & { readonly changed: boolean }>;
  find(id: string): Promise<Exchange | undefined>;
  list(filter: ExchangeFilter, page: PageRequest): Promise<Page<Exchange>>;
  record(exchange: Exchange): Promise<ExchangeRecord>;
  /** A document as it was sent or received; undefined when it is no longer kept. */
  documentBytes(rowId: string): Promise<Buffer | undefined>;
  /** The same, read; undefined also when it cannot be. */
  document(rowId: string): Promise<ExchangeDocument | undefined>;
  /** The backend has the answer: its messages are acknowledged too. Whether that is news. Throws `oots/not-answered`. */
  take(exchange: Exchange): Promise<boolean>;
}

/** What the operations work with. */
export interface ExchangesContext {
  readonly msh: Msh;
  readonly store: ExchangeStore & PreviewStore;
  /** Resolves when everything that is kept by now is on record. */
  readonly recordNow: () => Promise<void>;
  readonly nature: { readonly now: () => number; readonly uuid: () => string };
  /** Domain of MessageIds and Content-IDs, as the MSH has it. */
  readonly idDomain: string;
  /** Country of this access point in a P-Mode, where one is known. */
  readonly countryIn: (pmodeId: string) => string | undefined;
  readonly previews: PreviewTimes;
}

/** How long links to previews and their sessions last, ms. */
export interface PreviewTimes {
  /** A link for which nothing else is said. */
  readonly linkMs: number;
  /** Any link at most. */
  readonly mostMs: number;
  readonly sessionMs: number;
}
