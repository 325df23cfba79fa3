import assert from 'node:assert/strict';
import type { ApiKey } from '../../../src/config/index.ts';
import { startRestListener } from '../../../src/faces/rest/index.ts';
import type { FindEvidence, RestLimits, RestListener } from '../../../src/faces/rest/index.ts';
import type { Msh, MshEvent, Notifier, Observer } from '../../../src/msh/index.ts';
import type { Exchanges } from '../../../src/oots/index.ts';
import { readRequestBody, startHttpListener } from '../../../src/world/http/index.ts';
import type { HttpListenerOptions } from '../../../src/world/http/index.ts';
import { fakeMsh } from '../../support/fake-msh.ts';
import type { FakeMsh } from '../../support/fake-msh.ts';
import { noNotifier } from '../../support/notify-world.ts';
import type { Ending } from '../../support/test-pair.ts';
import { checkAnswer, operationFor } from './openapi-document.ts';

/** An answer, its body read, checked against the OpenAPI document. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
  /** The JSON body. */
  readonly json: Record<string, unknown>;
}

/** The API over a real socket. */
export interface ServedApi {
  readonly listener: RestListener;
  readonly events: MshEvent[];
  readonly url: string;
  call(method: string, path: string, init?: RequestInit): Promise<Answer>;
  postJson(path: string, body: unknown): Promise<Answer>;
}

/** The API on an MSH in memory. */
export interface Api extends ServedApi {
  readonly msh: FakeMsh;
}

interface ApiOptions {
  readonly limits?: Partial<RestLimits>;
  readonly token?: string;
  readonly notifier?: Notifier;
  readonly exchanges?: Exchanges;
  readonly keys?: () => readonly ApiKey[];
  readonly now?: () => number;
  readonly findEvidence?: FindEvidence;
  /** What a client is granted that sends a body. */
  readonly pace?: { readonly idleMs: number; readonly minBytesPerSecond: number };
}

/** Starts the API on an MSH in memory for one test. */
export async function startApi(t: Ending, options: ApiOptions = {}): Promise<Api> {
  const msh = fakeMsh();
  return { msh, ...(await serveApi(t, msh, options)) };
}

/** Serves the API of this MSH until the test ends. */
export async function serveApi(t: Ending, msh: Msh, options: ApiOptions = {}): Promise<ServedApi> {
  const { pace = { idleMs: 60_000, minBytesPerSecond: 1 } } = options;
  const events: MshEvent[] = [];
  const observer: Observer = { emit: (event) => void events.push(event) };
  const listener = await startRestListener({
    listen: (given: HttpListenerOptions) => startHttpListener({ ...given, limits: { closeMs: 5_000 } }),
    readBody: (request, invite) => readRequestBody(request, { ...pace, maxBytes: Infinity }, invite).stream,
    host: '127.0.0.1',
    port: 0,
    msh,
    notifier: noNotifier(),
    observer,
    ...options,
  });
  t.after(() => listener.close());
  const { url } = listener.address;

  const call = async (method: string, path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, { method, ...init });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString();
    const parsed = (): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
    const operation = operationFor(method, path);
    if (operation) checkAnswer(operation, response.status, response.headers.get('content-type'), parsed);
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      text,
      get json() {
        return parsed();
      },
    };
  };
  const postJson = (path: string, body: unknown): Promise<Answer> =>
    call('POST', path, {
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { listener, events, url, call, postJson };
}

/** Asserts a problem+json answer with this status, code and field. */
export function assertProblem(answer: Answer, status: number, code: string, field?: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal(answer.json.code, code, answer.text);
  assert.equal(answer.json.status, status);
  assert.equal(answer.json.type, `urn:quoin:error:${code}`);
  if (field !== undefined) assert.equal(answer.json.field, field, answer.text);
}
