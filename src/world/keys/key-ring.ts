import { QuoinError } from '../../protocol/errors/index.ts';
import type { ErrorCode, Finding } from '../../protocol/errors/index.ts';
import { checkFitness } from '../../protocol/pki/index.ts';
import type { Certificate, CertificateUse, KeyEntry, RevocationList } from '../../protocol/pki/index.ts';
import type { OwnKey } from './own-keys.ts';
import type { PartnerCertificate, PartnerUse } from './partner-certificates.ts';
import type { FileKeyRing, KeyUse } from './types.ts';

/** A key ring over what was loaded: a snapshot that never changes, save that time passes. */
export function makeKeyRing(
  own: readonly OwnKey[],
  partners: readonly PartnerCertificate[],
  revocationLists: readonly RevocationList[],
  now: () => number,
): FileKeyRing {
  const signing = keysFor(own, 'sign');
  const decryption = keysFor(own, 'decrypt').toSorted(newestFirst);
  const byName = groupByName(partners);
  const all = unique(partners.map(({ certificate }) => certificate));
  const named = (use: PartnerUse, names: readonly string[]): readonly Certificate[] =>
    unique(names.flatMap((name) => byName.get(keyOf(use, name)) ?? []));
  return Object.freeze<FileKeyRing>({
    signingKey: () => signingKeyAt(signing, new Date(now())),
    decryptionKeys: () => decryption,
    signingCertificates: (party) => named('verify', party.certificates.signing),
    anchors: (party) => named('anchor', party.certificates.anchors),
    encryptionCertificate: (party, at) =>
      encryptionCertificateAt(party.name, named('encrypt', party.certificates.encryption), at),
    knownCertificates: () => all,
    revocationLists: () => revocationLists,
  });
}

function keysFor(own: readonly OwnKey[], use: KeyUse): readonly KeyEntry[] {
  const entries = own.filter((key) => key.use.includes(use)).map(({ entry }) => entry);
  return [...new Map(entries.map((entry) => [entry.certificate.thumbprintSha256, entry])).values()];
}

function newestFirst(a: KeyEntry, b: KeyEntry): number {
  return b.certificate.notBefore.getTime() - a.certificate.notBefore.getTime();
}

function unique(certificates: readonly Certificate[]): readonly Certificate[] {
  return Object.freeze([
    ...new Map(certificates.map((certificate) => [certificate.thumbprintSha256, certificate])).values(),
  ]);
}

function keyOf(use: PartnerUse, name: string): string {
  return `${use} ${name}`;
}

function groupByName(partners: readonly PartnerCertificate[]): ReadonlyMap<string, readonly Certificate[]> {
  const groups = new Map<string, Certificate[]>();
  for (const { use, name, certificate } of partners) {
    const key = keyOf(use, name);
    groups.set(key, [...(groups.get(key) ?? []), certificate]);
  }
  return groups;
}

/** The first key in the order of the configuration whose certificate is fit: the operator decides when to change. */
function signingKeyAt(keys: readonly KeyEntry[], at: Date): KeyEntry {
  const certificates = keys.map(({ certificate }) => certificate);
  const chosen = firstFit(certificates, 'sign', at);
  const key = keys.find(({ certificate }) => certificate === chosen);
  if (key !== undefined) return key;
  throw nothingFits('keys/no-signing-key', 'There is no key to sign with', certificates, 'sign', at, {
    check: 'signing-key-present',
    field: 'keys',
    expected: 'a key with use sign whose certificate is fit',
    advice: 'Add a valid key with use sign to keys; quoin certs list shows what is loaded.',
  });
}

function encryptionCertificateAt(party: string, certificates: readonly Certificate[], at: Date): Certificate {
  const chosen = firstFit(certificates, 'encrypt', at);
  if (chosen !== undefined) return chosen;
  const message = `There is no certificate to encrypt for ${party}`;
  throw nothingFits('keys/no-encryption-certificate', message, certificates, 'encrypt', at, {
    check: 'encryption-certificate-present',
    field: 'certificates.encryption',
    expected: `a certificate of ${party} fit to encrypt`,
    advice: `Ask ${party} for its present encryption certificate and name it in the P-Mode.`,
  });
}

function firstFit(
  certificates: readonly Certificate[],
  use: CertificateUse,
  at: Date,
): Certificate | undefined {
  return certificates.find(
    (certificate) => checkFitness(certificate, { use, at, pinned: true }).length === 0,
  );
}

function nothingFits(
  code: ErrorCode,
  message: string,
  certificates: readonly Certificate[],
  use: CertificateUse,
  at: Date,
  finding: Finding,
): QuoinError {
  const reasons = certificates.map((certificate) => {
    const failed = checkFitness(certificate, { use, at, pinned: true });
    const why = failed.map(({ field, expected, found }) => `${field} should be ${expected}, is ${found}`);
    return `${certificate.facts.subject}, serial number ${certificate.serialNumber}: ${why.join('; ')}`;
  });
  const found = reasons.join(' | ') || 'none configured';
  return new QuoinError(code, `${message}: ${found}.`, {
    finding: { ...finding, found, certificate: certificates[0]?.facts },
  });
}
