import { Refusal } from '../../protocol/errors/index.ts';
import { matchLeg } from '../../protocol/pmode/index.ts';
import type { PMode } from '../../protocol/pmode/index.ts';
import type { Claimed, Governed } from './stages.ts';

/**
 * The one P-Mode that governs a claimed message: presence, value and type of every matching field count
 * (eDelivery AS4 1.15 1.4.2.2). `AgreementRef/@pmode` is never relied on. Throws Refusal EBMS:0010, 0001 or 0003.
 */
export function findPMode(pmodes: readonly PMode[], claimed: Claimed): Governed {
  const { from, to, collaborationInfo, mpc } = claimed.userMessage;
  const match = matchLeg(pmodes, {
    direction: 'receive',
    from,
    to,
    service: collaborationInfo.service,
    action: collaborationInfo.action,
    agreementRef: collaborationInfo.agreementRef,
    mpc,
  });
  if ('leg' in match) return { ...claimed, governing: match };
  throw new Refusal(match.ebms, match.code, match.message, {
    finding: match.finding,
  });
}
