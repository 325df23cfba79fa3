import type { OutboundMessage } from '../ports/index.ts';

/** One attempt as it runs: what is known so far for the attempt row. */
export interface RunningAttempt {
  readonly message: OutboundMessage;
  readonly startedAt: number;
  address: string;
  recipient?: string | undefined;
  httpStatus?: number | undefined;
}
