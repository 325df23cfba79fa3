import type { AnswerSigner } from '../../oots/index.ts';
import type { ExchangeView } from './exchange-view.ts';

/** What the demonstration asks of the rest of the program; the composition root supplies it. */
export interface DemoWorld {
  /** Makes an authority and a key and certificate a party in `folder`, marked as demonstration material. */
  readonly makeKeys: (folder: string, parties: readonly string[]) => Promise<ReadonlyMap<string, PartyFiles>>;
  /** Makes who signs the answers of the simulated common services. */
  readonly makeDirectoryIdentity: () => Promise<DirectoryIdentity>;
  /** Makes what web servers under these names show. */
  readonly makeWebIdentity: (hosts: readonly string[]) => Promise<WebIdentity>;
  /** Command line that starts `quoin serve`, for example `[process.execPath, 'bin/quoin.js']`. */
  readonly command: readonly string[];
  /** An exchange as `quoin exchange show` prints it. */
  readonly exchangeLines: (view: ExchangeView, colour: boolean) => readonly string[];
}

/** The files of one party; paths. */
export interface PartyFiles {
  readonly key: string;
  readonly certificate: string;
}

/** Who signs the answers of the common services. */
export interface DirectoryIdentity {
  readonly anchor: { readonly pem: string };
  readonly signer: AnswerSigner;
  /** What the subject of the signer carries. */
  readonly subject: string;
}

/** Key and certificate of a web server and the certificate of their authority, PEM. */
export interface WebIdentity {
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
}

/** How the demonstration is to run. */
export interface DemoOptions {
  readonly keep: boolean;
  readonly trace: boolean;
  /** The citizen is somebody with a browser; it runs until it is ended. */
  readonly browser: boolean;
  /** Only exchanges in this version. */
  readonly edm?: string | undefined;
  /** Only exchanges with this outcome. */
  readonly outcome?: string | undefined;
  readonly folder?: string | undefined;
  readonly write: (line: string) => void;
  readonly colour: boolean;
}
