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

The small exchange with RSA-2048 was expected to cost less than four times its floor and costs more. The floor itself is low there: the
processor signs with RSA-2048 in half a millisecond; with RSA-3072 the same work comes near it. No single cause is left that would make
up for it. Where the processor time of both sides went, from a profile of both processes (built, 5 kB, RSA-2048, embedded) on a machine
that others were using, 24 ms an exchange at a floor of 2.9 ms; read it as shares. It was made before the sending side had
its statements cut to eight and its commits to three:

- 3.5 ms the cryptography itself, in place: more than the floor, because between two signatures other work has used the caches
- 3.4 ms XML: the engine 1.1, elements and canonical form 1.6, writing and counting 0.7. Each side reads two envelopes: what it got, and
  what it wrote before it signs it, which is kept: nothing is signed that was not read
- 3.3 ms statements of the store (twelve on the sending side, six on the receiving) and 1.2 ms its threads that commit (four and one)
- 2 to 3 ms collector and compiler of Node on threads beside the main ones, and 1 ms collector on these
- 2.4 ms the steps themselves: headers, P-Modes, MIME, certificates, rules
- 1.7 ms HTTP between the two, and 1 ms the backend API
- 1.4 ms WS-Security around the cryptography
- 1.1 ms the log and the metrics
- 1 ms what the profile gives to nobody: promises, timers, the event loop

Taken out so far: a sync for each statement (commits are gathered, decision 19), files for small payloads (decision 18), a call into the XML
engine for each node (decision 30), building each statement anew, a write for each log line, a packet for each piece of a message; after
this profile, documents and requests that outlived their message until the next full collection (each was copied by two collections
of young objects; reading a document alone costs less than half of what it did), the helper threads of those collections, a second
look at a row that was just claimed, pages of the store that were read back. After it: on the sending side four to five
statements of twelve and one or two commits of four (a first attempt is claimed and signed with its submission or from what is at
hand, decision 35), two statements a message of what records exchanges, nine tenths of looking for
secrets in what is logged, streams around a small body that is compressed or decompressed. Compared with the program before, round by
round on a machine that was busy with other work, these make an exchange about a twentieth cheaper, exchanges recorded. Four
floors are less than half of what an exchange costs, and after
cryptography, XML and what must be durable, which are a good half, no single part has that much left.

What would be next: envelopes that are written in canonical form and proven to be in it by a strict reader, without the engine (half
of its millisecond); the statements of a transaction without a turn of promises for each; what is recorded of exchanges in one
transaction for many messages; ids in the order of their time, which write fewer pages.
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
