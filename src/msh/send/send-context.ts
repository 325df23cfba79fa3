import type { MshContext } from '../context.ts';
import type { PartnerDesk } from '../partners/desk.ts';
import type { Hand } from './hand.ts';

/** What sending works with: the world, the desk that says who may send to which partner now, and what is at hand. */
export interface SendContext extends MshContext {
  readonly desk: PartnerDesk;
  readonly hand: Hand;
}
