import { QuoinError } from '../protocol/errors/index.ts';
import type { MshContext } from './context.ts';
import type { PayloadHandle, PayloadWriter } from './ports/index.ts';

/** Where the bytes of a payload came to be: in the payload store, or `inline`, to be kept in one commit with the row that names them. */
export interface KeptBytes {
  readonly payload: PayloadHandle;
  readonly inline?: Buffer | undefined;
}

/** A payload being written; nobody can read it before `commit` has resolved and, when inline, its row is kept. */
export interface BytesWriter {
  /** As PayloadWriter.write. */
  readonly write: (chunk: Uint8Array) => Promise<void>;
  readonly commit: () => Promise<KeptBytes>;
  /** Throws the bytes away; harmless when called twice. */
  readonly abort: () => Promise<void>;
}

/** What the payloads of one message may take inline, all together. bytes. */
export interface InlineRoom {
  left: number;
}

type KeepContext = Pick<MshContext, 'payloads' | 'store' | 'nature'>;

/** Marks the handle of a payload that lies beside its row; the payload store has none like it. */
const INLINE = 'inline-';

/** True for a payload that lies beside its row. */
export function isInline(handle: PayloadHandle): boolean {
  return handle.startsWith(INLINE);
}

/**
 * Begins a payload. As long as there is room it waits in memory, to be kept with its message in one commit, which spares
 * a small one two syncs and a file; what grows beyond goes to the payload store from its first byte.
 */
export function createBytesWriter(context: KeepContext, room: InlineRoom): BytesWriter {
  const chunks: Buffer[] = [];
  let size = 0;
  let writer: PayloadWriter | undefined;
  const spill = async (): Promise<PayloadWriter> => {
    room.left += size;
    size = 0;
    const opened = await context.payloads.create();
    writer = opened;
    for (const chunk of chunks.splice(0)) await opened.write(chunk);
    return opened;
  };
  return {
    write: async (chunk) => {
      if (writer === undefined && chunk.byteLength < room.left) {
        // The caller's chunk is the caller's again when this resolves.
        chunks.push(Buffer.from(chunk));
        size += chunk.byteLength;
        room.left -= chunk.byteLength;
        return;
      }
      await (writer ?? (await spill())).write(chunk);
    },
    commit: async () => {
      if (writer === undefined && room.left <= 0) await spill();
      if (writer !== undefined) return { payload: await writer.commit() };
      return { payload: `${INLINE}${context.nature.uuid()}`, inline: Buffer.concat(chunks, size) };
    },
    abort: async () => {
      chunks.length = 0;
      await writer?.abort();
    },
  };
}

/** Streams a kept payload. Rejects with `payloads/not-found` before the first byte when there is none. */
export async function* openBytes(
  context: Pick<MshContext, 'payloads' | 'store'>,
  handle: PayloadHandle,
): AsyncGenerator<Uint8Array> {
  if (!isInline(handle)) {
    yield* context.payloads.open(handle);
    return;
  }
  const inline = await context.store.inlinePayload(handle);
  if (inline === undefined) throw notFound(handle);
  yield inline;
}

/** Resolves when a payload is still kept; rejects with `payloads/not-found` when it is not. */
export async function findBytes(
  context: Pick<MshContext, 'payloads' | 'store'>,
  handle: PayloadHandle,
): Promise<void> {
  if (!isInline(handle)) await context.payloads.size(handle);
  else if ((await context.store.inlinePayload(handle)) === undefined) throw notFound(handle);
}

function notFound(handle: PayloadHandle): QuoinError {
  return new QuoinError('payloads/not-found', 'There is no such payload.', {
    finding: { check: 'payload-kept', field: 'payload', found: handle },
  });
}
