import type { Hash } from 'node:crypto';
import { createCipheriv, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';

const CHUNK = 1024 * 1024;

/** Submits parts of pseudo-random bytes as one streamed multipart form; nothing is held in memory here either. */
export async function uploadStream(
  api: string,
  message: Readonly<Record<string, unknown>>,
  load: { readonly parts: number; readonly partBytes: number },
  hashes: readonly Hash[],
): Promise<{ readonly messageId: string }> {
  const boundary = randomUUID();
  const response = await fetch(`${api}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Readable.toWeb(Readable.from(formBytes(boundary, message, load, hashes))) as ReadableStream,
    duplex: 'half',
  });
  if (!response.ok) throw new Error(`submission refused: HTTP ${response.status} ${await response.text()}`);
  return (await response.json()) as { messageId: string };
}

async function* formBytes(
  boundary: string,
  message: Readonly<Record<string, unknown>>,
  load: { readonly parts: number; readonly partBytes: number },
  hashes: readonly Hash[],
): AsyncGenerator<Buffer> {
  yield Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="message"\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(message)}\r\n`,
  );
  for (let part = 0; part < load.parts; part += 1) {
    yield Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="part-${part}"; filename="part-${part}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    );
    for (const chunk of noise(load.partBytes)) {
      hashes[part]!.update(chunk);
      yield chunk;
    }
    yield Buffer.from('\r\n');
  }
  yield Buffer.from(`--${boundary}--\r\n`);
}

/** Bytes that do not compress, made as fast as AES runs. */
function* noise(bytes: number): Generator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
  const zeros = Buffer.alloc(CHUNK);
  for (let left = bytes; left > 0; left -= CHUNK)
    yield cipher.update(left >= CHUNK ? zeros : zeros.subarray(0, left));
}
