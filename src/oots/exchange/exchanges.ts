import type { AnswerWish, RequestWish } from './wishes.ts';
import type { Exchange, ExchangeFilter, RecordedDocument } from '../ports/index.ts';
import type { InboundMessage, OutboundStatus, Page, PageRequest, PartStreams } from '../../msh/index.ts';

/** Everything there is about one exchange. */
export interface ExchangeRecord {
  readonly exchange: Exchange;
  readonly documents: readonly RecordedDocument[];
  /** The message of each document by row id, as far as it is kept. */
  readonly sent: ReadonlyMap<string, OutboundStatus>;
  readonly received: ReadonlyMap<string, InboundMessage>;
}

/** Who asks for something, for what is repeated. */
export interface Caller {
  readonly name: string;
  readonly idempotencyKey?: string | undefined;
}

/** The operations of the evidence exchange as portals and providers see them. */
export interface Exchanges {
  /** Asks a provider for evidence. Throws `oots/...` naming the field, and what the MSH throws for a submission. */
  request(wish: RequestWish, caller: Caller): Promise<Exchange>;
  /** Makes the second request, once the citizen is on the way to the preview. Throws `oots/no-preview`. */
  requestPreview(exchange: Exchange, returnLocation: string | undefined, caller: Caller): Promise<Exchange>;
  /** Answers a request. Throws `oots/not-waiting` when no request waits. */
  answer(exchange: Exchange, answer: AnswerWish, parts: PartStreams): Promise<Exchange>;
  find(id: string): Promise<Exchange | undefined>;
  list(filter: ExchangeFilter, page: PageRequest): Promise<Page<Exchange>>;
  record(exchange: Exchange): Promise<ExchangeRecord>;
  /** A document as it was sent or received. */
  documentBytes(rowId: string): Promise<Buffer | undefined>;
  /** The backend has the answer: its messages are acknowledged too. Whether that is news. */
  take(exchange: Exchange): Promise<boolean>;
  /** Starts following messages. */
  start(): Promise<void>;
  stop(): Promise<void>;
}
