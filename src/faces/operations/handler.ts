import type { IncomingMessage, ServerResponse } from 'node:http';
import { describeError } from '../../protocol/errors/index.ts';
import type { Observer } from '../../msh/index.ts';
import type { HealthWatch } from './health.ts';
import { isReady, readiness } from './readiness.ts';
import type { Phase } from './readiness.ts';

/** A text in its media type. */
export interface TypedText {
  readonly contentType: string;
  readonly text: string;
}

/** What the operations door shows; all of it without a password, so nothing of it is secret or personal. */
export interface OperationsOptions {
  readonly phase: () => Phase;
  readonly watch: HealthWatch;
  /** The metrics in the text format of Prometheus. */
  readonly metrics: () => Promise<TypedText>;
  readonly observer: Observer;
}

interface Answer extends TypedText {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

type Page = (options: OperationsOptions) => Promise<Answer> | Answer;

const PAGES: Readonly<Record<string, Page>> = {
  '/': () => ({ status: 200, contentType: 'text/plain; charset=utf-8', text: INDEX }),
  // That this is answered at all is the proof: the process lives and its event loop turns.
  '/health/live': () => json(200, { status: 'up' }),
  '/health/ready': async ({ phase, watch }) => {
    const report = await readiness(phase(), watch);
    return json(isReady(report.status) ? 200 : 503, report);
  },
  '/metrics': async ({ metrics }) => ({ status: 200, ...(await metrics()) }),
};

const INDEX = `Quoin, operations
/health/live   200 while the process lives
/health/ready  200 while messages should be sent here, 503 otherwise; JSON says why
/metrics       metrics in the text format of Prometheus
`;

const SAFE_HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Answers requests at the operations door: health for orchestrators, metrics for Prometheus. Never throws. */
export function operationsHandler(
  options: OperationsOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    void answerTo(options, request).then((answer) => send(request, response, answer));
  };
}

async function answerTo(options: OperationsOptions, request: IncomingMessage): Promise<Answer> {
  const path = (request.url ?? '/').replace(/\?.*$/s, '');
  const page = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined;
  if (page === undefined)
    return problem(404, 'operations/no-such-page', 'There is nothing here; the pages are listed at /.');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return problem(405, 'operations/method-not-allowed', 'Only GET is allowed here.', { Allow: 'GET, HEAD' });
  try {
    return await page(options);
  } catch (error) {
    options.observer.emit({
      event: 'operations/page-failed',
      level: 'error',
      path,
      error: describeError(error),
    });
    return problem(500, 'operations/defect', 'The page could not be made; the log says why.');
  }
}

function json(status: number, value: unknown): Answer {
  return { status, contentType: 'application/json', text: `${JSON.stringify(value)}\n` };
}

function problem(
  status: number,
  code: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    ...json(status, { status, code, detail }),
    contentType: 'application/problem+json',
    headers,
  };
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return;
  const body = Buffer.from(answer.text);
  response.writeHead(answer.status, {
    ...SAFE_HEADERS,
    ...answer.headers,
    'Content-Type': answer.contentType,
    'Content-Length': body.byteLength,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
