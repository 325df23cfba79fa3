/** What the demonstration asks of the rest of the program; the composition root supplies it. */
export interface DemoWorld {
  /** Makes an authority and a key and certificate a party in `folder`, marked as demonstration material. */
  readonly makeKeys: (folder: string, parties: readonly string[]) => Promise<ReadonlyMap<string, PartyFiles>>;
  /** Command line that starts `quoin serve`, for example `[process.execPath, 'bin/quoin.js']`. */
  readonly command: readonly string[];
}

/** The files of one party; paths. */
export interface PartyFiles {
  readonly key: string;
  readonly certificate: string;
}

/** How the demonstration is to run. */
export interface DemoOptions {
  readonly keep: boolean;
  readonly trace: boolean;
  readonly folder?: string | undefined;
  readonly write: (line: string) => void;
  readonly colour: boolean;
}
