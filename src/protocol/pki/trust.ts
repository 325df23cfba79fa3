import type { Finding } from '../errors/index.ts';
import { subjectAttributes } from './certificate.ts';
import { verifyChain } from './chain.ts';
import { checkFitness } from './fitness.ts';
import { attributeTypeOf } from './name-tables.ts';
import { checkRevocation } from './revocation.ts';
import type { RevocationList } from './revocation.ts';
import type { Certificate } from './types.ts';

/** A certificate that verified a signature, and what is agreed about the party it is to speak for. */
export interface TrustRequest {
  readonly certificate: Certificate;
  /** Issuers the partner sent along, nearest first; not believed. */
  readonly chain: readonly Certificate[];
  /** Certificates pinned for the party, compared whole; two during a rollover. */
  readonly pinned: readonly Certificate[];
  /** Authorities the party's certificate may come from instead; they need `subject`. */
  readonly anchors: readonly Certificate[];
  /** Attributes the subject must carry for the anchors to speak for this party: `{ CN: 'OOTS_AP_ACC_FR_001' }`. */
  readonly subject?: Readonly<Record<string, string>> | undefined;
  /** Lists of revoked certificates; a certificate no list names is not revoked. */
  readonly revocationLists?: readonly RevocationList[] | undefined;
  readonly at: Date;
  readonly use: 'sign';
  /** Smallest RSA modulus in bits; 2048 unless given. */
  readonly minRsaBits?: number | undefined;
  /** Key types as node:crypto names them; `rsa` alone unless given. */
  readonly keyTypes?: readonly string[] | undefined;
}

/** Trusted and by what, or the one check that failed. */
export type TrustVerdict =
  | { readonly trusted: true; readonly by: 'pinned' | 'anchor' }
  | { readonly trusted: false; readonly finding: Finding };

/** Attributes of which a subject may carry several; of any other, two values leave open who is meant. */
const REPEATABLE: ReadonlySet<string> = new Set(['OU', 'DC']);

/**
 * Decides whether a certificate may speak for a party: pinned and fit, or fit, of a sound path to an anchor and with the
 * subject the party was agreed to have; in both cases not revoked. Pure: the instant is given, nothing is fetched. The finding of a refusal is for
 * the journal; a partner hears nothing of it (ebMS3 6.7, EBMS:0101).
 */
export function decideTrust(request: TrustRequest): TrustVerdict {
  const { certificate, pinned, anchors } = request;
  const isPinned = pinned.some(({ thumbprintSha256 }) => thumbprintSha256 === certificate.thumbprintSha256);
  if (!isPinned && anchors.length === 0) return refused(notPinned(request));
  const [unfit] = checkFitness(certificate, { ...request, pinned: isPinned });
  if (unfit !== undefined) return refused(unfit);
  const revoked = checkRevocation(certificate, request.revocationLists ?? []);
  if (revoked !== undefined) return refused(revoked);
  if (isPinned) return { trusted: true, by: 'pinned' };
  const wrongSubject = refuseSubject(request);
  return wrongSubject === undefined ? decideByChain(request) : refused(wrongSubject);
}

function refused(finding: Finding): TrustVerdict {
  return { trusted: false, finding };
}

function notPinned({ certificate, pinned, at }: TrustRequest): Finding {
  const common = { check: 'signer-pinned', field: 'certificates.signing', certificate: certificate.facts };
  const found = describe(certificate);
  if (pinned.length === 0)
    return {
      ...common,
      expected: 'a pinned certificate or an anchor for this party',
      found,
      advice: 'Add the certificate of the party, received over a way you trust, to certificates.signing.',
    };
  return {
    ...common,
    expected: pinned.map(describe).join('; '),
    found,
    advice: likeness(certificate, pinned, at),
  };
}

function describe({ facts, thumbprintSha256, notAfter }: Certificate): string {
  return `${facts.subject}, serial number ${facts.serialNumber}, until ${notAfter.toISOString()}, SHA-256 ${thumbprintSha256}`;
}

/** What a certificate has in common with a pinned one decides what the operator should do. */
function likeness(certificate: Certificate, pinned: readonly Certificate[], at: Date): string {
  const sameKey = pinned.some(({ publicKey }) => publicKey.equals(certificate.publicKey));
  if (sameKey)
    return 'The key is that of a pinned certificate, the certificate is another: a renewal. Pin the new one as well once the partner confirms it.';
  if (pinned.some(({ subjectKeyIdentifier: ski }) => ski && certificate.subjectKeyIdentifier?.equals(ski)))
    return 'The subject key identifier is that of a pinned certificate but the key is another. Ask the partner: this may be an impostor.';
  if (pinned.some(({ subject }) => subject === certificate.subject))
    return 'The subject is that of a pinned certificate, key and certificate are others: perhaps a new one. Pin it once the partner confirms its thumbprint over another way.';
  if (pinned.every(({ notAfter }) => notAfter < at))
    return 'All pinned certificates of the party have expired: ask for the one that follows.';
  return 'Another certificate than agreed: ask the partner which one it signs with.';
}

function refuseSubject({ certificate, subject = {} }: TrustRequest): Finding | undefined {
  const rules = Object.entries(subject);
  const common = { field: 'certificates.subject', certificate: certificate.facts };
  if (rules.length === 0)
    return {
      check: 'signer-subject-bound',
      ...common,
      expected: 'attributes of the subject that name the party',
      found: 'none',
      advice: 'Add certificates.subject: an anchor alone does not say which party a certificate is for.',
    };
  const attributes = byType(subjectAttributes(certificate));
  const wrong = rules.find(
    ([name, value]) => !carries(attributes.get(attributeTypeOf(name) ?? name), name, value),
  );
  if (wrong === undefined) return undefined;
  const values = attributes.get(attributeTypeOf(wrong[0]) ?? wrong[0]) ?? [];
  return {
    check: 'signer-speaks-for-from-party',
    ...common,
    expected: `${wrong[0]}=${wrong[1]}`,
    found: values.length === 0 ? `no ${wrong[0]}` : values.map((value) => `${wrong[0]}=${value}`).join(', '),
    advice:
      'The certificate is for another party. If the name has changed, agree on it and change certificates.subject.',
  };
}

function byType(
  attributes: Readonly<Record<string, readonly string[]>>,
): ReadonlyMap<string, readonly string[]> {
  return new Map(Object.entries(attributes).map(([name, values]) => [attributeTypeOf(name) ?? name, values]));
}

/** Compared exactly: what decides who may speak does not fold case. */
function carries(values: readonly string[] | undefined, name: string, wanted: string): boolean {
  if (values === undefined || (values.length > 1 && !REPEATABLE.has(name.toUpperCase()))) return false;
  return values.includes(wanted);
}

function decideByChain(request: TrustRequest): TrustVerdict {
  const { certificate, chain, revocationLists = [] } = request;
  const verdict = verifyChain({ ...request, leaf: certificate, intermediates: chain });
  if (!('path' in verdict)) return refused(verdict.finding);
  const revoked = verdict.path
    .map((each) => checkRevocation(each, revocationLists))
    .find((each) => each !== undefined);
  return revoked === undefined ? { trusted: true, by: 'anchor' } : refused(revoked);
}
