import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PARTIES, startPair } from '../src/faces/demo/index.ts';
import type { GatewayProcess, Pair } from '../src/faces/demo/index.ts';
import { demoWorld } from '../src/demo-world.ts';
import type { Outcome } from './outcome.ts';
import { memoryOf, resetPeak } from './process-memory.ts';
import { uploadStream } from './upload.ts';

const MB = 1_000_000;
const GB = 1000 * MB;

/** What a process may add to its idle peak, whatever the payload: the promise of the architecture. */
const ALLOWED = 150 * MB;

/** A message of a benchmark: so many parts of so many bytes. */
interface Load {
  readonly name: string;
  readonly parts: number;
  readonly partBytes: number;
  readonly compress: boolean;
}

const WARM_UP: Load = { name: 'idle (after ten small messages)', parts: 1, partBytes: 5000, compress: false };

const LOADS: readonly Load[] = [
  { name: '1 GB in one part', parts: 1, partBytes: GB, compress: false },
  { name: '1 GB in ten parts', parts: 10, partBytes: GB / 10, compress: false },
  { name: '1 GB in one part, gzip', parts: 1, partBytes: GB, compress: true },
];

/** One line of the result: peaks in bytes. */
interface Row {
  readonly name: string;
  readonly seconds: number;
  readonly peaks: readonly number[];
}

/** What each load took, the first one at rest; bytes. */
export interface MemoryReport {
  readonly rows: readonly Row[];
  readonly allowed: number;
}

/** Sends 1 GB from one access point to another, each a process, and compares each one's peak memory with its idle peak. */
export async function memoryBenchmark(): Promise<Outcome<MemoryReport>> {
  const folder = await mkdtemp(join(tmpdir(), 'quoin-bench-'));
  const pair = await startPair(demoWorld(), {
    folder,
    onEvent: () => undefined,
    extraPMode: PMODE_LIMITS,
    extraConfig: CONFIG_LIMITS,
  });
  try {
    const rows: Row[] = [await idle(pair)];
    print(rows[0]!, rows[0]!);
    for (const load of LOADS) {
      const row = await measure(pair, load);
      rows.push(row);
      print(row, rows[0]!);
    }
    const worst = Math.max(
      ...rows.flatMap((row) => row.peaks.map((peak, index) => peak - rows[0]!.peaks[index]!)),
    );
    const held = worst <= ALLOWED;
    console.log(
      `\nThe most added to an idle peak: ${megabytes(worst)} (allowed ${megabytes(ALLOWED)}): ${held ? 'held' : 'NOT held'}`,
    );
    return { held, found: { rows, allowed: ALLOWED } };
  } finally {
    await pair.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const PMODE_LIMITS = `legDefaults:
  payload: { maxPartSize: 2GB, maxMessageSize: 3GB }
`;

const CONFIG_LIMITS = `limits: { messageSize: 3GB }
`;

async function idle(pair: Pair): Promise<Row> {
  // Starting and compiling cost more than running: what counts is the peak of an access point at rest.
  for (let count = 0; count < 10; count += 1) await transfer(pair, WARM_UP);
  for (const gateway of pair.gateways) resetPeak(gateway.pid);
  const started = performance.now();
  for (let count = 0; count < 10; count += 1) await transfer(pair, WARM_UP);
  return { name: WARM_UP.name, seconds: (performance.now() - started) / 1000, peaks: peaksOf(pair) };
}

async function measure(pair: Pair, load: Load): Promise<Row> {
  for (const gateway of pair.gateways) resetPeak(gateway.pid);
  const started = performance.now();
  await transfer(pair, load);
  return { name: load.name, seconds: (performance.now() - started) / 1000, peaks: peaksOf(pair) };
}

function peaksOf(pair: Pair): readonly number[] {
  return pair.gateways.map((gateway) => memoryOf(gateway.pid).peak);
}

/** Submits at the first access point, waits for the verified receipt, and checks every byte at the second. */
async function transfer(pair: Pair, load: Load): Promise<void> {
  const [sender, receiver] = pair.gateways;
  const hashes = Array.from({ length: load.parts }, () => createHash('sha256'));
  const { messageId } = await uploadStream(sender.api, submissionOf(load), load, hashes);
  await acknowledged(sender, messageId);
  await checkReceived(
    receiver,
    messageId,
    hashes.map((hash) => hash.digest('hex')),
  );
}

function submissionOf(load: Load): Record<string, unknown> {
  return {
    action: 'ExecuteQueryResponse',
    messageProperties: [
      {
        name: 'originalSender',
        value: PARTIES[0],
        type: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots',
      },
      {
        name: 'finalRecipient',
        value: PARTIES[1],
        type: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots',
      },
    ],
    parts: Array.from({ length: load.parts }, (_, index) => ({
      contentId: `part-${index}-${randomBytes(8).toString('hex')}@bench`,
      mimeType: 'application/octet-stream',
      compress: load.compress,
    })),
  };
}

async function acknowledged(gateway: GatewayProcess, messageId: string): Promise<void> {
  for (;;) {
    const status = (await (
      await fetch(`${gateway.api}/v1/messages/${encodeURIComponent(messageId)}`)
    ).json()) as { state: string };
    if (status.state === 'ACKNOWLEDGED') return;
    if (status.state === 'SEND_FAILURE') throw new Error(`not delivered: ${JSON.stringify(status)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function checkReceived(
  gateway: GatewayProcess,
  messageId: string,
  expected: readonly string[],
): Promise<void> {
  const response = await fetch(`${gateway.api}/v1/inbox/${encodeURIComponent(messageId)}`);
  const { id } = (await response.json()) as { id: string };
  for (const [index, sha256] of expected.entries()) {
    const hash = createHash('sha256');
    const part = await fetch(`${gateway.api}/v1/inbox/${id}/parts/${index}`);
    for await (const chunk of part.body as unknown as AsyncIterable<Uint8Array>) hash.update(chunk);
    if (hash.digest('hex') !== sha256) throw new Error(`part ${index} arrived changed`);
  }
}

function print(row: Row, idleRow: Row): void {
  const peaks = row.peaks.map((peak, index) => {
    const added = peak - idleRow.peaks[index]!;
    return `${PARTIES[index]} peak ${megabytes(peak)}${row === idleRow ? '' : ` (${added >= 0 ? '+' : ''}${megabytes(added)})`}`;
  });
  console.log(`${row.name.padEnd(34)} ${row.seconds.toFixed(1).padStart(6)} s   ${peaks.join('   ')}`);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MB)} MB`;
}
