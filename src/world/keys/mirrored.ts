import type { Certificate } from '../../protocol/pki/index.ts';
import type { Party, PMode } from '../../protocol/pmode/index.ts';
import { loadKeyRing } from './load-key-ring.ts';
import type { LoadedKeyRing } from './types.ts';

/** What the P-Modes tell our partners of us, as far as the files are at hand here. */
export interface MirroredCertificates {
  /** They verify our signatures with one of these. */
  readonly signing: readonly Certificate[];
  /** They encrypt for these. */
  readonly encryption: readonly Certificate[];
}

/** Reads the P-Modes as our partners do: for them we are the partner. */
export async function mirroredCertificates(
  pmodes: readonly PMode[],
  certificatesFolder: string,
): Promise<MirroredCertificates> {
  const mirror = await loadKeyRing({
    keys: [],
    pmodes: pmodes.map((pmode) => ({
      ...pmode,
      selfIs: pmode.selfIs === 'initiator' ? ('responder' as const) : ('initiator' as const),
    })),
    certificatesFolder,
    allowDemoKeys: true,
  });
  const selves = pmodes.map((pmode) => pmode[pmode.selfIs].party);
  return {
    signing: selves.flatMap((self) => mirror.keyRing.signingCertificates(self)),
    encryption: selves.flatMap((self) => encryptionCertificate(mirror, self)),
  };
}

/** None where no file is at hand or none is valid: that is the partners' side, and often only theirs. */
function encryptionCertificate({ keyRing }: LoadedKeyRing, party: Party): readonly Certificate[] {
  try {
    return [keyRing.encryptionCertificate(party, new Date())];
  } catch {
    return [];
  }
}

/** The first certificate that partners are told to encrypt for and whose key we have not: what they send cannot be read. */
export function unreadable(
  { encryption }: MirroredCertificates,
  keyRing: Pick<LoadedKeyRing['keyRing'], 'decryptionKeys'>,
): Certificate | undefined {
  const ours = new Set(keyRing.decryptionKeys().map(({ certificate }) => certificate.thumbprintSha256));
  return encryption.find(({ thumbprintSha256 }) => !ours.has(thumbprintSha256));
}
