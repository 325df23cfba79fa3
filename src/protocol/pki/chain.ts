import { X509Certificate } from 'node:crypto';
import type { Finding } from '../errors/index.ts';
import { sameDistinguishedName } from './distinguished-name.ts';
import { criticalExtensions, isSelfIssued, keyStrength, signatureHash, validity } from './fitness.ts';
import type { Certificate } from './types.ts';

/** A certificate, those that may lie between it and an anchor, and the anchors. */
export interface ChainRequest {
  readonly leaf: Certificate;
  /** As the partner sent them: in any order, not believed. */
  readonly intermediates: readonly Certificate[];
  readonly anchors: readonly Certificate[];
  readonly at: Date;
  /** Smallest RSA modulus in bits; 2048 unless given. */
  readonly minRsaBits?: number | undefined;
}

/** The path from the leaf to an anchor, both included; or why there is none: all findings, the first one on its own. */
export type ChainVerdict =
  | { readonly path: readonly Certificate[] }
  | { readonly finding: Finding; readonly findings: readonly Finding[] };

/** Certificates of a path, candidates of a partner, and signatures verified for one answer. */
const LIMITS = { path: 8, intermediates: 16, signatures: 32 };

interface Search extends ChainRequest {
  readonly findings: Finding[];
  signatures: number;
}

/**
 * Looks for a path from the leaf to an anchor (the part of RFC 5280 6.1 a gateway needs): signatures and their hashes,
 * validity, basicConstraints with pathLen, keyCertSign, key strength, critical extensions, names. An anchor is measured
 * like any other issuer. A leaf that is an anchor itself is its own path.
 */
export function verifyChain(request: ChainRequest): ChainVerdict {
  const search: Search = { ...request, findings: [], signatures: 0 };
  const finding = refuseSize(request) ?? refuse(request.leaf, search);
  if (finding !== undefined) return { finding, findings: [finding] };
  const path = climb([request.leaf], search);
  const [first = issuerUnknown(request.leaf)] = search.findings;
  return path === undefined ? { finding: first, findings: search.findings } : { path };
}

function refuseSize({ intermediates, leaf }: ChainRequest): Finding | undefined {
  return intermediates.length <= LIMITS.intermediates
    ? undefined
    : found(
        'chain-size',
        leaf,
        `at most ${LIMITS.intermediates} certificates between signer and anchor`,
        String(intermediates.length),
      );
}

function climb(path: readonly Certificate[], search: Search): readonly Certificate[] | undefined {
  const last = path.at(-1)!;
  if (search.anchors.some(({ thumbprintSha256 }) => thumbprintSha256 === last.thumbprintSha256)) return path;
  if (path.length >= LIMITS.path) {
    search.findings.push(found('chain-length', last, `at most ${LIMITS.path} certificates`, 'more'));
    return undefined;
  }
  const issuers = issuersOf(last, path, search);
  if (issuers.length === 0) search.findings.push(issuerUnknown(last));
  for (const issuer of issuers) {
    const refused = refuseIssuer(issuer, path, search);
    if (refused !== undefined) search.findings.push(refused);
    else {
      const whole = climb([...path, issuer], search);
      if (whole !== undefined) return whole;
    }
  }
  return undefined;
}

/** Candidates by name, anchors first, none twice and none that is on the path. */
function issuersOf(
  certificate: Certificate,
  path: readonly Certificate[],
  search: Search,
): readonly Certificate[] {
  const named = [...search.anchors, ...search.intermediates].filter((candidate) =>
    sameDistinguishedName(candidate.subject, certificate.issuer),
  );
  const onPath = new Set(path.map(({ thumbprintSha256 }) => thumbprintSha256));
  const unique = new Map(named.map((candidate) => [candidate.thumbprintSha256, candidate]));
  return [...unique.values()].filter(({ thumbprintSha256 }) => !onPath.has(thumbprintSha256));
}

function refuseIssuer(
  issuer: Certificate,
  path: readonly Certificate[],
  search: Search,
): Finding | undefined {
  if (!issuer.isCa) return found('chain-issuer-is-authority', issuer, 'cA=TRUE', 'cA=FALSE');
  if (issuer.keyUsage !== undefined && !issuer.keyUsage.has('keyCertSign'))
    return found('chain-issuer-key-usage', issuer, 'keyCertSign', [...issuer.keyUsage].join(', ') || 'none');
  const between = path.slice(1).filter((certificate) => !isSelfIssued(certificate)).length;
  if (issuer.pathLength !== undefined && between > issuer.pathLength)
    return found(
      'chain-path-length',
      issuer,
      `at most ${issuer.pathLength} issuers below it`,
      String(between),
    );
  return refuse(issuer, search) ?? refuseSignature(path.at(-1)!, issuer, search);
}

/** What holds for every certificate of a path. */
function refuse(certificate: Certificate, { at, minRsaBits, anchors }: Search): Finding | undefined {
  const isAnchor = anchors.some(({ thumbprintSha256 }) => thumbprintSha256 === certificate.thumbprintSha256);
  const checks = {
    'chain-validity': validity(certificate, { at }),
    'chain-key-strength': keyStrength(certificate, { minRsaBits }),
    'chain-critical-extensions': criticalExtensions(certificate),
    // Nobody relies on the signature of an anchor: it is trusted as it stands.
    'chain-signature-hash': isAnchor ? undefined : signatureHash(certificate),
  };
  const failed = Object.entries(checks).find(([, outcome]) => outcome !== undefined);
  return failed && { check: failed[0], ...failed[1], certificate: certificate.facts };
}

function refuseSignature(certificate: Certificate, issuer: Certificate, search: Search): Finding | undefined {
  search.signatures += 1;
  if (search.signatures > LIMITS.signatures)
    return found('chain-size', certificate, `at most ${LIMITS.signatures} signatures to verify`, 'more');
  return isSignedBy(certificate, issuer)
    ? undefined
    : found(
        'chain-signature',
        certificate,
        `a signature by ${issuer.facts.subject}`,
        'another or a broken one',
      );
}

/** True when the signature of a certificate verifies with the key of the issuer. */
export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  try {
    return new X509Certificate(certificate.der).verify(issuer.publicKey);
  } catch {
    // OpenSSL throws where key and signature algorithm do not go together: not signed by this issuer.
    return false;
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  'chain-signature':
    'Somebody used the name of the issuer: do not trust this certificate before you have asked.',
  'chain-issuer-is-authority': 'Only an authority may issue; ask the partner which path is meant.',
};

function found(check: string, certificate: Certificate, expected: string, value: string): Finding {
  return {
    check,
    expected,
    found: value,
    certificate: certificate.facts,
    advice: ADVICE[check] ?? 'Ask the issuer, or the partner, for a certificate with a sound path.',
  };
}

function issuerUnknown(certificate: Certificate): Finding {
  return {
    check: 'chain-issuer-known',
    field: 'issuer',
    expected: 'an issuer among the anchors, or sent along and leading to one',
    found: certificate.facts.issuer,
    certificate: certificate.facts,
    advice: isSelfIssued(certificate)
      ? 'The certificate issued itself: pin it for this party, or have one issued by an authority.'
      : 'Add the missing issuer to the anchors, or ask the partner to send its whole path (PKIPath).',
  };
}
