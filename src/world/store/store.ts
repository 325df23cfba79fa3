import { Kysely } from 'kysely';
import { QuoinError } from '../../protocol/errors/index.ts';
import type {
  DeliveryStore,
  EventStore,
  MessageStore,
  NodeRegistry,
  PartnerStore,
  Store,
} from '../../msh/ports/index.ts';
import type { ExchangeStore, PreviewStore, Unrecorded } from '../../oots/ports/index.ts';
import { counts } from './counts.ts';
import * as acceptance from './acceptance.ts';
import * as attempts from './attempts.ts';
import type { Engine } from './engine.ts';
import { claimFresh } from './first-claim.ts';
import * as deliveries from './deliveries.ts';
import * as exchanges from './exchanges.ts';
import { lastEvent, listEvents, trimEvents } from './events.ts';
import { asUnavailable, onDatabase } from './faults.ts';
import * as inbound from './inbound.ts';
import * as inbox from './inbox.ts';
import { appendJournal, listJournal } from './journal.ts';
import { createListeners } from './listeners.ts';
import type { Listeners } from './listeners.ts';
import { migrate } from './migrate.ts';
import * as nodes from './nodes.ts';
import * as outbound from './outbound.ts';
import * as claims from './outbound-claims.ts';
import * as partners from './partners.ts';
import { inlinePayload, referencedPayloads } from './parts.ts';
import * as previewLinks from './preview-links.ts';
import { recordDocuments, untilNotOvertaken } from './record-exchange.ts';
import type { Tables } from './tables.ts';
import { createTell } from './tell.ts';
import type { Tell } from './tell.ts';
import * as retention from './retention.ts';
import { unrecorded, unrecordedReceived, unrecordedSent } from './unrecorded.ts';
import * as webhooks from './webhooks.ts';
import type { Work } from './work.ts';

/** Everything one database keeps. */
export type WholeStore = Store & ExchangeStore & PreviewStore;

/** Settings every engine shares. */
export interface StoreSettings {
  /** Journal entries kept at least; older ones go. */
  readonly journalEntries: number;
}

/**
 * The message store on an engine, its schema brought up to date. Throws `store/schema-newer` and `store/unavailable`;
 * the engine is released then.
 */
export async function createStore(engine: Engine, settings: StoreSettings): Promise<WholeStore> {
  const db = new Kysely<Tables>({ dialect: engine.dialect });
  try {
    await migrate(db, engine, Date.now());
  } catch (error) {
    // Why it cannot start is what the operator must read, whatever closing says.
    await Promise.allSettled([db.destroy()]);
    await engine.release();
    throw asUnavailable(engine, error);
  }
  return storeOn(db, engine, settings);
}

type Operation<A extends readonly unknown[], R> = (db: Kysely<Tables>, ...args: A) => Promise<R>;
type Working<A extends readonly unknown[], R> = (...args: A) => Work<R>;
type TellingWork<A extends readonly unknown[], R> = (tell: Tell, ...args: A) => Work<R>;
type BoundedOperation<A extends readonly unknown[], R> = (
  db: Kysely<Tables>,
  engine: Engine,
  ...args: A
) => Promise<R>;

/** How operations are called: on the database, its faults told apart from ours, and refused once the store is closed. */
interface Serving {
  readonly serve: <A extends readonly unknown[], R>(operation: Operation<A, R>) => (...args: A) => Promise<R>;
  /** Work that need not happen as a whole. */
  readonly perform: <A extends readonly unknown[], R>(work: Working<A, R>) => (...args: A) => Promise<R>;
  /** Work in one transaction. */
  readonly whole: <A extends readonly unknown[], R>(work: Working<A, R>) => (...args: A) => Promise<R>;
  /** The same for work that tells events; who listens hears of them once they are committed. */
  readonly telling: <A extends readonly unknown[], R>(work: TellingWork<A, R>) => (...args: A) => Promise<R>;
  /** The same for what reads upwards and must miss nothing. */
  readonly bounded: <A extends readonly unknown[], R>(
    operation: BoundedOperation<A, R>,
  ) => (...args: A) => Promise<R>;
  /** Who hears of events, and of messages that are kept, once they are committed. */
  readonly events: Listeners<void>;
  readonly kept: Listeners<Unrecorded>;
  readonly close: () => Promise<void>;
}

function serving(db: Kysely<Tables>, engine: Engine): Serving {
  let closing: Promise<void> | undefined;
  const events = createListeners<void>();
  const serve: Serving['serve'] =
    (operation) =>
    async (...args) => {
      if (closing !== undefined) throw closed();
      return await onDatabase(engine, () => operation(db, ...args));
    };
  const whole: Serving['whole'] = (work) => serve((on, ...args) => engine.whole(on, () => work(...args)));
  const telling: Serving['telling'] =
    (work) =>
    async (...args) => {
      let told = 0;
      const tell = createTell(() => (told += 1));
      const result = await whole(() => work(tell, ...args))();
      if (told > 0) events.tell();
      return result;
    };
  return {
    serve,
    perform: (work) => serve((on, ...args) => engine.perform(on, () => work(...args))),
    whole,
    telling,
    bounded: (operation) => serve((on, ...args) => operation(on, engine, ...args)),
    events,
    kept: createListeners<Unrecorded>(),
    close: async () => {
      closing ??= onDatabase(engine, () => db.destroy()).finally(() => engine.release());
      await closing;
    },
  };
}

function storeOn(db: Kysely<Tables>, engine: Engine, settings: StoreSettings): WholeStore {
  const serves = serving(db, engine);
  return {
    ...messageStore(serves, settings),
    ...eventStore(serves),
    ...deliveryStore(serves),
    ...nodeRegistry(serves),
    counts: serves.serve(counts),
    ...partnerStore(serves),
    ...exchangeStore(serves),
    ...previewStore(serves),
  };
}

function messageStore(serving: Serving, settings: StoreSettings): MessageStore {
  const { serve, perform, whole, telling, bounded, close } = serving;
  return {
    ...keeping(serving),
    findOutbound: perform(outbound.findOutbound),
    getOutbound: perform(outbound.getOutbound),
    claimOutbound: perform(claims.claimOutbound),
    claimFresh: whole(claimFresh),
    extendLease: perform(claims.extendLease),
    keepEnvelope: perform(claims.keepEnvelope),
    settleAttempt: telling(attempts.settleAttempt),
    attemptsOf: perform(attempts.attemptsOf),
    dueOutbound: serve(outbound.dueOutbound),
    listOutbound: serve(outbound.listOutbound),
    resendOutbound: serve(outbound.resendOutbound),
    acceptOutbound: perform(acceptance.acceptOutbound),
    findInbound: perform(inbound.findInbound),
    findDuplicate: perform(inbound.findDuplicate),
    countDuplicate: perform(inbound.countDuplicate),
    getInbound: perform(inbound.getInbound),
    inboundEnvelope: perform(inbound.inboundEnvelope),
    listInbound: bounded(inbound.listInbound),
    moveInbound: telling(inbound.moveInbound),
    dueAnswers: perform(inbound.dueAnswers),
    settleAnswer: perform(inbound.settleAnswer),
    leaseInbound: whole(inbox.leaseInbound),
    acknowledgeInbound: telling(inbox.acknowledgeInbound),
    releaseInbound: perform(inbox.releaseInbound),
    acceptInbound: perform(acceptance.acceptInbound),
    appendJournal: serve((on, entry) => appendJournal(on, entry, settings.journalEntries)),
    listJournal: serve(listJournal),
    referencedPayloads: serve(referencedPayloads),
    inlinePayload: perform(inlinePayload),
    purgeable: serve(retention.purgeable),
    purge: whole(retention.purge),
    check: serve(probe),
    close,
  };
}

/** What keeps messages tells of them. */
function keeping({ whole, telling, kept }: Serving): Pick<MessageStore, 'insertOutbound' | 'insertInbound'> {
  const insertOutbound = whole(outbound.insertOutbound);
  const insertInbound = telling(inbound.insertInbound);
  return {
    insertOutbound: async (message, first) => {
      const result = await insertOutbound(message, first);
      if (result.outcome === 'kept') kept.tell(unrecordedSent(message));
      return result;
    },
    insertInbound: async (message) => {
      const result = await insertInbound(message);
      if (result.outcome === 'fresh') kept.tell(unrecordedReceived(message));
      return result;
    },
  };
}

function eventStore({ bounded, events }: Serving): EventStore {
  return {
    listEvents: bounded(listEvents),
    lastEvent: bounded(lastEvent),
    trimEvents: bounded(trimEvents),
    onEvent: events.on,
  };
}

function partnerStore({ serve, perform, whole }: Serving): PartnerStore {
  return {
    outlook: perform(partners.outlook),
    waitingLanes: serve(partners.waitingLanes),
    dueOnLane: serve(partners.dueOnLane),
    dueBegunBefore: serve(partners.dueBegunBefore),
    partnerControls: serve(partners.partnerControls),
    pausePartner: serve(partners.pausePartner),
    resumePartner: whole(partners.resumePartner),
    resetPartner: serve(partners.resetPartner),
  };
}

function exchangeStore({ serve, perform, telling, kept }: Serving): ExchangeStore {
  return {
    unrecorded: perform(unrecorded),
    onKept: kept.on,
    lastRecorded: serve(exchanges.lastRecorded),
    record: untilNotOvertaken(telling(recordDocuments)),
    failUndelivered: telling(exchanges.failUndelivered),
    overdue: serve(exchanges.overdue),
    expire: telling(exchanges.expire),
    dueRefusals: serve(exchanges.dueRefusals),
    settleRefusal: serve(exchanges.settleRefusal),
    getExchange: serve(exchanges.getExchange),
    listExchanges: serve(exchanges.listExchanges),
    documentsOf: serve(exchanges.documentsOf),
    documentBytes: serve(exchanges.documentBytes),
    takeExchange: serve(exchanges.takeExchange),
    forgetDocuments: serve(exchanges.forgetDocuments),
  };
}

function previewStore({ serve }: Serving): PreviewStore {
  return {
    addPreviewLink: serve(previewLinks.addPreviewLink),
    previewLink: serve(previewLinks.previewLink),
    previewSession: serve(previewLinks.previewSession),
    openPreviewLink: serve(previewLinks.openPreviewLink),
    decidePreview: serve(previewLinks.decidePreview),
    previewLinksOf: serve(previewLinks.previewLinksOf),
  };
}

function deliveryStore({ serve, bounded }: Serving): DeliveryStore {
  return {
    openWebhooks: bounded(webhooks.openWebhooks),
    listWebhooks: serve(webhooks.listWebhooks),
    fanOut: bounded(webhooks.fanOut),
    replayEvents: bounded(webhooks.replayEvents),
    dropAbandoned: serve(webhooks.dropAbandoned),
    claimDeliveries: serve(deliveries.claimDeliveries),
    settleDelivery: serve(deliveries.settleDelivery),
    hastenDeliveries: serve(deliveries.hastenDeliveries),
    giveUpOverdue: serve(deliveries.giveUpOverdue),
    listDeliveries: serve(deliveries.listDeliveries),
  };
}

function nodeRegistry({ serve }: Serving): NodeRegistry {
  return {
    reportNode: serve(nodes.reportNode),
    removeNode: serve(nodes.removeNode),
    listNodes: serve(nodes.listNodes),
    requestReload: serve(nodes.requestReload),
    lastReloadRequest: serve(nodes.lastReloadRequest),
  };
}

/** Changes a row and commits: a database that answers queries may have no room to write, and the same value is no write. */
async function probe(db: Kysely<Tables>): Promise<void> {
  await db
    .insertInto('store_probe')
    .values({ id: 1, checks: 1 })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({ checks: eb('store_probe.checks', '+', 1) })),
    )
    .execute();
}

function closed(): QuoinError {
  return new QuoinError('store/unavailable', 'The message store cannot serve.', {
    finding: { check: 'store-serves', expected: 'an open store', found: 'a closed one' },
  });
}
