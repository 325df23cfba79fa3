import type { DecryptionJournal } from './gcm-streams.ts';
import { failedDecryption } from './refusals.ts';

/** WSS SwA names five headers for such a block; this is far more than they take. In bytes. */
const MAX_HEADER_BYTES = 8192;
const BLANK_LINE = '\r\n\r\n';

/**
 * Strips the MIME headers that an `#Attachment-Complete` plaintext begins with (WSS SwA 1.1.1 5.5.2). Of the headers
 * only Content-Type has a meaning: it is told before the first content is yielded, and replaces the MimeType that
 * stood outside the ciphertext. What cannot be split fails as EBMS:0102 at the end, after the tag has spoken, so
 * that unproven headers are no oracle.
 */
export async function* readCompletePart(
  plaintext: AsyncIterable<Uint8Array>,
  journal: DecryptionJournal,
  tellType: (mimeType: string) => void,
): AsyncGenerator<Uint8Array> {
  let head = Buffer.alloc(0);
  let state: 'headers' | 'content' | 'lost' = 'headers';
  for await (const chunk of plaintext) {
    if (state === 'content') yield chunk;
    if (state !== 'headers') continue;
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf(BLANK_LINE);
    if (end < 0) {
      if (head.length > MAX_HEADER_BYTES) state = 'lost';
      continue;
    }
    state = 'content';
    const mimeType = contentTypeIn(head.toString('latin1', 0, end));
    if (mimeType !== undefined) tellType(mimeType);
    if (head.length > end + BLANK_LINE.length) yield head.subarray(end + BLANK_LINE.length);
  }
  if (state === 'content') return;
  throw failedDecryption({
    check: 'complete-part-headers',
    field: journal.field,
    expected: `MIME headers of at most ${MAX_HEADER_BYTES} bytes and a blank line`,
    found: 'no blank line',
  });
}

function contentTypeIn(headers: string): string | undefined {
  const unfolded = headers.replace(/\r\n[ \t]+/g, ' ');
  return /^content-type:[ \t]*(.+)$/im.exec(unfolded)?.[1]?.trim();
}
