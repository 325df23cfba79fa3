import { exchangeBenchmark } from './exchange/benchmark.ts';
import { memoryBenchmark } from './memory.ts';
import { writeReport } from './report/write-report.ts';
import type { Findings } from './report/write-report.ts';
import type { Outcome } from './outcome.ts';
import { startBenchmark } from './start.ts';

/** Benchmarks by name; `npm run bench -- NAME` runs one, without a name all of them; `--write` renews docs/performance.*. */
const BENCHMARKS: { readonly [Name in keyof Findings]: () => Promise<Outcome<Findings[Name]>> } = {
  exchange: exchangeBenchmark,
  memory: memoryBenchmark,
  start: startBenchmark,
};

const [wanted] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
if (wanted !== undefined && !Object.hasOwn(BENCHMARKS, wanted)) {
  console.error(`No benchmark is called ${wanted}. There are: ${Object.keys(BENCHMARKS).join(', ')}.`);
  process.exit(2);
}

let held = true;
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (wanted !== undefined && wanted !== name) continue;
  const outcome = await run();
  held &&= outcome.held;
  if (process.argv.includes('--write')) await writeReport({ [name]: outcome.found });
}
process.exit(held ? 0 : 1);
