import type { Transaction } from 'kysely';
import type { Engine } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { messages } from './001-messages.ts';
import { events } from './002-events.ts';
import { partners } from './003-partners.ts';
import { inlinePayloads } from './004-inline-payloads.ts';
import { nodes } from './005-nodes.ts';
import { searchAndInbox } from './006-search-and-inbox.ts';
import { retryPolicy } from './007-retry-policy.ts';
import { documentChecks } from './008-document-checks.ts';
import { exchanges } from './009-exchanges.ts';
import { retention } from './010-retention.ts';
import { previewLinks } from './011-preview-links.ts';
import { requestIds } from './012-request-ids.ts';
import { fewerPages } from './013-fewer-pages.ts';

/** One step of the schema, in the portable subset; what differs between engines comes from the engine. */
export interface Migration {
  readonly name: string;
  readonly up: (transaction: Transaction<Tables>, engine: Engine) => Promise<void>;
}

/** All steps in order; the place in the list is the schema version. Steps are added at the end and never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { name: '001-messages', up: messages },
  { name: '002-events', up: events },
  { name: '003-partners', up: partners },
  { name: '004-inline-payloads', up: inlinePayloads },
  { name: '005-nodes', up: nodes },
  { name: '006-search-and-inbox', up: searchAndInbox },
  { name: '007-retry-policy', up: retryPolicy },
  { name: '008-document-checks', up: documentChecks },
  { name: '009-exchanges', up: exchanges },
  { name: '010-retention', up: retention },
  { name: '011-preview-links', up: previewLinks },
  { name: '012-request-ids', up: requestIds },
  { name: '013-fewer-pages', up: fewerPages },
];
