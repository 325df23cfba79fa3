/** One difference in words; `weakens` when a protection that held before holds no longer. */
export interface ToldChange {
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

/** What the API asks of whoever holds the configuration. */
export interface ConfigurationDesk {
  readonly describe: () => Promise<ConfigurationView>;
  /** Reloads here and asks the other nodes to do the same, unless it is refused here. */
  readonly reload: () => Promise<ReloadView>;
  /** What a reload would do here. */
  readonly preview: () => Promise<ReloadView>;
}
