import { isQuoinError } from '../../protocol/errors/index.ts';
import type { Msh, NewPart } from '../../msh/index.ts';
import { DOCUMENT_LIMITS } from '../read-document.ts';

/** Bytes of which at most so many are one document: one more tells that it is too large. */
const MOST = DOCUMENT_LIMITS.maxBytes! + 1;

/**
 * The document in a part that is kept. What is larger than a document may be is cut off behind the first byte that is too
 * much, and cannot be read; of a part that is no longer kept, however often it is tried, there is nothing.
 */
export async function documentHead(msh: Pick<Msh, 'openPayload'>, part: NewPart): Promise<Buffer> {
  const { payload, compressed, inline } = part;
  if (inline !== undefined && !compressed) return inline.subarray(0, MOST);
  const chunks: Uint8Array[] = [];
  let left = MOST;
  try {
    for await (const chunk of msh.openPayload(payload, { compressed, inline })) {
      // The source may use its chunk again.
      chunks.push(Buffer.from(chunk.subarray(0, left)));
      left -= chunk.byteLength;
      if (left <= 0) break;
    }
  } catch (error) {
    if (!isQuoinError(error) || error.code !== 'payloads/not-found') throw error;
    return Buffer.alloc(0);
  }
  return Buffer.concat(chunks);
}
