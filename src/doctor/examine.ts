import { PING_CHECK } from './check-ping.ts';
import { AGREEMENT_CHECKS } from './checks-agreements.ts';
import { CLOCK_CHECKS } from './checks-clock.ts';
import { DISK_CHECKS } from './checks-disk.ts';
import { DOOR_CHECKS } from './checks-doors.ts';
import { KEY_CHECKS } from './checks-keys.ts';
import { LINE_CHECKS } from './checks-line.ts';
import { PARTNER_CHECKS } from './checks-partner.ts';
import { SERVER_CHECKS } from './checks-servers.ts';
import { gatherPartners, gatherPatient } from './gather.ts';
import type { Request } from './gather.ts';
import type { Partner, Patient } from './patient.ts';
import { runChecks } from './run-checks.ts';
import type { Check, Finished } from './types.ts';

const OWN: readonly Check<Patient>[] = [
  ...AGREEMENT_CHECKS,
  ...KEY_CHECKS,
  ...DOOR_CHECKS,
  ...SERVER_CHECKS,
  ...DISK_CHECKS,
];
const PARTNER: readonly Check<Partner>[] = [...PARTNER_CHECKS, ...LINE_CHECKS, PING_CHECK];

/** Every check by name with what it asks, for the manual: of the access point, of each partner, and of all together. */
export const CHECK_TABLES: readonly {
  readonly of: string;
  readonly checks: readonly Pick<Check<never>, 'name' | 'asks' | 'needs'>[];
}[] = [
  { of: 'access point', checks: OWN },
  { of: 'each partner', checks: PARTNER },
  { of: 'at the end', checks: CLOCK_CHECKS },
];

/** What an examination came to. */
export interface Examination {
  /** No check failed. */
  readonly sound: boolean;
  readonly checks: readonly Finished[];
}

/** The subject of what concerns no single partner. */
const OURSELVES = 'access point';

/**
 * Examines the access point, its partners side by side if they are wanted, and at last what only all of them tell. Each check is reported as
 * it ends, those of the access point first. Throws `doctor/unknown-partner` only.
 */
export async function examine(request: Request, report: (finished: Finished) => void): Promise<Examination> {
  const patient = await gatherPatient(request);
  const partners = await gatherPartners(patient, request);
  const gate = createGate(report);
  const visits = Promise.all(
    partners.map((on) => runChecks(PARTNER, { subject: subjectOf(on, partners), on, report: gate.report })),
  );
  const own = await runChecks(OWN, { subject: OURSELVES, on: patient, report });
  gate.open();
  const visited = await visits;
  // Clocks are compared with those of partners.
  const last =
    request.partners === 'none'
      ? []
      : await runChecks(CLOCK_CHECKS, { subject: OURSELVES, on: patient, report });
  const checks = [...own, ...visited.flat(), ...last];
  return { sound: checks.every(({ outcome }) => outcome !== 'failed'), checks };
}

/** A partner at several addresses is told apart by them. */
function subjectOf({ name, line }: Partner, all: readonly Partner[]): string {
  const alone = all.filter((other) => other.name === name).length === 1;
  return alone ? name : `${name} at ${line?.place ?? 'no address'}`;
}

/** Holds reports back until it is opened. */
function createGate(report: (finished: Finished) => void): {
  readonly report: (finished: Finished) => void;
  readonly open: () => void;
} {
  const held: Finished[] = [];
  let isOpen = false;
  return {
    report: (finished) => (isOpen ? report(finished) : void held.push(finished)),
    open: () => {
      isOpen = true;
      for (const finished of held.splice(0)) report(finished);
    },
  };
}
