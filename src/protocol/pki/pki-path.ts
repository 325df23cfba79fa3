import { QuoinError } from '../errors/index.ts';
import { parseCertificate } from './certificate.ts';
import { encodingOf, members, readDer, wrapDer } from './der.ts';
import { sameDistinguishedName } from './distinguished-name.ts';
import type { Certificate } from './types.ts';

/** Certificates a PKIPath may hold; real paths have two to four. */
const MAX_PATH = 10;
/** Bytes of a PKIPath before anything is read of it. */
const MAX_BYTES = 128 * 1024;

/**
 * Reads a PKIPath (X.509 7.7; WSS X.509 Token Profile 1.1 3.1.2): DER, root-most first on the wire. Returns the LEAF
 * first, so that the first is whoever speaks. Throws `pki/path-empty`, `pki/path-too-long`, `pki/path-out-of-order` and
 * `pki/not-asn1`; no signature is checked.
 */
export function parsePkiPath(der: Uint8Array): readonly Certificate[] {
  if (der.length > MAX_BYTES) throw tooLong(`${der.length} bytes`);
  const nodes = members(readDer(der));
  if (nodes.length > MAX_PATH) throw tooLong(`${nodes.length} certificates`);
  if (nodes.length === 0) throw new QuoinError('pki/path-empty', 'The PKIPath holds no certificate.');
  const path = nodes.map((node) => parseCertificate(encodingOf(node))).reverse();
  const broken = path.findIndex(
    (certificate, index) => index > 0 && !sameDistinguishedName(path[index - 1]!.issuer, certificate.subject),
  );
  if (broken !== -1) throw outOfOrder(path, broken);
  return path;
}

/** Writes a PKIPath from certificates given leaf first. Throws `pki/path-empty`. */
export function encodePkiPath(leafFirst: readonly Certificate[]): Buffer {
  if (leafFirst.length === 0) throw new QuoinError('pki/path-empty', 'A PKIPath needs a certificate.');
  return wrapDer(0x30, Buffer.concat([...leafFirst].reverse().map(({ der }) => der)));
}

function tooLong(found: string): QuoinError {
  return new QuoinError('pki/path-too-long', `A PKIPath may hold ${MAX_PATH} certificates.`, {
    finding: {
      check: 'path-length',
      expected: `at most ${MAX_PATH} certificates, ${MAX_BYTES} bytes`,
      found,
    },
  });
}

function outOfOrder(path: readonly Certificate[], at: number): QuoinError {
  return new QuoinError(
    'pki/path-out-of-order',
    'A certificate of the PKIPath is not issued by the one before it.',
    {
      finding: {
        check: 'path-order',
        expected: path[at - 1]!.facts.issuer,
        found: path[at]!.facts.subject,
        certificate: path[at - 1]!.facts,
        advice: 'A PKIPath begins with the certificate nearest the root and ends with the signer.',
      },
    },
  );
}
