import { checkFitness, checkRevocation } from '../protocol/pki/index.ts';
import type { Certificate, CertificateUse } from '../protocol/pki/index.ts';
import { governingLeg, isMismatch, matchLeg } from '../protocol/pmode/index.ts';
import type { GoverningLeg, MatchFacts } from '../protocol/pmode/index.ts';
import type { Partner } from './patient.ts';
import type { Check, Note, Verdict } from './types.ts';
import { SOON_DAYS, byNotes, count, daysUntil } from './verdicts.ts';

/** What the P-Modes and certificates say of a partner. */
export const PARTNER_CHECKS: readonly Check<Partner>[] = [
  {
    name: 'pmode-match',
    asks: 'whether a message on each leg, in each direction, is governed by that leg and no other',
    run: (partner) => {
      const legs = legsOf(partner);
      const names = (direction: string): string =>
        [...new Set(legs.filter((leg) => leg.direction === direction).map(({ leg }) => leg.name))].join(
          ', ',
        ) || 'nothing';
      const notes = legs.flatMap((leg) => misgoverned(partner, leg));
      return byNotes(`sends ${names('send')}; receives ${names('receive')}`, notes);
    },
  },
  {
    name: 'signing-certificate',
    asks: 'whether what the partner signs with would be accepted today',
    run: ({ patient, party, pmodes }) => {
      if (!pmodes.some(({ legs }) => legs.some(({ security }) => security.sign)))
        return { outcome: 'skipped', found: 'the P-Mode asks for no signature' };
      const ring = patient.keys!.keyRing;
      const pinned = ring.signingCertificates(party);
      const anchors = ring.anchors(party);
      if (pinned.length + anchors.length === 0)
        return {
          outcome: 'failed',
          found: 'no certificate and no authority is loaded for it',
          advice: 'Name its signing certificate under certificates.signing of the P-Mode.',
        };
      const pinnedNotes = pinned.flatMap((certificate) => unfit(certificate, 'sign', ring.revocationLists()));
      return judged([...pinned, ...anchors], pinnedNotes, [
        ...pinned.map(shown),
        ...anchors.map((anchor) => `any of ${anchor.facts.subject}`),
      ]);
    },
  },
  {
    name: 'encryption-certificate',
    asks: 'whether there is a certificate to encrypt for the partner with, fit today',
    run: ({ patient, party, pmodes }) => {
      const sends = legsOf({ pmodes }).some(
        ({ direction, leg }) => direction === 'send' && leg.security.encrypt,
      );
      if (!sends) return { outcome: 'skipped', found: 'nothing that is sent to it is encrypted' };
      const { keyRing } = patient.keys!;
      const used = keyRing.encryptionCertificate(party, new Date());
      const notes = unfit(used, 'encrypt', keyRing.revocationLists());
      return judged([used], notes, [shown(used)]);
    },
  },
];

/** Every leg of the partner's P-Modes in each direction it can travel. */
export function legsOf({ pmodes }: Pick<Partner, 'pmodes'>): readonly GoverningLeg[] {
  return pmodes.flatMap((pmode) =>
    pmode.legs.flatMap(({ name }) =>
      (['send', 'receive'] as const).flatMap(
        (direction) => governingLeg([pmode], pmode.id, name, direction) ?? [],
      ),
    ),
  );
}

/** A message as it would be written under a leg, matched against all P-Modes. */
function misgoverned({ patient }: Partner, expected: GoverningLeg): readonly Note[] {
  const { direction, self, partner, selfRole, partnerRole, leg, pmode } = expected;
  const ours = { partyIds: self.partyIds.slice(0, 1), role: selfRole };
  const senders =
    direction === 'send' ? [ours] : partner.partyIds.map((id) => ({ partyIds: [id], role: partnerRole }));
  return senders.flatMap((from) => {
    const to = direction === 'send' ? { partyIds: partner.partyIds.slice(0, 1), role: partnerRole } : ours;
    const facts: MatchFacts = {
      direction,
      from,
      to,
      service: leg.service,
      action: leg.action,
      agreementRef: pmode.agreement,
      mpc: leg.mpc,
    };
    const found = matchLeg(patient.pmodes, facts);
    if (isMismatch(found))
      return [{ severity: 'error', text: `${direction} ${leg.name}: ${found.message}.` }] as const;
    if (found.pmode.id === pmode.id && found.leg.name === leg.name) return [];
    return [
      {
        severity: 'error',
        text: `${direction} ${leg.name}: ${found.pmode.id}/${found.leg.name} governs instead.`,
      },
    ] as const;
  });
}

/** What speaks against a certificate; of several one that is fit suffices, so each is told as a warning first. */
function unfit(
  certificate: Certificate,
  use: CertificateUse,
  lists: Parameters<typeof checkRevocation>[1],
): readonly Note[] {
  const revoked = checkRevocation(certificate, lists);
  const findings = [
    ...checkFitness(certificate, { use, at: new Date(), pinned: true }),
    ...(revoked ? [revoked] : []),
  ];
  return findings.map(({ field, expected, found, advice }) => ({
    severity: 'error',
    text: `serial number ${certificate.serialNumber}: ${field} should be ${expected}, is ${found}. ${advice ?? ''}`,
  }));
}

function judged(
  certificates: readonly Certificate[],
  problems: readonly Note[],
  told: readonly string[],
): Verdict {
  const bad = new Set(problems.map(({ text }) => text.split(':')[0]));
  const allBad = certificates.every(({ serialNumber }) => bad.has(`serial number ${serialNumber}`));
  const soon = certificates
    .filter(({ notAfter }) => daysUntil(notAfter) >= 0 && daysUntil(notAfter) < SOON_DAYS)
    .map(({ serialNumber, notAfter }): Note => ({
      severity: certificates.length > 1 ? 'info' : 'warning',
      text: `serial number ${serialNumber} expires on ${notAfter.toISOString()}: ask for the one that follows.`,
    }));
  const notes = [
    ...problems.map((note): Note => (allBad ? note : { ...note, severity: 'warning' })),
    ...soon,
  ];
  return byNotes(told.join('; '), notes, {
    certificate: notes.length > 0 ? certificates[0]?.facts : undefined,
  });
}

function shown({ facts, publicKey, notAfter }: Certificate): string {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength;
  const key = `${publicKey.asymmetricKeyType ?? 'key'}${bits === undefined ? '' : ` ${bits}`}`;
  return `${facts.subject}, ${key}, ${count(daysUntil(notAfter), 'day')} left`;
}
