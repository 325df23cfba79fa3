import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { ClientRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { QuoinError } from '../../protocol/errors/index.ts';
import { fileError } from './faults.ts';
import { answerTo, openRequest } from './http-call.ts';
import type { Progress } from './progress.ts';

/** A file to send as a part. */
export interface UploadFile {
  readonly path: string;
  readonly mimeType: string;
}

/** A message and the files that are its parts, in order. */
export interface Form {
  readonly message: unknown;
  readonly files: readonly UploadFile[];
}

/** The answer to an upload. */
export interface Uploaded {
  readonly status: number;
  readonly text: string;
}

/** Begins to follow so many bytes. */
export type Watch = (bytes: number) => Progress;

const unwatched: Watch = () => ({ advance: () => undefined, end: () => undefined });

/** A file that is open, with what stands before it in the form. Sizes in bytes. */
interface OpenPart {
  readonly path: string;
  readonly head: Buffer;
  readonly handle: FileHandle;
  readonly size: number;
}

/** ms to wait for `100 Continue` from what stands between and knows nothing of it (RFC 9110 10.1.1). */
const INVITATION = 2000;

/**
 * Posts a message with its files as multipart/form-data, each file read while it is sent, so that memory does not depend
 * on size. The body waits until it is asked for, so that a refusal costs no upload; an answer given before the end is read
 * like any other. Throws `cli/file-unusable`, `cli/file-changed`, and what the network throws.
 */
export async function upload(
  url: URL,
  headers: Record<string, string>,
  form: Form,
  watch: Watch = unwatched,
): Promise<Uploaded> {
  const boundary = `quoin-${randomUUID()}`;
  const message = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="message"\r\nContent-Type: application/json\r\n\r\n` +
      `${JSON.stringify(form.message)}\r\n`,
  );
  const end = Buffer.from(`--${boundary}--\r\n`);
  const parts = await openAll(form.files, boundary);
  try {
    const request = openRequest(url, 'POST', {
      ...headers,
      'Content-Type': `multipart/form-data; boundary=${boundary}`,
      'Content-Length': parts.reduce(
        (sum, { head, size }) => sum + head.length + size + 2,
        message.length + end.length,
      ),
      Expect: '100-continue',
    });
    const progress = watch(parts.reduce((sum, { size }) => sum + size, 0));
    try {
      return await exchange(request, content(message, parts, end, progress.advance));
    } finally {
      progress.end();
    }
  } finally {
    await Promise.all(parts.map(({ handle }) => handle.close()));
  }
}

async function openAll(files: readonly UploadFile[], boundary: string): Promise<readonly OpenPart[]> {
  const parts: OpenPart[] = [];
  try {
    for (const [index, file] of files.entries()) parts.push(await openPart(file, index, boundary));
    return parts;
  } catch (error) {
    await Promise.all(parts.map(({ handle }) => handle.close()));
    throw error;
  }
}

async function openPart({ path, mimeType }: UploadFile, index: number, boundary: string): Promise<OpenPart> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw fileError(path, error);
  });
  const found = await handle.stat();
  if (!found.isFile()) {
    await handle.close();
    throw fileError(path, found.isDirectory() ? { code: 'EISDIR' } : { message: 'this is not a file' });
  }
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="part-${index}"; filename="part-${index}"\r\n` +
      `Content-Type: ${mimeType}\r\n\r\n`,
  );
  return { path, head, handle, size: found.size };
}

async function* content(
  message: Buffer,
  parts: readonly OpenPart[],
  end: Buffer,
  advance: Progress['advance'],
): AsyncGenerator<Uint8Array> {
  yield message;
  for (const part of parts) {
    yield part.head;
    let sent = 0;
    for await (const chunk of part.handle.createReadStream({
      autoClose: false,
      start: 0,
      highWaterMark: 256 * 1024,
    })) {
      sent += (chunk as Buffer).byteLength;
      if (sent > part.size) break;
      yield chunk as Buffer;
      advance((chunk as Buffer).byteLength);
    }
    if (sent !== part.size) throw changed(part.path);
    yield Buffer.from('\r\n');
  }
  yield end;
}

function changed(path: string): QuoinError {
  return new QuoinError('cli/file-changed', `${path} changed while it was being sent.`, {
    finding: {
      check: 'file-at-rest',
      field: path,
      advice: 'Nothing was kept. Send a file nobody writes to.',
    },
  });
}

/** Sends the body once it is asked for. An answer ends it, early or not; what fails with the body fails the request. */
async function exchange(request: ClientRequest, body: AsyncGenerator<Uint8Array>): Promise<Uploaded> {
  const stopping = new AbortController();
  const answered = answerTo(request);
  const sent = invited(request, stopping.signal).then((go) =>
    go ? pipeline(body, request, { signal: stopping.signal }) : undefined,
  );
  // Told by the request, which the pipeline destroys with the same error.
  sent.catch(() => undefined);
  try {
    const { status, text } = await answered;
    return { status, text: await text() };
  } finally {
    stopping.abort();
    request.destroy();
    await Promise.allSettled([sent]);
    await body.return(undefined);
  }
}

/** Resolves to true when the body may go, to false when the answer came first. */
function invited(request: ClientRequest, stop: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), INVITATION);
    const say = (go: boolean) => () => {
      clearTimeout(timer);
      resolve(go);
    };
    request.once('continue', say(true)).once('response', say(false)).once('error', say(false));
    stop.addEventListener('abort', say(false), { once: true });
    request.flushHeaders();
  });
}
