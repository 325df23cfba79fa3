import { isQuoinError } from '../../protocol/errors/index.ts';
import type { Msh, StoredPart } from '../../msh/index.ts';
import { DOCUMENT_LIMITS } from '../read-document.ts';

/**
 * The document in a part that is kept. What is larger than a document may be is cut off behind the first byte that is too
 * much, and cannot be read; of a part that is no longer kept, however often it is tried, there is nothing.
 */
export async function documentHead(msh: Pick<Msh, 'openPayload'>, part: StoredPart): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let left = DOCUMENT_LIMITS.maxBytes! + 1;
  try {
    for await (const chunk of msh.openPayload(part.payload, { compressed: part.compressed })) {
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
