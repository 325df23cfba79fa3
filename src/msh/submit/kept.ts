import type { NewOutboundMessage, OutboundMessage } from '../ports/index.ts';

/** A submission that is kept, and how it goes on. */
export interface Kept {
  readonly outcome: 'kept' | 'exists';
  readonly message: OutboundMessage;
  /** Makes the first attempt that was begun with it, or rings for it; to be called once all was told of the submission. */
  readonly go: () => Promise<void>;
}

/** Keeps a submission as `insertOutbound` does, whose errors it throws. */
export type KeepSubmission = (message: NewOutboundMessage) => Promise<Kept>;
