import type { Finding } from '../../protocol/errors/index.ts';
import { checkFitness, verifyChain } from '../../protocol/pki/index.ts';
import type { Certificate, CertificateUse } from '../../protocol/pki/index.ts';
import type { OwnKey } from './own-keys.ts';
import type { PartnerCertificate, PartnerUse } from './partner-certificates.ts';
import type { CertificateInventoryEntry, KeyProblem, KeyUse } from './types.ts';

const DAY = 24 * 60 * 60 * 1000;
/** A certificate that expires sooner is warned of: days. */
const EXPIRES_SOON = 30;

/** What each use asks of a certificate; an anchor is measured as the end of a path. */
const MEASURED_AS: Readonly<Record<KeyUse | PartnerUse, CertificateUse | 'anchor'>> = {
  sign: 'sign',
  decrypt: 'encrypt',
  verify: 'sign',
  encrypt: 'encrypt',
  anchor: 'anchor',
};

interface Row {
  readonly alias: string;
  readonly source: string;
  readonly certificate: Certificate;
  readonly uses: Set<KeyUse | PartnerUse>;
  readonly parties: Set<string>;
}

/** Every certificate loaded: ours first, then those of partners, one line for a certificate of a file. */
export function takeInventory(
  own: readonly OwnKey[],
  partners: readonly PartnerCertificate[],
  now: number,
): readonly CertificateInventoryEntry[] {
  const rows = new Map<string, Row>();
  const add = (row: Omit<Row, 'uses' | 'parties'>, use: KeyUse | PartnerUse, party?: string): void => {
    const key = `${row.source} ${row.certificate.thumbprintSha256}`;
    const known = rows.get(key) ?? { ...row, uses: new Set(), parties: new Set() };
    rows.set(key, known);
    known.uses.add(use);
    if (party !== undefined) known.parties.add(party);
  };
  for (const { entry, source, use } of own)
    for (const each of use) add({ alias: entry.alias, source, certificate: entry.certificate }, each);
  for (const { name, source, certificate, use, party } of partners)
    add({ alias: name, source, certificate }, use, party);
  return [...rows.values()].map((row) => describe(row, now));
}

function describe(
  { alias, source, certificate, uses, parties }: Row,
  now: number,
): CertificateInventoryEntry {
  const findings = [...uses].flatMap((use) => measure(certificate, MEASURED_AS[use], new Date(now)));
  return {
    alias,
    source,
    use: [...uses].join(', '),
    party: [...parties].join(', '),
    certificate: certificate.facts,
    daysLeft: Math.floor((certificate.notAfter.getTime() - now) / DAY),
    thumbprintSha1: certificate.thumbprintSha1.toString('hex'),
    thumbprintSha256: certificate.thumbprintSha256,
    findings: [
      ...new Map(findings.map((finding) => [`${finding.check} ${finding.expected}`, finding])).values(),
    ],
  };
}

function measure(certificate: Certificate, use: CertificateUse | 'anchor', at: Date): readonly Finding[] {
  if (use !== 'anchor') return checkFitness(certificate, { use, at, pinned: true });
  const verdict = verifyChain({ leaf: certificate, intermediates: [], anchors: [certificate], at });
  return 'path' in verdict ? [] : verdict.findings;
}

/** What an operator should know although nothing is broken yet. */
export function warningsOf(
  inventory: readonly CertificateInventoryEntry[],
  own: readonly OwnKey[],
): readonly KeyProblem[] {
  return [
    ...own.filter(({ isOpen }) => isOpen).map(({ source }) => lyingOpen(source)),
    ...inventory.flatMap((entry) => [...unfit(entry), ...expiring(entry)]),
  ];
}

function lyingOpen(file: string): KeyProblem {
  return {
    code: 'keys/file-lies-open',
    file,
    message: `${file}: every user of this machine may read the private key.`,
    advice: `chmod 600 ${file}`,
  };
}

function unfit({ source, use, certificate, findings }: CertificateInventoryEntry): readonly KeyProblem[] {
  return findings.map((finding) => ({
    code: 'keys/certificate-unfit',
    file: source,
    message: `${source}: ${certificate.subject} (${use}): ${finding.field ?? finding.check} should be ${finding.expected}, is ${finding.found}.`,
    advice: finding.advice,
    finding,
  }));
}

function expiring({ source, certificate, daysLeft }: CertificateInventoryEntry): readonly KeyProblem[] {
  if (daysLeft < 0 || daysLeft > EXPIRES_SOON) return [];
  return [
    {
      code: 'keys/certificate-expires-soon',
      file: source,
      message: `${source}: ${certificate.subject} expires on ${certificate.notAfter}, in ${daysLeft} days.`,
      advice: 'Add the certificate that follows it beside it; both are accepted during the change.',
    },
  ];
}
