import { cpus, release, totalmem } from 'node:os';

/** What one run of a benchmark has found, when and where. */
export interface Run<T> {
  readonly at: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGB: number;
    readonly node: string;
    readonly kernel: string;
  };
  readonly found: T;
}

/** A run that has just ended, on this machine. */
export function runOf<T>(found: T): Run<T> {
  const [first] = cpus();
  return {
    at: new Date().toISOString(),
    machine: {
      cpu: first?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      kernel: release(),
    },
    found,
  };
}

/** When and on what a run was made, as a sentence. */
export function measuredOn({ at, machine: { cpu, cores, memoryGB, node, kernel } }: Run<unknown>): string {
  return `Measured ${at.slice(0, 10)} on ${cores} cores (${cpu}), ${memoryGB} GB, Linux ${kernel}, Node ${node}.`;
}
