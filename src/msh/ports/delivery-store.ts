import type { EventCursor, MessageEvent } from './event-store.ts';
import type { Page, PageRequest } from './message-store.ts';
import type { Failure } from './records.ts';

/**
 * PENDING waits or is under way; DELIVERED was taken; FAILED was given up and can be replayed; DROPPED was not sent because
 * the webhook no longer wants it or is gone.
 */
export type DeliveryState = 'PENDING' | 'DELIVERED' | 'FAILED' | 'DROPPED';

/** An event on its way to a webhook. Times are ms since the epoch. */
export interface Delivery {
  readonly id: string;
  readonly webhook: string;
  readonly event: MessageEvent;
  readonly state: DeliveryState;
  /** Attempts begun. */
  readonly attempts: number;
  readonly createdAt: number;
  /** A failed attempt at or after this time is the last. */
  readonly giveUpAt: number;
  readonly nextAttemptAt?: number | undefined;
  /** Until when another worker must leave it alone. */
  readonly leasedUntil?: number | undefined;
  readonly finishedAt?: number | undefined;
  /** Of the last answer. */
  readonly httpStatus?: number | undefined;
  readonly failure?: Failure | undefined;
  /** Made by a replay. */
  readonly replay: boolean;
}

/** How a webhook stands. Times are ms since the epoch. */
export interface WebhookState {
  readonly name: string;
  /** Events up to here have become deliveries. */
  readonly cursor: EventCursor;
  /** When a gateway last had it configured. */
  readonly seenAt: number;
  readonly lastSuccessAt?: number | undefined;
  readonly lastFailureAt?: number | undefined;
  readonly lastFailure?: Failure | undefined;
  /** Since when every attempt has failed. */
  readonly failingSince?: number | undefined;
  /** Deliveries that wait or are under way. */
  readonly waiting: number;
  /** When the oldest of them was made. */
  readonly oldestWaitingAt?: number | undefined;
  readonly failed: number;
}

/** How an attempt ended. PENDING means that another follows at `nextAttemptAt`. */
export interface DeliverySettlement {
  readonly state: DeliveryState;
  readonly at: number;
  readonly nextAttemptAt?: number | undefined;
  readonly httpStatus?: number | undefined;
  readonly failure?: Failure | undefined;
}

/** How events become deliveries. */
export interface FanOut {
  /** True for an event the webhook is to be told. */
  readonly wants: (event: MessageEvent) => boolean;
  readonly now: number;
  /** ms after which a delivery that always fails is given up. */
  readonly windowMs: number;
}

/** Which events to tell once more; what is given restricts. Ids are UUIDs, 1 000 at most. */
export interface Replay {
  readonly after?: EventCursor | undefined;
  /** ms since the epoch. */
  readonly since?: number | undefined;
  readonly eventIds?: readonly string[] | undefined;
}

/** What became of one step of a replay. */
export interface Replayed {
  readonly created: number;
  /** Where to go on, when there are more events. */
  readonly next?: EventCursor | undefined;
}

/**
 * Which webhook was told what. Deliveries of one webhook and conversation are claimed in the order in which they were made,
 * each after the one before has ended. Each method is one transaction.
 */
export interface DeliveryStore {
  /** Notes that a gateway has these webhooks configured. A new one begins with the events that come from now on. */
  openWebhooks(names: readonly string[], now: number): Promise<void>;
  /** By name; those that nobody configures any more included until their events are gone. */
  listWebhooks(): Promise<readonly WebhookState[]>;
  /** Makes deliveries of the next events, at most 200; resolves to how many events were looked at. Of several at once one does. */
  fanOut(webhook: string, how: FanOut): Promise<number>;
  /** Takes due deliveries for an attempt each: counts it and leases them until now + leaseMs. */
  claimDeliveries(webhook: string, now: number, leaseMs: number, limit: number): Promise<readonly Delivery[]>;
  /** Ends the attempt with this number; false when the delivery is not PENDING with it. */
  settleDelivery(id: string, attempt: number, settlement: DeliverySettlement): Promise<boolean>;
  /** Makes everything that waits for a later attempt due: the endpoint answers again. */
  hastenDeliveries(webhook: string, now: number): Promise<void>;
  /** Gives up what waits beyond its time, with the failure that the endpoint has just shown; resolves to how many. */
  giveUpOverdue(webhook: string, now: number, failure: Failure): Promise<number>;
  /** Makes deliveries of events that the webhook has passed already, at most 1 000 looked at. Rejects as `listEvents` does. */
  replayEvents(webhook: string, which: Replay, how: FanOut): Promise<Replayed>;
  /** The last made first. */
  listDeliveries(
    webhook: string,
    filter: { readonly state?: DeliveryState | undefined },
    page: PageRequest,
  ): Promise<Page<Delivery>>;
  /** Drops what waits for webhooks that no gateway has had configured since `seenSince`; resolves to their names. */
  dropAbandoned(seenSince: number, now: number): Promise<readonly string[]>;
}
