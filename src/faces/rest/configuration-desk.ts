/** One difference in words, and what it is about; `weakens` when a protection that held before holds no longer. */
export interface ToldChange {
  readonly about: 'pmode' | 'key' | 'api-key' | 'webhook';
  readonly words: string;
  readonly weakens: boolean;
}

/** What a reload did, or would do. */
export interface ReloadView {
  readonly outcome: 'changed' | 'unchanged' | 'refused';
  readonly changes: readonly ToldChange[];
  /** Why it was refused, one line a problem. */
  readonly problems: readonly string[];
  /** Changed settings that wait for the next start. */
  readonly atRestart: readonly string[];
  /** Of what is in force, or would be. */
  readonly digest: string;
}

/** What is in force here and on the other nodes. Times are ISO 8601. */
export interface ConfigurationView {
  readonly digest: string;
  readonly since: string;
  readonly trigger: string;
  readonly changes: readonly ToldChange[];
  readonly atRestart: readonly string[];
  readonly refusal?:
    { readonly at: string; readonly trigger: string; readonly problems: readonly string[] } | undefined;
  /** Keys of the API in force, without anything a key could be known by; undefined when no file of them is. */
  readonly apiKeys?:
    | readonly { readonly name: string; readonly created: string; readonly expires?: string | undefined }[]
    | undefined;
  /** All nodes that give signs of life have the same in force. */
  readonly agree: boolean;
  readonly nodes: readonly {
    readonly nodeId: string;
    readonly self: boolean;
    readonly host: string;
    readonly pid: number;
    readonly version: string;
    readonly startedAt: string;
    readonly seenAt: string;
    readonly alive: boolean;
    readonly digest: string;
    readonly since: string;
    readonly agrees: boolean;
    readonly refusal?: string | undefined;
  }[];
}

/** A certificate in force: what for, whose, until when. Times are ISO 8601. */
export interface CertificateView {
  /** Name of our key, or the name that P-Modes use. */
  readonly name: string;
  /** `sign` and `decrypt` with ours; `verify`, `encrypt` and `anchor` with those of partners. */
  readonly use: readonly ('sign' | 'decrypt' | 'verify' | 'encrypt' | 'anchor')[];
  /** Local names of the partners it stands for; none for ours. */
  readonly parties: readonly string[];
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Whole days, negative when it has expired. */
  readonly daysLeft: number;
  readonly thumbprintSha256: string;
  /** What kept it from being used when it was loaded. */
  readonly findings: readonly string[];
}

/** What the API asks of whoever holds the configuration. */
export interface ConfigurationDesk {
  readonly describe: () => Promise<ConfigurationView>;
  /** Every certificate in force: ours first, then those of partners. */
  readonly certificates: () => readonly CertificateView[];
  /** Reloads here and asks the other nodes to do the same, unless it is refused here. */
  readonly reload: () => Promise<ReloadView>;
  /** What a reload would do here. */
  readonly preview: () => Promise<ReloadView>;
}
