import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { ExchangeReport } from '../exchange/benchmark.ts';
import type { MemoryReport } from '../memory.ts';
import type { StartReport } from '../start.ts';
import { exchangeSection } from './exchange-section.ts';
import { runOf } from './measured-on.ts';
import type { Run } from './measured-on.ts';
import { memorySection } from './memory-section.ts';
import { performancePlot } from './plot.ts';
import { startSection } from './start-section.ts';

/** What each benchmark finds, by its name. */
export interface Findings {
  readonly exchange: ExchangeReport;
  readonly memory: MemoryReport;
  readonly start: StartReport;
}

type Runs = { readonly [Name in keyof Findings]?: Run<Findings[Name]> };

const DOCS = join(import.meta.dirname, '../../docs');

/** Puts what a benchmark has found into docs/performance.*, beside what the others found last time. */
export async function writeReport(found: Partial<Findings>): Promise<void> {
  const json = join(DOCS, 'performance.json');
  const before = existsSync(json) ? (JSON.parse(readFileSync(json, 'utf8')) as Runs) : {};
  const now = Object.entries(found).map(([name, one]) => [name, runOf(one)]);
  const runs = { ...before, ...(Object.fromEntries(now) as Runs) };
  await writeFormatted(json, JSON.stringify(runs), 'json');
  if (runs.exchange !== undefined)
    writeFileSync(join(DOCS, 'performance.svg'), performancePlot(runs.exchange.found.measurements));
  await writeFormatted(join(DOCS, 'performance.md'), page(runs), 'markdown');
}

async function writeFormatted(file: string, text: string, parser: 'json' | 'markdown'): Promise<void> {
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), parser }));
}

function page({ exchange, memory, start }: Runs): string {
  return [
    '# Performance',
    'Written by `npm run bench -- --write`, or one part of it by `npm run bench -- exchange --write`, `memory` or `start`. ' +
      'The numbers are in [performance.json](performance.json).',
    ...(exchange === undefined ? [] : [exchangeSection(exchange)]),
    ...(memory === undefined ? [] : [memorySection(memory)]),
    ...(start === undefined ? [] : [startSection(start)]),
  ].join('\n\n');
}
