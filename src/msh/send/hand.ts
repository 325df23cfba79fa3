import type { NewOutboundMessage, OutboundMessage, Outlook, PayloadHandle, RowId } from '../ports/index.ts';

/** A message nobody has tried yet, as it was kept by this process: what the store would tell of it, and the bytes beside its row. */
export interface Fresh {
  readonly message: NewOutboundMessage;
  readonly inline: ReadonlyMap<PayloadHandle, Buffer>;
}

/** Messages held at once, so many and so many payload bytes: what does not fit is read from the store, as after a start. */
const MOST_HELD = 1000;
const MOST_BYTES = 16 * 1024 * 1024;

/** Fresh messages that wait for a place: the truth about them is the store's, this spares reading it. */
export class Hand {
  readonly #held = new Map<RowId, Fresh>();
  #bytes = 0;

  hold(fresh: Fresh): void {
    const bytes = bytesOf(fresh);
    if (this.#held.size >= MOST_HELD || this.#bytes + bytes > MOST_BYTES) return;
    this.#held.set(fresh.message.rowId, fresh);
    this.#bytes += bytes;
  }

  get(rowId: RowId): Fresh | undefined {
    return this.#held.get(rowId);
  }

  forget(rowId: RowId): void {
    const fresh = this.#held.get(rowId);
    if (fresh === undefined) return;
    this.#held.delete(rowId);
    this.#bytes -= bytesOf(fresh);
  }
}

/** The message as it was kept just now. */
export function freshOf(message: NewOutboundMessage): Fresh {
  const inline = new Map<PayloadHandle, Buffer>();
  for (const part of message.parts) if (part.inline !== undefined) inline.set(part.payload, part.inline);
  return { message, inline };
}

/** What a store would say of a message that was kept and that nobody has tried. */
export function outlookOf({ message }: Fresh): Outlook {
  const { rowId, pmodeId, leg, partner, submittedAt, retryPolicy } = message;
  return {
    rowId,
    pmodeId,
    leg,
    partner,
    submittedAt,
    retryPolicy,
    state: 'SEND_ENQUEUED',
    attempts: 0,
    nextAttemptAt: submittedAt,
  };
}

/** The message in its first attempt, as a claim by that attempt leaves it. */
export function inFirstAttempt(
  { message }: Fresh,
  {
    at,
    leaseMs,
    envelope,
  }: { readonly at: number; readonly leaseMs: number } & Pick<OutboundMessage, 'envelope'>,
): OutboundMessage {
  const until = at + leaseMs;
  return {
    ...message,
    state: 'WAITING_FOR_RECEIPT',
    attempts: 1,
    firstAttemptAt: at,
    leasedUntil: until,
    nextAttemptAt: until,
    envelope,
  };
}

function bytesOf({ inline }: Fresh): number {
  let bytes = 0;
  for (const one of inline.values()) bytes += one.byteLength;
  return bytes;
}
