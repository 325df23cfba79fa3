import type { MshContext } from './context.ts';
import type { JournalEntry } from './ports/index.ts';

/** Whether the journal has the entry now. Never rejects: what is answered must not depend on the journal, and the log has it. */
export async function noteInJournal(
  { store, observer }: Pick<MshContext, 'store' | 'observer'>,
  entry: JournalEntry,
): Promise<boolean> {
  try {
    await store.appendJournal(entry);
    return true;
  } catch (error) {
    observer.emit({
      event: 'journal/unavailable',
      level: 'error',
      messageId: entry.messageId,
      reason: String(error),
    });
    return false;
  }
}
