import { table } from '../../schemas/tables.ts';
import type { StartReport } from '../start.ts';
import { measuredOn } from './measured-on.ts';
import type { Run } from './measured-on.ts';

/** Time from the start of the process to open doors. */
export function startSection(run: Run<StartReport>): string {
  return `## Start

ms from the start of \`quoin serve\` until its doors are open. Built is what an image and \`npm run build\` have, unbuilt the
source as a clone has it; cold means that there is no store yet. ${measuredOn(run)}

${table(
  ['Program', 'Store', 'Median', 'Fastest', 'Slowest', 'Processor time'],
  run.found.rows.map((row) => [
    row.program,
    row.store,
    ...[row.median, row.fastest, row.slowest, row.cpu].map(String),
  ]),
)}

\`npm run bench -- start\` repeats it.
`;
}
