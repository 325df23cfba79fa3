import { Readable } from 'node:stream';
import { QuoinError } from '../../protocol/errors/index.ts';
import type { ErrorCode, Finding } from '../../protocol/errors/index.ts';
import { answerTo, openRequest } from './http-call.ts';
import type { Answer } from './http-call.ts';
import type { DocumentView } from './document-lines.ts';
import { upload } from './upload.ts';
import type { UploadFile, Watch } from './upload.ts';

/** Where the backend API is and how to be let in. */
export interface ApiAddress {
  readonly url: string;
  readonly token?: string | undefined;
}

/** A wrong field of a request, as the API tells it. */
interface FieldError {
  readonly field: string;
  readonly detail: string;
}

/** The members of problem+json (RFC 9457) that the API gives; none is sure to be there. */
interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly finding?: Finding;
  readonly errors?: readonly FieldError[];
  readonly document?: DocumentView;
}

/** Advice for whoever sits at a terminal, where that of the API is for programs. */
const ADVICE: Readonly<Record<string, string>> = {
  'rest/unknown-message':
    'quoin status is for messages sent from here, quoin inbox list --all shows those received.',
  'rest/unauthorized': 'Give the token with QUOIN_TOKEN or --token, or name the configuration with --config.',
};

/** An answer that is not 2xx, with the code and the finding of the API where it gave them. */
export class ApiError extends QuoinError {
  readonly status: number;
  readonly errors: readonly FieldError[];
  /** Of a document that breaks rules: all of them. */
  readonly document: DocumentView | undefined;

  constructor(status: number, problem: Problem) {
    const { title = `The answer is HTTP ${status}`, detail, code = 'cli/not-the-api', finding } = problem;
    super(code as ErrorCode, detail === undefined ? `${title}.` : `${title}: ${detail}`, {
      finding: finding && { ...finding, advice: ADVICE[code] ?? finding.advice },
    });
    this.name = 'ApiError';
    this.status = status;
    this.errors = problem.errors ?? [];
    this.document = problem.document;
  }
}

/** What to ask; with `files` the JSON is the field `message` of a form and each file a part of it. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly json?: unknown;
  readonly files?: readonly UploadFile[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Follows the files while they travel. */
  readonly watch?: Watch;
}

/**
 * Calls the API; throws ApiError for anything but 2xx, `cli/no-access-point` when nobody answers, and what `upload`
 * throws for a file.
 */
export async function callApi(address: ApiAddress, request: ApiRequest): Promise<Answer> {
  const url = urlOf(address, request.path);
  const answer = await exchange(url, address.token, request).catch((error: unknown) => {
    throw error instanceof QuoinError ? error : unreachable(url, error);
  });
  if (answer.status >= 200 && answer.status <= 299) return answer;
  throw new ApiError(answer.status, problemOf(answer.status, await answer.text()));
}

/** The same, read as JSON of the expected shape. Throws `cli/not-the-api` for an answer that is no JSON. */
export async function callJson<T>(address: ApiAddress, request: ApiRequest): Promise<T> {
  const response = await callApi(address, request);
  const text = await response.text();
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ApiError(response.status, foreign(response.status, text));
  }
}

async function exchange(url: URL, token: string | undefined, request: ApiRequest): Promise<Answer> {
  const { method = 'GET', json, files } = request;
  const allowed = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const headers: Record<string, string> = { ...request.headers, ...allowed };
  if (files !== undefined) {
    const { status, text } = await upload(url, headers, { message: json, files }, request.watch);
    return { status, body: Readable.from([Buffer.from(text)]), text: () => Promise.resolve(text) };
  }
  const body = json === undefined ? '' : JSON.stringify(json);
  if (method === 'POST') headers['Content-Length'] = String(Buffer.byteLength(body));
  if (json !== undefined) headers['Content-Type'] = 'application/json';
  const call = openRequest(url, method, headers);
  const answered = answerTo(call);
  call.end(body);
  return await answered;
}

function urlOf({ url }: ApiAddress, path: string): URL {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(path, url);
  throw new QuoinError('cli/usage', `${url} is not the address of an API.`, {
    finding: { check: 'api-address', expected: 'http://127.0.0.1:8080 for example' },
  });
}

function unreachable(url: URL, error: unknown): QuoinError {
  const { code, message } = error as NodeJS.ErrnoException;
  const lost = code === 'ECONNRESET' || code === 'EPIPE';
  const says = lost ? 'The connection ended before the answer came from' : 'No access point answers at';
  return new QuoinError(lost ? 'cli/connection-lost' : 'cli/no-access-point', `${says} ${url.origin}.`, {
    cause: error,
    finding: {
      check: 'api-answers',
      found: code ?? message,
      advice: lost
        ? 'Look at the log of the access point, then ask for the status or send again.'
        : 'Start it with quoin serve, or say where it is: --api, --config or QUOIN_API.',
    },
  });
}

function problemOf(status: number, text: string): Problem {
  try {
    const problem = JSON.parse(text) as Problem | null;
    if (typeof problem?.title === 'string') return problem;
  } catch {
    // Not the API but something before it: its own words are the best there is.
  }
  return foreign(status, text);
}

function foreign(status: number, text: string): Problem {
  return {
    title: `The answer (HTTP ${status}) is not one of the backend API`,
    finding: {
      check: 'api-answers',
      expected: 'JSON',
      found: text.slice(0, 120).replace(/\s+/g, ' ').trim() || 'nothing',
      advice: 'Check the address: --api names the backend API, not the door for partners.',
    },
  };
}
