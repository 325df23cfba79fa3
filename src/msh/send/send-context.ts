import type { MshContext } from '../context.ts';
import type { PartnerDesk } from '../partners/desk.ts';

/** What sending works with: the world, and the desk that says who may send to which partner now. */
export interface SendContext extends MshContext {
  readonly desk: PartnerDesk;
}
