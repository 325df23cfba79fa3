/**
 * Things that happen, by stable names documented in docs/events.md; never payload, key or personal data.
 * Fields are flat so that a log line can carry them.
 */
export interface MshEvent {
  /** `room/what-happened`, for example `send/receipt-verified`. */
  readonly event: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly messageId?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly pmode?: string | undefined;
  readonly step?: string | undefined;
  /** ms the step took, where it is worth knowing. */
  readonly tookMs?: number | undefined;
  readonly [field: string]: unknown;
}

/** Takes events; must never throw. */
export interface Observer {
  emit(event: MshEvent): void;
}

/** The sources of what a pure pipeline must not take for itself. */
export interface Nature {
  /** ms since the epoch. */
  readonly now: () => number;
  /** A new UUID nobody can guess, lower case. */
  readonly uuid: () => string;
}
