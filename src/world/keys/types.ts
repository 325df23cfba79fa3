import type { KeyRing } from '../../msh/ports/index.ts';
import type { CertificateFacts, ErrorCode, Finding } from '../../protocol/errors/index.ts';
import type { RevocationList } from '../../protocol/pki/index.ts';
import type { PMode } from '../../protocol/pmode/index.ts';

/** What a key of ours is used for. */
export type KeyUse = 'sign' | 'decrypt';

/** A key of ours and where it lies; one certificate may serve both uses, or each use has its own. */
export interface KeySource {
  /** Path of the PEM file with the private key, or of the PKCS#12 store. */
  readonly path: string;
  readonly type: 'pem' | 'pkcs12';
  /** PEM only: path of the certificate and its issuers, when they are not in `path`. */
  readonly certificate?: string | undefined;
  /** PKCS#12 only: which entry to use when the store has several; case is ignored. */
  readonly alias?: string | undefined;
  readonly password?: (() => string) | undefined;
  readonly use: readonly KeyUse[];
}

/** What a key ring is made of. */
export interface KeyRingOptions {
  /** In order of preference: the first one fit to sign signs. */
  readonly keys: readonly KeySource[];
  /** Their parties name files of partner certificates. */
  readonly pmodes: readonly PMode[];
  /** Folder those names refer to; a file beside the P-Mode is found as well. */
  readonly certificatesFolder: string;
  /** Paths of certificate revocation lists, PEM or DER; their issuers are among the certificates the other files hold. */
  readonly revocationLists?: readonly string[] | undefined;
  /** True in demonstration mode only. */
  readonly allowDemoKeys: boolean;
  /** ms since the epoch; the clock of the machine unless given. */
  readonly now?: (() => number) | undefined;
}

/** Something that keeps a key or a certificate from being used; each has its file and its cure. */
export interface KeyProblem {
  readonly code: ErrorCode;
  /** The file as it was looked for. */
  readonly file: string;
  /** One sentence that names the file. */
  readonly message: string;
  /** P-Mode files that name it, for a certificate of a partner. */
  readonly namedIn?: readonly string[] | undefined;
  readonly advice?: string | undefined;
  readonly finding?: Finding | undefined;
}

/** One certificate that was loaded, as `quoin certs list` shows it. */
export interface CertificateInventoryEntry {
  /** Name of the key entry, or the name the P-Mode uses. */
  readonly alias: string;
  /** The file it was read from. */
  readonly source: string;
  /** Uses in words, comma-separated: `sign, decrypt` for ours; `verify`, `encrypt`, `anchor` for those of partners. */
  readonly use: string;
  /** Parties that refer to it, comma-separated; empty for ours. */
  readonly party: string;
  readonly certificate: CertificateFacts;
  /** Whole days until notAfter, negative when it has passed. */
  readonly daysLeft: number;
  /** Lower-case hex. */
  readonly thumbprintSha1: string;
  readonly thumbprintSha256: string;
  /** What keeps it from being used today; empty when nothing does. */
  readonly findings: readonly Finding[];
}

/** The key ring of files: the port, with what revocation lists say. */
export interface FileKeyRing extends KeyRing {
  /** Verified lists, to be given to `decideTrust`; empty when none are configured. */
  revocationLists(): readonly RevocationList[];
}

/** A key ring with everything worth telling about it. */
export interface LoadedKeyRing {
  readonly keyRing: FileKeyRing;
  readonly inventory: readonly CertificateInventoryEntry[];
  /** What could not be loaded. An access point with problems should not serve. */
  readonly problems: readonly KeyProblem[];
  /** What was loaded but is unfit today, expires within 30 days, is out of date, or lies open. */
  readonly warnings: readonly KeyProblem[];
}
