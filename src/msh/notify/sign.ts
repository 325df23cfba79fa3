import { createHmac } from 'node:crypto';

/** What is signed: one event for one attempt. */
export interface Signing {
  /** The id of the event, the same for every attempt. */
  readonly id: string;
  /** ms since the epoch: when the attempt is made. */
  readonly at: number;
  readonly body: Uint8Array;
}

/**
 * The headers of Standard Webhooks: id, timestamp (seconds) and an HMAC-SHA256 over `id.timestamp.body` for each secret,
 * apart by blanks. A secret that begins with `whsec_` stands for the bytes of its base64, any other for its own UTF-8.
 */
export function signatureHeaders(
  secrets: readonly string[],
  { id, at, body }: Signing,
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body);
    return `v1,${hmac.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

function keyOf(secret: string): Buffer {
  const encoded = /^whsec_(.+)$/s.exec(secret)?.[1];
  return encoded === undefined ? Buffer.from(secret, 'utf8') : Buffer.from(encoded, 'base64');
}
