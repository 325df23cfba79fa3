import { randomBytes, randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import type { LogEvent } from '../../src/faces/demo/index.ts';

/** Latencies from submit to verified receipt, in ms, and the time the whole took. */
export interface LoadResult {
  readonly count: number;
  readonly elapsedMs: number;
  readonly latenciesMs: readonly number[];
}

/** Sees the events of the sending access point and tells when a message is acknowledged. */
export interface Acknowledgements {
  readonly onEvent: (event: LogEvent) => void;
  readonly of: (messageId: string) => Promise<void>;
}

/** Watches the log, which costs the access points nothing that they would not spend anyway. */
export function watchAcknowledgements(): Acknowledgements {
  const known = new Map<string, { readonly told: Promise<void>; readonly tell: (error?: Error) => void }>();
  const entry = (messageId: string) => {
    const found = known.get(messageId);
    if (found !== undefined) return found;
    let tell!: (error?: Error) => void;
    const told = new Promise<void>((resolve, reject) => {
      tell = (error) => (error === undefined ? resolve() : reject(error));
    });
    // A failure before anybody waits is no news yet.
    told.catch(() => undefined);
    const made = { told, tell };
    known.set(messageId, made);
    return made;
  };
  return {
    onEvent: (event) => {
      const id = String(event['messageId']);
      if (event.event === 'send/receipt-verified') entry(id).tell();
      if (event.event === 'send/failed' || event.event === 'send/waiting-for-retry')
        entry(id).tell(new Error(`an exchange of the benchmark went wrong: ${JSON.stringify(event)}`));
    },
    of: async (messageId) => {
      await entry(messageId).told;
      known.delete(messageId);
    },
  };
}

/** Bytes that gzip makes a little smaller, as it does with a PDF. */
export function payloadOf(bytes: number): Buffer {
  const noise = randomBytes(Math.ceil(bytes * 0.75)).toString('base64');
  return Buffer.from(noise.slice(0, bytes));
}

/** Submits so many messages with one payload each, so many at a time, and waits for the verified receipt of each. */
export async function submitLoad(
  api: string,
  acknowledgements: Acknowledgements,
  load: { readonly count: number; readonly concurrency: number; readonly payload: Buffer },
): Promise<LoadResult> {
  const pool = new Pool(api, { connections: load.concurrency });
  const latenciesMs: number[] = [];
  let next = 0;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    while (next < load.count) {
      next += 1;
      const begun = performance.now();
      await acknowledgements.of(await submitOne(pool, load.payload));
      latenciesMs.push(performance.now() - begun);
    }
  };
  try {
    await Promise.all(Array.from({ length: load.concurrency }, worker));
    return { count: load.count, elapsedMs: performance.now() - started, latenciesMs };
  } finally {
    await pool.destroy();
  }
}

const PARTY_TYPE = 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots';
const MESSAGE = JSON.stringify({
  action: 'ExecuteQueryResponse',
  messageProperties: [
    { name: 'originalSender', value: 'XA22233223', type: PARTY_TYPE },
    { name: 'finalRecipient', value: 'XB73524311', type: PARTY_TYPE },
  ],
  parts: [{ mimeType: 'application/pdf' }],
});

/** As a portal does: a form with the message and one file. */
async function submitOne(pool: Pool, payload: Buffer): Promise<string> {
  const boundary = randomUUID();
  const part = (head: string): string => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`;
  const body = Buffer.concat([
    Buffer.from(`${part('name="message"')}${MESSAGE}\r\n${part('name="part-0"; filename="evidence.pdf"')}`),
    payload,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  const answer = await pool.request({ method: 'POST', path: '/v1/messages', headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 202) throw new Error(`submission refused: HTTP ${answer.statusCode} ${text}`);
  return (JSON.parse(text) as { messageId: string }).messageId;
}
