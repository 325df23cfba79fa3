import { exchangeBenchmark } from './exchange/benchmark.ts';
import { memoryBenchmark } from './memory.ts';
import { startBenchmark } from './start.ts';

/** Benchmarks by name; `npm run bench -- NAME` runs one, without a name all of them. */
const BENCHMARKS: Readonly<Record<string, () => Promise<boolean>>> = {
  exchange: exchangeBenchmark,
  memory: memoryBenchmark,
  start: startBenchmark,
};

const [wanted] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
if (wanted !== undefined && BENCHMARKS[wanted] === undefined) {
  console.error(`No benchmark is called ${wanted}. There are: ${Object.keys(BENCHMARKS).join(', ')}.`);
  process.exit(2);
}

let held = true;
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (wanted === undefined || wanted === name) held = (await run()) && held;
}
process.exit(held ? 0 : 1);
