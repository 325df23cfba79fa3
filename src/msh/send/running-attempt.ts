import type { GoverningLeg } from '../../protocol/pmode/index.ts';
import type { OutboundMessage, PayloadHandle } from '../ports/index.ts';
import type { StepClock } from '../step-clock.ts';

/** One attempt as it runs: what is known so far for the attempt row. */
export interface RunningAttempt {
  readonly message: OutboundMessage;
  readonly steps: StepClock;
  /** Payloads that lie beside the row, where they are at hand. */
  readonly inline?: ReadonlyMap<PayloadHandle, Buffer> | undefined;
  /** True when the attempt before was never ended. */
  readonly afterCutOff: boolean;
  /** Under which agreement, as long as it is loaded. */
  governing?: GoverningLeg | undefined;
  address: string;
  recipient?: string | undefined;
  httpStatus?: number | undefined;
}
