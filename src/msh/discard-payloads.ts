import type { MshContext } from './context.ts';
import { failureFrom } from './messages.ts';
import { isInline } from './keep-bytes.ts';
import type { PayloadHandle, StoredPart } from './ports/index.ts';

/** Removes payloads that no row names. What cannot be removed now is told and left to the sweeper; nothing depends on it. */
export async function discardPayloads(
  context: Pick<MshContext, 'payloads' | 'observer'>,
  handles: readonly PayloadHandle[],
): Promise<void> {
  const files = handles.filter((handle) => !isInline(handle));
  const outcomes = await Promise.allSettled(files.map((handle) => context.payloads.remove(handle)));
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
  if (failed.length === 0) return;
  context.observer.emit({
    event: 'payloads/not-removed',
    level: 'warn',
    payloads: failed.length,
    failure: failureFrom('payloads/remove', failed[0]!.reason),
  });
}

/** Removes the payloads of parts that no row names. */
export async function discardParts(
  context: Pick<MshContext, 'payloads' | 'observer'>,
  parts: readonly Pick<StoredPart, 'payload'>[],
): Promise<void> {
  await discardPayloads(
    context,
    parts.map(({ payload }) => payload),
  );
}
