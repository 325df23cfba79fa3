import { QuoinError } from '../../protocol/errors/index.ts';
import { matchLeg } from '../../protocol/pmode/index.ts';
import type { GoverningLeg, PMode } from '../../protocol/pmode/index.ts';
import type { Submission } from '../types.ts';

/**
 * The P-Mode and leg a submission travels on, by id or by parties, service and action (ebMS3 4.1).
 * Throws `submit/unknown-...` naming the field that disagrees with the closest P-Mode.
 */
export function choosePMode(pmodes: readonly PMode[], submission: Submission): GoverningLeg {
  const match = matchLeg(pmodes, {
    direction: 'send',
    pmodeId: submission.pmode,
    from: submission.from,
    to: submission.to,
    service: submission.service,
    action: submission.action,
    agreementRef: submission.agreementRef,
    mpc: submission.mpc,
  });
  if ('leg' in match) return match;
  throw new QuoinError(match.code, match.message, {
    finding: match.finding,
  });
}
