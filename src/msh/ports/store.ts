import type { CountingStore } from './counting-store.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { EventStore } from './event-store.ts';
import type { MessageStore } from './message-store.ts';
import type { PartnerStore } from './partner-store.ts';
import type { NodeRegistry } from './node-registry.ts';

/** Everything one database keeps; each user asks for the part it needs. */
export type Store = MessageStore & EventStore & DeliveryStore & CountingStore & PartnerStore & NodeRegistry;
