import { up } from '../faces/operations/index.ts';
import type { ComponentHealth } from '../faces/operations/index.ts';
import type { LoadedAgreements } from '../load-agreements.ts';
import type { Agreements } from '../msh/index.ts';
import { systemNature } from '../world/observe/index.ts';
import type { Sample } from '../world/observe/index.ts';
import type { Making } from './making.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Days before the end of our signing certificate from which on the access point calls itself degraded. */
const SIGNING_DAYS = 14;

/** What the P-Modes, keys and certificates in force say of themselves. */
export function addAgreementSignals({ signals, loaded, config }: Making): void {
  signals.watch.add('keys', () => Promise.resolve(signingHealth(loaded().agreements)));
  signals.gauges.push({
    name: 'certificates',
    metrics: ['quoin_certificate_days_left'],
    collect: () => certificateSamples(loaded().certificates, config.accessPoint.party),
  });
}

/** Without a fit key no receipt can be signed, so nothing can be received. Throws `keys/no-signing-key`. */
function signingHealth({ keyRing }: Agreements): ComponentHealth {
  const { notAfter } = keyRing.signingKey().certificate;
  const daysLeft = daysUntil(notAfter.getTime());
  if (daysLeft >= SIGNING_DAYS) return up('There is a key to sign with.', { daysLeft });
  return {
    status: 'degraded',
    code: 'keys/certificate-expires-soon',
    message: `The certificate we sign with expires in ${daysLeft} days.`,
    facts: { daysLeft },
  };
}

/** One value a use and party; of several certificates of one name the first to expire. */
function certificateSamples(certificates: LoadedAgreements['certificates'], own: string): readonly Sample[] {
  const samples = certificates.flatMap(({ alias, use, party, certificate }) =>
    use.split(', ').flatMap((one) =>
      (party || own).split(', ').map((owner) => ({
        metric: 'quoin_certificate_days_left' as const,
        value: daysUntil(Date.parse(certificate.notAfter)),
        labels: { use: one, party: owner, name: alias },
      })),
    ),
  );
  const soonestLast = samples.toSorted((a, b) => b.value - a.value);
  return [...new Map(soonestLast.map((sample) => [JSON.stringify(sample.labels), sample])).values()];
}

/** Whole days until a time in ms since the epoch, negative when it has passed. */
export function daysUntil(time: number): number {
  return Math.floor((time - systemNature.now()) / DAY);
}

/** The local name of the other party of a P-Mode. */
export function partnerName({ selfIs, initiator, responder }: Agreements['pmodes'][number]): string {
  return (selfIs === 'initiator' ? responder : initiator).party.name;
}

/** Names of the partners in the P-Modes in force; made anew only when these have changed. */
export function partnerNames(agreements: () => Agreements): () => ReadonlySet<string> {
  let of: Agreements['pmodes'] | undefined;
  let names: ReadonlySet<string> = new Set();
  return () => {
    const { pmodes } = agreements();
    if (pmodes !== of) names = new Set(pmodes.map(partnerName));
    of = pmodes;
    return names;
  };
}
