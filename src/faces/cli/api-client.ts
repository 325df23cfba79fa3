/** Where the backend API is and how to be let in. */
export interface ApiAddress {
  readonly url: string;
  readonly token?: string | undefined;
}

/** An answer that is not 2xx: problem+json (RFC 9457) where there was one. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    const title = typeof problem['title'] === 'string' ? problem['title'] : `HTTP ${status}`;
    const detail = typeof problem['detail'] === 'string' ? `: ${problem['detail']}` : '';
    super(`${title}${detail}`);
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
  }
}

/** The access point does not answer at all. */
export class ApiUnreachable extends Error {
  constructor(address: ApiAddress, cause: unknown) {
    super(`No access point answers at ${address.url}. Is it running? (quoin serve)`, { cause });
    this.name = 'ApiUnreachable';
  }
}

/** What to send; a body that is a stream is sent as it flows. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly json?: unknown;
  readonly form?: FormData | undefined;
}

/** Calls the API; throws ApiError for anything but 2xx and ApiUnreachable when nobody answers. */
export async function callApi(address: ApiAddress, request: ApiRequest): Promise<Response> {
  const response = await fetch(new URL(request.path, address.url), {
    method: request.method ?? 'GET',
    headers: {
      ...(address.token === undefined ? {} : { authorization: `Bearer ${address.token}` }),
      ...(request.json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: request.json === undefined ? (request.form ?? null) : JSON.stringify(request.json),
  }).catch((error: unknown) => {
    throw new ApiUnreachable(address, error);
  });
  if (response.ok) return response;
  throw new ApiError(response.status, await problemOf(response));
}

/** The same, read as JSON of the expected shape. */
export async function callJson<T>(address: ApiAddress, request: ApiRequest): Promise<T> {
  return (await (await callApi(address, request)).json()) as T;
}

async function problemOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Not the API but something before it, a proxy for example: its own words are the best there is.
    return { title: `HTTP ${response.status}`, detail: text.slice(0, 200) };
  }
}
