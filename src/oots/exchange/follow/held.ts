import type { NewPart, RowId } from '../../../msh/index.ts';
import { documentPartOf } from '../../exchange-header.ts';
import type { Unrecorded } from '../../ports/index.ts';

/** A message that is to be recorded, with the part its document is in. */
export interface Waiting extends Omit<Unrecorded, 'parts'> {
  readonly document: NewPart | undefined;
}

/** Messages held at once, so many and so many bytes of documents: what does not fit is found by the next look. */
const MOST_HELD = 500;
const MOST_BYTES = 16 * 1024 * 1024;

/** Messages this process has kept that wait to be recorded: the truth about them is the store's, this spares reading it. */
export class Held {
  readonly #held = new Map<RowId, Waiting>();
  #bytes = 0;

  hold(message: Waiting): void {
    const bytes = bytesOf(message);
    if (this.#held.size >= MOST_HELD || this.#bytes + bytes > MOST_BYTES) return;
    this.#held.set(message.rowId, message);
    this.#bytes += bytes;
  }

  /** All of them, the first kept first; none is held then. */
  take(): readonly Waiting[] {
    const all = [...this.#held.values()];
    this.#held.clear();
    this.#bytes = 0;
    return all;
  }

  forget(rowId: RowId): void {
    const held = this.#held.get(rowId);
    if (held === undefined) return;
    this.#held.delete(rowId);
    this.#bytes -= bytesOf(held);
  }
}

/** Without the parts that are no document. */
export function waitingOf({ parts, ...message }: Unrecorded): Waiting {
  return { ...message, document: parts[documentPartOf(message.userMessage)] };
}

function bytesOf({ document }: Waiting): number {
  return document?.inline?.byteLength ?? 0;
}
