import type { CertificateFacts } from '../protocol/errors/index.ts';

/** How a check ended: skipped where there was nothing to look at, or something before it had failed. */
export type Outcome = 'ok' | 'warning' | 'failed' | 'skipped';

/** Something a check noticed beside its verdict. */
export interface Note {
  readonly severity: 'error' | 'warning' | 'info';
  readonly text: string;
}

/** What a check found, in a sentence, and what to do about it. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly found: string;
  readonly expected?: string | undefined;
  readonly advice?: string | undefined;
  readonly certificate?: CertificateFacts | undefined;
  readonly notes?: readonly Note[] | undefined;
}

/** One check; `On` is what it looks at. A QuoinError it throws is a failure with that finding. */
export interface Check<On> {
  readonly name: string;
  /** What it asks, for the manual. */
  readonly asks: string;
  /** Checks that must not have failed or been skipped. */
  readonly needs?: readonly string[] | undefined;
  /** ms until it counts as failed; 15 000 unless told. */
  readonly limitMs?: number | undefined;
  readonly run: (on: On, signal: AbortSignal) => Verdict | Promise<Verdict>;
}

/** A check that has ended. */
export interface Finished extends Verdict {
  /** `access point`, or the local name of a partner. */
  readonly subject: string;
  readonly check: string;
  readonly tookMs: number;
}
