import { QuoinError } from '../../protocol/errors/index.ts';

/** The backend API of one access point, as a portal or a provider calls it. */
export interface Api {
  /** Given when its calls are to end. */
  readonly signal: AbortSignal | undefined;
  readonly url: string;
  /** Throws CallFailed with the problem the API reported. */
  readonly get: <T>(path: string) => Promise<T>;
  readonly post: <T>(path: string, body?: unknown) => Promise<T>;
  readonly download: (path: string) => Promise<Buffer>;
}

/** A call that was refused, or not answered. */
export class CallFailed extends QuoinError {
  /** Code of the problem (docs/errors.md); undefined when there was no answer. */
  readonly problem: string | undefined;

  constructor(message: string, problem: string | undefined, cause?: unknown) {
    super('demo/call-failed', message, { cause });
    this.name = 'CallFailed';
    this.problem = problem;
  }
}

/** A client for the API at this address; once the signal is given, its calls fail. */
export function apiAt(url: string, signal?: AbortSignal): Api {
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const what = `${method} ${path}`;
    const response = await fetch(new URL(path, url), {
      method,
      ...(signal === undefined ? {} : { signal }),
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new CallFailed(`${what}: no answer from ${url}.`, undefined, cause);
    });
    if (response.ok) return response;
    const text = await response.text();
    throw new CallFailed(`${what}: HTTP ${response.status} ${text}`, codeIn(text));
  };
  return {
    url,
    signal,
    get: async <T>(path: string) => (await (await call('GET', path)).json()) as T,
    post: async <T>(path: string, body?: unknown) => (await (await call('POST', path, body)).json()) as T,
    download: async (path) => Buffer.from(await (await call('GET', path)).arrayBuffer()),
  };
}

/** The code of a problem+json (RFC 9457). */
function codeIn(text: string): string | undefined {
  try {
    const { code } = JSON.parse(text) as { readonly code?: unknown };
    return typeof code === 'string' ? code : undefined;
  } catch {
    // No answer of ours: the text says what there is to say.
    return undefined;
  }
}
