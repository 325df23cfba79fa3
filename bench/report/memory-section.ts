import { table } from '../../schemas/tables.ts';
import type { MemoryReport } from '../memory.ts';
import { measuredOn } from './measured-on.ts';
import type { Run } from './measured-on.ts';

/** Peak memory of both access points by what they transfer. */
export function memorySection(run: Run<MemoryReport>): string {
  const { rows, allowed } = run.found;
  const atRest = rows[0]!.peaks;
  return `## Memory

Peak resident memory of each process while it transfers one message, and what that is above its peak at rest.
At most ${megabytes(allowed)} more are promised, whatever the size of the message. ${measuredOn(run)}

${table(
  ['Message', 'Seconds', 'Sender', 'above rest', 'Receiver', 'above rest'],
  rows.map(({ name, seconds, peaks }) => [
    name,
    seconds.toFixed(1),
    ...peaks.flatMap((peak, index) => [megabytes(peak), megabytes(peak - atRest[index]!)]),
  ]),
)}

Every byte that arrives is compared with what was sent. Random bytes stand for the payload: gzip has to work for nothing.
\`npm run bench -- memory\` repeats it.
`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
