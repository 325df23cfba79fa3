import { dirname, isAbsolute, join, resolve } from 'node:path';
import { isQuoinError } from '../../protocol/errors/index.ts';
import { sameDistinguishedName } from '../../protocol/pki/index.ts';
import type { Certificate } from '../../protocol/pki/index.ts';
import type { Party, PMode } from '../../protocol/pmode/index.ts';
import { isDemoCertificate } from './demonstration.ts';
import { demoProblem, openingProblem, problemOf } from './problems.ts';
import { certificatesIn, readKeyFile } from './read-file.ts';
import type { KeyFile } from './read-file.ts';
import type { CertificateInventoryEntry, KeyProblem } from './types.ts';

/** What a certificate of a partner is for. */
export type PartnerUse = 'verify' | 'encrypt' | 'anchor';

/** A certificate as a P-Mode names it. */
export interface PartnerCertificate {
  readonly name: string;
  readonly use: PartnerUse;
  readonly party: string;
  readonly source: CertificateInventoryEntry['source'];
  readonly certificate: Certificate;
}

interface Named {
  readonly name: string;
  readonly use: PartnerUse;
  readonly party: string;
  /** File of the P-Mode. */
  readonly pmode: string;
}

/** Loads every certificate the partners of the P-Modes name; what fails becomes a problem. */
export async function loadPartnerCertificates(options: {
  readonly pmodes: readonly PMode[];
  readonly certificatesFolder: string;
  readonly allowDemoKeys: boolean;
}): Promise<{
  readonly certificates: readonly PartnerCertificate[];
  /** Every authority the files hold, those of bundles included: they know what is revoked. */
  readonly authorities: readonly Certificate[];
  readonly problems: readonly KeyProblem[];
}> {
  const certificates: PartnerCertificate[] = [];
  const authorities = new Set<Certificate>();
  const problems = new Map<string, KeyProblem>();
  const sources = new Map<string, string>();
  for (const named of namedBy(options.pmodes)) {
    const tell = (problem: KeyProblem): void => {
      const key = `${problem.code} ${problem.file}`;
      const namedIn = new Set([...(problems.get(key)?.namedIn ?? []), named.pmode]);
      problems.set(key, { ...problem, namedIn: [...namedIn] });
    };
    const file = await find(named, options.certificatesFolder);
    const other = sources.get(named.name);
    if ('code' in file) tell(file);
    else if (other !== undefined && other !== file.path) tell(ambiguous(named.name, other, file.path));
    else {
      sources.set(named.name, file.path);
      const all = readAll(file, tell);
      for (const certificate of all) if (certificate.isCa) authorities.add(certificate);
      for (const certificate of chosenFor(named.use, file, all, tell))
        if (!options.allowDemoKeys && isDemoCertificate(certificate))
          tell(demoProblem(file.path, certificate));
        else certificates.push({ ...named, source: file.path, certificate });
    }
  }
  return { certificates, authorities: [...authorities], problems: [...problems.values()] };
}

function namedBy(pmodes: readonly PMode[]): readonly Named[] {
  return pmodes.flatMap((pmode) => {
    const { party } = pmode[pmode.selfIs === 'initiator' ? 'responder' : 'initiator'];
    return namesOf(party).map(([name, use]) => ({
      name,
      use,
      party: party.name,
      pmode: pmode.file,
    }));
  });
}

function namesOf({ certificates }: Party): readonly (readonly [name: string, use: PartnerUse])[] {
  return [
    ...certificates.signing.map((name) => [name, 'verify'] as const),
    ...certificates.encryption.map((name) => [name, 'encrypt'] as const),
    ...certificates.anchors.map((name) => [name, 'anchor'] as const),
  ];
}

/** The certificate folder comes first, then the folder of the P-Mode. */
async function find({ name, pmode }: Named, certificatesFolder: string): Promise<KeyFile | KeyProblem> {
  const folder = dirname(resolve(pmode));
  const places = isAbsolute(name) ? [name] : [join(certificatesFolder, name), join(folder, name)];
  let first: KeyProblem | undefined;
  for (const place of places)
    try {
      return await readKeyFile(place);
    } catch (error) {
      const problem = isQuoinError(error) ? problemOf(place, error) : openingProblem(place, error);
      if (problem.code !== 'keys/file-missing') return problem;
      first ??= problem;
    }
  return first!;
}

function ambiguous(name: string, first: string, second: string): KeyProblem {
  return {
    code: 'keys/name-ambiguous',
    file: second,
    message: `${second}: the name ${name} already means ${first}.`,
    advice: 'Give the two files different names.',
  };
}

function readAll(file: KeyFile, tell: (problem: KeyProblem) => void): readonly Certificate[] {
  try {
    return certificatesIn(file);
  } catch (error) {
    tell(problemOf(file.path, error));
    return [];
  }
}

function chosenFor(
  use: PartnerUse,
  file: KeyFile,
  all: readonly Certificate[],
  tell: (problem: KeyProblem) => void,
): readonly Certificate[] {
  if (use !== 'anchor') return leaves(all);
  const authorities = all.filter(({ isCa }) => isCa);
  if (all.length > 0 && authorities.length === 0) tell(notAuthority(file.path, all[0]!));
  return authorities;
}

/** A bundle carries issuers with the certificate it is about: those are not the party's. */
function leaves(certificates: readonly Certificate[]): readonly Certificate[] {
  return certificates.filter(
    (certificate) =>
      !certificates.some(
        (other) => other !== certificate && sameDistinguishedName(other.issuer, certificate.subject),
      ),
  );
}

function notAuthority(file: string, certificate: Certificate): KeyProblem {
  const advice = 'Name it under certificates.signing to pin it, or give the certificate of its issuer.';
  return {
    code: 'keys/anchor-not-authority',
    file,
    message: `${file}: no certificate of this file is that of an authority.`,
    advice,
    finding: {
      check: 'anchor-is-authority',
      field: 'basicConstraints',
      expected: 'cA=TRUE',
      found: 'cA=FALSE',
      certificate: certificate.facts,
      advice,
    },
  };
}
