import type { MshContext } from './context.ts';
import { failureFrom } from './messages.ts';
import type { RowId } from './ports/index.ts';

/** Rings for a row. A bell that does not ring is told and changes nothing: the row is kept, and the sweeper finds it. */
export async function ring(
  context: Pick<MshContext, 'queue' | 'observer'>,
  rowId: RowId,
  at?: number,
): Promise<void> {
  try {
    await context.queue.ring(rowId, at);
  } catch (error) {
    context.observer.emit({
      event: 'queue/ring-lost',
      level: 'warn',
      rowId,
      failure: failureFrom('queue/ring', error),
    });
  }
}
