import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers one request at the operators' door. */
export type OperationsHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** `GET /health/live` says that the process answers. */
export function operationsHandler(): OperationsHandler {
  return (request, response) => {
    const path = new URL(request.url ?? '/', 'http://operations.invalid').pathname;
    if (path !== '/health/live') return answer(response, 404, { error: 'there is nothing at this path' });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return answer(response, 405, { error: 'only GET and HEAD are served here' });
    }
    answer(response, 200, { status: 'up' });
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(JSON.stringify(body));
}
