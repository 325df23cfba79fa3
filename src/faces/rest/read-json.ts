import type { Request } from './request.ts';
import { bodyOf, uploadFailure } from './context.ts';
import { RestError } from './problems.ts';

/** The media type of a request in lower case, without parameters. */
export function mediaTypeOf(request: Request): string {
  return (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
}

/** 415 with what would have been right. */
export function unsupported(request: Request, accepted: readonly string[]): RestError {
  return new RestError('rest/unsupported-media-type', `The body must be ${accepted.join(' or ')}.`, {
    finding: {
      check: 'content-type',
      field: 'Content-Type',
      expected: accepted.join(', '),
      found: request.headers['content-type'] ?? 'none',
    },
  });
}

/** Refuses compressed bodies: nobody here would bound what comes out. */
export function refuseContentEncoding(request: Request): void {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return;
  throw new RestError('rest/unsupported-media-type', 'Compressed request bodies are not accepted.', {
    finding: { check: 'content-encoding', field: 'Content-Encoding', expected: 'identity', found: encoding },
  });
}

/** 413 for a body, whether announced or found while reading. */
export function tooLarge(field: string, limit: number): RestError {
  return new RestError('rest/too-large', `It is larger than the ${limit} bytes allowed.`, {
    finding: {
      check: 'request-size',
      field,
      expected: `at most ${limit} bytes`,
      advice: 'Send large parts as multipart/form-data; limits are set in the configuration.',
    },
  });
}

/** Bytes of a request announced beyond a limit are refused before they come. */
export function refuseAnnounced(request: Request, limit: number): void {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge('body', limit);
}

async function collect(request: Request, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of bodyOf(request)) {
      bytes += chunk.byteLength;
      if (bytes > limit) throw tooLarge('body', limit);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw uploadFailure(cause);
  }
  return Buffer.concat(chunks);
}

/** Values in one JSON document; a message with a thousand parts has fewer. Each wrong one is told, at a cost. */
const MOST_VALUES = 20_000;

/** Throws RestError `rest/too-large` for more values than any request has; nothing else is done with so many. */
function refuseTooMany(whole: unknown, field: string): void {
  const left = [whole];
  for (let seen = 1; left.length > 0;) {
    const one = left.pop();
    if (typeof one !== 'object' || one === null) continue;
    const inside: readonly unknown[] = Object.values(one);
    seen += inside.length;
    if (seen > MOST_VALUES)
      throw new RestError('rest/too-large', `It has more than the ${MOST_VALUES} values allowed.`, {
        finding: { check: 'json-values', field, expected: `at most ${MOST_VALUES} values` },
      });
    for (const value of inside) left.push(value);
  }
}

/** JSON text as a value; throws RestError `rest/malformed-json` naming where it was found, `rest/too-large`. */
export function parseJson(text: string, field: string): unknown {
  const value = parsed(text, field);
  refuseTooMany(value, field);
  return value;
}

function parsed(text: string, field: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new RestError('rest/malformed-json', cause instanceof Error ? cause.message : 'It is not JSON.', {
      cause,
      finding: { check: 'json', field, advice: 'Send one JSON document in UTF-8.' },
    });
  }
}

/** The JSON body of a request; RestError `rest/unsupported-media-type`, `rest/too-large`, `rest/malformed-json`. */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  if (mediaTypeOf(request) !== 'application/json') throw unsupported(request, ['application/json']);
  refuseContentEncoding(request);
  refuseAnnounced(request, limit);
  const bytes = await collect(request, limit);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new RestError('rest/malformed-json', 'The body is not UTF-8.', {
      cause,
      finding: { check: 'utf-8', field: 'body' },
    });
  }
  return parseJson(text, 'body');
}

/** The JSON body of a request that may come without one; then an empty object. Throws as `readJson`. */
export async function readOptionalJson(request: Request, limit: number): Promise<unknown> {
  const announced = Number(request.headers['content-length'] ?? 0) > 0;
  return announced || request.headers['transfer-encoding'] !== undefined ? readJson(request, limit) : {};
}
