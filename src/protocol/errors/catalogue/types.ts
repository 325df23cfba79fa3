import type { ErrorCode } from '../codes.ts';

/** What is to be known of one error code. Texts may hold Markdown code spans. */
export interface CataloguedError {
  /** The ebMS codes that tell the partner, as text; absent when there is none. */
  readonly ebms?: string | undefined;
  /** Who sees it, letters with blanks between: `P` partner, `B` backend, `O` operator, `D` only when we have a defect. */
  readonly seenBy: string;
  /** What happened, one sentence. */
  readonly cause: string;
  /** What to do next, one sentence; the advice of a finding that has none of its own. */
  readonly cure: string;
}

/** The errors of one room of the source. */
export interface ErrorRoom {
  /** What the room is about, for a heading. */
  readonly about: string;
  /** What holds for all of them, Markdown. */
  readonly note?: string | undefined;
  readonly codes: Readonly<Record<ErrorCode, CataloguedError>>;
}
