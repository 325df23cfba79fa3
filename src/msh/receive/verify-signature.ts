import { Refusal } from '../../protocol/errors/index.ts';
import { partyKey } from '../../protocol/ebms/index.ts';
import { decideTrust } from '../../protocol/pki/index.ts';
import type { Certificate } from '../../protocol/pki/index.ts';
import type { Party } from '../../protocol/pmode/index.ts';
import { blocksFor } from '../../protocol/soap/index.ts';
import {
  checkCoverage,
  namesCertificate,
  openEncryption,
  readSecurity,
  verifySignature as verifyBytes,
} from '../../protocol/wss/index.ts';
import type {
  ClaimedKeyReference,
  ClaimedSecurity,
  Decryption,
  SuiteName,
  VerifiedSignature,
} from '../../protocol/wss/index.ts';
import { NS } from '../../protocol/xml/index.ts';
import type { KeyRing } from '../ports/index.ts';
import type { Enveloped, Governed, Verification, Verified } from './stages.ts';

/** Who signed, as proven: the signature and the certificate that passed trust and the party's binding. */
export interface ProvenSigner {
  readonly signature: VerifiedSignature;
  readonly signer: Certificate;
}

/**
 * Settles who speaks before a single payload byte is accepted: algorithms, SignedInfo signature, header and Body
 * digests, the signer's trust and right to speak for the From party, coverage (eDelivery AS4 1.15 1.4.2.6).
 * Throws Refusal EBMS:0101, 0102 or 0103.
 */
export function verifySignature(governed: Governed, keyRing: KeyRing, at: Date): Verified {
  const { leg, partner } = governed.governing;
  const security = securityOf(governed);
  const proven =
    security?.signed === true
      ? proveSigner(security, { suite: leg.security.suite, party: partner, keyRing, at })
      : undefined;
  if (proven) coverAll(governed, proven.signature);
  if (!proven && leg.security.sign)
    throw missing('signature', 'The P-Mode wants a signed message; this one is not signed.');
  const decryption = decryptionOf(governed, security, keyRing);
  return stamp(governed, {
    security,
    signature: proven?.signature,
    signer: proven?.signer,
    references: proven?.signature.references ?? [],
    decryption,
    sender: partyKey(governed.userMessage.from.partyIds),
  });
}

/** The one Security header addressed to us, read but not believed; undefined when there is none. */
export function securityOf(enveloped: Enveloped): ClaimedSecurity | undefined {
  return blocksFor(enveloped.envelope, NS.WSSE, 'Security').length === 0
    ? undefined
    : readSecurity(enveloped.envelope);
}

/** Verifies the signature and decides whether its certificate may speak for the party. */
export function proveSigner(
  security: ClaimedSecurity,
  by: { readonly suite: SuiteName; readonly party: Party; readonly keyRing: KeyRing; readonly at: Date },
): ProvenSigner {
  const signature = verifyBytes(security, {
    suite: by.suite,
    findCertificates: (reference) => candidates(by.keyRing, by.party, reference),
  });
  const trust = decideTrust({
    certificate: signature.certificate,
    chain: signature.chain,
    pinned: by.keyRing.signingCertificates(by.party),
    anchors: by.keyRing.anchors(by.party),
    subject: by.party.certificates.subject,
    revocationLists: by.keyRing.revocationLists?.(),
    at: by.at,
    use: 'sign',
  });
  if (trust.trusted) return { signature, signer: signature.certificate };
  throw new Refusal(
    'EBMS:0101',
    'receive/signer-not-trusted',
    `The signer may not speak for ${by.party.name}.`,
    { finding: trust.finding },
  );
}

/** Certificates a token reference may mean: the party's own first, then any other we know. */
function candidates(keyRing: KeyRing, party: Party, reference: ClaimedKeyReference): readonly Certificate[] {
  if ('certificate' in reference) return [reference.certificate];
  const known = [...keyRing.signingCertificates(party), ...keyRing.knownCertificates()];
  const unique = new Map(known.map((certificate) => [certificate.thumbprintSha256, certificate]));
  return [...unique.values()].filter((certificate) => namesCertificate(reference, certificate));
}

/** Messaging, Body and exactly the parts the header names must be what was signed (as WSS-wrapping defence too). */
function coverAll(governed: Governed, signature: VerifiedSignature): void {
  checkCoverage(signature, {
    messaging: governed.messaging,
    body: governed.envelope.body,
    contentIds: governed.contentIds,
    acceptUnsignedBody: governed.governing.leg.security.acceptUnsignedBody,
  });
}

function decryptionOf(
  governed: Governed,
  security: ClaimedSecurity | undefined,
  keyRing: KeyRing,
): Decryption | undefined {
  const { leg } = governed.governing;
  const isEncrypted = (security?.encryptedParts.length ?? 0) > 0;
  if (!isEncrypted) {
    if (leg.security.encrypt && governed.contentIds.length > 0)
      throw missing('encryption', 'The P-Mode wants encrypted payloads.');
    return undefined;
  }
  const decryption = openEncryption(security!, {
    suite: leg.security.suite,
    keys: keyRing.decryptionKeys(),
    acceptLegacyKeyTransport: leg.security.acceptLegacyKeyTransport,
  });
  checkEncrypted(governed, decryption);
  return decryption;
}

/** All and only the payload parts are encrypted (eDelivery AS4 1.15 1.4.2.6). */
function checkEncrypted(governed: Governed, decryption: Decryption): void {
  const plain = governed.governing.leg.security.encrypt
    ? governed.contentIds.find((id) => !decryption.contentIds.has(id))
    : undefined;
  if (plain !== undefined) throw missing('encryption', 'A payload part is not encrypted.', plain);
  const unknown = [...decryption.contentIds].find((id) => !governed.contentIds.includes(id));
  if (unknown === undefined) return;
  throw new Refusal(
    'EBMS:0103',
    'receive/encrypted-unknown-part',
    'EncryptedData names a part the header does not.',
    {
      finding: {
        check: 'encrypted-parts-declared',
        field: 'EncryptedData/CipherReference',
        found: `cid:${unknown}`,
      },
    },
  );
}

function missing(what: 'signature' | 'encryption', message: string, part?: string): Refusal {
  return new Refusal('EBMS:0103', `receive/no-${what}`, message, {
    finding: {
      check: `${what}-present`,
      field: part === undefined ? 'Security' : `cid:${part}`,
      expected: what,
      found: 'nothing',
      advice: 'Ask the partner to apply the security policy of the agreement.',
    },
  });
}

function stamp(governed: Governed, verification: Verification): Verified {
  return { ...governed, ...verification } as Verified;
}
