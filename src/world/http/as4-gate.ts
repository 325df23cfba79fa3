import type { IncomingMessage } from 'node:http';

/** An answer given before anything of the body is read: plain text for the person who looks into it. */
export interface PlainAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Logged at debug: it is nothing to look into, or it was told already. */
  readonly quiet?: boolean | undefined;
}

/** What the gate knows besides the request. */
export interface GateState {
  readonly path: string;
  /** bytes. */
  readonly messageBytes: number;
  /** Messages being received now. */
  readonly running: number;
  readonly concurrentMessages: number;
  /** Why nothing of the remote of this request is taken now. */
  readonly remoteRefusal: () => PlainAnswer | undefined;
}

type Check = (request: IncomingMessage, state: GateState) => PlainAnswer | undefined;

/** The path of a request target, in origin or absolute form (RFC 9112 3.2), without its query. */
function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '') || '/';
}

/** The length a request announces, in bytes. */
export function announcedLength(request: IncomingMessage): number | undefined {
  const header = request.headers['content-length'];
  return header === undefined ? undefined : Number(header);
}

const checkPath: Check = (request, { path }) =>
  pathOf(request.url ?? '/') === path
    ? undefined
    : { status: 404, text: `There is nothing here. The AS4 endpoint of this access point is at ${path}` };

const checkMethod: Check = (request) =>
  request.method === 'POST'
    ? undefined
    : {
        status: 405,
        headers: { Allow: 'POST' },
        text: 'This is the AS4 endpoint of an eDelivery access point. It is up, and takes AS4 messages by POST.',
        quiet: true,
      };

/** AS4 compresses payloads, not HTTP bodies (AS4 3.1). */
const checkEncoding: Check = (request) => {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  return encoding === 'identity' || encoding === ''
    ? undefined
    : {
        status: 415,
        headers: { 'Accept-Encoding': 'identity' },
        text: 'A compressed HTTP body (Content-Encoding) is not accepted; AS4 compresses the payload parts instead.',
      };
};

const checkLength: Check = (request, { messageBytes }) =>
  (announcedLength(request) ?? 0) > messageBytes
    ? { status: 413, text: `The message is larger than the ${messageBytes} bytes this access point accepts.` }
    : undefined;

const checkRemote: Check = (_request, { remoteRefusal }) => remoteRefusal();

const checkLoad: Check = (_request, { running, concurrentMessages }) =>
  running < concurrentMessages
    ? undefined
    : {
        status: 503,
        headers: { 'Retry-After': '30' },
        text: 'This access point is receiving as many messages as it can. Please try again later.',
      };

const CHECKS: readonly Check[] = [checkPath, checkMethod, checkEncoding, checkLength, checkRemote, checkLoad];

/** The first reason not to take a request, in the order path, method, encoding, length, remote, load. */
export function refusalAtGate(request: IncomingMessage, state: GateState): PlainAnswer | undefined {
  for (const check of CHECKS) {
    const refusal = check(request, state);
    if (refusal) return refusal;
  }
  return undefined;
}
