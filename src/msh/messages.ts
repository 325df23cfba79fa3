import type { GoverningLeg } from '../protocol/pmode/index.ts';
import { Refusal, QuoinError, describeError } from '../protocol/errors/index.ts';
import type { Failure } from './ports/index.ts';

/** A failure as it is kept, from whatever was thrown at a step. A defect of ours says so and keeps its text out of the answer. */
export function failureFrom(step: string, error: unknown): Failure {
  if (error instanceof Refusal) {
    return { step, code: error.code, message: error.message, ebms: error.ebms, finding: error.finding };
  }
  if (error instanceof QuoinError)
    return { step, code: error.code, message: error.message, finding: error.finding };
  return { step, code: 'quoin/defect', message: describeError(error) };
}

/** Fields by which a log line names the agreement of a message. */
export function legFields(governing: GoverningLeg): {
  readonly pmode: string;
  readonly leg: string;
  readonly partner: string;
} {
  return { pmode: governing.pmode.id, leg: governing.leg.name, partner: governing.partner.name };
}

/**
 * True when a commit may have been made although it was not confirmed: what belongs to it must then be left to the sweeper,
 * which asks the store again when it can.
 */
export function mayHaveHappened(error: unknown): boolean {
  return error instanceof QuoinError && error.code === 'store/unavailable';
}
