import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** An answer whose body is read once, as it arrives or as text. */
export interface Answer {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
  readonly text: () => Promise<string>;
}

/** A request whose connection is its own and ends with it, so that nothing keeps the command from ending. */
export function openRequest(
  url: URL,
  method: 'GET' | 'POST',
  headers: Readonly<Record<string, string | number>>,
): ClientRequest {
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return open(url, { method, headers, agent: false });
}

/** The answer to a request; rejects with what the network says, or with what the request was destroyed with. */
export async function answerTo(request: ClientRequest): Promise<Answer> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // What ends the body early is thrown to whoever reads it.
  request.on('error', () => undefined);
  return { status: response.statusCode ?? 0, body: response, text: () => textOf(response) };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
