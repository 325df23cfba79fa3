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
- **The floor** is measured between the rounds of each load, on one thread: two RSA signatures and their verification, one RSA-OAEP key transport
  each way, AES-128-GCM and SHA-256 over the payload on both sides, SHA-256 over the signed XML. Nothing can be quicker; what is above it
  is XML, MIME, HTTP, compression, disk, queue and log.
- **phase4** (4.4.1 on Java 17, its full compiler) builds, sends and verifies with the same algorithms and
  a compressed payload. It keeps messages in memory: no database, no queue, no API to submit to, so its work is less than ours.
- Everything counts after a warm-up of the same kind, the same for both: 5,000 messages of 5 kB, 60 of 100 kB, 2 of 10 MB.

### What is above the floor

The small exchange with RSA-2048 is expected to cost less than four times its floor. The floor itself is low there: the
processor signs with RSA-2048 in less than a millisecond; with RSA-3072 the same work is well below four of them.

The program was made much cheaper after the table above was measured (with 2,000 messages of 5 kB as its warm-up, and each floor
once before its load). Round by round against the program of the table, on a
machine that others were using, the small exchange took 0.57 of its processor time (quartiles 0.51 to 0.69): 16.2 ms, 4.9 floors
of that run. What took it down:

- what is recorded of exchanges is taken from what is at hand, many messages in one transaction (decision 43): from 3.9 ms to about 1
- a transaction of the embedded store runs in one go, without a promise for each statement (decision 41)
- ids sort by time, small payloads stand in the rows of their parts, two indexes went: 21 pages written instead of 38 on the
  sending side, 17 instead of 26 on the receiving one, and the commits cost half (decision 38)
- a plain envelope is read in one pass without the engine, three times as quickly (decision 39)
- the API without a framework, forms read as they are asked for, pushes in one buffer (decisions 40 and 42): 0.7 ms

A young generation of 32 MB instead of what Node takes by itself (decision 44) came last; interleaved with the program before it,
0.77 (quartiles 0.76 to 0.94): 15.3 ms, 4.4 floors of that run, again beside others at work.

Where the time of the main threads goes then, as shares of a profile taken before the last of these:

- 22 % RSA: two signatures, their verification, one session key sealed and opened
- 16 % statements of the store, 3 % commits; the threads that commit cost about 1 ms more
- 17 % XML and WS-Security around the cryptography: canonical form, digests, references, writing
- 9 % headers, MIME, P-Modes and certificates, and 7 % the steps of the message service
- 8 % Node's own streams, timers and sockets, 6 % HTTP and the API
- 7 % the collector, before the larger young generation
- 5 % the log and the metrics

What would be next: receiving a small payload as one buffer (0.1 ms), settling without reading the header back (0.07), the
header that is written once to be checked and once to be signed (0.08), certificates kept by the text of their token (0.05), the
document of an exchange kept once instead of twice (0.2), and commits that wait some milliseconds for others where much is under
way: each costs about one.
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
