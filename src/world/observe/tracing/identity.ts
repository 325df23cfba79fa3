import { createHash } from 'node:crypto';

/** Names of a span across processes, in hex as OpenTelemetry writes them. */
export interface SpanIdentity {
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * The same text gives the same identity at every access point: of a MessageId the trace of that message, of a
 * ConversationId what all messages of the conversation link to. Nothing is added to the wire for it.
 */
export function identityOf(text: string): SpanIdentity {
  const digest = createHash('sha256').update(text, 'utf8').digest('hex');
  // All zeros would be no identity; of a digest that is not to be expected, and costs one trace.
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}
