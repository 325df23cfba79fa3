import type { IncomingMessage } from 'node:http';
import type { Request, Response } from './request.ts';
import type { Msh, Notifier, Observer } from '../../msh/index.ts';
import type { EvidenceVerdict, EvidenceWish, Exchanges, FoundEvidence } from '../../oots/index.ts';
import { QuoinError } from '../../protocol/errors/index.ts';
import type { ConfigurationDesk } from './configuration-desk.ts';
import type { Places } from './places.ts';
import type { Principal } from './principal.ts';
import { RestError } from './problems.ts';

/** Bounds of the API; sizes in bytes. */
export interface RestLimits {
  /** A JSON body, inline parts included. */
  readonly jsonBytes: number;
  /** The `message` field of a multipart submission. */
  readonly messageFieldBytes: number;
  /** A whole multipart submission. */
  readonly submissionBytes: number;
  /** Parts of a submission. */
  readonly parts: number;
  /** Submissions taken at once, by one of several callers half of them; more are asked to come again later. */
  readonly submissions: number;
  /** Items of one page at most. */
  readonly pageSize: number;
  /** Seconds a long poll waits at most. */
  readonly waitSeconds: number;
  /** ms between two looks of a long poll. */
  readonly pollMs: number;
  /** Event streams open at once. */
  readonly eventStreams: number;
  /** ms of silence on an event stream after which a sign of life is sent. */
  readonly heartbeatMs: number;
}

/** What the API grants unless told otherwise. */
export const REST_LIMITS: RestLimits = {
  jsonBytes: 10 * 1024 * 1024,
  messageFieldBytes: 256 * 1024,
  submissionBytes: 4 * 1024 ** 3,
  parts: 63,
  submissions: 32,
  pageSize: 200,
  waitSeconds: 30,
  pollMs: 250,
  eventStreams: 100,
  heartbeatMs: 15_000,
};

/** Walks from a procedure to access points; supplied by the composition root. */
export type FindEvidence = (
  wish: EvidenceWish,
) => Promise<FoundEvidence & { readonly verdict: EvidenceVerdict }>;

/** What every operation of the API works with. */
export interface RestContext {
  readonly msh: Msh;
  readonly notifier: Notifier;
  /** Evidence exchanges; undefined where none are kept. */
  readonly exchanges?: Exchanges | undefined;
  /** Asks the common services; undefined where none are named. */
  readonly findEvidence?: FindEvidence | undefined;
  /** Event streams that are open. */
  readonly streams: { running: number };
  /** Submissions that are being taken. */
  readonly submissions: Places;
  readonly limits: RestLimits;
  readonly observer: Observer;
  /** Who asks. */
  readonly principal: Principal;
  /**
   * Lets the caller in again: what waits or stays open asks before it looks or tells. Throws RestError `rest/unauthorized`
   * when the key is gone, has expired or is held to other parties by now, `rest/scope-missing` when it lost the scope.
   */
  readonly stillAdmit: () => void;
  readonly configuration?: ConfigurationDesk | undefined;
  /** Aborts when the API is about to close, so that long polls end. */
  readonly closing: AbortSignal;
}

/** Answers one request; what it throws becomes a problem. */
export type Operation = (context: RestContext, request: Request, response: Response) => Promise<void> | void;

/**
 * Reads the body of a request piece by piece, and watches its pace. `invite` tells a client that waits with its body
 * (`Expect: 100-continue`) to go on. Throws QuoinError `http/too-slow`. Leaving early keeps the connection.
 */
export type ReadBody = (request: IncomingMessage, invite: () => void) => AsyncIterable<Uint8Array>;

/**
 * How the body of a request is read, on the request itself: a map would hold what refers to the request, and so each request
 * with all that belongs to it, until the next full collection.
 */
const BODY = Symbol('body');

type Noted = IncomingMessage & { [BODY]?: () => AsyncIterable<Uint8Array> };

/** Notes how the body of a request is read. */
export function noteBody(request: Noted, read: () => AsyncIterable<Uint8Array>): void {
  request[BODY] = read;
}

/** The body of a request piece by piece; the client is asked for it now. Leaving early keeps the connection. */
export function bodyOf(request: Noted): AsyncIterable<Uint8Array> {
  const read = request[BODY];
  if (read !== undefined) return read();
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
}

/** What ended a body early, as the client is told it. */
export function uploadFailure(cause: unknown): RestError {
  if (cause instanceof RestError) return cause;
  if (!(cause instanceof QuoinError && cause.code === 'http/too-slow'))
    return new RestError('rest/upload-aborted', 'The connection closed before the body was complete.', {
      cause,
    });
  return new RestError('rest/too-slow', 'The body arrived too slowly.', {
    cause,
    finding: {
      check: 'upload-pace',
      ...cause.finding,
      field: 'body',
      advice: 'Send the body without pauses; timeouts.idle of the access point is the longest one.',
    },
  });
}
