import type {
  Delivery,
  DeliveryState,
  DeliveryStore,
  EventCursor,
  EventFilter,
  EventPage,
  EventRequest,
  EventStore,
  EventType,
  Nature,
  Observer,
  Page,
  PageRequest,
  Replay,
  WebhookSender,
  WebhookState,
} from '../ports/index.ts';

/** When a failed delivery is tried again; times in ms. */
export interface RetrySchedule {
  /** Pause after the first failure; each pause is twice the one before. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** How long a delivery that always fails is tried. */
  readonly windowMs: number;
}

/** A backend's endpoint and what it is told. */
export interface Webhook {
  readonly name: string;
  readonly url: string;
  /** Every one of them signs, the newest first, so that a secret can be changed without a gap. */
  readonly secrets: readonly string[];
  /** Headers the endpoint wants besides ours. */
  readonly headers: Readonly<Record<string, string>>;
  readonly events: readonly EventType[];
  /** Undefined means all. */
  readonly actions?: readonly string[] | undefined;
  /** Local names of partners; undefined means all. */
  readonly partners?: readonly string[] | undefined;
  /** Originalsender of what we send, finalRecipient of what we receive; undefined means all. */
  readonly parties?: readonly string[] | undefined;
  /** ms an attempt may take. */
  readonly timeoutMs: number;
  /** Attempts under way at once, all nodes apart. */
  readonly concurrency: number;
  readonly retry: RetrySchedule;
  readonly sender: WebhookSender;
}

/** How often things are looked at and how long they are kept; times in ms. */
export interface NotifyTimes {
  /** Between two looks for events of other nodes and for deliveries that are due. */
  readonly pollMs: number;
  /** Events older than this go. */
  readonly keepMs: number;
  /** Events beyond this number go. */
  readonly keepEvents: number;
}

/** What telling backends asks of the world. */
export interface NotifyContext {
  readonly store: EventStore & DeliveryStore;
  readonly observer: Observer;
  readonly nature: Nature;
  /** Those that are told at the beginning. */
  readonly webhooks: readonly Webhook[];
  /** Who we are, the source of our CloudEvents: a URI. */
  readonly source: string;
  readonly times: NotifyTimes;
}

/** A configured webhook and how it stands. */
export interface WebhookStatus extends WebhookState {
  readonly url: string;
  readonly events: readonly EventType[];
  /** Events it has not read yet: there are some after its cursor. */
  readonly behind: boolean;
}

/** A CloudEvent 1.0 in its JSON form. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: EventType;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** The cursor of the event: text order is the order of events. */
  readonly sequence: EventCursor;
  /** The conversation: events with the same are told in order. */
  readonly partitionkey: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Tells backends what happens to messages: as pages, as a stream, by webhook. */
export interface Notifier {
  /** Rejects with `store/bad-page`, `store/events-gone`. */
  events(filter: EventFilter, request: EventRequest): Promise<EventPage>;
  lastEvent(): Promise<EventCursor>;
  /** Calls when there may be new events, at once for those of this process; the result ends that. */
  watch(listener: () => void): () => void;
  /** An event as backends see it. */
  cloudEvent(event: EventPage['items'][number]): CloudEvent;
  webhooks(): Promise<readonly WebhookStatus[]>;
  /** The last made first. Rejects with `notify/unknown-webhook`. */
  deliveries(
    webhook: string,
    filter: { readonly state?: DeliveryState | undefined },
    page: PageRequest,
  ): Promise<Page<Delivery>>;
  /** Tells a webhook again what it was told or not, in order; resolves to how many deliveries that makes. Rejects as above. */
  replay(webhook: string, which: Replay): Promise<number>;
  /**
   * Tells these webhooks from now on: those it has told already go on undisturbed, of the others no attempt is begun any
   * more; new ones begin with what happens now. Resolves when the last attempt of a webhook that went has ended. Never rejects.
   */
  renew(webhooks: readonly Webhook[]): Promise<void>;
  /** Starts telling. */
  start(): Promise<void>;
  /** Begins nothing new and resolves when what is under way has ended. */
  stop(): Promise<void>;
}
