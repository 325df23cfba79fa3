import { mimeRefusal } from './errors.ts';

/**
 * A body as one Buffer, for what is bounded by nature: the SOAP part, an answer. Throws Refusal EBMS:0007
 * `mime/too-large` as soon as more than `maxBytes` have come; the rest is not read.
 */
export async function collect(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw mimeRefusal('mime/too-large', `This part may have at most ${maxBytes} bytes.`, {
        expected: `at most ${maxBytes} bytes`,
        found: 'more',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
