import type { MatchExplanation, MatchFacts } from '../../msh/index.ts';

/**
 * What the command line asks of the rest of the program. The composition root supplies it, so that a face needs to know
 * no adapter and no protocol room.
 */
export interface CliWorld {
  /** Starts an access point in this process; resolves once it listens. Throws QuoinError `config/...` and the like. */
  readonly serve: (options: ServeOptions) => Promise<RunningGateway>;
  readonly demo: (options: DemoOptions) => Promise<number>;
  readonly certs: CertificateTools;
  readonly pmodes: PModeTools;
  readonly inspect: (bytes: Uint8Array, options: InspectOptions) => Promise<InspectReport>;
  /** Reads a configuration just far enough to find the backend API of the access point it describes. */
  readonly apiOf: (
    configFile: string,
  ) => Promise<{ readonly url: string; readonly token?: string | undefined }>;
}

export interface ServeOptions {
  readonly config?: string | undefined;
  readonly demo: boolean;
}

export interface RunningGateway {
  readonly as4: string;
  readonly api: string;
  readonly stop: () => Promise<void>;
}

export interface DemoOptions {
  readonly keep: boolean;
  readonly trace: boolean;
  readonly folder?: string | undefined;
}

/** A line of `quoin certs list`: what is loaded, for what, until when. Dates are ISO 8601. */
export interface LoadedCertificate {
  readonly source: string;
  readonly use: string;
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly daysLeft: number;
  readonly thumbprintSha256: string;
  readonly findings: readonly string[];
}

export interface CertificateTools {
  /** Makes a development authority and one key and certificate a party; resolves to the files written. */
  readonly development: (options: {
    readonly folder: string;
    readonly parties: readonly string[];
  }) => Promise<readonly string[]>;
  /** Makes a key and a signing request with the OOTS subject form; resolves to the files written. */
  readonly request: (options: {
    readonly folder: string;
    readonly name: string;
    readonly country: string;
    readonly organisation: string;
    readonly unit: string;
    readonly bits: number;
  }) => Promise<readonly string[]>;
  readonly list: (options: { readonly config?: string | undefined }) => Promise<readonly LoadedCertificate[]>;
}

export interface PModeTools {
  /** Loads and checks P-Modes; every problem at once, none thrown. */
  readonly check: (options: {
    readonly config?: string | undefined;
    readonly path?: string | undefined;
    readonly self?: string | undefined;
  }) => Promise<{
    readonly pmodes: readonly {
      readonly id: string;
      readonly file: string;
      readonly legs: number;
      readonly weakModes: readonly string[];
    }[];
    readonly problems: readonly { readonly severity: 'error' | 'warning'; readonly text: string }[];
  }>;
  readonly explain: (options: {
    readonly config?: string | undefined;
    readonly facts: MatchFacts;
  }) => Promise<readonly MatchExplanation[]>;
}

export interface InspectOptions {
  readonly config?: string | undefined;
  /** Content-Type of the HTTP message when the file holds the body only. */
  readonly contentType?: string | undefined;
}

/** A captured message, explained: sections of lines, and what this access point would answer. */
export interface InspectReport {
  readonly sections: readonly { readonly title: string; readonly lines: readonly string[] }[];
  readonly verdict?:
    { readonly accepted: boolean; readonly answer: string; readonly lines: readonly string[] } | undefined;
}
