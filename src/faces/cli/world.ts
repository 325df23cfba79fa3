import type { ApiScope } from '../../config/index.ts';
import type { CertificateFacts } from '../../protocol/errors/index.ts';
import type { MatchExplanation, MatchFacts } from '../../msh/index.ts';
import type { EvidenceVerdict, EvidenceWish, FoundEvidence } from '../../oots/index.ts';

/**
 * What the command line asks of the rest of the program. The composition root supplies it, so that a face needs to know
 * no adapter and no protocol room.
 */
export interface CliWorld {
  /** Version of the program. */
  readonly version: string;
  /** Starts an access point in this process; resolves once it listens. Throws QuoinError `config/...` and the like. */
  readonly serve: (options: ServeOptions) => Promise<RunningGateway>;
  readonly demo: (options: DemoOptions) => Promise<number>;
  /**
   * Writes what a new access point needs to start: configuration, folders, a key with a certificate for trying, a token.
   * Overwrites nothing: throws `cli/file-unusable` before anything is written; `cli/usage` for a name that is no file name,
   * `pki/subject-malformed`.
   */
  readonly init: (options: InitOptions) => Promise<InitialisedAccessPoint>;
  /** The settings in force, whether they can be used or not. Throws `config/invalid` when there is no configuration at all. */
  readonly settings: (options: ServeOptions) => Promise<ShownSettings>;
  readonly certs: CertificateTools;
  readonly pmodes: PModeTools;
  /**
   * Examines the access point of a configuration and its partners; each check is reported as it ends. Throws
   * `doctor/unknown-partner`, and `config/invalid` when there is no configuration at all.
   */
  readonly examine: (
    options: ExamineOptions,
    report: (finished: FinishedCheck) => void,
  ) => Promise<{ readonly checks: readonly FinishedCheck[] }>;
  readonly apiKeys: ApiKeyTools;
  /**
   * Asks the common services of a configuration for the way to evidence. Throws `config/invalid`, `config/common-services`
   * when it names none or their files cannot be used, and `oots/question-malformed`.
   */
  readonly findEvidence: (options: {
    readonly config?: string | undefined;
    readonly wish: EvidenceWish;
  }) => Promise<EvidenceSearch>;
  readonly inspect: (bytes: Uint8Array, options: InspectOptions) => Promise<InspectReport>;
  /**
   * The backend API of the access point that a configuration describes: the one named, or the one `serve` finds here;
   * undefined when none is named and there is none. Throws `config/invalid`.
   */
  readonly apiOf: (
    configFile: string | undefined,
  ) => Promise<{ readonly url: string; readonly token?: string | undefined } | undefined>;
}

/** The way to evidence, and the problems of P-Modes that could not be compared with it. */
export interface EvidenceSearch extends FoundEvidence {
  readonly verdict: EvidenceVerdict;
  readonly problems: readonly ToldProblem[];
}

/** A key of the backend API as it is listed. Times are ISO 8601. */
export interface ListedApiKey {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly parties?: readonly string[] | undefined;
  readonly created: string;
  readonly expires?: string | undefined;
  readonly expired: boolean;
}

/** Where the keys are: a file, or the one that a configuration names. */
export interface ApiKeyPlace {
  readonly config?: string | undefined;
  readonly file?: string | undefined;
}

/** What `quoin keys` does. Throws `config/api-keys`, `config/api-keys-locked`, and `cli/usage` when no file is named. */
export interface ApiKeyTools {
  readonly list: (
    place: ApiKeyPlace,
  ) => Promise<{ readonly file: string; readonly keys: readonly ListedApiKey[] }>;
  /** The key is in the answer and kept nowhere. */
  readonly add: (
    wanted: ApiKeyPlace & {
      readonly name: string;
      readonly scopes: readonly ApiScope[];
      readonly parties?: readonly string[] | undefined;
      readonly expires?: string | undefined;
    },
  ) => Promise<{
    readonly file: string;
    readonly name: string;
    readonly key: string;
    /** ISO 8601. */
    readonly created: string;
  }>;
  readonly revoke: (
    which: ApiKeyPlace & { readonly name: string },
  ) => Promise<{ readonly file: string; readonly revoked: boolean }>;
}

/** How to serve. */
export interface ServeOptions {
  readonly config?: string | undefined;
  readonly demo: boolean;
}

/** Every setting with who gave it, and what is wrong with any of them. */
export interface ShownSettings {
  /** The configuration file; undefined when everything comes from the environment. */
  readonly file?: string | undefined;
  readonly settings: readonly {
    /** As the file writes it: `listeners.api.port`. */
    readonly path: string;
    /** `(secret)` for a secret. */
    readonly value: unknown;
    /** `quoin.yaml:12`, `environment QUOIN_LISTENERS_API_PORT`, `command line` or `default`. */
    readonly origin: string;
  }[];
  readonly problems: readonly ToldProblem[];
}

/** A new access point: where it is written, and who it is. */
export interface InitOptions {
  readonly folder: string;
  readonly party: string;
  readonly organisation: string;
  readonly country: string;
}

/** What was written for a new access point; paths begin as the folder was given. */
export interface InitialisedAccessPoint {
  readonly party: string;
  readonly config: string;
  /** Private key, mode 600. */
  readonly key: string;
  /** Its certificate, self-signed: for trying. */
  readonly certificate: string;
  /** The same certificate under the name that P-Modes use for it: what a partner gets. */
  readonly forPartners: string;
  readonly token: string;
  /** Folder of the P-Modes, empty. */
  readonly pmodes: string;
}

/** An access point that runs; addresses are URLs. */
export interface RunningGateway {
  readonly as4: string;
  readonly api: string;
  /** Reads P-Modes, keys and trust again and puts them in force, if they are valid; the log tells. Never rejects. */
  readonly reload: (trigger: 'signal') => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/** How to run the demonstration. */
export interface DemoOptions {
  readonly keep: boolean;
  readonly trace: boolean;
  readonly browser: boolean;
  /** `1.2` or `2.0`; undefined for both. */
  readonly edm?: string | undefined;
  /** `straight` or `preview`; undefined for both. */
  readonly outcome?: string | undefined;
  readonly folder?: string | undefined;
}

/** A line of `quoin certs list`: what is loaded, for what, until when. Dates are ISO 8601. */
export interface LoadedCertificate {
  readonly source: string;
  readonly use: string;
  /** Parties of the P-Modes it stands for; empty for ours. */
  readonly party: string;
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly daysLeft: number;
  readonly thumbprintSha256: string;
  readonly findings: readonly string[];
}

/** A problem in words: place, what, cure. */
export interface ToldProblem {
  readonly severity: 'error' | 'warning';
  readonly text: string;
}

/** What `quoin certs` does. */
export interface CertificateTools {
  /**
   * Makes a development authority and one key and certificate a party; resolves to the files written. Overwrites nothing:
   * throws `cli/file-unusable` before anything is written, and `cli/usage` for a name that is no file name.
   */
  readonly development: (options: {
    readonly folder: string;
    readonly parties: readonly string[];
  }) => Promise<readonly string[]>;
  /** Makes a key and a signing request with the OOTS subject form; resolves to the files written. Throws as above. */
  readonly request: (options: {
    readonly folder: string;
    readonly name: string;
    readonly country: string;
    readonly organisation: string;
    readonly unit: string;
    readonly bits: number;
  }) => Promise<readonly string[]>;
  readonly list: (options: { readonly config?: string | undefined }) => Promise<{
    readonly certificates: readonly LoadedCertificate[];
    readonly problems: readonly ToldProblem[];
  }>;
}

/** A P-Mode as this access point sees it. */
export interface ListedPMode {
  readonly id: string;
  readonly file: string;
  /** Local name of the other party. */
  readonly partner: string;
  readonly address?: string | undefined;
  readonly agreement?: string | undefined;
  readonly legs: readonly {
    readonly name: string;
    readonly service: string;
    readonly action: string;
    readonly sends: boolean;
    readonly receives: boolean;
  }[];
}

/** What `quoin pmode` does. */
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
    readonly problems: readonly ToldProblem[];
  }>;
  /** The P-Modes that could be loaded, seen from here, with every problem of the others. */
  readonly list: (options: { readonly config?: string | undefined }) => Promise<{
    readonly pmodes: readonly ListedPMode[];
    readonly problems: readonly ToldProblem[];
  }>;
  /** Throws `config/pmodes` when P-Modes cannot be loaded: an explanation without them would mislead. */
  readonly explain: (options: {
    readonly config?: string | undefined;
    readonly facts: MatchFacts;
  }) => Promise<readonly MatchExplanation[]>;
}

/** What to examine, and how to ask the access point that runs. */
export interface ExamineOptions {
  readonly config?: string | undefined;
  /** Whether keys of the demonstration are allowed. */
  readonly demo: boolean;
  /** Local names; every partner when empty, nobody with `none`. */
  readonly partners: readonly string[] | 'none';
  /** Whether test messages may be sent. */
  readonly ping: boolean;
  /** URL of the backend API; undefined when nothing says where it is. */
  readonly api: string | undefined;
  readonly call: <T>(request: {
    readonly method?: 'GET' | 'POST';
    readonly path: string;
    readonly json?: unknown;
  }) => Promise<T>;
}

/** A check that has ended: what was found, and what to do about it. */
export interface FinishedCheck {
  /** `access point`, or the local name of a partner. */
  readonly subject: string;
  readonly check: string;
  readonly outcome: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly found: string;
  readonly expected?: string | undefined;
  readonly advice?: string | undefined;
  readonly certificate?: CertificateFacts | undefined;
  readonly notes?:
    readonly { readonly severity: 'error' | 'warning' | 'info'; readonly text: string }[] | undefined;
  readonly tookMs: number;
}

/** How to inspect a captured message. */
export interface InspectOptions {
  readonly config?: string | undefined;
  /** Content-Type of the HTTP message when the file holds the body only. */
  readonly contentType?: string | undefined;
}

/** A captured message, explained: sections of lines, and what this access point would answer. */
export interface InspectReport {
  /** It is an AS4 message, its signature holds, and as far as can be told it would be accepted. */
  readonly sound: boolean;
  readonly sections: readonly { readonly title: string; readonly lines: readonly string[] }[];
  readonly verdict?:
    { readonly accepted: boolean; readonly answer: string; readonly lines: readonly string[] } | undefined;
}
