import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import type { TappedExchange } from './wire-tap.ts';

/** Bytes of a binary part that are shown. */
const SHOWN_BYTES = 16;

/** A recorded exchange as lines for the terminal: heads and XML as they are, binary parts by size and first bytes. */
export async function traceLines(exchange: TappedExchange): Promise<readonly string[]> {
  const [request, response] = await Promise.all([
    readFile(exchange.requestFile),
    readFile(exchange.responseFile),
  ]);
  return [
    '',
    `=== ${exchange.from} -> ${exchange.to}: request (${exchange.requestFile})`,
    ...messageLines(request),
    '',
    `=== ${exchange.to} -> ${exchange.from}: response (${exchange.responseFile})`,
    ...messageLines(response),
  ];
}

function messageLines(message: Buffer): readonly string[] {
  const headEnd = message.indexOf('\r\n\r\n');
  if (headEnd < 0) return [binaryLine(message)];
  const head = message.toString('latin1', 0, headEnd).split('\r\n');
  const body = message.subarray(headEnd + 4);
  const type = head.find((line) => /^content-type:/i.test(line)) ?? '';
  const boundary = /boundary="?([^";]+)/i.exec(type)?.[1];
  const lines =
    boundary === undefined
      ? contentLines(body, type)
      : partsOf(body, boundary).flatMap((part) => ['', `--${boundary}`, ...messageLines(part)]);
  return [...head, '', ...lines];
}

function partsOf(body: Buffer, boundary: string): readonly Buffer[] {
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: Buffer[] = [];
  for (let at = body.indexOf(delimiter); at >= 0;) {
    const start = at + delimiter.length + 2;
    const next = body.indexOf(delimiter, start);
    if (next < 0) break;
    parts.push(body.subarray(start, next - 2));
    at = next;
  }
  return parts;
}

/** XML and text are shown, one element a line; what only calls itself so is not. */
function contentLines(body: Buffer, type: string): readonly string[] {
  if (body.length === 0) return [];
  if (!/xml|text\//i.test(type) || !isUtf8(body)) return [binaryLine(body)];
  return [body.toString('utf8').replaceAll('><', '>\n<')];
}

function binaryLine(bytes: Buffer): string {
  return `[${bytes.length} bytes: ${bytes.subarray(0, SHOWN_BYTES).toString('hex')}${bytes.length > SHOWN_BYTES ? '...' : ''}]`;
}
