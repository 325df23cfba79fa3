import type { Response } from './request.ts';

/** What an answer says besides its body. */
export interface AnswerHead {
  /** 200 when left out. */
  readonly status?: number | undefined;
  readonly location?: string | undefined;
  /** `application/json` when left out. */
  readonly type?: string | undefined;
}

/** Answers with JSON, head and body in one piece. */
export function answerJson(response: Response, value: unknown, head: AnswerHead = {}): void {
  const { status = 200, location, type = 'application/json' } = head;
  const text = JSON.stringify(value);
  response.statusCode = status;
  if (location !== undefined) response.setHeader('Location', location);
  response.setHeader('Content-Type', `${type}; charset=utf-8`);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
