import { testAction, testService } from '../ebms/index.ts';
import type { Hit } from './check-table.ts';
import type { LegDraft, PModeDraft } from './resolve.ts';
import { whereInLeg } from './resolve.ts';

/** True for a leg with service or action of the test service. */
export const isTest = ({ leg }: LegDraft) => leg.service?.value === testService || leg.action === testAction;

/** Looks at every leg. */
export function eachLeg(draft: PModeDraft, look: (leg: LegDraft) => readonly Hit[]): readonly Hit[] {
  return draft.legs.flatMap(look);
}

/** One hit at a value of a leg. */
export function at(leg: LegDraft, path: readonly (string | number)[], message: string): readonly Hit[] {
  return [{ path: whereInLeg(leg, ...path), message, leg: leg.leg.name, because: [['profile']] }];
}
