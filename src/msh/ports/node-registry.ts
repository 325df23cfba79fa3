/** What a node says of itself. Times in ms since the epoch. */
export interface NodeReport {
  /** A random name of this run of the program. */
  readonly nodeId: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly startedAt: number;
  /** Digest of the P-Modes, keys and trust in force there, and since when. */
  readonly digest: string;
  readonly since: number;
  /** Why the last reload there was refused, when it was. */
  readonly refusal?: string | undefined;
  /** The newest request to reload that it has answered. */
  readonly generation: number;
}

/** A node as the store knows it. */
export interface NodeRecord extends NodeReport {
  readonly seenAt: number;
}

/** The newest request that all nodes read their configuration again; `generation` 0 when there was none yet. */
export interface ReloadRequest {
  readonly generation: number;
  /** ms since the epoch. */
  readonly at: number;
}

/** The gateways that work on one store: who lives, and what is in force there. Each method is one transaction. */
export interface NodeRegistry {
  /** Keeps what a node says, forgets nodes last seen before `forgetBefore`; the newest request to reload. */
  reportNode(report: NodeReport, at: number, forgetBefore: number): Promise<ReloadRequest>;
  /** The node is gone. */
  removeNode(nodeId: string): Promise<void>;
  /** By the time they started, then by name. */
  listNodes(): Promise<readonly NodeRecord[]>;
  /** Asks every node to read its configuration again; the request just made. Two at once are two requests. */
  requestReload(at: number): Promise<ReloadRequest>;
  /** The newest request to reload. */
  lastReloadRequest(): Promise<ReloadRequest>;
}
