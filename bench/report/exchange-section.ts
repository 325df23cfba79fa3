import { table } from '../../schemas/tables.ts';
import type { ExchangeReport } from '../exchange/benchmark.ts';
import type { Measurement } from '../exchange/measure.ts';
import { measuredOn } from './measured-on.ts';
import type { Run } from './measured-on.ts';

/** Exchanges between two access points: the numbers, how they were measured, and what they consist of. */
export function exchangeSection(run: Run<ExchangeReport>): string {
  const { measurements, skipped } = run.found;
  return `## Exchanges

![Exchanges a second](performance.svg)

${measuredOn(run)} The driver, both access points and, where they take part, PostgreSQL and Redis share these cores: compare the
rows of one run, not runs of two machines.

${table(
  [
    'Who',
    'Store',
    'Key',
    'Payload',
    'Exchanges/s',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'CPU ms',
    'Floor ms',
    'CPU / floor',
  ],
  measurements.map(row),
)}
${skipped.map((one) => `\nNot measured: ${one}.`).join('\n')}

### How

- **An exchange** is one message from the submission at the backend API of one access point to its verified receipt: stored,
  signed, compressed, encrypted, pushed, verified, decrypted, stored, receipted, the receipt verified digest by digest and
  stored. Both access points are processes of their own, built and started as an image has them, with the log at \`info\`. Every
  commit is synced to the disk.
- **Latency** is from the first byte of the submission to the event that says the receipt is verified, as the driver sees it,
  with as many exchanges under way as the load allows (16, and 4 for 10 MB).
- **CPU** is the user and system time of both access points (for phase4 to itself, of its one process) by exchange, read from the kernel. PostgreSQL and
  Redis are not counted.
- **The floor** is measured in the same run on one thread: two RSA signatures and their verification, one RSA-OAEP key transport
  each way, AES-128-GCM and SHA-256 over the payload on both sides, SHA-256 over the signed XML. Nothing can be quicker; what is above it
  is XML, MIME, HTTP, compression, disk, queue and log.
- **phase4** (4.4.1 on Java 17, its full compiler) builds, sends and verifies with the same algorithms and
  a compressed payload. It keeps messages in memory: no database, no queue, no API to submit to, so its work is less than ours.
- Everything counts after a warm-up of the same kind, the same for both: 2,000 messages of 5 kB, 60 of 100 kB, 2 of 10 MB.

### What is above the floor

The small exchange with RSA-2048 was expected to cost less than four times its floor and costs more. The floor itself is low there: the
processor signs with RSA-2048 in half a millisecond; with RSA-3072 the same work comes near it. A profile of both processes under the
small load shows no single cause. By thread: 85 % is JavaScript on the two main threads, a tenth the collector and compiler of Node beside
them (twice that before the first thousand messages), a twentieth the threads that write the database. On the main thread of the sender a
tenth is the floor; a seventh reads and proves the receipt, as carefully as the receiver reads the message; a twentieth writes the signed
envelope and reads it once more before it is signed, which is kept: nothing is signed that was not read. The rest is the backend API, four
transactions, the log and the HTTP client, a few per cent each. On the receiver's, a quarter is the floor.

Taken out so far: a sync for each statement (commits are gathered, decision 19), files for small payloads (decision 18), a call into the XML
engine for each node (decision 30), building each statement anew, a write for each log line, a packet for each piece of a message. A larger
young generation for the collector changed nothing. What would be next: one look at the store less before a claim, and the streams around a
small body.
`;
}

function row(one: Measurement): readonly string[] {
  const size = one.payloadBytes >= 1e6 ? `${one.payloadBytes / 1e6} MB` : `${one.payloadBytes / 1e3} kB`;
  return [
    one.who,
    one.store,
    `RSA-${one.keyBits}`,
    size,
    ...[one.perSecond, one.p50, one.p95, one.p99, one.cpu, one.floor].map(String),
    (one.cpu / one.floor).toFixed(1),
  ];
}
